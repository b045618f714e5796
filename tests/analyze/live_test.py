"""`sluice analyze` of the network, and what a running appliance has counted of its streams."""

import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.request

from analyze import faults
from harness import appliance, network, paths

SUITE = "analyze"
NEEDS_ROOT = True


def raised(indicators):
    return {entry["name"]: entry["count"] for entry in indicators if entry["count"]}


class Live(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        self.veth = self.enterContext(network.VethPair())

    def spoiled(self):
        """Six seconds of a stream with three packets lost and three tables broken."""
        stream = faults.Editor(faults.clean())
        faults.lose_three_packets(stream)
        faults.spoil_tables(stream)
        path = self.folder / "spoiled.ts"
        path.write_bytes(b"".join(stream.packets[:len(stream.packets) * 6 // faults.SECONDS]))
        return path

    EXPECTED = {"Continuity_count_error": 3, "CRC_error": 3}

    def test_a_group_is_joined_and_measured_by_arrival(self):
        listener = subprocess.Popen([paths.program("sluice"), "analyze", "rtp://239.77.9.9:5000", "-n",
                                     self.veth.interface, "--for", "9s", "--json"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(listener.stdout.close)
        with self.veth.send((self.spoiled(), "rtp", "239.77.9.9", 5000)) as sender:
            sent = sum(map(len, sender.wait()))
        found = json.loads(listener.communicate(timeout=30)[0])
        self.assertEqual(0, listener.returncode)
        self.assertEqual(sent, found["rtp"]["received"])
        self.assertEqual((0, 0), (found["rtp"]["lost"], found["rtp"]["reordered"]))
        counted = raised(found["indicators"])
        self.assertEqual(self.EXPECTED, {name: counted.get(name) for name in self.EXPECTED})

    def test_the_appliance_keeps_the_indicators_of_its_streams(self):
        sluice = self.enterContext(appliance.Appliance([{"name": "news", "source": "udp://239.77.9.9:5000"}],
                                                       appliance.pcap(self.veth.interface)))
        sluice.start()
        with self.veth.send((self.spoiled(), "udp", "239.77.9.9", 5000)) as sender:
            sent = sum(map(len, sender.wait()))
        status = sluice.wait_for(lambda status: status["received"] >= sent, what="all datagrams")
        stream = status["streams"][0]
        self.assertEqual(self.EXPECTED, {name: stream["tr101290"][name] for name in self.EXPECTED})
        self.assertEqual(stream["cc_errors"], stream["tr101290"]["Continuity_count_error"])
        done = subprocess.run([paths.program("sluice"), "analyze", "news", "-c", sluice.path, "--json"], check=True,
                              stdout=subprocess.PIPE, text=True, timeout=30)
        report = json.loads(done.stdout)
        self.assertEqual(stream["tr101290"],
                         {entry["name"]: entry["count"] for entry in report["indicators"]})
        broken = report["indicators"][3]
        self.assertLess(broken["first"], broken["last"])
        refused = subprocess.run([paths.program("sluice"), "analyze", "sport", "-c", sluice.path], check=False,
                                 stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(1, refused.returncode)
        self.assertIn("it has: news", refused.stderr)
        with urllib.request.urlopen(f"{sluice.url}/metrics", timeout=10) as answer:
            metrics = answer.read().decode()
        self.assertIn('sluice_stream_tr101290_errors_total{stream="news",indicator="Continuity_count_error"} 3',
                      metrics)
        self.assertEqual(0, sluice.stop())
