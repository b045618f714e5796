"""More groups on one interface than the kernel allows a socket (20, igmp_max_memberships)."""

import pathlib
import socket
import tempfile
import unittest

from harness import appliance, media, network

SUITE = "network"
NEEDS_ROOT = True

GROUPS = [f"239.77.2.{number}" for number in range(1, 26)]
SMALL = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10 -keyint_min 10 -sc_threshold 0 -b:v 40k"


def memberships(interface):
    """The IPv4 groups that the kernel has joined on an interface."""
    joined, current = set(), None
    for line in pathlib.Path("/proc/net/igmp").read_text().splitlines()[1:]:
        words = line.split()
        if not line[0].isspace():
            current = words[1].rstrip(":")
        elif current == interface:
            joined.add(socket.inet_ntoa(int(words[0], 16).to_bytes(4, "little")))
    return joined


def is_promiscuous(interface):
    flags = int(pathlib.Path(f"/sys/class/net/{interface}/flags").read_text(), 16)
    return bool(flags & 0x100)  # IFF_PROMISC


class ManyGroups:
    def test_twenty_five_groups_are_joined_recorded_and_left(self):
        data = media.channel(SMALL, "", 4, size="64x48", rate=10)
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, network.VethPair() as veth:
            path = pathlib.Path(folder) / "small.ts"
            path.write_bytes(data)
            streams = [{"name": f"s{index:02}", "source": f"udp://{group}:5000", "bitrate": "1Mbps"}
                       for index, group in enumerate(GROUPS)]
            with appliance.Appliance(streams, self.dataplane(veth.interface)) as sluice:
                sluice.start()
                self.assertEqual(set(), set(GROUPS) - memberships(veth.interface))
                with veth.send(*((path, "udp", group, 5000) for group in GROUPS)) as sender:
                    sent = sum(len(times) for times in sender.wait())
                sluice.wait_for(lambda status: status["committed"] >= sent, what="all datagrams")
                self.assertEqual(0, sluice.stop())
                for stream in streams:
                    self.assertTrue(sluice.archived(stream["name"]) == data, stream["name"])
                self.assertEqual(set(), set(GROUPS) & memberships(veth.interface))
                self.assertFalse(is_promiscuous(veth.interface), "left promiscuous")


class DpdkGroups(ManyGroups, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class PcapGroups(ManyGroups, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)
