"""The web page plays: headless Chromium decodes frames and gets past segment borders."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from harness import browser, paths

SUITE = "browser"
TIMEOUT = 180

SEGMENT_SECONDS = 2


def make_segments(folder, *codecs):
    """Twelve seconds of a test picture, cut at key frames every two seconds."""
    folder.mkdir()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25",
         "-f", "lavfi", "-i", "sine=440:r=48000", "-t", "12", *codecs, "-g", "50",
         "-f", "segment", "-segment_time", str(SEGMENT_SECONDS), "-segment_format", "mpegts",
         str(folder / "%03d.ts")], check=True)


class Player(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory(prefix="sluice-web-")
        cls.folder = pathlib.Path(cls.work.name)
        cls.addClassCleanup(cls.work.cleanup)

    def serve(self, *codecs, damaged=False):
        """The URL of a server whose channels show these codecs, if wanted with packets missing from
        the middle of the second segment."""
        segments = self.folder / f"{self._testMethodName}-segments"
        make_segments(segments, *codecs)
        if damaged:
            second = sorted(segments.iterdir())[1]
            whole = second.read_bytes()
            half = len(whole) // 376 * 188
            second.write_bytes(whole[:half] + whole[half + 70 * 188:])
        server = subprocess.Popen(
            [paths.build() / "tests/control/web/demo_server", segments,
             self.folder / self._testMethodName],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.stdin.close)
        return f"http://127.0.0.1:{int(server.stdout.readline())}"

    def look(self, url, *options):
        return browser.look(url, "--segment", str(SEGMENT_SECONDS), *options)

    def test_live_the_last_hour_and_an_hour_of_the_archive_play(self):
        url = self.serve("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
                         "-sc_threshold", "0", "-c:a", "aac")
        live = self.look(url, "--stream", "news")
        self.assertEqual("640x360", live["size"])
        self.look(url, "--stream", "news", "--choice", "recent", "--scheme", "dark")
        hours = subprocess.run(["curl", "-fsS", f"{url}/api/v1/streams/news/hours"], check=True,
                               stdout=subprocess.PIPE).stdout
        first = json.loads(hours)["hours"][0]["start"][:13]
        self.look(url, "--stream", "news", "--choice", first, "--size", "390x844")

    def test_a_picture_that_lost_packets_does_not_end_it(self):
        url = self.serve("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
                         "-sc_threshold", "0", "-c:a", "aac", damaged=True)
        hours = subprocess.run(["curl", "-fsS", f"{url}/api/v1/streams/news/hours"], check=True,
                               stdout=subprocess.PIPE).stdout
        first = json.loads(hours)["hours"][0]["start"][:13]
        self.look(url, "--stream", "news", "--choice", first, "--borders", "3")

    def test_what_the_browser_cannot_decode_is_said_kindly(self):
        url = self.serve("-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "mp2")
        told = self.look(url, "--stream", "film-uhd", "--expect", "sorry")
        self.assertIn("HEVC video", told["message"])
        self.look(url, "--stream", "sport/hd", "--expect", "sorry")
