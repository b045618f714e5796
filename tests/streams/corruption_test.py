"""No sound packet is lost because its neighbours are broken, whatever became of these."""

import os
import pathlib
import random
import tempfile
import unittest

from harness import ts
from streams import capture, edit, program, sources

SUITE = "streams"
TIMEOUT = 600

ROUNDS = 300 if os.environ.get("SLUICE_SLOW") else 15
SURE = 5  # packets in sync, in a row, that no reader may take for chance


def broken(packets, noise):
    """(the packets with some of them damaged, which those are). What stands for a packet may be of any
    length. Between damaged places there are runs of sound packets."""
    out, damaged, at = list(packets), set(), noise.randrange(5, 40)
    while at < len(packets):
        for number in range(at, min(at + noise.choice((1, 1, 1, 2, 7)), len(packets))):
            out[number] = spoil(packets[number], noise)
            damaged.add(number)
        at += 7 + noise.randrange(SURE, 60)
    return out, damaged


def spoil(packet, noise):
    kind = noise.randrange(6)
    if kind == 0:  # single bits
        data = bytearray(packet)
        for _ in range(noise.randrange(1, 9)):
            data[noise.randrange(ts.PACKET)] ^= 1 << noise.randrange(8)
        return bytes(data)
    if kind == 1:  # the header
        return noise.randbytes(4) + packet[4:]
    if kind == 2:
        return noise.randbytes(ts.PACKET)
    if kind == 3:  # bytes are missing
        begin = noise.randrange(ts.PACKET)
        return packet[:begin] + packet[begin + noise.randrange(1, ts.PACKET):]
    if kind == 4:  # bytes came in between
        begin = noise.randrange(ts.PACKET)
        return packet[:begin] + noise.randbytes(noise.randrange(1, 400)) + packet[begin:]
    return b""


def told_by_chance(pieces, damaged):
    """Places of sound packets behind damaged ones that look whole, because a sync byte happens to stand
    where their end would be."""
    data, starts, at = b"".join(pieces), [], 0
    for piece in pieces:
        starts.append(at)
        at += len(piece)
    chance = set()
    for number in damaged:
        begin, end = starts[number], starts[number] + ts.PACKET
        if data[begin:begin + 1] == data[end:end + 1] == b"\x47" and end not in starts:
            chance |= {place for place, start in enumerate(starts) if begin < start < end}
    return chance


def missing(sound, archive):
    """Which of the sound packets are not in the archive, in their order."""
    found, place = [], 0
    for number, one in sound:
        behind = archive.find(one, place)
        while behind >= 0 and behind % ts.PACKET:
            behind = archive.find(one, behind + 1)
        if behind < 0:
            found.append(number)
        else:
            place = behind + ts.PACKET
    return found


class Corruption(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        # each packet once only, so that it can be told whether it is there
        self.packets = [one for one in sources.made() if ts.pid(one) in (0x100, 0x101)]

    def archive(self, file, round_):
        made = program.segment(file, self.folder / f"{file.stem}-{round_}", 2, 5)
        return b"".join(made.bytes(number) for number in range(len(made.list)))

    def test_in_a_file(self):
        for round_ in range(ROUNDS):
            with self.subTest(seed=round_):
                out, damaged = broken(self.packets, random.Random(round_))
                file = self.folder / "broken.ts"
                file.write_bytes(b"".join(out))
                lost = damaged | told_by_chance(out, damaged)
                sound = [(number, one) for number, one in enumerate(self.packets) if number not in lost]
                self.assertEqual([], missing(sound, self.archive(file, round_)))

    def test_in_datagrams(self):
        """Each datagram is broken by itself: those around it are whole."""
        for round_ in range(ROUNDS):
            with self.subTest(seed=round_):
                noise = random.Random(round_)
                due, sound = [], []
                for at, (when, data) in zip(range(0, len(self.packets), 7), capture.datagrams(self.packets)):
                    group = list(enumerate(edit.split(data), at))
                    if noise.random() < 0.2:
                        bad = noise.randrange(len(group))
                        out = [spoil(one, noise) if place == bad else one for place, (_, one) in enumerate(group)]
                        data, chance = b"".join(out), told_by_chance(out, {bad})
                        # fewer than three in a row may be chance, too
                        group = [one for place, one in enumerate(group) if place not in chance
                                 and ((place < bad and bad >= 3) or (place > bad and len(group) - bad > 3))]
                    sound += group
                    if data:
                        due.append((when, data))
                file = self.folder / "broken.pcap"
                file.write_bytes(capture.file(due))
                self.assertEqual([], missing(sound, self.archive(file, round_)))
