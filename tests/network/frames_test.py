"""What a headend's frames can look like: tagged once and twice, IPv6, jumbo, in fragments, from two
senders to one group. Whatever they look like, what was archived is what was sent."""

import collections
import pathlib
import random
import tempfile
import unittest

from harness import appliance, capture_file, frames, media, network, ts

SUITE = "network"
NEEDS_ROOT = True

SECONDS = 4
PORT = 5000
MTU_PIECE = 1480  # bytes of a datagram that a fragment carries over Ethernet
TAG, QINQ = ((frames.VLAN, 0x2005),), ((frames.SERVICE_VLAN, 100), (frames.VLAN, 7))
OTHER_TAG, OTHER_QINQ = ((frames.VLAN, 6),), ((frames.SERVICE_VLAN, 100), (frames.VLAN, 8))

Way = collections.namedtuple("Way", "stream datagrams to_frames")


def channel(number):
    """A channel of its own: no two have the same bytes."""
    return media.channel(media.H264, media.AAC, SECONDS, frequency=400 + number)


def of_sizes(sizes):
    """Cuts a stream into datagrams of so many packets, again and again."""
    def cut(data):
        at, number, out = 0, 0, []
        while at < len(data):
            size = sizes[number % len(sizes)] * ts.PACKET
            out.append(data[at:at + size])
            at, number = at + size, number + 1
        return out
    return cut


def plain(group, source=None, tags=()):
    return lambda payload, number: [frames.frame(payload, group, PORT, source, tags)]


def rtp(group, tags=()):
    """With everything that RTP can put around its payload."""
    def build(payload, number):
        wrapped = frames.rtp(payload, 65_500 + number, csrcs=number % 3, padding=number % 5 * 3,
                             extension=b"\1\2\3\4" * (number % 4) if number % 2 else None)
        return [frames.frame(wrapped, group, PORT, tags=tags)]
    return build


def in_fragments(group, size=MTU_PIECE, order="in order", tags=()):
    """`order`: in order, reversed, shuffled, or doubled, every fragment twice."""
    shuffled = random.Random(1)

    def build(payload, number):
        pieces = frames.fragments(payload, group, PORT, number, size, tags=tags)
        if order == "reversed":
            pieces.reverse()
        elif order == "shuffled":
            shuffled.shuffle(pieces)
        elif order == "doubled":
            pieces = [piece for one in pieces for piece in (one, one)] + pieces
        return pieces
    return build


def udp_stream(group, **more):
    return {"source": f"udp://{f'[{group}]' if frames.is_v6(group) else group}:{PORT}", **more}


SEVEN, JUMBO, MIXED = of_sizes([7]), of_sizes([47]), of_sizes([1, 2, 3, 4, 5, 6, 7])
# name: how the stream is configured, how it is cut into datagrams, and how those become frames
WAYS = {
    "plain": Way(udp_stream("239.77.5.1"), SEVEN, plain("239.77.5.1")),
    "sizes": Way(udp_stream("239.77.5.2"), MIXED, plain("239.77.5.2")),
    "rtp": Way({"source": f"rtp://239.77.5.3:{PORT}"}, MIXED, rtp("239.77.5.3")),
    "vlan": Way(udp_stream("239.77.5.4", vlan=5), SEVEN, plain("239.77.5.4", tags=TAG)),
    "vlan-other": Way(udp_stream("239.77.5.4", vlan=6), SEVEN, plain("239.77.5.4", tags=OTHER_TAG)),
    "qinq": Way(udp_stream("239.77.5.5", vlan=7), SEVEN, plain("239.77.5.5", tags=QINQ)),
    "qinq-other": Way(udp_stream("239.77.5.5", vlan=8), SEVEN, plain("239.77.5.5", tags=OTHER_QINQ)),
    "v6": Way(udp_stream("ff3e::77:1"), SEVEN, plain("ff3e::77:1")),
    "v6-vlan": Way(udp_stream("ff3e::77:2", vlan=5), SEVEN, plain("ff3e::77:2", tags=TAG)),
    "v6-qinq": Way(udp_stream("ff3e::77:3", vlan=7), SEVEN, plain("ff3e::77:3", tags=QINQ)),
    "from-one": Way(udp_stream("232.77.5.6", ssm="198.18.0.11"), SEVEN, plain("232.77.5.6", "198.18.0.11")),
    "from-another": Way(udp_stream("232.77.5.6", ssm="198.18.0.12"), SEVEN, plain("232.77.5.6", "198.18.0.12")),
    "jumbo": Way(udp_stream("239.77.5.7"), JUMBO, plain("239.77.5.7")),
    "jumbo-vlan": Way(udp_stream("239.77.5.8", vlan=7), JUMBO, plain("239.77.5.8", tags=QINQ)),
    "pieces-7": Way(udp_stream("239.77.6.1"), SEVEN, in_fragments("239.77.6.1", 600)),
    "pieces-47": Way(udp_stream("239.77.6.2"), JUMBO, in_fragments("239.77.6.2")),
    "pieces-348": Way(udp_stream("239.77.6.3"), of_sizes([348]), in_fragments("239.77.6.3")),
    "pieces-reversed": Way(udp_stream("239.77.6.4"), JUMBO, in_fragments("239.77.6.4", order="reversed")),
    "pieces-shuffled": Way(udp_stream("239.77.6.5"), SEVEN, in_fragments("239.77.6.5", 96, "shuffled")),
    "pieces-doubled": Way(udp_stream("239.77.6.6"), JUMBO, in_fragments("239.77.6.6", order="doubled")),
    "pieces-vlan": Way(udp_stream("239.77.6.7", vlan=5), JUMBO, in_fragments("239.77.6.7", tags=TAG)),
    "pieces-vlan-other": Way(udp_stream("239.77.6.7", vlan=6), JUMBO, in_fragments("239.77.6.7", tags=OTHER_TAG)),
    "pieces-qinq": Way(udp_stream("239.77.6.8", vlan=7), JUMBO, in_fragments("239.77.6.8", tags=QINQ)),
    "pieces-v6": Way(udp_stream("ff3e::77:4"), JUMBO, in_fragments("ff3e::77:4", order="shuffled")),
    "pieces-v6-vlan": Way(udp_stream("ff3e::77:5", vlan=5), SEVEN, in_fragments("ff3e::77:5", 600, tags=TAG)),
}


class Ways:
    """Every way at once; the tests look at what the capture left."""

    MTU, WAYS = 9000, WAYS

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        veth = cls.enterClassContext(network.VethPair())
        veth.set_mtu(cls.MTU, cls.MTU)
        cls.data, cls.sent, schedule = {}, {}, []
        for number, (name, way) in enumerate(cls.WAYS.items()):
            cls.data[name] = channel(number)
            datagrams = way.datagrams(cls.data[name])
            cls.sent[name] = len(datagrams)
            for index, payload in enumerate(datagrams):
                seconds = SECONDS * index / len(datagrams)
                schedule += [(seconds, frame) for frame in way.to_frames(payload, index)]
        capture = folder / "all.pcap"
        capture_file.write(capture, sorted(schedule, key=lambda timed: timed[0]))
        streams = [{"name": name, "bitrate": "2Mbps", **way.stream} for name, way in cls.WAYS.items()]
        cls.sluice = cls.enterClassContext(
            appliance.Appliance(streams, cls.dataplane(veth.interface), arena="256MiB"))
        cls.sluice.start()
        veth.replay(capture)
        total = sum(cls.sent.values())
        cls.status = cls.sluice.wait_for(lambda status: status["committed"] >= total, what="all datagrams")
        cls.exit_status = cls.sluice.stop()

    def test_what_was_archived_is_what_was_sent_byte_for_byte(self):
        for name, data in self.data.items():
            with self.subTest(name):
                self.assertTrue(self.sluice.archived(name) == data,
                                f"{len(self.sluice.archived(name))} bytes archived, {len(data)} sent")

    def test_every_datagram_is_received_once_by_its_stream(self):
        self.assertEqual({}, {reason: count for reason, count in self.status["drops"].items() if count})
        self.assertEqual(sum(self.sent.values()), self.status["received"])
        self.assertEqual(self.sent, {stream["name"]: stream["received"] for stream in self.status["streams"]})

    def test_it_ends_well(self):
        self.assertEqual(0, self.exit_status)


class OverTheKernel:
    """What the sender's kernel makes of long datagrams, and two programmes of one multiplex."""

    def capture(self, streams, mtu, jobs):
        """Sends (bytes, scheme, group, packets of a datagram) with this MTU."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        veth = self.enterContext(network.VethPair())
        veth.set_mtu(1500, mtu)
        sluice = self.enterContext(appliance.Appliance(streams, self.dataplane(veth.interface)))
        sluice.start()
        files = []
        for number, (data, *_) in enumerate(jobs):
            files.append(folder / f"{number}.ts")
            files[-1].write_bytes(data)
        with veth.send(*((path, scheme, group, PORT, packets)
                         for path, (_, scheme, group, packets) in zip(files, jobs))) as sender:
            sent = [len(times) for times in sender.wait()]
        status = sluice.wait_for(lambda status: status["committed"] >= sum(sent), what="all datagrams")
        self.assertEqual({}, {reason: count for reason, count in status["drops"].items() if count})
        return sluice, sent, status

    def test_datagrams_that_the_sender_s_kernel_cuts_are_archived_whole(self):
        jobs = [(channel(number), scheme, f"239.77.7.{number}", packets)
                for number, (scheme, packets) in enumerate((("udp", 7), ("rtp", 7), ("udp", 47), ("rtp", 340)))]
        streams = [{"name": f"s{number}", "source": f"{scheme}://{group}:{PORT}"}
                   for number, (_, scheme, group, _) in enumerate(jobs)]
        sluice, sent, status = self.capture(streams, 1000, jobs)
        self.assertEqual(sum(sent), status["received"])
        self.assertEqual(0, sluice.stop())
        for number, (data, *_) in enumerate(jobs):
            self.assertTrue(sluice.archived(f"s{number}") == data, f"s{number}")

    def test_two_programmes_of_one_multiplex_are_received_once(self):
        data = media.two_programmes(SECONDS)
        streams = [{"name": f"p{number}", "program": number, **udp_stream("239.77.7.9")} for number in (1, 2)]
        sluice, (sent,), status = self.capture(streams, 1500, [(data, "udp", "239.77.7.9", 7)])
        self.assertEqual([sent, sent], [stream["received"] for stream in status["streams"]])
        self.assertEqual(0, sluice.stop())
        pids = {number: media.programme_pids(data, number) for number in (1, 2)}
        for number, others in ((1, 2), (2, 1)):
            packets = list(ts.packets(sluice.archived(f"p{number}")))
            self.assertEqual([packet for packet in ts.packets(data) if ts.pid(packet) in pids[number]],
                             [packet for packet in packets if ts.pid(packet) in pids[number]])
            self.assertEqual(set(), {ts.pid(packet) for packet in packets} & pids[others])


class DpdkOverTheKernel(OverTheKernel, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class PcapOverTheKernel(OverTheKernel, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)


class DpdkWays(Ways, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class PcapWays(Ways, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)


def af_xdp(interface):
    return {"driver": "dpdk", "eal": ["--no-pci", f"--vdev=net_af_xdp0,iface={interface}"],
            "ports": [{"name": "a", "device": "net_af_xdp0"}]}


class XdpWays(Ways, unittest.TestCase):
    """Frames of more than a page are beyond af_xdp."""

    MTU, WAYS = 2000, {name: way for name, way in WAYS.items() if not name.startswith("jumbo")}
    dataplane = staticmethod(af_xdp)
