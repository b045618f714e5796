"""`sluice top` on a terminal, and without one."""

import contextlib
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

from harness import appliance, media, paths

SUITE = "top"
STREAMS = 60
LEAVES = b"\x1b[?25h\x1b[?1049l"  # shows the cursor, goes back to the terminal's own screen


class Terminal:
    """`sluice top` on a terminal of its own."""

    def __init__(self, *arguments, columns=80, rows=24):
        self._ours, self._theirs = pty.openpty()
        self.resize(columns, rows)
        self.modes = termios.tcgetattr(self._theirs)
        self.process = subprocess.Popen([paths.program("sluice"), "top", *arguments], stdin=self._theirs,
                                        stdout=self._theirs, stderr=self._theirs, start_new_session=True)
        self.seen = b""

    def resize(self, columns, rows):
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        self.seen = b""
        os.write(self._ours, keys)

    def wait_for(self, text, timeout=15):
        deadline = time.monotonic() + timeout
        while text not in self.seen:
            if time.monotonic() > deadline or not self._read(0.1):
                raise AssertionError(f"no {text!r} on the screen: {self.seen[-4000:]!r}")

    def _read(self, seconds):
        if select.select([self._ours], [], [], seconds)[0]:
            with contextlib.suppress(OSError):
                self.seen += os.read(self._ours, 65536)
        return True

    def end(self):
        """Waits for its end; returns (exit status, whether the terminal is as it was)."""
        status = self.process.wait(10)
        while select.select([self._ours], [], [], 0.1)[0]:
            self.seen += os.read(self._ours, 65536)
        return status, self.seen.endswith(LEAVES) and termios.tcgetattr(self._theirs) == self.modes

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        clip = cls.folder / "clip.ts"
        clip.write_bytes(media.channel(media.H264, media.AAC, 45))
        streams = [{"name": f"stream-{number:02d}", "source": f"file://{clip}?pace=recorded", "bitrate": "1Mbps"}
                   for number in range(STREAMS)]
        cls.sluice = cls.enterClassContext(appliance.Appliance(streams, {"driver": "dpdk"}, arena="256MiB"))
        cls.sluice.write()

    def top(self, **size):
        return self.enterContext(Terminal("-c", self.sluice.path, "--interval", "200ms", **size))

    def test_shows_streams_while_the_appliance_comes_goes_and_comes_back(self):
        terminal = self.top()
        terminal.wait_for(b"not running")
        for _ in range(2):
            self.sluice.start()
            terminal.type(b"")
            terminal.wait_for(b"60 streams: 60 receiving")
            terminal.wait_for(b"1-16 of 60")
            terminal.type(b"/-07")
            terminal.wait_for(b"1-1 of 1 (60 in all)")
            terminal.type(b"\x1b")
            terminal.wait_for(b"1-16 of 60")
            terminal.resize(200, 60)
            terminal.wait_for(b"1-52 of 60")
            terminal.resize(80, 24)
            self.sluice.stop()
            terminal.type(b"")
            terminal.wait_for(b"not running")
        terminal.type(b"\x03")
        self.assertEqual((0, True), terminal.end())

    def test_gives_the_terminal_back_however_it_ends(self):
        for kill in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            terminal = self.top()
            terminal.wait_for(b"not running")
            terminal.process.send_signal(kill)
            self.assertEqual((0, True), terminal.end(), kill)

    def test_prints_one_picture_where_there_is_no_terminal(self):
        done = subprocess.run([paths.program("sluice"), "top", "-c", self.sluice.path, "--interval", "100ms"],
                              stdout=subprocess.PIPE, text=True, timeout=20, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("not running", done.stdout)
        self.assertNotIn("\x1b", done.stdout)
        self.assertEqual(STREAMS, len(re.findall(r"^stream-\d\d +down", done.stdout, re.MULTILINE)))
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)
