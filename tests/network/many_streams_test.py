"""Hundreds of streams, of which many come, change and go while the others lose nothing."""

import ipaddress
import itertools
import os
import tempfile
import time
import unittest

from harness import appliance, commands, generator, network

SUITE = "network"
NEEDS_ROOT = True
SLOW = os.environ.get("SLUICE_SLOW") == "1"

RATE = "1Mbps"


def group(number):
    return str(ipaddress.ip_address("239.90.1.1") + number)  # as sluice-gen counts


def stream(number, **more):
    return {"name": f"s{number:03}", "source": f"udp://{group(number)}:5000", "bitrate": RATE, **more}


class ManyStreams(unittest.TestCase):
    """`steady` streams are captured throughout; as many as `passing` are added, changed and removed
    again and again, in batches."""

    def try_them(self, dataplane, steady, passing, seconds):
        total = steady + passing
        with tempfile.TemporaryDirectory(prefix="sluice-t-", dir="/dev/shm") as folder, \
                network.VethPair() as veth:
            streams = [stream(number) for number in range(steady)]
            with appliance.Appliance(streams, dataplane(veth.interface), arena=f"{4 * total + 64}MiB") as sluice:
                sluice.start()
                with generator.Generator(veth, folder, f"udp://{group(0)}:5000", total, "--bitrate", RATE,
                                         "--for", f"{seconds}s", "--spread", "2s") as sender:
                    changes = self.churn(sluice, range(steady, total), seconds - 2)
                    sent = sender.wait()
                self.assertGreaterEqual(changes, 3 * passing)
                status = sluice.wait_for(lambda now: now["in_flight"] == 0, what="rest")
                self.assertEqual({}, status["drops"])
                self.assertEqual(0, sum(port["missed"] for port in status["ports"]))
                self.assertEqual(status["received"], status["committed"])
                self.assertEqual(0, sluice.stop())
                wrong = [number for number in range(steady)
                         if sluice.archived(f"s{number:03}") != sender.sent(number)]
                self.assertEqual([], wrong)
                print(f"{steady} streams exact in {seconds} s beside {changes} changes, "
                      f"{sent['datagrams']} datagrams")

    def churn(self, sluice, numbers, seconds):
        """Adds, changes and removes streams for a while; ends with all removed. Returns how many."""
        if not numbers:
            return 0
        batches = [list(numbers)[i::4] for i in range(4)]
        end = time.monotonic() + seconds
        changes = 0
        for batch in itertools.cycle(batches):
            names = [f"s{number:03}" for number in batch]
            answer = commands.ask(sluice, "add", streams=[stream(number) for number in batch])
            self.assertEqual([], answer["starting"])
            time.sleep(0.2)
            commands.ask(sluice, "change", streams=[
                stream(number, segment={"target": "1s"}) if number % 2 else
                {**stream(number), "source": f"udp://{group(number)}:5001"} for number in batch])
            time.sleep(0.1)
            commands.ask(sluice, "remove", names=names)
            changes += 3 * len(batch)
            if time.monotonic() >= end:
                return changes


class FewDpdk(ManyStreams):
    def test_the_others_are_exact_while_20_of_60_come_change_and_go(self):
        self.try_them(appliance.dpdk, 40, 20, 8)


class FewPcap(ManyStreams):
    def test_the_others_are_exact_while_20_of_60_come_change_and_go(self):
        self.try_them(appliance.pcap, 40, 20, 8)


@unittest.skipUnless(SLOW, "run with --slow")
class Hundreds(ManyStreams):
    def test_the_others_are_exact_while_200_of_500_come_change_and_go(self):
        self.try_them(appliance.dpdk, 300, 200, 30)

    def test_500_streams_lose_nothing(self):
        self.try_them(appliance.dpdk, 500, 0, 30)
