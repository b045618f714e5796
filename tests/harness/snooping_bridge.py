"""A switch that sends groups only to those who ask: a Linux bridge with snooping and a querier."""

import json
import socket
import struct
import time

from harness import network


class SnoopingBridge(network.VethPair):
    """`interface` here hangs on a port of a bridge in `namespace`, which is querier and sender:
    what leaves `bridge` there goes to the ports whose hosts have reported the group."""

    bridge = "br0"
    v6_address = "fd98:77::1"

    def __init__(self, igmp=3, mld=2, query_interval=3.0, last_member_interval=0.2):
        super().__init__()
        self._igmp, self._mld = igmp, mld
        self._query_interval, self._last_member_interval = query_interval, last_member_interval
        self.response_interval = 1.0
        # What is not reported within two queries is gone: so an unanswered query shows soon.
        self.membership_interval = 2 * query_interval + self.response_interval

    def __enter__(self):
        super().__enter__()
        try:
            self._make_bridge()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _make_bridge(self):
        def centiseconds(seconds):
            return str(round(seconds * 100))

        self.inside("ip", "address", "flush", "dev", self.peer)
        self.inside(
            "ip", "link", "add", self.bridge, "type", "bridge", "mcast_snooping", "1",
            "mcast_query_interval", centiseconds(self._query_interval),
            "mcast_query_response_interval", centiseconds(self.response_interval),
            "mcast_startup_query_interval", centiseconds(min(1, self._query_interval)),
            "mcast_last_member_count", "2", "mcast_last_member_interval", centiseconds(self._last_member_interval),
            "mcast_membership_interval", centiseconds(self.membership_interval),
            "mcast_igmp_version", str(self._igmp), "mcast_mld_version", str(self._mld))
        self.inside("ip", "link", "set", self.peer, "master", self.bridge)
        self.inside("ip", "address", "add", f"{self.peer_address}/30", "dev", self.bridge)
        self.inside("ip", "address", "add", f"{self.v6_address}/64", "dev", self.bridge, "nodad")
        self.inside("ip", "link", "set", self.bridge, "up")
        self.inside("ip", "route", "add", "224.0.0.0/4", "dev", self.bridge)
        self._wait_for_link_local()
        self.inside("ip", "link", "set", self.bridge, "type", "bridge", "mcast_querier", "1")
        # It filters once its own first query has had time to be answered.
        time.sleep(self.response_interval + 0.5)

    def make_interface_anew(self):
        """Deletes the interface, and plugs another of its name into the same port."""
        network.run("ip", "link", "delete", self.interface)
        network.run("ip", "link", "add", self.interface, "type", "veth", "peer", "name", self.peer,
                    "netns", self.namespace)
        self.inside("ip", "link", "set", self.peer, "master", self.bridge, "up")
        network.run("ip", "address", "add", f"{self.address}/30", "dev", self.interface)
        network.run("ip", "link", "set", self.interface, "up")

    def _wait_for_link_local(self):
        """MLD queries come from there, and only once it is known to be unique."""
        deadline = time.monotonic() + 10
        while True:
            told = self.inside("ip", "-6", "address", "show", "dev", self.bridge, "scope", "link")
            if "inet6 fe80" in told and "tentative" not in told:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"no link-local address: {told}")
            time.sleep(0.05)

    def registered(self, prefix=""):
        """What hosts have reported: {group: set of its sources}, of groups that begin with `prefix`."""
        groups = {}
        for entry in json.loads(self.inside("bridge", "-j", "mdb", "show"))[0]["mdb"]:
            if entry["port"] == self.peer and entry["grp"].startswith(prefix):
                sources = groups.setdefault(entry["grp"], set())
                if "src" in entry:
                    sources.add(entry["src"])
        return groups

    def wait_until_registered(self, wanted, timeout=10):
        """Waits until the bridge lists these groups, and no other of theirs."""
        deadline = time.monotonic() + timeout
        while True:
            listed = self.registered()
            missing = set(wanted) - set(listed)
            if not missing:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"not reported within {timeout} s: {sorted(missing)[:5]} of {len(missing)}")
            time.sleep(0.05)


class Sniffer:
    """Counts UDP frames that come in on an interface, by group."""

    def __init__(self, interface):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._socket.bind((interface, 3))
        self._socket.setblocking(False)

    def groups(self):
        """The groups that anything has come for so far."""
        seen = set()
        while True:
            try:
                frame, address = self._socket.recvfrom(65_536)
            except BlockingIOError:
                return seen
            kind, = struct.unpack_from("!H", frame, 12)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            if kind == 0x0800 and frame[23] == socket.IPPROTO_UDP:
                seen.add(socket.inet_ntop(socket.AF_INET, frame[30:34]))
            elif kind == 0x86DD and frame[20] == socket.IPPROTO_UDP:
                seen.add(socket.inet_ntop(socket.AF_INET6, frame[38:54]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
