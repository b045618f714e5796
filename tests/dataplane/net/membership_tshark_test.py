"""What we say in IGMP and MLD, judged by Wireshark's dissectors."""

import collections
import subprocess
import unittest

from harness import paths
from harness.dissect import dissect

SUITE = "network"

GOOD = "1"  # a checksum's status


class Dissected(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        program = paths.build() / "tests/dataplane/net/membership_frames"
        lines = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True, timeout=20).stdout.split("\n")
        named = [line.split() for line in lines if line]
        cls.frames = [bytes.fromhex(text) for _, text in named]
        cls.layers = list(zip((name for name, _ in named), dissect(cls.frames)))

    def of(self, kind):
        found = [layers for name, layers in self.layers if kind in name]
        self.assertTrue(found, kind)
        return found

    def test_nothing_is_malformed_or_remarkable(self):
        for name, layers in self.layers:
            self.assertNotIn("_ws.malformed", layers, name)
            self.assertNotIn("_ws.expert.message", layers, name)

    def test_every_checksum_is_right(self):
        for layers in self.of("igmp"):
            self.assertEqual([GOOD], layers["ip.checksum.status"])
            self.assertEqual([GOOD], layers["igmp.checksum.status"])
        for layers in self.of("mld"):
            self.assertEqual([GOOD], layers["icmpv6.checksum.status"])

    def test_every_message_alerts_routers_and_stays_on_its_link(self):
        for layers in self.of("igmp"):
            self.assertEqual((["0"], ["1"], ["0xc0"]), (layers["ip.opt.ra"], layers["ip.ttl"], layers["ip.dsfield"]))
        for layers in self.of("mld"):
            self.assertEqual((["0"], ["1"]), (layers["ipv6.opt.router_alert"], layers["ipv6.hlim"]))

    def test_they_come_from_the_port_and_go_where_the_standards_say(self):
        for layers in self.of("plain-igmp") + self.of("tagged-igmp"):
            self.assertEqual(["10.1.2.3"], layers["ip.src"])
        for layers in self.of("bare-igmp"):
            self.assertEqual(["0.0.0.0"], layers["ip.src"])
        for layers in self.of("mld"):
            self.assertEqual(["fe80::ff:fe00:1"], layers["ipv6.src"])
        destinations = collections.defaultdict(set)
        for name, layers in self.layers:
            destinations[name.partition("-")[2]].add((layers.get("ip.dst") or layers["ipv6.dst"])[0])
        self.assertEqual({
            "igmp-record": {"224.0.0.22"}, "igmp-packed": {"224.0.0.22"},
            "igmp-report": {"232.129.1.1", "239.1.1.1"}, "igmp-leave": {"224.0.0.2"},
            "mld-record": {"ff02::16"}, "mld-packed": {"ff02::16"},
            "mld-report": {"ff3e::8000:1"}, "mld-leave": {"ff02::2"}}, dict(destinations))

    def test_tags_are_there_where_they_belong(self):
        for name, layers in self.layers:
            self.assertEqual(["5"] if name.startswith("tagged") else None, layers.get("vlan.id"), name)

    def test_the_types_are_those_that_were_meant(self):
        self.assertEqual({"0x22", "0x16", "0x12", "0x17"}, {layers["igmp.type"][0] for layers in self.of("igmp")})
        self.assertEqual({"143", "131", "132"}, {layers["icmpv6.type"][0] for layers in self.of("mld")})
        for kind, field in (("plain-igmp-record", "igmp.record_type"),
                            ("plain-mld-record", "icmpv6.mldr.mar.record_type")):
            types = [layers[field][0] for layers in self.of(kind)]
            self.assertEqual([str(number) for number in range(1, 7) for _ in range(2)], types)

    def test_the_sources_are_those_that_went_in(self):
        with_sources = self.of("plain-igmp-record")[1::2]
        for layers in with_sources:
            self.assertEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"], layers["igmp.saddr"])
        for layers in self.of("plain-mld-record")[1::2]:
            self.assertEqual(["2001:db8::1", "2001:db8::2"], layers["icmpv6.mldr.mar.source_address"])

    def test_reports_keep_to_the_mtu(self):
        longest = max(len(frame) for frame in self.frames)
        self.assertLessEqual(longest, 1518)
        self.assertGreater(longest, 1400)
