"""`sluice record`, typed as operators of its predecessor type it."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

from harness import media, network, paths, s3_server

SUITE = "record"
NEEDS_ROOT = True
TIMEOUT = 180

ENDPOINT = "http://127.0.0.1:9000"
KEYS = ("minioadmin", "minioadmin")
SECONDS = 45  # four segments of ten seconds, and more


def taken(port):
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("0.0.0.0", port))
            return False
        except OSError:
            return True


class Record(unittest.TestCase):
    """SEGMENT_DURATION_SECONDS=10 sluice record -i 227.1.1.102 -p 4102 -o ts -n IFACE --manual_segment
    --hls_keep_segments 3, with everything else at its default."""

    @classmethod
    def setUpClass(cls):
        for port in (9000, 3001):
            if taken(port):
                raise unittest.SkipTest(f"TCP port {port}, a default of sluice record, is taken on this machine")
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        cls.enterClassContext(s3_server.started("--port", "9000", "--keys", *KEYS))
        veth = cls.enterClassContext(network.VethPair())
        cls.data = media.channel(media.H264, media.AAC, SECONDS)
        (cls.folder / "channel.ts").write_bytes(cls.data)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        cls.log = open(cls.folder / "log", "wb")
        cls.addClassCleanup(cls.log.close)
        process = subprocess.Popen(
            [paths.program("sluice"), "record", "-i", "227.1.1.102", "-p", "4102", "-o", "ts", "-n", veth.interface,
             "--manual_segment", "--hls_keep_segments", "3"], cwd=cls.folder, stdout=subprocess.PIPE, stderr=cls.log,
            text=True, env={**environment, "SEGMENT_DURATION_SECONDS": "10"}, start_new_session=True)
        cls.addClassCleanup(cls.end, process)
        if "ready" not in (line.strip() for line in iter(process.stdout.readline, "")):
            raise AssertionError((cls.folder / "log").read_text())
        with veth.send((cls.folder / "channel.ts", "udp", "227.1.1.102", 4102)) as sender:
            sender.wait()
        time.sleep(1)  # the last cut is to be published
        cls.served = {name: cls.get(f"http://127.0.0.1:3001/{name}") for name in ("index.m3u8", "ts/urls.log")}
        cls.first_segment = cls.get_first_segment()
        process.send_signal(signal.SIGINT)
        cls.exit_status = process.wait(60)
        listed = cls.aws("s3api", "list-objects-v2", "--bucket", "ltnhls")
        cls.keys = sorted(entry["Key"] for entry in json.loads(listed)["Contents"])

    @classmethod
    def end(cls, process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()

    @staticmethod
    def get(url):
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read()

    @classmethod
    def get_first_segment(cls):
        uris = [line for line in cls.served["index.m3u8"].decode().splitlines() if line and not line.startswith("#")]
        return cls.get(urllib.parse.urljoin("http://127.0.0.1:3001/index.m3u8", uris[0]))

    @staticmethod
    def aws(*arguments):
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": KEYS[0], "AWS_SECRET_ACCESS_KEY": KEYS[1]}
        return subprocess.run(["aws", "--endpoint-url", ENDPOINT, "--region", "us-west-2", *arguments], check=True,
                              stdout=subprocess.PIPE, env=environment, timeout=60).stdout

    def test_ctrl_c_ends_it_well(self):
        self.assertEqual(0, self.exit_status, (self.folder / "log").read_text())

    def test_keys_have_no_stream_folder(self):
        segments = [key for key in self.keys if key.endswith(".ts")]
        self.assertGreaterEqual(len(segments), 4)
        for key in segments:
            self.assertRegex(key, r"^\d{4}/\d\d/\d\d/\d\d/segment_\d{8}-\d{6}__\d{4}\.ts$")
        self.assertTrue(any(re.fullmatch(r"\d{4}/\d\d/\d\d/\d\d/hourly_index\.m3u8", key) for key in self.keys))

    def test_all_that_was_sent_is_stored_even_the_tail(self):
        stored = sum(int(size) for size in re.findall(
            r"\s(\d+) \S+\.ts", self.aws("s3", "ls", "--recursive", "s3://ltnhls").decode()))
        self.assertGreaterEqual(stored, len(self.data))

    def test_the_live_index_keeps_three_segments(self):
        self.assertEqual(3, self.served["index.m3u8"].decode().count("#EXTINF"))

    def test_port_3001_serves_index_segments_and_urls(self):
        self.assertEqual(0x47, self.first_segment[0])
        self.assertRegex(self.served["ts/urls.log"].decode(), r"^Hour \d{4}/\d\d/\d\d/\d\d => http://127\.0\.0\.1:9000/")

    def test_the_local_folder_has_segments_and_playlists(self):
        local = [path.name for path in (self.folder / "ts").rglob("*") if path.is_file()]
        self.assertTrue(any(name.endswith(".ts") for name in local), local)
        self.assertTrue(any(name.endswith(".m3u8") for name in local), local)
        self.assertIn("urls.log", local)

    def test_a_viewer_without_keys_plays_the_hour(self):
        url = (self.folder / "ts/urls.log").read_text().split(" => ")[-1].strip()
        with urllib.request.urlopen(url, timeout=5) as answer:
            uris = [line for line in answer.read().decode().splitlines() if line and not line.startswith("#")]
        for uri in uris:
            self.assertEqual(0x47, self.get(uri)[0])
