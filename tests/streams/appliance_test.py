"""The running appliance on faulty streams: what was wrong is kept with each segment, and the archive is
the input."""

import collections
import heapq
import pathlib
import tempfile
import unittest

from harness import appliance, capture_file, ts
from streams import capture, edit, lines_audio, lines_loss, lines_packets, lines_time, reader, sources

SUITE = "streams"
TIMEOUT = 180

FAULTS = {  # by stream: what the editor made of it
    "dropped": lines_loss.dropped,
    "twice": lines_loss.twice,
    "errors": lines_loss.damaged,
    "scrambled": lines_loss.scrambled((0.35, 0.65)),
    "crc": lines_packets.damaged_tables,
    "wrap": lines_time.wrapping(ts.CLOCK),
    "hole": lines_loss.hole,
}
RTP = {
    "gap": (lambda due: due[:len(due) // 2] + due[len(due) // 2 + 3:], 3),
    "overtaken": (lambda due: capture.reordered(due, 20, 3), 0),
    "doubled": (lambda due: capture.doubled(due, 25), 0),
}


class Appliance(unittest.TestCase):
    """One capture of all of them, each to a group of its own."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        cls.made = {name: make() for name, make in FAULTS.items()}
        plain = lines_packets.base()
        flows = {name: capture.datagrams(made.packets) for name, made in cls.made.items()}
        # the hole is one in arrival too
        flows["hole"] = [(when + (4.5 if number * 7 >= cls.made["hole"].holes[0] else 0), data)
                         for number, (when, data) in enumerate(flows["hole"])]
        flows |= {name: change(capture.rtp(capture.datagrams(plain))) for name, (change, _) in RTP.items()}
        mux = lines_audio.two_programmes()
        # two clocks run in it: it is sent evenly
        flows["mux"] = [(at / len(mux.packets) * sources.SECONDS, edit.join(mux.packets[at:at + 7]))
                        for at in range(0, len(mux.packets), 7)]
        streams, frames = [], []
        for number, (name, due) in enumerate(flows.items()):
            group = f"239.1.2.{number}"
            scheme = "rtp" if name in RTP else "udp"
            frames.append([(capture.BEGIN + when, capture_file.frame(data, group, capture.PORT))
                           for when, data in due])
            for programme in ({"first": 1, "second": 2} if name == "mux" else {name: "auto"}).items():
                streams.append({"name": programme[0], "source": f"{scheme}://{group}:{capture.PORT}",
                                "program": programme[1], "bitrate": "1Mbps"})
        file = folder / "all.pcap"
        capture_file.write(file, heapq.merge(*frames, key=lambda frame: frame[0]))
        with appliance.Appliance(streams, {"driver": "file", "path": str(file), "pace": "max"}, arena="128MiB") as sluice:
            sluice.start()
            status = sluice.wait(60)
            if status != 0:
                raise AssertionError(f"sluice run ended with {status}:\n{sluice.log.read_text()[-3000:]}")
            names = [stream["name"] for stream in streams]
            cls.archived = {name: sluice.archived(name) for name in names}
            cls.manifest = {name: sluice.manifest(name) for name in names}
            cls.playlists = {name: "".join(path.read_text() for path in
                                           sorted(sluice.stream_folder(name).rglob("??/index.m3u8"))) for name in names}

    def total(self, name, figure):
        return sum(entry[figure] for entry in self.manifest[name])

    def test_the_archive_is_the_input(self):
        for name, made in self.made.items():
            with self.subTest(name):
                self.assertTrue(edit.join(made.packets) == self.archived[name], "the archive is something else")
        whole = edit.join(lines_packets.base())
        for name in ("overtaken", "doubled"):
            with self.subTest(name):
                self.assertTrue(whole == self.archived[name], "the archive is something else")

    def test_two_streams_come_of_one_multiplex(self):
        for name, number in (("first", 1), ("second", 2)):
            with self.subTest(name):
                self.assertTrue(edit.join(lines_audio.two_programmes(number).packets) == self.archived[name])

    def test_faults_are_counted_with_the_segments(self):
        for name, made in self.made.items():
            with self.subTest(name):
                self.assertEqual([made.cc_errors, made.errors, made.scrambled],
                                 [self.total(name, figure) for figure in ("cc_errors", "transport_errors", "scrambled")])
        for name, (_, lost) in RTP.items():
            with self.subTest(name):
                self.assertEqual(lost, self.total(name, "lost_datagrams"))

    def test_faults_are_told_by_pid(self):
        for name, made in self.made.items():
            with self.subTest(name):
                wanted = {"cc_errors": collections.Counter(pid for _, pid in reader.read(made.packets).breaks),
                          "transport_errors": collections.Counter(ts.pid(one) for one in made.packets if one[1] & 0x80),
                          "scrambled": collections.Counter(ts.pid(one) for one in made.packets if one[3] & 0xC0)}
                got = {fault: collections.Counter() for fault in wanted}
                for entry in self.manifest[name]:
                    for faulty in entry["pids"]:
                        for fault, counter in got.items():
                            counter[faulty["pid"]] += faulty[fault]
                self.assertEqual({fault: dict(counter) for fault, counter in wanted.items()},
                                 {fault: {pid: count for pid, count in counter.items() if count}
                                  for fault, counter in got.items()})
                self.assertEqual(made.crc_errors, self.total(name, "crc_errors"))

    def test_a_hole_is_a_gap_in_the_playlist(self):
        for name in ("wrap", "twice", "overtaken"):
            self.assertNotIn("#EXT-X-GAP\n", self.playlists[name])
            self.assertNotIn("#EXT-X-DISCONTINUITY\n", self.playlists[name])
        self.assertIn("#EXT-X-GAP\n", self.playlists["hole"])
