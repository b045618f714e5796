"""Behind a switch that sends only what was asked for, every channel comes whole, and only ours do."""

import ipaddress
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from harness import appliance, paths
from harness.snooping_bridge import Sniffer, SnoopingBridge

SUITE = "network"
NEEDS_ROOT = True
TIMEOUT = 240

SLOW = bool(os.environ.get("SLUICE_SLOW"))
SECONDS = 60 if SLOW else 8
QUERY_INTERVAL = 3.0 if SLOW else 1.5  # the small form, too, outlasts what one report is good for
GROUPS = 50  # of IPv4, and as many of IPv6
GONE_WITHIN = 2.0  # seconds after exit
V6 = "ff3e::8000:1"


def numbered(first, count=GROUPS):
    return [str(ipaddress.ip_address(first) + number) for number in range(count)]


class Channels:
    """Channels that a process in the bridge's namespace sends, and what they consist of."""

    def __init__(self, bridge, folder, first, source):
        self.groups, self.source = numbered(first), source
        self._sent = pathlib.Path(folder) / first.replace(":", "-")
        self._sent.mkdir()
        self._command = [paths.program("sluice-gen"), f"udp://[{first}]:5000" if ":" in first else f"udp://{first}:5000",
                         "-n", bridge.bridge, "--from", source, "--streams", GROUPS, "--bitrate", "250kbps", "--json"]
        self._bridge = bridge

    def start(self, seconds, *more):
        return self._bridge.start_inside(*self._command, "--for", f"{seconds}s", *more, stdout=subprocess.PIPE)

    def record(self, seconds):
        return self.start(seconds, "--sent", self._sent)

    def sent(self):
        """Each channel's bytes, in the order of their groups."""
        return [path.read_bytes() for path in sorted(self._sent.iterdir())]

    def streams(self, name, ssm):
        return [{"name": f"{name}{number:02}", "bitrate": "1Mbps", **({"ssm": self.source} if ssm else {}),
                 "source": f"udp://[{group}]:5000" if ":" in group else f"udp://{group}:5000"}
                for number, group in enumerate(self.groups)]


def finish(process):
    said, _ = process.communicate(timeout=SECONDS + 60)
    if process.returncode != 0:
        raise RuntimeError("the sender failed")
    return json.loads(said)["datagrams"]


class Membership:
    """One run with all groups; `dataplane`, `IGMP`, `FIRST` and `SSM` are the cases."""

    SSM = False

    def test_what_was_asked_for_comes_whole_and_nothing_else_does(self):
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, SnoopingBridge(
                igmp=self.IGMP, query_interval=QUERY_INTERVAL) as bridge:
            v4 = Channels(bridge, folder, self.FIRST, bridge.peer_address)
            v6 = Channels(bridge, folder, V6, bridge.v6_address)
            self.nothing_comes_unasked(bridge, v4, v6)
            streams = v4.streams("four", self.SSM) + v6.streams("six", self.SSM)
            with appliance.Appliance(streams, self.dataplane(bridge.interface), arena="256MiB") as sluice:
                sluice.start()
                self.groups_are_listed(bridge, v4, v6)
                senders = [v4.record(SECONDS), v6.record(SECONDS)]
                sent = sum(map(finish, senders))
                self.groups_are_listed(bridge, v4, v6)
                status = sluice.wait_for(lambda status: status["committed"] >= sent, what="every datagram")
                self.assertEqual({}, {reason: count for reason, count in status["drops"].items() if count})
                self.assertEqual((sent, sent), (status["received"], status["committed"]))
                self.assertEqual(0, sluice.stop())
                self.groups_go(bridge)
                for channels, name in ((v4, "four"), (v6, "six")):
                    for number, data in enumerate(channels.sent()):
                        self.assertTrue(sluice.archived(f"{name}{number:02}") == data, f"{name}{number:02}")

    def nothing_comes_unasked(self, bridge, *channels):
        with Sniffer(bridge.interface) as sniffer:
            for sender in [one.start(1) for one in channels]:
                self.assertGreater(finish(sender), 0)
            self.assertEqual(set(), sniffer.groups() & {group for one in channels for group in one.groups})

    def groups_are_listed(self, bridge, *channels):
        bridge.wait_until_registered([group for one in channels for group in one.groups])
        if self.SSM:
            listed = bridge.registered()
            for one in channels:
                for group in one.groups:
                    self.assertEqual({one.source}, listed[group], group)

    def groups_go(self, bridge):
        exited = time.monotonic()
        while left := {group for group in bridge.registered() if group.startswith(("239.", "232.", "ff3e:"))}:
            self.assertLess(time.monotonic() - exited, GONE_WITHIN, f"{len(left)} groups are still listed")
            time.sleep(0.02)


def af_xdp(interface):
    return {"driver": "dpdk", "eal": ["--no-pci", f"--vdev=net_af_xdp0,iface={interface}"],
            "ports": [{"name": "a", "device": "net_af_xdp0"}]}


class Version2(Membership):
    IGMP, FIRST = 2, "239.77.3.1"


class Version3(Membership):
    IGMP, FIRST, SSM = 3, "232.77.3.1", True


class MadeAnew:
    """An interface that is deleted and made again."""

    def test_groups_are_asked_for_again(self):
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, SnoopingBridge(query_interval=60) as bridge:
            channels = [Channels(bridge, folder, first, source) for first, source in
                        (("239.77.3.1", bridge.peer_address), (V6, bridge.v6_address))]
            groups = [group for one in channels for group in one.groups]
            streams = [stream for number, one in enumerate(channels) for stream in one.streams(f"s{number}", False)]
            with appliance.Appliance(streams, self.dataplane(bridge.interface), arena="256MiB") as sluice:
                sluice.start()
                bridge.wait_until_registered(groups)
                bridge.make_interface_anew()
                self.assertEqual({}, bridge.registered("239."))
                bridge.wait_until_registered(groups)
                self.assertEqual(0, sluice.stop())


class AfPacketMadeAnew(MadeAnew, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class AfXdpMadeAnew(MadeAnew, unittest.TestCase):
    dataplane = staticmethod(af_xdp)


class AfPacketVersion2(Version2, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class AfPacketVersion3(Version3, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class AfXdpVersion2(Version2, unittest.TestCase):
    dataplane = staticmethod(af_xdp)


class AfXdpVersion3(Version3, unittest.TestCase):
    dataplane = staticmethod(af_xdp)


class PcapVersion2(Version2, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)


class PcapVersion3(Version3, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)
