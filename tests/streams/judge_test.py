"""The judge sees what is wrong: segments are spoiled on purpose, and each check must notice."""

import json
import unittest
import unittest.mock

from harness import ts
from streams import edit, judge, lines_loss, lines_packets, lines_video, program

SUITE = "streams"

CLOSED = next(stream for stream in lines_video.LINES if stream.name == "H.264, closed GOP")
FAR = next(stream for stream in lines_packets.LINES if stream.name == "PAT and PMT far from access points")
LOSSY = next(stream for stream in lines_loss.LINES if stream.name == "single packets missing")


def spoiled(change):
    """`program.segment`, with what it left changed by `change(segments, injected)`."""
    honest = program.segment

    def segment(*arguments):
        made = honest(*arguments)
        change(made, arguments[-1])
        (made.folder / "segments.json").write_text(json.dumps(made.list))
        return made
    return unittest.mock.patch.object(program, "segment", segment)


class Judge(unittest.TestCase):
    def assert_notices(self, check, change, stream=CLOSED):
        with spoiled(change):
            self.assertIn(check, judge.judge(stream).wrong)

    def field(self, name, value, number=2):
        def change(made, _):
            made.list[number][name] = value(made.list[number][name])
        return change

    def test_good_segments_are_good(self):
        for stream in (CLOSED, FAR, LOSSY):
            self.assertEqual({}, judge.judge(stream).wrong)

    def test_a_changed_byte(self):
        def change(made, _):
            data = bytearray(made.bytes(2))
            data[1000] ^= 1
            made.path(2).write_bytes(data)
        self.assert_notices("bytes", change)

    def test_a_missing_packet(self):
        self.assert_notices("bytes", lambda made, _: made.path(2).write_bytes(made.bytes(2)[:-ts.PACKET]))

    def test_a_wrong_start(self):
        self.assert_notices("cuts", self.field("start_pts", lambda pts: pts + 3600))

    def test_a_wrong_reason_to_cut(self):
        self.assert_notices("cuts", self.field("cut", lambda _: "recovery_point"))

    def test_a_cut_at_the_wrong_packet(self):
        def change(made, _):
            one, two = made.bytes(2), made.bytes(3)
            made.path(2).write_bytes(one + two[:ts.PACKET])
            made.path(3).write_bytes(two[ts.PACKET:])
            made.list[2]["packets"] += 1
            made.list[3]["packets"] -= 1
        self.assert_notices("places", change)

    def test_a_duration_that_is_two_frames_off(self):
        self.assert_notices("durations", self.field("duration", lambda seconds: seconds + 0.08))

    def test_errors_that_are_not_counted(self):
        self.assert_notices("counters", self.field("cc_errors", lambda _: 0), LOSSY)

    def test_a_mark_that_is_missing_and_one_too_many(self):
        self.assert_notices("marks", self.field("discontinuity", lambda _: []), LOSSY)
        self.assert_notices("marks", self.field("discontinuity", lambda _: ["loss"]))

    def test_tables_that_are_not_injected(self):
        def change(made, injected):
            if injected:
                made.path(3).write_bytes(made.bytes(3)[2 * ts.PACKET:])
        self.assert_notices("injection", change, FAR)

    def test_injected_tables_that_break_a_counter(self):
        def change(made, injected):
            if injected:
                data = made.bytes(3)
                made.path(3).write_bytes(edit.with_counter(data[:ts.PACKET], data[3] + 5) + data[ts.PACKET:])
        self.assert_notices("injection", change, FAR)

    def test_a_segment_that_does_not_decode(self):
        def change(made, injected):
            if injected:
                pid = ts.video_pid(made.bytes(2))
                kept = [one for number, one in enumerate(made.packets(2)) if ts.pid(one) != pid or number > 30]
                made.path(2).write_bytes(edit.join(kept))
        self.assert_notices("decodes", change)

    def test_a_playlist_that_says_otherwise(self):
        def change(made, _):
            text = made.playlist().replace("#EXTINF:2.000000", "#EXTINF:2.100000", 1)
            (made.folder / "index.m3u8").write_text(text)
        self.assert_notices("playlist", change)
