"""Against a real S3 server (radosgw): the archive in place, read back by others, played by signed URL."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import unittest.mock
import urllib.parse

from harness import appliance, media, network, paths, player, s3_server

SUITE = "s3"
NEEDS_ROOT = True
TIMEOUT = 180

STREAM, GROUP, BUCKET, PREFIX, SECONDS = "news", "239.77.6.1", "sluice-test", "head/", 10


def aws(endpoint, *arguments):
    return subprocess.run(["aws", "--endpoint-url", endpoint, "--region", "us-east-1", *arguments], check=True,
                          stdout=subprocess.PIPE, timeout=60).stdout


def s3cmd(endpoint, *arguments):
    host = endpoint.removeprefix("http://")
    return subprocess.run(
        ["s3cmd", "--no-ssl", f"--host={host}", f"--host-bucket={host}", "--region=us-east-1", "--config=/dev/null",
         f"--access_key={os.environ['AWS_ACCESS_KEY_ID']}", f"--secret_key={os.environ['AWS_SECRET_ACCESS_KEY']}",
         *arguments], check=True, stdout=subprocess.PIPE, timeout=60).stdout


class Archive(unittest.TestCase):
    """One capture into the server; the tests look at what lies there. The viewer is a second
    namespace that has no credentials and reaches the server by another address."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        cls.enterClassContext(s3_server.started("--listen", "0.0.0.0"))
        cls.endpoint = os.environ["SLUICE_TEST_S3_ENDPOINT"]
        keys = {"AWS_ACCESS_KEY_ID": os.environ["SLUICE_TEST_S3_ACCESS_KEY"],
                "AWS_SECRET_ACCESS_KEY": os.environ["SLUICE_TEST_S3_SECRET_KEY"]}
        cls.enterClassContext(unittest.mock.patch.dict(os.environ, keys))
        sender, cls.viewer = (cls.enterClassContext(network.VethPair()) for _ in range(2))
        cls.public = cls.endpoint.replace("127.0.0.1", cls.viewer.address)
        cls.sluice = cls.enterClassContext(appliance.Appliance(
            [{"name": STREAM, "source": f"rtp://{GROUP}:5004"}], appliance.dpdk(sender.interface),
            storage={"endpoint": cls.endpoint, "public_endpoint": cls.public, "bucket": BUCKET, "prefix": PREFIX},
            segment={"inject_pat_pmt": False}))
        cls.data = media.channel(media.H264, media.AAC, SECONDS)
        path = cls.folder / "channel.ts"
        path.write_bytes(cls.data)
        cls.sluice.start()
        with sender.send((path, "rtp", GROUP, 5004)) as sending:
            cls.sent = len(sending.wait()[0])
        cls.status = cls.sluice.wait_for(lambda status: status["committed"] >= cls.sent, what="all datagrams")
        cls.exit_status = cls.sluice.stop()
        listed = json.loads(aws(cls.endpoint, "s3api", "list-objects-v2", "--bucket", BUCKET))["Contents"]
        cls.keys = sorted(entry["Key"] for entry in listed)
        cls.segments = [key for key in cls.keys if key.endswith(".ts")]
        cls.urls = [line.split(" => ")[1] for line in (cls.sluice.folder / "urls.log").read_text().splitlines()]

    def fetch(self, url):
        """(status, body) as a viewer gets them."""
        body = self.folder / "body"
        status = self.viewer.inside("env", "-i", "curl", "-sS", "-o", body, "-w", "%{http_code}", url)
        return int(status), body.read_bytes()

    def signed_segments(self):
        uris = []
        for url in self.urls:
            status, body = self.fetch(url)
            self.assertEqual(200, status, body)
            uris += [line for line in body.decode().splitlines() if line and not line.startswith("#")]
        return uris

    def test_it_ends_well_and_drops_nothing(self):
        self.assertEqual(0, self.exit_status)
        self.assertEqual(0, sum(self.status["drops"].values()))

    def test_objects_lie_where_they_are_expected(self):
        hours = {key.rpartition("/")[0] for key in self.segments}
        for hour in hours:
            self.assertRegex(hour, rf"^{PREFIX}{STREAM}/\d{{4}}/\d\d/\d\d/\d\d$")
            for name in ("manifest.jsonl", "hourly_index.m3u8", "index.m3u8"):
                self.assertIn(f"{hour}/{name}", self.keys)
        self.assertIn(f"{PREFIX}{STREAM}/index.m3u8", self.keys)
        self.assertEqual(len(hours), len(self.urls))

    def test_types_of_content_are_what_players_ask_for(self):
        for key, expected in ((self.segments[0], "video/mp2t"),
                              (f"{PREFIX}{STREAM}/index.m3u8", "application/vnd.apple.mpegurl")):
            head = json.loads(aws(self.endpoint, "s3api", "head-object", "--bucket", BUCKET, "--key", key))
            self.assertEqual(expected, head["ContentType"])

    def test_aws_reads_back_the_bytes_that_were_sent(self):
        read = b"".join(aws(self.endpoint, "s3", "cp", f"s3://{BUCKET}/{key}", "-") for key in self.segments)
        self.assertTrue(read == self.data, f"{len(read)} bytes read, {len(self.data)} sent")

    def test_s3cmd_lists_and_reads_back_the_same(self):
        listed = re.findall(rf"s3://{BUCKET}/(\S+\.ts)", s3cmd(self.endpoint, "ls", "-r", f"s3://{BUCKET}").decode())
        self.assertEqual(self.segments, sorted(listed))
        read = b"".join(s3cmd(self.endpoint, "get", f"s3://{BUCKET}/{key}", "-") for key in self.segments)
        self.assertTrue(read == self.data)

    def test_the_bucket_lets_any_page_play_from_it(self):
        answer = self.viewer.inside("curl", "-sS", "-o", "/dev/null", "-D", "-", "-H", "Origin: http://page.example",
                                    self.signed_segments()[0])
        self.assertRegex(answer, r"(?i)access-control-allow-origin: (\*|http://page.example)")

    def test_a_viewer_without_credentials_fetches_the_signed_hour(self):
        read = b""
        for url in self.signed_segments():
            self.assertTrue(url.startswith(self.public + "/"), url)
            status, body = self.fetch(url)
            self.assertEqual(200, status, body)
            read += body
        self.assertTrue(read == self.data)

    def test_mpv_plays_the_signed_hour(self):
        # the hour goes on: a player would wait for more
        played = player.play(self.urls[-1], length=SECONDS - 2, wrapper=(
            *self.viewer.wrapper, "env", "-i", "HOME=/tmp", "PATH=/usr/bin"))
        self.assertGreater(played, SECONDS - 3)

    def test_an_unsigned_url_is_refused(self):
        self.assertEqual(403, self.fetch(self.urls[-1].partition("?")[0])[0])

    def test_a_tampered_url_is_refused(self):
        url = urllib.parse.urlsplit(self.urls[-1])
        other_key = url._replace(path=url.path.replace("hourly_index", "index")).geturl()
        longer = re.sub(r"X-Amz-Expires=\d+", "X-Amz-Expires=604799", url.geturl())
        signature = re.sub(r"X-Amz-Signature=(.)", lambda found: "X-Amz-Signature=" + ("1" if found[1] == "0" else "0"),
                           url.geturl())
        self.assertNotIn(url.geturl(), (other_key, longer, signature))
        for tampered in (other_key, longer, signature):
            self.assertEqual(403, self.fetch(tampered)[0], tampered)

    def test_an_expired_url_is_refused_and_a_valid_one_is_not(self):
        def presigned(*arguments):
            return network.run(paths.program("sluice"), "object", "presign", self.segments[0], *arguments,
                               "-c", self.sluice.path).strip()
        self.assertEqual(200, self.fetch(presigned("--expires", "1h"))[0])
        self.assertEqual(403, self.fetch(presigned("--expires", "1h", "--at", "2026-01-16T11:47:43Z"))[0])

    def test_sluice_lists_the_objects_as_aws_does(self):
        said = network.run(paths.program("sluice"), "object", "ls", "-c", self.sluice.path, "--json")
        self.assertEqual(self.keys, sorted(entry["key"] for entry in json.loads(said)))


class Trouble(unittest.TestCase):
    def test_wrong_credentials_are_named(self):
        with s3_server.started(), appliance.Appliance(
                [{"name": STREAM, "source": f"udp://{GROUP}:5000"}], appliance.pcap("lo"),
                storage={"endpoint": os.environ["SLUICE_TEST_S3_ENDPOINT"], "bucket": BUCKET}) as sluice:
            keys = {"AWS_ACCESS_KEY_ID": os.environ["SLUICE_TEST_S3_ACCESS_KEY"],
                    "AWS_SECRET_ACCESS_KEY": "not-the-secret"}
            with unittest.mock.patch.dict(os.environ, keys):
                status, said = sluice.refuse()
            self.assertEqual(1, status, said)
            self.assertRegex(said, r"SignatureDoesNotMatch|credentials")

    def test_what_was_captured_while_the_store_was_away_is_stored_when_it_comes(self):
        data = media.channel(media.H264, media.AAC, 6)
        port = appliance.free_port()
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        veth = self.enterContext(network.VethPair())
        sluice = self.enterContext(appliance.Appliance(
            [{"name": STREAM, "source": f"udp://{GROUP}:5000"}], appliance.dpdk(veth.interface),
            storage={"endpoint": f"http://127.0.0.1:{port}", "bucket": BUCKET,
                     "credentials": {"source": "file", "file": str(folder / "credentials")}}))
        (folder / "credentials").write_text("[default]\naws_access_key_id = x\naws_secret_access_key = y\n")
        (folder / "channel.ts").write_bytes(data)
        sluice.start()
        with veth.send((folder / "channel.ts", "udp", GROUP, 5000)) as sending:
            sending.wait()
        self.assertEqual(0, sluice.status()["streams"][0]["segments_stored"])
        self.enterContext(s3_server.started("--port", str(port)))
        (folder / "credentials").write_text(
            f"[default]\naws_access_key_id = {os.environ['SLUICE_TEST_S3_ACCESS_KEY']}\n"
            f"aws_secret_access_key = {os.environ['SLUICE_TEST_S3_SECRET_KEY']}\n")
        sluice.wait_for(lambda status: status["streams"][0]["segments_stored"] > 0, timeout=60, what="a stored segment")
        self.assertEqual(0, sluice.stop())
        listing = network.run(paths.program("sluice"), "object", "ls", "-c", sluice.path, "--json")
        keys = sorted(entry["key"] for entry in json.loads(listing) if entry["key"].endswith(".ts"))
        read = b""
        for key in keys:
            network.run(paths.program("sluice"), "object", "get", key, folder / "object", "-c", sluice.path)
            read += (folder / "object").read_bytes()
        self.assertTrue(read == data)
