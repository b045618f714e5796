"""Broken frames, really sent: each has its named drop, what is sound among them is archived whole,
and received = committed + drops at rest, which `Appliance.stop` asserts."""

import collections
import pathlib
import tempfile
import unittest

from harness import appliance, capture_file, frames, media, network

SUITE = "network"
NEEDS_ROOT = True

UDP, RTP, V6, JUNK = ("239.77.8.1", 5000), ("239.77.8.2", 5004), ("ff3e::78:1", 5000), ("239.77.8.3", 5000)
TAGGED = ("239.77.8.4", 5000)
TAG, QINQ = ((frames.VLAN, 5),), ((frames.SERVICE_VLAN, 100), (frames.VLAN, 5))
NULL = b"\x47\x1f\xff\x10" + b"\xff" * 184
UNSEEN = "unseen"  # the kernel itself does away with it
ANYBODYS = "filtered"

Broken = collections.namedtuple("Broken", "expected frame ip_at needs", defaults=(14, 0))


def v4(expected, payload=NULL, flow=UDP, tags=(), udp_length=None, **fields):
    packet = frames.ipv4(frames.udp(payload, flow[1], udp_length), flow[0], **fields)
    return Broken(expected, frames.ethernet(packet, flow[0], tags))


def v6(expected, payload=NULL, udp_length=None, **fields):
    packet = frames.ipv6(frames.udp(payload, V6[1], udp_length), V6[0], **fields)
    return Broken(expected, frames.ethernet(packet, V6[0]))


def cut_everywhere(frame, tags, header):
    """The frame cut at every byte from the first that a raw socket sends on."""
    ip_at = 14 + 4 * len(tags)
    for length in range(14, len(frame)):
        # The kernel takes the outer tag off, and drops what has no type behind it.
        expected = UNSEEN if tags and length < 20 else "bad_ethernet" if length < ip_at else "truncated"
        # libpcap's filter in the kernel passes nothing that does not reach to the destination.
        yield Broken(expected, frame[:length], ip_at, ip_at + header)


def link():
    yield from cut_everywhere(frames.frame(NULL, *UDP), (), 20)
    yield from cut_everywhere(frames.frame(NULL, *TAGGED, tags=TAG), TAG, 20)
    yield from cut_everywhere(frames.frame(NULL, *TAGGED, tags=QINQ), QINQ, 20)
    yield from cut_everywhere(frames.frame(NULL, *V6), (), 40)
    yield from cut_everywhere(
        frames.frame(NULL, *V6, extensions=[(frames.HOP_BY_HOP, bytes(7)), (frames.DESTINATION_OPTIONS, bytes(7))]),
        (), 40)
    yield v4(ANYBODYS, flow=TAGGED, tags=((frames.VLAN, 6),))
    yield v4(ANYBODYS, flow=TAGGED)
    yield v4(ANYBODYS, flow=TAGGED, tags=((frames.SERVICE_VLAN, 5), (frames.VLAN, 6)))
    yield Broken(ANYBODYS, frames.ethernet(frames.udp(NULL, 5000), UDP[0], kind=0x0806))


def ipv4():
    yield from (v4("bad_ip_header", first=version << 4 | 5) for version in range(16) if version != 4)
    yield from (v4("bad_ip_header", first=0x40 | words) for words in range(5))
    # With its checksum right for the length that it claims, UDP's length is what makes no sense.
    yield from (v4("bad_udp_length", options=b"", payload=NULL, first=0x40 | words,
                   total=claimed_checksum(words)) for words in range(6, 16))
    yield from (v4("bad_ip_header", length=length) for length in range(20))
    yield from (v4("bad_udp_length", length=length) for length in range(20, 28 + len(NULL)))
    yield from (v4("truncated", length=length) for length in (28 + len(NULL) + 1, 1500, 65535))
    right = int.from_bytes(frames.frame(NULL, *UDP)[24:26], "big")
    yield from (v4("bad_ip_checksum", total=right ^ 1 << bit) for bit in range(16))
    yield from (v4(ANYBODYS, protocol=protocol) for protocol in (1, 6, 132, 255))
    yield v4(ANYBODYS, flow=(UDP[0], 5001))
    yield v4("committed", options=b"\x01" * 40)


def claimed_checksum(words):
    """The checksum of a plain header that claims to be so many words long."""
    packet = frames.ipv4(frames.udp(NULL, UDP[1]), UDP[0], first=0x40 | words, total=0)
    return frames.checksum(packet[:words * 4])


def ipv6():
    yield from (v6("bad_ip_header", first=version << 4) for version in range(16) if version != 6)
    yield from (v6("bad_udp_length", length=length) for length in range(8 + len(NULL)))
    yield from (v6("truncated", length=length) for length in (8 + len(NULL) + 1, 1500, 65535))
    for kind in (0, 43, 51, 60):
        yield v6("committed", extensions=[(kind, bytes(7))])
        yield v6("bad_ip_header", extensions=[(kind, bytes([255]) + bytes(6))])
    yield v6(ANYBODYS, protocol=59)


def udp():
    for build in (v4, v6):
        yield from (build("bad_udp_length", udp_length=length) for length in range(8))
        yield build("bad_udp_payload", udp_length=8)
        yield from (build("bad_udp_length", udp_length=length) for length in (8 + len(NULL) + 1, 65535))
    yield from (v4("not_ts", bytes([0x11]) * length, JUNK) for length in (1, 187, 188, 189, 1316))


def rtp():
    yield from (v4("bad_rtp", frames.rtp(NULL, 0)[:length], RTP) for length in range(1, 12))
    yield from (v4("bad_rtp", bytes([version << 6]) + frames.rtp(NULL, 0)[1:], RTP) for version in (0, 1, 3))
    yield from (v4("bad_rtp", frames.rtp(b"", 0, csrcs=csrcs)[:-1], RTP) for csrcs in range(1, 16))
    yield v4("bad_rtp", frames.rtp(NULL, 0, extension=bytes(400))[:200], RTP)
    yield v4("bad_rtp", frames.rtp(b"", 0, extension=b"")[:14], RTP)
    yield v4("bad_rtp", frames.rtp(NULL, 0, padding=1)[:-1] + b"\0", RTP)
    yield v4("bad_rtp", frames.rtp(NULL, 0, padding=1)[:-1] + b"\xff", RTP)


def fragments():
    """Each stands for a datagram that never becomes whole: one drop, with its first frame."""
    for group, port in (UDP, V6):
        first, second, _ = frames.fragments(NULL * 7, group, port, 77, 600)
        yield from (Broken("fragment", first), Broken("", second))
        yield Broken("fragment", frames.fragments(NULL * 7, group, port, 78, 600)[2])
        other = frames.udp(NULL * 7, port)
        cases = [(592, 600, True), (8, 16, False), (600, 0, True), (600, 599, True), (65528, 8, True)]
        for number, (offset, size, more) in enumerate(cases, 100):
            whole = [frames.fragment(other, at, 600, at + 600 < len(other), group, number) for at in (0, 600, 1200)]
            wrong = b"\xa5" * offset + b"\x5a" * size
            yield from (Broken("fragment", whole[0]),
                        Broken("", frames.fragment(wrong, offset, size, more, group, number)),
                        Broken("", whole[1]), Broken("", whole[2]))
    yield Broken(ANYBODYS, frames.fragments(NULL * 7, "239.77.9.9", 5000, 1, 600)[0])


def table():
    return [broken for part in (link, ipv4, ipv6, udp, rtp, fragments) for broken in part()]


class Malformed:
    def expected(self, broken):
        return broken.expected

    def test_each_broken_frame_has_its_name_and_what_is_sound_is_archived_whole(self):
        data = media.channel(media.H264, media.AAC, 4)
        sound = [frames.frame(data[at:at + 1316], "239.77.8.5", 5000) for at in range(0, len(data), 1316)]
        wanted, schedule = collections.Counter(), []
        for number, broken in enumerate(broken_frames := table()):
            wanted[self.expected(broken)] += 1
            schedule += [(number / 1000, broken.frame)]
        schedule += [(number * len(broken_frames) / len(sound) / 1000, frame) for number, frame in enumerate(sound)]
        wanted["committed"] += len(sound)
        streams = [{"name": "udp", "source": f"udp://{UDP[0]}:{UDP[1]}"},
                   {"name": "rtp", "source": f"rtp://{RTP[0]}:{RTP[1]}"},
                   {"name": "v6", "source": f"udp://[{V6[0]}]:{V6[1]}"},
                   {"name": "junk", "source": f"udp://{JUNK[0]}:{JUNK[1]}"},
                   {"name": "tagged", "source": f"udp://{TAGGED[0]}:{TAGGED[1]}", "vlan": 5},
                   {"name": "sound", "source": "udp://239.77.8.5:5000"}]
        drops = {name: count for name, count in wanted.items() if name not in ("", "committed", UNSEEN, ANYBODYS)}
        received = sum(drops.values()) + wanted["committed"]
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, network.VethPair() as veth:
            path = pathlib.Path(folder) / "broken.pcap"
            capture_file.write(path, sorted(schedule, key=lambda timed: timed[0]))
            with appliance.Appliance(streams, self.dataplane(veth.interface), arena="128MiB") as sluice:
                sluice.start()
                veth.replay(path)
                status = sluice.wait_for(lambda status: status["received"] >= received and not status["in_flight"],
                                         what=f"{received} datagrams")
                self.assertEqual(drops, {name: count for name, count in status["drops"].items() if count})
                self.assertEqual(received, status["received"])
                self.assertEqual(wanted["committed"], status["committed"])
                self.assertEqual(0, sluice.stop())
                self.assertTrue(sluice.archived("sound") == data)


class DpdkMalformed(Malformed, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class PcapMalformed(Malformed, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)

    def expected(self, broken):
        return broken.expected if len(broken.frame) >= broken.needs else UNSEEN
