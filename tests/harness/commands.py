"""The dataplane's command socket, spoken to by hand: JSON, a line each way."""

import json
import socket


def send(sluice, line):
    """Sends a line as it is; returns the answer."""
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(60)
        one.connect(str(sluice.shared / "dataplane.sock"))
        one.sendall(line.encode() + b"\n")
        with one.makefile("r") as answers:
            return json.loads(answers.readline())


def ask(sluice, command, **more):
    """Sends a command that is to succeed; returns the answer."""
    answer = send(sluice, json.dumps({"version": 1, "command": command, **more}))
    if not answer["ok"]:
        raise AssertionError(answer)
    return answer
