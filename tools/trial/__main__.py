"""tools/quickstart, once everything is built: see tools/quickstart --help."""

import argparse
import contextlib
import fcntl
import os
import re
import shutil
import signal
import sys
import time

from trial import channel, recording
from trial.recording import Failed, SOURCE

FOLDER = SOURCE / "build/quickstart"
PATIENCE = 60  # seconds for a generated channel to become playable
UNITS = {"s": 1, "m": 60, "h": 3600}


class Interrupted(BaseException):
    """Ctrl-C, or a polite kill."""


def seconds(text):
    found = re.fullmatch(r"(\d+)([smh])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"'{text}' is no time such as 20s or 5m")
    return int(found[1]) * UNITS[found[2]]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/quickstart", add_help=False)
    parser.add_argument("--once", type=seconds)
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--loopback", action="store_true")
    parser.add_argument("-i", dest="group")
    parser.add_argument("-p", dest="port", type=int)
    parser.add_argument("-n", dest="interface")
    arguments = parser.parse_args()
    own = (arguments.group, arguments.port, arguments.interface)
    if any(own) and not all(own):
        parser.error("-i GROUP, -p PORT and -n INTERFACE go together")
    return arguments


def open_channel(arguments, stack):
    """The channel to record: the one named, else a generated one by the best way there is."""
    if arguments.group:
        return stack.enter_context(
            channel.NetworkChannel(arguments.group, arguments.port, arguments.interface))
    if not arguments.loopback:
        try:
            return stack.enter_context(channel.NamespaceChannel())
        except channel.Unavailable as reason:
            print(f"no network namespace can be made here ({reason}): using the loopback interface instead")
    return stack.enter_context(channel.LoopbackChannel())


def tunnel(ports):
    """The command by which the page is seen from where the SSH session comes from."""
    server = os.environ["SSH_CONNECTION"].split()[2]
    user = os.environ.get("SUDO_USER") or os.environ.get("USER") or "root"
    forwards = " ".join(f"-L {port}:127.0.0.1:{port}" for port in ports)
    return f"ssh -N {forwards} {user}@{server}"


class Progress:
    """One line that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self):
        self._terminal, self._last = sys.stdout.isatty(), 0.0

    def show(self, text):
        if self._terminal:
            print(f"\r\033[K{text}", end="", flush=True)
        elif time.monotonic() - self._last >= 5:
            print(text, flush=True)
            self._last = time.monotonic()

    def end(self):
        if self._terminal:
            print()


def describe(status, elapsed):
    stream = status["streams"][0]
    dropped = sum(status["drops"].values())
    return (f"  {elapsed:4.0f} s  {stream['state']:9}  {status['received']} datagrams received, {dropped} dropped, "
            f"{stream['segments_stored']} segments stored")


def wait_until_playable(source, record):
    began, progress = time.monotonic(), Progress()
    while not record.plays():
        check(source, record)
        waited = time.monotonic() - began
        if source.sent() is not None and waited > PATIENCE:
            raise Failed(f"nothing to play within {PATIENCE} s:\n{record.last_words()}")
        progress.show(f"waiting for the first segment, {waited:.0f} s")
        time.sleep(0.2)
    progress.end()


def check(source, record):
    if source.failed():
        raise Failed(f"the generator of the channel ended: see {FOLDER / 'generator.log'}")
    if not record.running():
        raise Failed(f"sluice run ended:\n{record.last_words()}")


def record_until_stopped(source, record, limit):
    began, progress = time.monotonic(), Progress()
    try:
        while limit is None or time.monotonic() - began < limit:
            check(source, record)
            progress.show(describe(record.status(), time.monotonic() - began))
            time.sleep(1 if limit is None else min(1.0, max(0.0, began + limit - time.monotonic())))
    finally:
        progress.end()


def settle(record):
    """The status once nothing is in flight any more."""
    deadline = time.monotonic() + 10
    while (status := record.status())["in_flight"] and time.monotonic() < deadline:
        time.sleep(0.05)
    return status


def summary(source, record):
    """Ends channel and recording, prints what came of it; returns whether nothing was lost."""
    source.stop()
    time.sleep(0.2)  # the last datagrams may still be in the interface's queue
    status, sent = settle(record), source.sent()
    playlist = record.playlist
    ended = record.stop()
    segments, size = record.stored()
    stream = status["streams"][0]
    drops = {reason: count for reason, count in status["drops"].items() if count}
    missed = sum(port["missed"] for port in status["ports"])
    unseen = sent - status["received"] if sent is not None else 0

    print(f"received   {status['received']} datagrams" + (f" of {sent} sent" if sent is not None else ""))
    print("dropped    " + (", ".join(f"{count} {reason}" for reason, count in drops.items()) or "none"))
    print(f"missed     {missed} by the interface, {stream['cc_errors']} continuity errors in the stream")
    print(f"archived   {segments} segments, {size} bytes")
    print(f"playlist   {playlist} (while Sluice runs)")
    kept = sum(path.stat().st_size for path in FOLDER.rglob("archive/**/*") if path.is_file())
    if kept:
        print(f"           the recording stays in {FOLDER / 'archive'} until the next quickstart")
    whole = ended == 0 and not drops and not missed and unseen == 0 and stream["cc_errors"] == 0 and segments > 0
    print("nothing was lost" if whole else f"something was lost; the log is {record.log}")
    return whole


def quickstart(arguments, stack):
    source = open_channel(arguments, stack)
    print(f"recording  {source.description}")
    server = None
    if arguments.s3:
        server = stack.enter_context(recording.S3Server(FOLDER / "s3"))
        print(f"store      S3 at {server.endpoint} (radosgw, in memory, for this trial)")
    record = stack.enter_context(recording.Recording(FOLDER, source, server))
    print("sluice is ready to capture")
    source.start(stack.enter_context(open(FOLDER / "generator.log", "wb")))
    whole = True
    try:
        wait_until_playable(source, record)
        taken = time.time() - float(os.environ.get("SLUICE_TRIAL_BEGAN", time.time()))
        print(f"playable   {taken:.0f} s after the command was typed\npage       {record.page}")
        if os.environ.get("SSH_CONNECTION"):
            ports = [record.port] + ([int(server.endpoint.rpartition(":")[2])] if server else [])
            print(f"           from your own machine, first: {tunnel(ports)}")
        if arguments.once is None:
            print("Ctrl-C ends the recording")
        record_until_stopped(source, record, arguments.once)
    except Interrupted:
        print("\nending the recording")
    whole = summary(source, record)
    return 0 if whole or arguments.once is None else 1


def interrupt(*_):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # once is enough; what follows must not be cut short
    raise Interrupted


def main():
    arguments = parse_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with open(FOLDER / "lock", "wb") as lock, contextlib.ExitStack() as stack:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failed("another quickstart is running from this checkout") from None
            for leftover in ("archive", "s3"):
                shutil.rmtree(FOLDER / leftover, ignore_errors=True)
            for leftover in (*FOLDER.glob("catalog*"), *FOLDER.glob("*.log")):
                leftover.unlink()
            return quickstart(arguments, stack)
    except Interrupted:
        return 0 if arguments.once is None else 1
    except (Failed, channel.Unavailable) as failure:
        print(f"tools/quickstart: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
