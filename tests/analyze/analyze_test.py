"""`sluice analyze`: a table of made faults raises what it must, as an independent reader has it, too."""

import json
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

from analyze import faults, standard
from harness import capture_file, media, paths, ts

SUITE = "analyze"


def sluice(*arguments, status=0):
    done = subprocess.run([paths.program("sluice"), "analyze", *map(str, arguments)], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    if done.returncode != status:
        raise AssertionError(f"status {done.returncode}: {done.stderr}")
    return done


def report(*arguments):
    return json.loads(sluice(*arguments, "--json").stdout)


def raised(one):
    return {entry["name"]: entry["count"] for entry in one["indicators"] if entry["count"]}


def tshark_gaps(path):
    """Packets that tshark's mp2t dissector finds behind a break in their PID's counter."""
    done = subprocess.run(["tshark", "-r", path, "-Y", "mp2t.cc.drop", "-T", "fields", "-e", "frame.number"],
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=120)
    return len(done.stdout.split())


def ffmpeg_gaps(path):
    """Breaks that ffmpeg logs while it demuxes; what it probes at first it would log twice."""
    done = subprocess.run(["ffmpeg", "-v", "debug", "-nostdin", "-probesize", "150000", "-i", path, "-map", "0", "-c", "copy",
                           "-f", "null", "-"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, errors="replace", timeout=120)
    return len(re.findall(r"Continuity check failed for pid", done.stderr))


class Analyze(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))

    def file(self, data, name="stream.ts"):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def test_made_faults_raise_what_they_must_and_what_an_independent_reader_counts(self):
        clean = faults.clean()
        for spoil, expected in faults.TABLE:
            with self.subTest(spoil.__name__):
                stream = faults.Editor(clean)
                spoil(stream)
                data = stream.bytes()
                theirs = standard.Stream(data, faults.PMT, faults.VIDEO, faults.AUDIO).indicators()
                ours = raised(report(self.file(data)))
                # None: what else the fault breaks depends on the stream
                named = {name: ours.get(name) if count is None else count for name, count in expected.items()}
                extra = {name: count for name, count in ours.items() if name not in named}
                blanked = {"leave_out_the_pat", "leave_out_the_pmt"}
                if spoil.__name__ in blanked:
                    self.assertLessEqual(extra.pop("Continuity_count_error", 0), 1)
                self.assertEqual({}, extra)
                self.assertEqual({name: count for name, count in named.items() if count},
                                 {name: ours[name] for name in ours if name in named})
                self.assertEqual(theirs, ours)

    def test_continuity_errors_are_those_that_tshark_and_ffmpeg_find(self):
        stream = faults.Editor(faults.clean())
        stream.blank(stream.plain(faults.VIDEO)[:12:2])
        path = self.file(stream.bytes())
        self.assertEqual({"Continuity_count_error": 6}, raised(report(path)))
        self.assertEqual(6, tshark_gaps(path))
        self.assertEqual(6, ffmpeg_gaps(path))

    def test_a_stream_of_variable_bitrate_is_clean_but_for_what_cannot_be_judged(self):
        found = report(self.file(media.channel(media.H264, media.AAC, 6)))
        self.assertEqual({}, raised(found))
        not_judged = {entry["name"]: entry["not_judged"] for entry in found["indicators"] if entry["not_judged"]}
        self.assertEqual({"PCR_accuracy_error": "the bitrate is not constant"}, not_judged)

    def test_bitrates_pcr_and_names_are_what_ffmpeg_was_told(self):
        found = report(self.file(faults.clean()))
        self.assertAlmostEqual(1_200_000, found["bitrate"]["mean"], delta=2000)
        self.assertAlmostEqual(1_200_000, found["bitrate"]["max"], delta=2 * 8 * 188)
        self.assertAlmostEqual(faults.SECONDS, found["seconds"], delta=0.1)
        program = found["programs"][0]
        self.assertEqual((1, "Service01", "FFmpeg", faults.PMT, faults.VIDEO),
                         tuple(program[key] for key in ("number", "service", "provider", "pmt_pid", "pcr_pid")))
        self.assertEqual(["H.264 video", "AAC audio"], [one["kind"] for one in program["streams"]])
        pids = {one["pid"]: one for one in found["pids"]}
        packets = list(ts.packets(faults.clean()))
        for pid, one in pids.items():
            self.assertEqual(sum(ts.pid(packet) == pid for packet in packets), one["packets"], pid)
        clock = pids[faults.VIDEO]["pcr"]
        self.assertEqual(sum(ts.pcr(packet) is not None for packet in packets), clock["count"])
        self.assertLess(clock["interval_ms"]["max"], 23)
        self.assertLess(clock["accuracy_ns"], 100)
        self.assertEqual({"min": 40.0, "mean": 40.0, "max": 40.0}, pids[faults.VIDEO]["pts"]["interval_ms"])

    def test_packets_of_192_and_204_bytes_are_the_same_stream(self):
        packets = list(ts.packets(faults.clean()))
        plain = report(self.file(b"".join(packets)))
        for before, behind, size in ((b"\0\1\2\3", b"", 192), (b"", b"\xaa" * 16, 204)):
            framed = report(self.file(b"".join(before + packet + behind for packet in packets)))
            self.assertEqual(size, framed["packet_size"])
            for key in ("programs", "pids", "indicators", "seconds"):
                self.assertEqual(plain[key], framed[key], f"{key} at {size}")

    def test_a_capture_of_two_flows_is_judged_by_arrival_and_lists_both(self):
        large, small = media.channel(media.H264, media.AAC, 4), media.channel(media.MPEG2, media.MP2, 2)
        frames = [(1_737_010_000 + due, capture_file.frame(data, "239.77.9.1", 5000))
                  for due, data in ts.departures(large)]
        for number, (due, data) in enumerate(ts.departures(small)):
            if number == 20:
                continue
            header = bytes([0x80, 33]) + number.to_bytes(2, "big") + bytes(4) + b"abcd"
            frames.append((1_737_010_000 + due, capture_file.frame(header + data, "239.77.9.2", 5002)))
        path = self.folder / "two.pcap"
        capture_file.write(path, sorted(frames, key=lambda frame: frame[0]))
        found = report(path)
        urls = {flow["url"]: flow["chosen"] for flow in found["flows"]}
        self.assertEqual({"udp://239.77.9.1:5000", "rtp://239.77.9.2:5002"}, set(urls))
        chosen = next(url for url, is_chosen in urls.items() if is_chosen)
        other = report(path, "--flow", "rtp://239.77.9.2:5002")
        self.assertEqual(("arrival", "2025-01-16T06:46:40.000Z"), (other["clock"], other["start"]))
        self.assertEqual((1, 0), (other["rtp"]["lost"], other["rtp"]["reordered"]))
        self.assertGreater(raised(other)["Continuity_count_error"], 0)
        if chosen.startswith("udp"):
            self.assertEqual({}, raised(found))
        refused = sluice(path, "--flow", "udp://239.1.1.1:1", status=1)
        self.assertIn("rtp://239.77.9.2:5002", refused.stderr)

    def test_the_status_says_whether_it_could_be_read_and_what_fail_on_asked(self):
        stream = faults.Editor(faults.clean())
        faults.spoil_tables(stream)
        bad = self.file(stream.bytes())
        sluice(bad)
        sluice(bad, "--fail-on", "p1")
        sluice(bad, "--fail-on", "p2", status=1)
        sluice(bad, "--fail-on", "p3", status=2)
        self.assertIn("holds no MPEG-TS", sluice(self.file(bytes(2000), "zero.ts"), status=1).stderr)
        self.assertIn("there is no file", sluice(self.folder / "nosuch.ts", status=1).stderr)
        self.assertIn("-n", sluice("udp://239.1.1.1:5000", status=1).stderr)

    def test_people_read_the_same(self):
        stream = faults.Editor(faults.clean())
        faults.leave_out_the_pat(stream)
        said = sluice(self.file(stream.bytes())).stdout
        self.assertRegex(said, r"Service01 +FFmpeg +0x1000 +0x0100 +H.264 video, AAC audio")
        self.assertRegex(said, r"1\.3\.a +PAT_error_2 +0\.5 s +2 +0:00:04\.\d+ +0:00:05\.\d+")
        self.assertRegex(said, r"0x0100 +H.264 video +1 +\d+ +0\.\d+")

    def test_a_live_stream_is_measured_until_ctrl_c(self):
        path = self.file(media.channel(media.H264, media.AAC, 8))
        listener = subprocess.Popen([paths.program("sluice"), "analyze", "udp://127.0.0.1:53977", "--json",
                                     "--for", "30s"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(listener.stdout.close)
        sender = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-re", "-t", "3", "-i", path, "-map", "0",
                                 "-c", "copy", "-f", "mpegts", "udp://127.0.0.1:53977?pkt_size=1316"],
                                check=False, timeout=60)
        self.assertEqual(0, sender.returncode)
        time.sleep(0.3)
        listener.send_signal(signal.SIGINT)
        found = json.loads(listener.communicate(timeout=20)[0])
        self.assertEqual(0, listener.returncode)
        self.assertEqual("live", found["kind"])
        self.assertGreater(found["packets"], 500)
        self.assertNotIn("Continuity_count_error", raised(found))
        clock = next(one["pcr"] for one in found["pids"] if one["pcr"])
        self.assertIsNotNone(clock["arrival_jitter_ms"])
