"""Real streams over a veth pair: what was archived is what was sent, cut where a decoder can start."""

import pathlib
import re
import tempfile
import unittest

from harness import appliance, media, network, ts

SUITE = "network"
NEEDS_ROOT = True

SECONDS, TARGET = 10, 2
FRAME = ts.CLOCK // 25


def channels(h264, hevc, mpeg2):
    """name → (scheme, group, bytes) of three channels in the given schemes. The first is interleaved
    as a broadcast multiplexer lays packets, the others as ffmpeg does."""
    plain = media.channel(media.H264, media.AAC, SECONDS)
    spread = ts.spread(plain, ts.video_pid(plain) + 1)
    assert spread != plain
    return {
        "h264": (h264, "239.77.1.1", spread),
        "hevc": (hevc, "239.77.1.2", media.channel(media.HEVC, media.AC3, SECONDS)),
        "mpeg2": (mpeg2, "239.77.1.3", media.channel(media.MPEG2, media.MP2, SECONDS)),
    }


class Capture:
    """One capture of three channels at once; the tests look at what it left."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        cls.channels = channels(*cls.SCHEMES)
        veth = cls.enterClassContext(network.VethPair())
        jobs = []
        for name, (scheme, group, data) in cls.channels.items():
            path = cls.folder / f"{name}.ts"
            path.write_bytes(data)
            jobs.append((path, scheme, group, 5000))
        streams = [{"name": name, "source": f"{scheme}://{group}:5000"}
                   for name, (scheme, group, _) in cls.channels.items()]
        cls.sluice = cls.enterClassContext(
            appliance.Appliance(streams, cls.dataplane(veth.interface), segment={"target": f"{TARGET}s"}))
        cls.sluice.start()
        with veth.send(*jobs) as sender:
            cls.sent = [len(times) for times in sender.wait()]
        cls.status = cls.sluice.wait_for(lambda status: status["received"] >= sum(cls.sent), what="all datagrams")
        cls.status = cls.sluice.wait_for(lambda status: status["in_flight"] == 0, what="nothing in flight")
        cls.exit_status = cls.sluice.stop()

    def cut_segments(self, name):
        """The segments that begin with an access point: all but packets that came before the first."""
        pid = ts.video_pid(self.channels[name][2])
        return [path for path in self.sluice.segments(name)
                if ts.first_pts(path.read_bytes(), pid) is not None]

    def test_it_ends_well(self):
        self.assertEqual(0, self.exit_status)

    def test_what_was_archived_is_what_was_sent_byte_for_byte(self):
        for name, (_, _, data) in self.channels.items():
            with self.subTest(name):
                self.assertTrue(self.sluice.archived(name) == data,
                                f"{len(self.sluice.archived(name))} bytes archived, {len(data)} sent")

    def test_every_datagram_is_accounted_for(self):
        drops = {reason: count for reason, count in self.status["drops"].items() if count}
        self.assertEqual({}, drops)
        self.assertEqual(sum(self.sent), self.status["received"])
        self.assertEqual(sum(self.sent), self.status["committed"])
        by_name = {stream["name"]: stream["received"] for stream in self.status["streams"]}
        self.assertEqual(dict(zip(self.channels, self.sent)), by_name)

    def test_cuts_are_the_key_frames_that_the_slot_rule_names(self):
        for name, (_, _, data) in self.channels.items():
            with self.subTest(name):
                pid = ts.video_pid(data)
                cuts = [ts.first_pts(path.read_bytes(), pid) for path in self.cut_segments(name)]
                keys = media.key_frames(self.folder / f"{name}.ts")
                self.assertEqual(media.expected_cuts(keys, TARGET), cuts)

    def test_each_segment_decodes_alone_from_its_first_frame(self):
        for name in self.channels:
            with self.subTest(name):
                frames = 0
                for path in self.cut_segments(name):
                    self.assertTrue(media.first_frame_is_key(path), path.name)
                    self.assertEqual("", media.video_errors(path), path.name)
                    frames += media.frame_count(path)
                # frames that lead an open GOP cannot be decoded without the GOP before
                leading = 2 * len(self.cut_segments(name)) if name == "mpeg2" else 0
                self.assertGreaterEqual(frames, SECONDS * 25 - leading)

    def test_durations_add_up_to_the_media_time_within_a_frame(self):
        for name in self.channels:
            with self.subTest(name):
                playlists = sorted(self.sluice.stream_folder(name).glob("????/??/??/??/hourly_index.m3u8"))
                extinf = [float(value) for playlist in playlists
                          for value in re.findall(r"#EXTINF:([\d.]+)", playlist.read_text())]
                self.assertEqual(len(self.sluice.segments(name)), len(extinf))
                stamps = [packet["pts"] for packet in media.probe(
                    self.folder / f"{name}.ts", "-select_streams", "v:0", "-show_entries", "packet=pts")["packets"]]
                media_time = (max(stamps) + FRAME - min(stamps)) / ts.CLOCK
                self.assertAlmostEqual(media_time, sum(extinf), delta=FRAME / ts.CLOCK)


class DpdkCapture(Capture, unittest.TestCase):
    SCHEMES = ("udp", "rtp", "udp")
    dataplane = staticmethod(appliance.dpdk)


class PcapCapture(Capture, unittest.TestCase):
    SCHEMES = ("rtp", "udp", "rtp")
    dataplane = staticmethod(appliance.pcap)
