"""Two instances on one stream make the same segments, wherever neither lost anything."""

import pathlib
import tempfile
import unittest

from harness import appliance, ts
from streams import capture, edit, lines_video, program, psi, sources

SUITE = "streams"
TIMEOUT = 180

SECONDS, TARGET, LONGEST = 20, 2, 5
MP2 = "-c:a mp2 -b:a 64k"
STREAMS = {
    "H.264, closed GOP": (sources.CLOSED, sources.AAC),
    "H.264, open GOP": (sources.OPEN, sources.AAC),
    "H.264, IDR and recovery points": (lines_video.MIXED + ",12,16", sources.AAC),
    "H.264, intra-refresh": (sources.REFRESH, sources.AAC),
    "HEVC": (sources.X265 + "open-gop=1", sources.AAC),
    "MPEG-2": (sources.MPEG2, MP2),
    "AAC alone": ("-vn", sources.AAC),
}


def multiplexed(packets):
    """Packets of the PIDs among each other, as a broadcast multiplexer lays them, tables anywhere."""
    data = edit.join(packets)
    return edit.split(ts.spread(data, ts.video_pid(data)))


def losses(packets):
    """{what is lost: its index}: one from the midst of a PES packet, a table, an access point's head."""
    guide = ts.video_pid(edit.join(packets)) or 0x100

    def first(test):
        return next(index for index in range(len(packets) // 2, len(packets)) if test(packets[index]))

    return {
        "picture or sound": first(lambda one: ts.pid(one) == guide and not ts.unit_start(one)),
        "a PMT": first(lambda one: ts.pid(one) == psi.pmt_pid(packets)),
        "the head of an access point": first(lambda one: ts.pid(one) == guide
                                             and edit.has_flag(one, edit.RANDOM_ACCESS)),
    }


def cut(folder, name, packets, inject=True):
    """{raw PTS of the start: (bytes, cut)} of each segment that begins at an access point, in order."""
    file = folder / f"{name}.ts"
    file.write_bytes(edit.join(packets))
    made = program.segment(file, folder / name, TARGET, LONGEST, inject=inject)
    return {one["start_pts"]: (made.bytes(number), one["cut"], round(one["duration"], 4))
            for number, one in enumerate(made.list) if one["cut"] != "start"}


def differing(whole, part):
    """The starts of segments that `part`, which began later, should have as `whole` has them and has not.
    It may begin within one: with another access point of the same slot."""
    begun = next(number for number, start in enumerate(whole) if start in list(part)[:2])
    return [start for start in list(whole)[begun:] if part.get(start) != whole[start]]


class Instances(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))

    def pair(self, name, packets, late, lost):
        """One instance starts at once, one `late` packets later; each loses another packet."""
        folder = self.folder / name
        folder.mkdir()
        places = losses(packets)
        middle = next(index for index in range(len(packets) * 3 // 10, len(packets))
                      if ts.pid(packets[index]) == ts.pid(packets[places["picture or sound"]])
                      and not ts.unit_start(packets[index]))
        whole = cut(folder, "whole", packets)
        self.assertEqual([], differing(whole, cut(folder, "late", packets[late:])), "one that only starts late")
        one = cut(folder, "one", edit.without(packets, [places[lost]]))
        other = cut(folder, "other", edit.without(packets[late:], [middle - late]))
        self.assertLessEqual(len(differing(whole, other)), 1, "one packet from the midst lost")
        # Without its head an access point is none: its segment is part of the one before. A lost PMT
        # cannot be copied to the head of the next segment: the one before it is.
        self.assertLessEqual(len(differing(whole, one)), 1 if lost == "picture or sound" else 2, f"{lost} lost")

    def test_segments_are_the_same_wherever_neither_lost_a_packet(self):
        for name, (video, audio) in STREAMS.items():
            packets = list(sources.made(video, audio, seconds=SECONDS))
            if video != "-vn":
                packets = multiplexed(packets)
            for number, lost in enumerate(losses(packets)):
                with self.subTest(name, lost=lost):
                    self.pair(f"{name} {number}", packets, len(packets) * (number + 1) // 13, lost)

    def test_streams_without_access_points_are_cut_at_the_same_places(self):
        packets = lines_video.unknown_without_indicator(seconds=SECONDS).packets
        whole = cut(self.folder, "whole", packets)
        self.assertGreater(len(whole), 4)
        for late in (100, 300, 500):
            part = cut(self.folder, f"late {late}", packets[late:])
            self.assertEqual(list(whole)[-len(part):][1:], list(part)[1:])
            self.assertEqual([], differing(dict(list(whole.items())[-len(part):][1:]), part))

    def test_two_appliances_archive_the_same_segments(self):
        """As above with the running appliance: a datagram lost in each, and the second started late."""
        packets = multiplexed(list(sources.made(seconds=SECONDS)))
        due = capture.datagrams(packets)
        lost = (len(due) // 3, len(due) * 2 // 3)
        archives = []
        for number, late in enumerate((0, len(due) // 8)):
            file = self.folder / f"{number}.pcap"
            kept = due[late:lost[number]] + due[lost[number] + 1:]
            file.write_bytes(capture.file(kept))
            stream = {"name": "news", "source": f"udp://{capture.GROUP}:{capture.PORT}"}
            with appliance.Appliance([stream], {"driver": "file", "path": str(file), "pace": "max"}) as sluice:
                sluice.start()
                self.assertEqual(0, sluice.wait(60))
                files = [path.read_bytes() for path in sluice.segments("news")]
                archives.append({entry["start_pts"]: (data, entry["cc_errors"])
                                 for entry, data in zip(sluice.manifest("news"), files) if entry["cut"] != "start"})
        first, second = archives
        begun = next(start for start in second if start in first)
        starts = list(first)[list(first).index(begun):]
        self.assertEqual(starts, list(second)[list(second).index(begun):])
        clean = [start for start in starts if not first[start][1] + second[start][1]]
        self.assertGreaterEqual(len(clean), 5)
        self.assertEqual([], [start for start in clean if first[start][0] != second[start][0]])
