"""tools/quickstart does what its help says, and leaves nothing behind."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from harness import media, network, paths

SUITE = "quickstart"
NEEDS_ROOT = True
TIMEOUT = 300

COMMAND = paths.SOURCE / "tools/quickstart"


@unittest.skipIf(paths.build() != paths.SOURCE / "build", "tools/quickstart runs the ordinary build")
class Quickstart(unittest.TestCase):
    def tearDown(self):
        self.assertNotIn("sluice-quickstart", network.run("ip", "netns", "list"))
        self.assertEqual([], [name for _, name in socket.if_nameindex() if name.startswith("sluice-qs")])
        self.assertEqual([], list(pathlib.Path("/dev/shm").glob("sluice-quickstart*")))
        folder = str(paths.SOURCE / "build/quickstart")
        self.assertEqual([], [entry.name for entry in pathlib.Path("/proc").glob("[0-9]*")
                              if folder in self.arguments(entry)])

    @staticmethod
    def arguments(entry):
        try:
            return (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return ""

    def once(self, *arguments):
        done = subprocess.run([COMMAND, "--once", "6s", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=TIMEOUT, check=False)
        print(done.stdout)
        self.assertEqual(0, done.returncode)
        self.assertIn("nothing was lost", done.stdout)
        self.assertRegex(done.stdout, r"playable +\d+ s after")
        self.assertRegex(done.stdout, r"archived +[1-9]\d* segments, [1-9]\d* bytes")
        return done.stdout

    def test_it_records_a_generated_channel_from_a_namespace(self):
        said = self.once()
        received, sent = map(int, re.search(r"received +(\d+) datagrams of (\d+) sent", said).groups())
        self.assertEqual(sent, received)

    def test_it_records_into_a_real_s3_server(self):
        self.assertIn("radosgw", self.once("--s3"))

    def test_it_records_over_the_loopback_interface(self):
        self.once("--loopback")

    def test_it_records_a_channel_of_the_network(self):
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, network.VethPair() as veth:
            path = pathlib.Path(folder) / "channel.ts"
            path.write_bytes(media.channel(media.H264, media.AAC, 45))
            with veth.send((path, "udp", "239.77.7.1", 5000)):
                self.once("-i", "239.77.7.1", "-p", "5000", "-n", veth.interface)

    def test_it_goes_on_until_ctrl_c_and_its_page_answers(self):
        with subprocess.Popen([COMMAND], stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
            page = next(found[1] for line in process.stdout if (found := re.match(r"page +(\S+)", line)))
            with urllib.request.urlopen(page, timeout=5) as answer:
                self.assertIn(b"<title>", answer.read())
            os.killpg(process.pid, signal.SIGINT)
            rest = process.stdout.read()
            self.assertEqual(0, process.wait(60), rest)
            self.assertIn("nothing was lost", rest)

    def test_its_help_needs_nothing_installed(self):
        done = subprocess.run([COMMAND, "--help"], env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE, text=True,
                              check=True)
        self.assertIn("--once", done.stdout)
