"""Hours of a stream whose clock drifts: durations and dates stay right, memory stays flat.

A third of an hour by default, six hours with --slow; over the wrap of the time stamps.
"""

import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import time
import unittest

from harness import appliance, paths, ts
from streams import capture, hours_on_end, sources

SUITE = "streams"
TIMEOUT = 600

HOURS = 6 if os.environ.get("SLUICE_SLOW") else 1 / 3
ROUND, FRAME, TARGET = 64, 9000, 6  # 64 s: a whole number of pictures, of frames of sound, and of GOPs
ROUNDS = round(HOURS * 3600 / ROUND)
TINY = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 20 -keyint_min 20 -sc_threshold 0 -b:v 30k"
LATE = 0.1  # seconds by which PROGRAM-DATE-TIME may differ from arrival
PPM = 200


def loop(ppm):
    packets = list(sources.made(TINY, "-c:a aac -ac 1 -b:a 24k", seconds=ROUND, size="64x48", rate=10))
    begin = ts.WRAP - round(HOURS / 2 * 3600 * ts.CLOCK)
    return hours_on_end.Loop(packets, ROUND * ts.CLOCK, begin, ppm)


def noise():
    return lambda source=random.Random(4): source.uniform(0, 0.03)


def memory(pid):
    """Bytes of a process's own memory: what it shares with others, the arena for one, is not counted."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) * 1024


class HoursOnEnd(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-", dir=paths.build())))

    def segment(self, file):
        """Cuts a capture with the command; returns (segments, playlist)."""
        out = self.folder / "out"
        subprocess.run([paths.program("sluice"), "segment", file, "-o", out, "--target", f"{TARGET}s",
                        "--inject_pat_pmt=false"], check=True, capture_output=True, timeout=TIMEOUT)
        return json.loads((out / "segments.json").read_text()), (out / "index.m3u8").read_text()

    def test_durations_and_dates_follow_a_drifting_clock(self):
        for ppm in (PPM, -PPM):
            with self.subTest(ppm=ppm):
                file = self.folder / "hours.pcap"
                arrivals = loop(ppm).capture(file, ROUNDS, noise())
                segments, playlist = self.segment(file)
                self.assertEqual({"idr"}, {one["cut"] for one in segments[1:]})
                self.assertEqual({()}, {tuple(one["discontinuity"]) for one in segments})
                self.check_durations(segments, playlist, ppm)
                self.check_dates(segments, arrivals)

    def check_durations(self, segments, playlist, ppm):
        """EXTINF add up to media time within one frame an hour."""
        lengths = list(map(float, re.findall(r"#EXTINF:([\d.]+)", playlist)))[-len(segments):]
        cuts = [one for one in segments if one["cut"] != "start"]
        ticks = sum((b["start_pts"] - a["start_pts"]) % ts.WRAP for a, b in zip(cuts, cuts[1:]))
        self.assertAlmostEqual(ticks / ts.CLOCK, sum(lengths[len(segments) - len(cuts):-1]),
                               delta=HOURS * FRAME / ts.CLOCK)
        media = ROUNDS * ROUND * (1 + ppm / 1_000_000)
        self.assertAlmostEqual(media, sum(lengths), delta=max(1, HOURS) * FRAME / ts.CLOCK)

    def check_dates(self, segments, arrivals):
        worst, place = 0, 0
        for one in segments:
            said = datetime.datetime.fromisoformat(one["program_date_time"].replace("Z", "+00:00")).timestamp()
            worst = max(worst, abs(said - arrivals[place // hours_on_end.DATAGRAM]))
            place += one["packets"]
        print(f"dates: at most {worst * 1000:.1f} ms from arrival")
        self.assertLess(worst, LATE)

    def test_an_appliance_needs_no_more_memory_as_hours_go_by(self):
        file = self.folder / "hours.pcap"
        loop(PPM).capture(file, ROUNDS, noise())
        stream = {"name": "news", "source": f"udp://{capture.GROUP}:{capture.PORT}"}
        with appliance.Appliance([stream], {"driver": "file", "path": str(file), "pace": "max"},
                                 segment={"target": f"{TARGET}s", "max": "10s"}) as sluice:
            sluice.start()
            used = {}
            while len(processes := sluice.processes()) == 2:
                for name, pid in processes.items():
                    try:
                        used.setdefault(name, []).append(memory(pid))
                    except (OSError, TypeError):
                        break
                time.sleep(0.1)
            self.assertEqual(0, sluice.wait(300))
            entries = sluice.manifest("news")
            self.assertEqual(0, sum(entry["cc_errors"] + entry["lost_datagrams"] for entry in entries))
            self.assertAlmostEqual(HOURS * 3600, sum(entry["duration_90k"] for entry in entries) / ts.CLOCK,
                                   delta=ROUND)
        for name, figures in used.items():
            late = figures[len(figures) // 2:]
            print(f"{name}: {len(figures)} samples, {min(figures) >> 10} to {max(figures) >> 10} KiB")
            self.assertLess(max(late) - late[0], 8 << 20, f"{name} grows: {figures}")
