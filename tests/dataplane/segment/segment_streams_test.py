"""`sluice segment` on ffmpeg's streams: its cuts against ffprobe's key frames and the slot rule."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from harness import capture_file, frames, media, paths, ts

SUITE = "segment"

CHANNELS = {
    "H.264 and AAC": (media.H264, media.AAC, "idr"),
    "HEVC and AC-3": (media.HEVC, media.AC3, "irap"),
    "MPEG-2 and MP2": (media.MPEG2, media.MP2, "i_picture"),
}
OPEN_GOP = ("-c:v libx264 -preset ultrafast -pix_fmt yuv420p "
            "-x264-params keyint=50:min-keyint=50:scenecut=0:open-gop=1:bframes=2")
INTRA_REFRESH = ("-c:v libx264 -preset ultrafast -pix_fmt yuv420p "
                 "-x264-params keyint=50:min-keyint=50:scenecut=0:intra-refresh=1")
EPOCH = 1_737_007_200  # 2025-01-16T06:00:00Z
FLOW = ("239.1.1.1", 5000)
LOOKS = {
    "UDP": lambda datagram, number: [frames.frame(datagram, *FLOW)],
    "RTP": lambda datagram, number: [frames.frame(frames.rtp(datagram, number), *FLOW)],
    "fragments": lambda datagram, number: frames.fragments(datagram, *FLOW, number, 600)[::-1],
}


class Segmented:
    """A stream cut by the command, and what it said."""

    def __init__(self, folder, data, *flags, name="input.ts"):
        self.input = pathlib.Path(folder) / name
        self.input.write_bytes(data)
        self.out = pathlib.Path(folder) / "out"
        done = subprocess.run([paths.program("sluice"), "segment", self.input, "-o", self.out, *flags],
                              capture_output=True, text=True, timeout=60, check=False)
        self.status, self.said = done.returncode, done.stderr
        listing = self.out / "segments.json"
        self.list = json.loads(listing.read_text()) if listing.exists() else []

    def files(self):
        return [self.out / segment["file"] for segment in self.list]

    def joined(self):
        return b"".join(file.read_bytes() for file in self.files())

    def cuts(self):
        """The segments that begin at an access point."""
        return [segment for segment in self.list if segment["cut"] != "start"]

    def reasons(self):
        return [segment["discontinuity"] for segment in self.list]


class SegmentTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def segment(self, data, *flags, **more):
        done = Segmented(tempfile.mkdtemp(dir=self.folder), data, *flags, **more)
        self.assertEqual(0, done.status, done.said)
        return done

    def assert_cut_by_the_slot_rule(self, done, target=6):
        keys = media.key_frames(done.input)
        self.assertEqual(media.expected_cuts(keys, target), [s["start_pts"] for s in done.cuts()])


class Cuts(SegmentTest):
    def test_every_cut_is_the_first_key_frame_of_its_slot(self):
        for name, (video, audio, cut) in CHANNELS.items():
            for target in (2, 3.5, 6):
                with self.subTest(name, target=target):
                    data = media.channel(video, audio, 21)
                    done = self.segment(data, "--target", f"{round(target * 1000)}ms")
                    self.assert_cut_by_the_slot_rule(done, target)
                    self.assertEqual({cut}, {s["cut"] for s in done.cuts()})

    def test_durations_add_up_to_the_media_time(self):
        for name, (video, audio, _) in CHANNELS.items():
            with self.subTest(name):
                done = self.segment(media.channel(video, audio, 21))
                self.assertAlmostEqual(21, sum(s["duration"] for s in done.list), delta=0.041)

    def test_each_segment_decodes_alone(self):
        for name, (video, audio, _) in CHANNELS.items():
            with self.subTest(name):
                done = self.segment(media.channel(video, audio, 21))
                for segment in done.cuts():
                    file = done.out / segment["file"]
                    self.assertTrue(media.first_frame_is_key(file), file.name)
                    self.assertEqual("", media.video_errors(file), file.name)

    def test_cuts_are_the_same_in_a_broadcast_multiplex(self):
        data = media.channel(media.H264, media.AAC, 21)
        tables = 3 * ts.PACKET  # SDT, PAT and PMT stay in front of the first key frame
        spread = data[:tables] + ts.spread(data[tables:], ts.video_pid(data))
        done = self.segment(spread)
        self.assert_cut_by_the_slot_rule(done)
        for segment in done.cuts():
            self.assertEqual("", media.video_errors(done.out / segment["file"]))

    def test_recovery_points_cut_where_there_are_no_idrs(self):
        for name, video in {"open GOP": OPEN_GOP, "intra refresh": INTRA_REFRESH}.items():
            with self.subTest(name):
                done = self.segment(media.channel(video, media.AAC, 21))
                self.assert_cut_by_the_slot_rule(done)
                self.assertEqual({"recovery_point"}, {s["cut"] for s in done.cuts()[1:]})

    def test_a_wrap_of_the_time_stamps_begins_a_new_slot(self):
        data = media.channel(media.H264, media.AAC, 21, mux="-output_ts_offset 95433 -muxdelay 0")
        done = self.segment(data)
        self.assert_cut_by_the_slot_rule(done)
        self.assertGreater(done.cuts()[0]["start_pts"], done.cuts()[-1]["start_pts"])
        self.assertEqual({()}, {tuple(reasons) for reasons in done.reasons()})
        self.assertAlmostEqual(21, sum(s["duration"] for s in done.list), delta=0.041)

    def test_audio_alone_is_cut_at_pes_starts(self):
        data = media.channel("-vn", media.AAC, 21)
        done = self.segment(data, "--target", "4s")
        self.assertEqual({"pes"}, {s["cut"] for s in done.cuts()})
        slots = [s["start_pts"] // (4 * ts.CLOCK) for s in done.cuts()]
        self.assertEqual(list(range(slots[0], slots[0] + len(slots))), slots)
        self.assertAlmostEqual(21, sum(s["duration"] for s in done.list), delta=0.4)  # one PES of several frames

    def test_a_missing_key_frame_is_replaced_by_a_forced_cut(self):
        video = media.H264.replace("-g 50", "-g 1000").replace("-keyint_min 50", "-keyint_min 1000")
        done = self.segment(media.channel(video, media.AAC, 21), "--target", "2s", "--max", "4s")
        cuts = done.cuts()
        self.assertEqual(["idr"] + ["forced"] * (len(cuts) - 1), [s["cut"] for s in cuts])
        starts = [s["start_pts"] for s in cuts]
        for before, after in zip(starts, starts[1:]):
            deadline = before // (2 * ts.CLOCK) * (2 * ts.CLOCK) + 4 * ts.CLOCK
            self.assertGreaterEqual(after, deadline)
            self.assertLess(after, deadline + 2 * 3600)


class Bytes(SegmentTest):
    def test_without_injection_the_segments_joined_are_the_input(self):
        for name, (video, audio, _) in CHANNELS.items():
            with self.subTest(name):
                data = media.channel(video, audio, 21)
                done = self.segment(data, "--inject_pat_pmt=false")
                self.assertEqual(data, done.joined())

    def test_each_segment_begins_with_pat_and_pmt_and_counters_go_on(self):
        data = media.channel(media.H264, media.AAC, 21)
        pmt_pid = self.pmt_pid(data)
        seen, sparse = 0, []
        for packet in ts.packets(data):  # the tables come once, at the beginning, and are missing later
            if ts.pid(packet) in (0, pmt_pid):
                seen += 1
                if seen > 2:
                    continue
            sparse.append(packet)
        done = self.segment(b"".join(sparse))
        self.assertGreater(len(done.cuts()), 3)
        for segment in done.cuts():
            packets = list(ts.packets((done.out / segment["file"]).read_bytes()))
            tables = [ts.pid(packet) for packet in packets[:3] if ts.pid(packet) != 0x11]  # ffmpeg's SDT is first
            self.assertEqual([0, pmt_pid], tables[:2])
            self.assertEqual(len(packets), segment["packets"])
        self.assertEqual([], self.counter_breaks(done.joined()))
        for segment in done.cuts():
            self.assertEqual("", media.video_errors(done.out / segment["file"]))

    def test_nothing_is_injected_where_the_tables_precede_the_access_point(self):
        data = media.channel(media.H264, media.AAC, 21)
        done = self.segment(data)
        self.assertEqual(data, done.joined())

    @staticmethod
    def pmt_pid(data):
        pat = next(packet for packet in ts.packets(data) if ts.pid(packet) == 0)
        return int.from_bytes(ts.payload(pat)[11:13], "big") & 0x1FFF

    @staticmethod
    def counter_breaks(data):
        """PIDs whose continuity_counter neither goes on nor belongs to a duplicate (2.4.3.3)."""
        last, breaks = {}, []
        for packet in ts.packets(data):
            pid = ts.pid(packet)
            if pid == 0x1FFF or not packet[3] & 0x10:
                continue
            before = last.get(pid)
            announced = packet[3] & 0x20 and packet[4] > 0 and packet[5] & 0x80  # discontinuity_indicator
            goes_on = announced or packet == before
            if before is not None and not goes_on and packet[3] & 15 != (before[3] + 1) & 15:
                breaks.append(pid)
            last[pid] = packet
        return breaks


class Discontinuities(SegmentTest):
    def test_packets_that_are_missing_are_counted_and_mark_one_segment(self):
        data = media.channel(media.H264, media.AAC, 21)
        packets = list(ts.packets(data))
        video = ts.video_pid(data)
        at = len(packets) // 2
        gone = next(i for i in range(at, len(packets)) if ts.pid(packets[i]) == video
                    and not ts.unit_start(packets[i]) and ts.pid(packets[i + 1]) == video
                    and not ts.unit_start(packets[i + 1]))
        done = self.segment(b"".join(packets[:gone] + packets[gone + 1:]))
        self.assertEqual(1, sum(s["cc_errors"] for s in done.list))
        self.assertEqual([["loss"]], [reasons for reasons in done.reasons() if reasons])
        self.assert_cut_by_the_slot_rule(done)

    def test_a_splice_to_another_stream_is_a_timestamp_jump(self):
        first = media.channel(media.H264, media.AAC, 9)
        second = media.channel(media.H264, media.AAC, 9, mux="-output_ts_offset 1000")
        done = self.segment(first + second)
        jumps = [s for s in done.list if "timestamp_jump" in s["discontinuity"]]
        self.assertEqual(1, len(jumps))
        keys = media.key_frames(done.input)
        self.assertEqual(min(k for k in keys if k > 900 * ts.CLOCK), jumps[0]["start_pts"])
        self.assertAlmostEqual(18, sum(s["duration"] for s in done.list), delta=0.1)
        self.assertIn("#EXT-X-DISCONTINUITY\n", (done.out / "index.m3u8").read_text())

    def test_a_new_pmt_cuts_at_the_next_access_point(self):
        one = media.channel(media.H264, media.AAC, 5)
        two = media.channel(media.H264, media.AC3, 5, mux="-output_ts_offset 5")
        done = self.segment(one + two, "--target", "60s", "--max", "60s")
        changed = [s for s in done.list if "pmt_change" in s["discontinuity"]]
        self.assertEqual(1, len(changed))
        keys = media.key_frames(done.input)
        self.assertIn(changed[0]["start_pts"], keys)
        second = media.probe(done.out / changed[0]["file"], "-show_entries", "stream=codec_name")
        self.assertIn("ac3", [stream["codec_name"] for stream in second["streams"]])


class Programmes(SegmentTest):
    def test_a_multiplex_is_kept_whole_and_cut_by_its_first_video(self):
        data = media.two_programmes(15)
        done = self.segment(data)
        self.assertEqual(data, done.joined())
        self.assert_cut_by_the_slot_rule(done)

    def test_one_programme_is_recorded_alone(self):
        data = media.two_programmes(15)
        done = self.segment(data, "--program", "2")
        first = done.out / done.cuts()[0]["file"]
        found = media.probe(first, "-show_programs", "-show_entries", "program=program_id:stream=codec_type")
        self.assertEqual([2], [program["program_id"] for program in found["programs"]])
        self.assertEqual(["video"], [stream["codec_type"] for stream in found["streams"]])
        for segment in done.cuts():
            self.assertEqual("", media.video_errors(done.out / segment["file"]))
        keys = [packet["pts"] for packet in media.probe(
            done.input, "-select_streams", "p:2:v:0", "-show_entries", "packet=pts,flags")["packets"]
            if "K" in packet["flags"]]
        self.assertEqual(media.expected_cuts(keys, 6), [s["start_pts"] for s in done.cuts()])

    def test_a_programme_that_is_not_there_is_an_error(self):
        path = pathlib.Path(self.folder) / "mux.ts"
        path.write_bytes(media.two_programmes(15))
        done = subprocess.run([paths.program("sluice"), "segment", path, "-o", path.with_suffix(""),
                               "--program", "9"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("programme 9", done.stderr)


class Inputs(SegmentTest):
    def refuse(self, *arguments):
        done = subprocess.run([paths.program("sluice"), "segment", *arguments], capture_output=True,
                              text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def test_a_file_without_ts_is_refused_and_leaves_nothing(self):
        junk = pathlib.Path(self.folder) / "junk.ts"
        junk.write_bytes(bytes(range(256)) * 100)
        out = pathlib.Path(self.folder) / "out"
        status, said = self.refuse(junk, "-o", out)
        self.assertEqual(1, status)
        self.assertIn("junk.ts", said)
        self.assertEqual([], list(out.iterdir()) if out.exists() else [])

    def test_junk_between_packets_is_passed_over(self):
        data = media.channel(media.H264, media.AAC, 9)
        middle = len(data) // 376 * 188
        done = self.segment(b"\0" * 100 + data[:middle] + b"junk!" + data[middle:], "--inject_pat_pmt=false")
        self.assertEqual(data, done.joined())
        self.assertIn("105 bytes", done.said)

    def test_captures_give_the_same_segments_as_the_stream_itself(self):
        data = media.channel(media.H264, media.AAC, 9)
        plain = self.segment(data)
        for name, to_frames in LOOKS.items():
            with self.subTest(name):
                done = self.segment(self.capture(data, to_frames), name="input.pcap")
                self.assertTrue([file.read_bytes() for file in plain.files()] ==
                                [file.read_bytes() for file in done.files()])
                self.assertTrue(done.list[0]["program_date_time"].startswith("2025-01-16T06:00:00"))

    def capture(self, data, to_frames):
        """A .pcap of the stream, from 2025-01-16T06:00:00Z on."""
        path = pathlib.Path(self.folder) / "capture.pcap"
        capture_file.write(path, [(EPOCH + due, frame) for number, (due, datagram) in enumerate(ts.departures(data))
                                  for frame in to_frames(datagram, number)])
        return path.read_bytes()


if __name__ == "__main__":
    unittest.main()
