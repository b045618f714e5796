"""Either process dies at any instant, and what it was entrusted with is still archived."""

import os
import pathlib
import random
import re
import signal
import tempfile
import time
import unittest

from harness import appliance, archive, media, network

SUITE = "crash"
NEEDS_ROOT = True
TIMEOUT = 900

SLOW_RUN = bool(os.environ.get("SLUICE_SLOW"))
ROUNDS = 50 if SLOW_RUN else 4
BATCH = 4  # kills in one capture
BETWEEN = (1.5, 4.0)  # seconds from one restart to the next kill
UNCOMMITTED = 0.050  # seconds: what may be lost before a kill of the dataplane
DATAGRAM = 7  # TS packets
GROUPS = {"one": "239.77.4.1", "two": "239.77.4.2", "three": "239.77.4.3"}


def play_list_numbers(sluice, stream):
    """(sequence numbers, segment names, discontinuities) of all hours' playlists of a stream."""
    numbers, names, discontinuities = [], [], 0
    for path in sorted(sluice.stream_folder(stream).rglob("hourly_index.m3u8")):
        text = path.read_text()
        uris = [line.rpartition("/")[2].split("?")[0] for line in text.splitlines()
                if line and not line.startswith("#")]
        first = int(re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)[1])
        numbers += range(first, first + len(uris))
        names += uris
        discontinuities += text.count("#EXT-X-DISCONTINUITY\n")
    return numbers, names, discontinuities


class Crash(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        self.veth = self.enterContext(network.VethPair())
        self.random = random.Random(seed := random.randrange(1 << 32))
        print(f"seed {seed}")

    def capture(self, seconds, while_it_runs):
        """Records three channels of `seconds` and calls while_it_runs(appliance) meanwhile."""
        data = media.channel(media.H264, media.AAC, seconds)
        path = self.folder / "channel.ts"
        path.write_bytes(data)
        streams = [{"name": name, "source": f"udp://{group}:5000"} for name, group in GROUPS.items()]
        sluice = self.enterContext(
            appliance.Appliance(streams, appliance.dpdk(self.veth.interface), arena="256MiB"))
        sluice.start()
        with self.veth.send(*((path, "udp", group, 5000) for group in GROUPS.values())) as sender:
            while_it_runs(sluice)
            left = sender.wait(seconds + 60)
        status = sluice.wait_for(lambda status: status["in_flight"] == 0, what="nothing in flight")
        self.assertEqual(0, sluice.stop())
        return sluice, data, dict(zip(GROUPS, left)), status

    def check_books(self, sluice, stream):
        """Each archived segment is listed once; sequence numbers are without a gap."""
        numbers, names, discontinuities = play_list_numbers(sluice, stream)
        self.assertEqual([path.name for path in sluice.segments(stream)], names)
        self.assertEqual(list(range(numbers[0], numbers[0] + len(numbers))), numbers)
        return discontinuities

    def kill(self, sluice, name):
        pid = sluice.processes()[name]
        os.kill(pid, signal.SIGKILL)
        return time.time()

    def wait_for_new(self, sluice, name):
        deadline = time.monotonic() + 30
        while name not in sluice.processes():
            self.assertLess(time.monotonic(), deadline, f"{name} was not started again")
            time.sleep(0.02)

    def test_control_killed_and_restarted_loses_and_doubles_nothing(self):
        for first in range(0, ROUNDS, BATCH):
            with self.subTest(round=first):
                def kills(sluice):
                    for _ in range(BATCH):
                        time.sleep(self.random.uniform(*BETWEEN))
                        self.kill(sluice, "sluice-control")
                        self.wait_for_new(sluice, "sluice-control")
                self.check_control(*self.capture(BATCH * 5, kills))

    def test_control_may_be_away_for_ten_seconds(self):
        def away(sluice):
            time.sleep(self.random.uniform(1, 3))
            os.kill(sluice.pid, signal.SIGSTOP)  # nobody starts it again meanwhile
            self.kill(sluice, "sluice-control")
            time.sleep(10)
            os.kill(sluice.pid, signal.SIGCONT)
            self.wait_for_new(sluice, "sluice-control")
        self.check_control(*self.capture(16, away))

    def check_control(self, sluice, data, left, status):
        self.assertEqual({}, {reason: count for reason, count in status["drops"].items() if count})
        self.assertEqual(sum(len(times) for times in left.values()), status["received"])
        for stream in GROUPS:
            self.assertTrue(sluice.archived(stream) == data, stream)
            self.assertEqual(0, self.check_books(sluice, stream))

    def test_dataplane_killed_and_restarted_loses_only_what_it_had_not_committed(self):
        for first in range(0, ROUNDS, BATCH):
            with self.subTest(round=first):
                killed = []

                def kills(sluice):
                    for _ in range(BATCH):
                        time.sleep(self.random.uniform(*BETWEEN))
                        killed.append(self.kill(sluice, "sluice-dataplane"))
                        self.wait_for_new(sluice, "sluice-dataplane")
                self.check_dataplane(*self.capture(BATCH * 6, kills), killed)

    def check_dataplane(self, sluice, data, left, status, killed):
        self.assertEqual(status["received"],
                         status["committed"] + sum(status["drops"].values()) + status["in_flight"])
        for stream, times in left.items():
            missing = archive.gaps(data, sluice.archived(stream))
            self.assertLessEqual(len(missing), len(killed), stream)
            for begin, _ in missing:
                before = min(kill - times[begin // DATAGRAM] for kill in killed
                             if kill - times[begin // DATAGRAM] > -5)
                self.assertLess(before, UNCOMMITTED, f"{stream}: {before * 1000:.0f} ms before a kill is missing")
            self.assertEqual(len(missing), self.check_books(sluice, stream), f"{stream}: discontinuities")
