"""A channel on the network plays in Chromium seconds later, from the file store and from S3."""

import os
import pathlib
import tempfile
import unittest
import unittest.mock

from harness import appliance, browser, media, network, s3_server

SUITE = "browser"
NEEDS_ROOT = True
TIMEOUT = 180

STREAM, GROUP, PORT, SECONDS = "news", "239.77.8.1", 5000, 60
SEEN = pathlib.Path(os.environ.get("SLUICE_BUILD", tempfile.gettempdir())) / "test-screenshots"


class Page(unittest.TestCase):
    def play(self, name, storage=None, environment=None):
        """Records a channel and looks at it from a second namespace, which has no credentials."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        sender, viewer = (self.enterContext(network.VethPair()) for _ in range(2))
        channel = folder / "channel.ts"
        channel.write_bytes(media.channel(media.H264, media.AAC, SECONDS, size="640x360"))
        sluice = self.enterContext(appliance.Appliance(
            [{"name": STREAM, "source": f"udp://{GROUP}:{PORT}"}], appliance.dpdk(sender.interface),
            storage=storage and storage(viewer), segment={"inject_pat_pmt": True}))
        sluice.configuration["control"]["listen"] = f"{viewer.address}:{sluice.port}"
        SEEN.mkdir(exist_ok=True)
        sluice.start(environment=environment)
        with sender.send((channel, "udp", GROUP, PORT)):
            seen = browser.look(f"http://{viewer.address}:{sluice.port}/", "--stream", STREAM, "--segment", "2",
                                "--borders", "2", "--screenshot", SEEN / f"{name}.png",
                                wrapper=viewer.wrapper)
        self.assertGreater(seen["decoded"], 50)
        self.assertEqual("640x360", seen["size"])
        self.assertEqual(0, sluice.stop())

    def test_a_channel_plays_from_the_file_store(self):
        self.play("file_store")

    def test_a_channel_plays_from_s3_by_signed_url(self):
        with s3_server.started("--listen", "0.0.0.0"):
            endpoint = os.environ["SLUICE_TEST_S3_ENDPOINT"]
            keys = {"AWS_ACCESS_KEY_ID": os.environ["SLUICE_TEST_S3_ACCESS_KEY"],
                    "AWS_SECRET_ACCESS_KEY": os.environ["SLUICE_TEST_S3_SECRET_KEY"]}
            self.play("s3", lambda viewer: {"endpoint": endpoint, "bucket": "sluice-browser",
                                            "public_endpoint": endpoint.replace("127.0.0.1", viewer.address)}, keys)
