"""Channels sent by `sluice-gen`, and what each of them was."""

import json
import pathlib
import subprocess

from harness import paths


class Generator:
    """Sends from inside the other end of a veth pair until it is stopped."""

    def __init__(self, veth, folder, first, streams, *options):
        self.folder = pathlib.Path(folder)
        self._process = veth.start_inside(
            paths.program("sluice-gen"), first, "-n", veth.peer, "--streams", str(streams),
            "--sent", self.folder, "--json", *options, stdout=subprocess.PIPE, text=True)

    def wait(self, timeout=120):
        """Waits for its end; returns its summary."""
        out, _ = self._process.communicate(timeout=timeout)
        if self._process.returncode != 0:
            raise RuntimeError(f"sluice-gen ended with {self._process.returncode}: {out}")
        return json.loads(out)

    def sent(self, number):
        """The bytes of a channel, counted from 0."""
        files = sorted(self.folder.iterdir())
        return files[number].read_bytes()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
