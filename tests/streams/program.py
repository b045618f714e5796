"""`sluice segment` run on a stream, and what it left."""

import dataclasses
import json
import pathlib
import subprocess

from harness import paths, ts


@dataclasses.dataclass
class Segments:
    folder: pathlib.Path
    list: list
    said: str

    def bytes(self, number):
        return (self.folder / self.list[number]["file"]).read_bytes()

    def packets(self, number):
        data = self.bytes(number)
        return [data[at:at + ts.PACKET] for at in range(0, len(data), ts.PACKET)]

    def path(self, number):
        return self.folder / self.list[number]["file"]

    def playlist(self):
        return (self.folder / "index.m3u8").read_text()


class Refused(Exception):
    """The program did not take the stream."""


def segment(file, folder, target, longest, program="auto", inject=False):
    """Cuts a file into a folder."""
    command = [paths.program("sluice"), "segment", file, "-o", folder, "--target", f"{round(target * 1000)}ms",
               "--max", f"{round(longest * 1000)}ms", "--program", program,
               f"--inject_pat_pmt={str(inject).lower()}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise Refused(f"{' '.join(map(str, command))}: exit status {done.returncode}: {done.stderr}")
    return Segments(folder, json.loads((folder / "segments.json").read_text()), done.stderr)
