"""Where the kernel does not speak for us: what Sluice itself says in IGMP and MLD, as Wireshark reads it."""

import contextlib
import socket
import struct
import subprocess
import sys
import time
import unittest

from harness import appliance, capture_file, network
from harness.dissect import dissect

SUITE = "network"
NEEDS_ROOT = True

VLAN = 5
V4, V6, SOURCE = "239.77.4.1", "ff3e::8000:4", "2001:db8::9"
ADDRESS = "10.77.0.9"
TO_EXCLUDE, TO_INCLUDE, ALLOW, BLOCK, IS_EXCLUDE, IS_INCLUDE = "4", "3", "5", "6", "2", "1"
SEND = "import socket, sys; s = socket.socket(17, 3); s.bind((sys.argv[1], 0)); s.send(bytes.fromhex(sys.argv[2]))"


def igmp_query(vlan):
    """A general query of IGMPv3, to be answered within half a second."""
    message = struct.pack("!BBHIBBH", 0x11, 5, 0, 0, 2, 125, 0)
    message = message[:2] + struct.pack("!H", capture_file.checksum(message)) + message[4:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x46, 0xC0, 24 + len(message), 0, 0, 1, 2, 0,
                     socket.inet_aton("10.77.0.1"), socket.inet_aton("224.0.0.1")) + b"\x94\x04\0\0"
    ip = ip[:10] + struct.pack("!H", capture_file.checksum(ip)) + ip[12:]
    tag = struct.pack("!HH", 0x8100, vlan) if vlan else b""
    frame = b"\x01\x00\x5e\0\0\x01\x02\0\0\0\0\x09" + tag + b"\x08\0" + ip + message
    return frame.ljust(60, b"\0")


class Reports:
    """What leaves through an interface, or comes from it, in IGMP and MLD of version 3 and 2."""

    def __init__(self, interface):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._socket.bind((interface, 3))
        self._frames = []

    def wait_for(self, *wanted, timeout=5):
        """Waits for these (record type, group); returns tshark's fields of each."""
        deadline = time.monotonic() + timeout
        while True:
            self._take(0.1)
            found = {(kind, group): layers for layers in dissect(self._frames) for kind, group in _records(layers)}
            if all(one in found for one in wanted):
                self._frames.clear()
                return [found[one] for one in wanted]
            if time.monotonic() > deadline:
                raise AssertionError(f"not said: {set(wanted) - set(found)}; said: {set(found)}")

    def _take(self, seconds):
        self._socket.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            while True:
                frame = self._socket.recv(65_536)
                if frame[38:39] == b"\x22" or frame[42:43] == b"\x22" or b"\x3a\0\x05\x02\0\0" in frame[54:66]:
                    self._frames.append(frame)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()


def _records(layers):
    types = layers.get("igmp.record_type") or layers.get("icmpv6.mldr.mar.record_type") or []
    groups = layers.get("igmp.maddr") or layers.get("icmpv6.mldr.mar.multicast_address") or []
    return zip(types, groups)


class OwnReports:
    """`vlan`, `configuration` and `ask` are the cases."""

    vlan = 0

    def streams(self):
        tag = {"vlan": self.vlan} if self.vlan else {}
        return [{"name": "four", "source": f"udp://{V4}:5000", "bitrate": "1Mbps", **tag},
                {"name": "six", "source": f"udp://[{V6}]:5000", "ssm": SOURCE, "bitrate": "1Mbps", **tag}]

    def check(self, configuration, interface, ask):
        with Reports(interface) as reports, appliance.Appliance(self.streams(), configuration) as sluice:
            sluice.start()
            joined = reports.wait_for((TO_EXCLUDE, V4), (ALLOW, V6))
            ask(igmp_query(self.vlan).hex())
            answer, = reports.wait_for((IS_EXCLUDE, V4))
            self.assertEqual(0, sluice.stop())
            left = reports.wait_for((TO_INCLUDE, V4), (BLOCK, V6), timeout=2)
        for layers in [*joined, answer, *left]:
            self.assertNotIn("_ws.malformed", layers)
            self.assertNotIn("_ws.expert.message", layers)
            self.assertEqual([str(self.vlan)] if self.vlan else None, layers.get("vlan.id"))
        return joined[0]


class Tagged(OwnReports):
    """Groups in a VLAN, of which the kernel has no interface."""

    vlan = VLAN

    def test_groups_in_a_vlan_are_asked_for_there(self):
        with network.VethPair() as veth:
            def ask(query):
                veth.inside(sys.executable, "-c", SEND, veth.peer, query)
            said = self.check(self.dataplane(veth.interface), veth.interface, ask)
            self.assertEqual([veth.address], said["ip.src"])


class TaggedAfPacket(Tagged, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class TaggedPcap(Tagged, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)


class OfAPort(OwnReports, unittest.TestCase):
    """A port that the kernel knows nothing of: what it sends comes out of the tap."""

    def test_groups_are_asked_for_through_the_port_from_its_address(self):
        name = "sltap7"
        configuration = {"driver": "dpdk", "eal": ["--no-pci", f"--vdev=net_tap0,iface={name}"],
                         "ports": [{"name": "a", "device": "net_tap0", "address": f"{ADDRESS}/24"}]}
        with appliance.Appliance(self.streams(), configuration) as sluice:
            sluice.start()
            with Reports(name) as reports:  # the interface is there only now
                subprocess.run([sys.executable, "-c", SEND, name, igmp_query(0).hex()], check=True, timeout=20)
                answer, = reports.wait_for((IS_EXCLUDE, V4))
                self.assertEqual([ADDRESS], answer["ip.src"])
                self.assertNotIn("_ws.expert.message", answer)
            self.assertEqual(0, sluice.stop())
