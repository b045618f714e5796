"""Playlists through wrap, jump, change, loss and gap play in every player, to their ends."""

import contextlib
import functools
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

from harness import npm, paths
from streams import catalogue, program

SUITE = "streams"
TIMEOUT = 180

SCRIPTS = paths.SOURCE / "tests/streams/players"
WANTED = [
    "H.264, closed GOP",
    "PTS wraps inside a segment",
    "PTS crosses the wrap twice in decode order",
    "H.264, joined in the middle of a GOP",
    "a marked jump of 1000 s",
    "an unmarked jump back of 1000 s, over the wrap",
    "another resolution",
    "a source restarted with new counters",
    "a hole longer than a segment",
]
AWAITED = {  # of hls.js
    "a hole longer than a segment": "a way over a hole before which sound ends earlier than the picture",
}
# No browser decodes these. (What one does of pictures that lost packets is tested with the web page.)
ELSEWHERE = ["HEVC, CRA with leading pictures", "MPEG-2, open GOP", "single packets missing"]


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path != "/blank.html":
            with contextlib.suppress(ConnectionError):  # players break off what they want no more
                super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>player</title><body>")


class Players(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        shutil.copy(paths.build() / "control/web/hls.min.js", cls.folder)
        cls.made = {}
        for stream in catalogue.STREAMS:
            if stream.name in WANTED + ELSEWHERE:
                made = stream.make()
                file = cls.folder / f"{stream.key}{made.suffix}"
                file.write_bytes(made.file())
                cls.made[stream.name] = program.segment(file, cls.folder / stream.key, stream.target, stream.max,
                                                        inject=True)
        handler = functools.partial(_Handler, directory=cls.folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.root = f"http://127.0.0.1:{server.server_address[1]}"

    def url(self, name):
        return f"{self.root}/{self.made[name].folder.name}/index.m3u8"

    def test_a_strict_parser_takes_them(self):
        for name in self.made:
            with self.subTest(name):
                made = self.made[name]
                done = subprocess.run(["node", SCRIPTS / "parse.mjs", made.folder / "index.m3u8", "--modules",
                                       npm.install(SCRIPTS)], capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(0, done.returncode, done.stderr)
                playlist = json.loads(done.stdout)
                listed = [one for one in playlist["segments"] if (made.folder / one["uri"]).exists()]
                self.assertTrue(all(one["gap"] for one in playlist["segments"] if one not in listed))
                self.assertTrue(playlist["ended"])
                self.assertEqual([one["file"] for one in made.list], [one["uri"] for one in listed])
                for one, segment in zip(listed, made.list):
                    self.assertAlmostEqual(segment["duration"], one["duration"], delta=0.0011)
                    self.assertLessEqual(round(one["duration"]), playlist["target"])
                    self.assertEqual(bool(segment["discontinuity"]), one["discontinuity"], one["uri"])
                dates = [one["date"] for one in playlist["segments"]]
                self.assertEqual(sorted(dates), dates)

    def test_ffmpeg_plays_them(self):
        for name in self.made:
            with self.subTest(name):
                done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", self.url(name), "-map", "0:v:0", "-f",
                                       "framecrc", "-"], capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(0, done.returncode, done.stderr)
                self.assertGreaterEqual(len(re.findall(r"^0,", done.stdout, re.MULTILINE)), 25 * self.pictured(name) - 15)

    def has_absent(self, name):
        """Whether a segment is listed that is not there."""
        listed = re.findall(r"^(?!#)(\S+)$", self.made[name].playlist(), re.MULTILINE)
        return not all((self.made[name].folder / uri).exists() for uri in listed)

    def pictured(self, name):
        """Seconds for which there are pictures: none before the first access point."""
        return sum(one["duration"] for one in self.made[name].list if one["cut"] != "start")

    def test_gstreamer_plays_them(self):
        for name in self.made:
            with self.subTest(name):
                done = subprocess.run(["gst-launch-1.0", "-v", "playbin", f"uri={self.url(name)}", "flags=3",
                                       "video-sink=fakesink name=pictures silent=false sync=false",
                                       "audio-sink=fakesink name=sound silent=false sync=false"],
                                      capture_output=True, text=True, timeout=60, check=False)
                if done.returncode != 0 and self.has_absent(name):
                    self.skipTest("GStreamer does not know EXT-X-GAP, and asks for what is absent")
                self.assertEqual(0, done.returncode, done.stdout[-2000:] + done.stderr[-2000:])
                pictures = len(re.findall(r":pictures: last-message = chain", done.stdout))
                self.assertGreaterEqual(pictures, 25 * self.pictured(name) - 15)
                self.assertIn(":sound: last-message = chain", done.stdout)

    def test_mpv_plays_them(self):
        """Picture and sound each alone: where time jumps, mpv without a screen and loudspeakers waits for
        either until the other is there."""
        for name in self.made:
            with self.subTest(name):
                for off in ("--no-audio", "--no-video"):
                    done = subprocess.run(["mpv", "--no-config", "--vo=null", "--ao=null", "--untimed",
                                           "--ao-null-untimed=yes", off, "--term-status-msg=at ${=time-pos}",
                                           self.url(name)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                          stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
                    self.assertIn("Exiting... (End of file)", done.stdout, off)
                    if not self.has_absent(name):  # which mpv asks for, and goes on without
                        self.assertNotRegex(done.stdout, r"(?i)\bfailed")

    def test_hls_js_plays_them_in_chromium(self):
        urls = {self.url(name): name for name in WANTED}
        done = subprocess.run(["node", SCRIPTS / "play.mjs", *urls, "--script", f"{self.root}/hls.min.js", "--modules",
                               npm.install(SCRIPTS)], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        for url, seen in json.loads(done.stdout).items():
            with self.subTest(urls[url]):
                if urls[url] in AWAITED and not seen["ended"]:
                    self.skipTest(f"awaits {AWAITED[urls[url]]}")
                self.assertTrue(seen["ended"], seen)
                self.assertGreater(seen["time"], self.pictured(urls[url]) - 1, seen)
                self.assertGreater(seen["frames"], 20 * self.pictured(urls[url]), seen)
                self.assertEqual([], [error for error in seen["errors"] if "fatal" in error])
