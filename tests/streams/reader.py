"""Reads a transport stream by the standards, at its leisure: tables, PES packets, access points,
counters. Shares nothing with Sluice.

ISO/IEC 13818-1 (systems), 13818-2 (MPEG-2 video), 14496-10 (H.264), 23008-2 (HEVC).
"""

import dataclasses

from harness import ts
from streams import edit, psi

VIDEO, AUDIO, DATA = 3, 2, 1
CODECS = {0x01: ("mpeg2", VIDEO), 0x02: ("mpeg2", VIDEO), 0x1B: ("h264", VIDEO), 0x24: ("hevc", VIDEO),
          0x10: ("mpeg4", VIDEO), 0x33: ("vvc", VIDEO), 0x42: ("avs", VIDEO), 0xEA: ("vc1", VIDEO), 0xD1: ("dirac", VIDEO),
          0x03: ("mpa", AUDIO), 0x04: ("mpa", AUDIO), 0x0F: ("adts", AUDIO), 0x11: ("latm", AUDIO),
          0x81: ("ac3", AUDIO), 0x87: ("eac3", AUDIO)}
DESCRIBED = {0x6A: ("ac3", AUDIO), 0x7A: ("eac3", AUDIO), 0x7C: ("aac", AUDIO)}
NO_PES = {0x05, 0x0B, 0x0C, 0x0D, 0x86}  # sections


@dataclasses.dataclass
class Unit:
    """A PES packet of the stream that decides where to cut."""
    index: int  # of its first packet
    pts: int | None
    dts: int | None
    access: str | None = None  # idr, recovery_point, irap, i_picture, or None
    random_access: bool = False
    leading: bool = False  # pictures that come behind it are shown before it
    refresh: int = 0  # H.264: frames after a recovery point until pictures are exact
    broken: bool = False  # its first packets are damaged, or some before its first picture are missing


@dataclasses.dataclass
class Table:
    """A PAT or PMT that came whole and is in force."""
    pid: int
    first: int  # index of the packet in which it began
    last: int
    content: bytes


@dataclasses.dataclass
class Reading:
    packets: list
    units: list = dataclasses.field(default_factory=list)
    codec: str | None = None
    kind: int = 0
    tables: list = dataclasses.field(default_factory=list)
    pmt_changes: list = dataclasses.field(default_factory=list)  # indices at which a PMT that differs has come
    pcrs: list = dataclasses.field(default_factory=list)  # (index, 27 MHz) of the programme
    breaks: list = dataclasses.field(default_factory=list)  # (index, PID) of continuity errors
    errors: int = 0
    scrambled: int = 0
    crc_errors: int = 0
    guides: set = dataclasses.field(default_factory=set)  # PIDs of the streams that decided

    @property
    def timed(self):
        return [unit for unit in self.units if unit.pts is not None]


def _stream(kind, descriptors):
    """(codec, rank) of an elementary stream; rank 0: it has no PES packets."""
    if kind in CODECS:
        return CODECS[kind]
    if kind in NO_PES:
        return "sections", 0
    at = 0
    while at + 2 <= len(descriptors):
        if descriptors[at] in DESCRIBED and kind == 0x06:
            return DESCRIBED[descriptors[at]]
        at += 2 + descriptors[at + 1]
    return "data", DATA


class _Sections:
    """Puts sections together (2.4.4.1)."""

    def __init__(self):
        self._data, self._began = None, 0
        self.broken_crc = 0

    def drop(self):
        self._data = None

    def take(self, index, packet):
        body = ts.payload(packet)
        found = []
        if ts.unit_start(packet):
            pointer = body[0]
            if self._data is not None:
                self._data += body[1:1 + pointer]
                found += self._cut()
            self._data, self._began = body[1 + pointer:], index
            found += self._cut(index)
        elif self._data is not None:
            self._data += body
            found += self._cut(index)
        return found

    def _cut(self, index=None):
        """The sections that are whole: [(where it began, bytes)]."""
        found = []
        while self._data is not None and len(self._data) >= 3 and self._data[0] != 0xFF:
            size = 3 + (int.from_bytes(self._data[1:3], "big") & 0xFFF)
            if len(self._data) < size:
                return found
            one, self._data = self._data[:size], self._data[size:]
            if psi.crc(one) == 0:
                found.append((self._began, one))
            else:
                self.broken_crc += 1
            if index is not None:
                self._began = index
        if self._data is not None and self._data[:1] == b"\xFF":
            self._data = None
        return found


class _Reader:
    def __init__(self, packets, programme):
        self.reading = Reading(packets)
        self._programme = programme
        self._assemblers = {psi.PAT_PID: _Sections()}
        self._programmes, self._pmts, self._guide, self._pcr_pid = {}, {}, None, None
        self._last, self._pes = {}, None

    def run(self):
        for index, packet in enumerate(self.reading.packets):
            self._take(index, packet)
        self._end_unit()
        self.reading.crc_errors = sum(one.broken_crc for one in self._assemblers.values())
        return self.reading

    def _take(self, index, packet):
        pid = ts.pid(packet)
        if packet[1] & 0x80:
            self.reading.errors += 1
            return
        if pid == edit.NULL_PID:
            return
        duplicate, broken = self._continuity(index, pid, packet)
        scrambled = bool(packet[3] & 0xC0)
        self.reading.scrambled += scrambled
        if broken and pid in self._assemblers:
            self._assemblers[pid].drop()
        if duplicate:
            return
        if pid in self._assemblers and packet[3] & 0x10 and not scrambled:
            for began, content in self._assemblers[pid].take(index, packet):
                self._table(pid, began, index, content)
        if pid == self._pcr_pid and edit.read_pcr(packet) is not None:
            self.reading.pcrs.append((index, edit.read_pcr(packet)))
        if pid == self._guide and packet[3] & 0x10:
            self._payload(index, packet, broken, scrambled)

    def _continuity(self, index, pid, packet):
        """(duplicate, broken), by 2.4.3.3."""
        if not packet[3] & 0x10:
            if edit.has_flag(packet, edit.DISCONTINUITY):
                self._last.pop(pid, None)
            return False, False
        before, repeats = self._last.get(pid, (None, 0))
        announced = edit.has_flag(packet, edit.DISCONTINUITY)
        if before is not None and not announced and before[3] & 15 == packet[3] & 15 and self._same(before, packet):
            self._last[pid] = (before, repeats + 1)
            if repeats == 0:
                return True, False
            self.reading.breaks.append((index, pid))
            return False, True
        self._last[pid] = (packet, 0)
        if before is None or announced:
            return False, False
        broken = packet[3] & 15 != before[3] + 1 & 15
        if broken:
            self.reading.breaks.append((index, pid))
        return False, broken

    @staticmethod
    def _same(one, other):
        """All but a PCR is the same in a duplicate."""
        if edit.read_pcr(one) is not None and edit.read_pcr(other) is not None:
            return one[:6] + one[12:] == other[:6] + other[12:]
        return one == other

    def _table(self, pid, began, index, content):
        if not content[5] & 1:
            return
        if pid == psi.PAT_PID and content[0] == 0:
            programmes = {number: at for number, at in self._entries(content) if number != 0}
            if self._programme is not None:
                programmes = {number: at for number, at in programmes.items() if number == self._programme}
            self._programmes = programmes
            if not programmes:  # what its PIDs carry is nobody's until a PMT says so again
                self._end_unit()
                self._guide = self._pcr_pid = None
                self._pmts.clear()
            for at in programmes.values():
                self._assemblers.setdefault(at, _Sections())
        elif content[0] == 2 and self._programmes.get(int.from_bytes(content[3:5], "big")) == pid:
            self._pmt(index, content)
        else:
            return
        self.reading.tables.append(Table(pid, began, index, content))

    @staticmethod
    def _entries(content):
        return [(int.from_bytes(content[at:at + 2], "big"), int.from_bytes(content[at + 2:at + 4], "big") & 0x1FFF)
                for at in range(8, len(content) - 4, 4)]

    def _pmt(self, index, content):
        number = int.from_bytes(content[3:5], "big")
        before = self._pmts.get(number)
        self._pmts[number] = content
        chosen = self._choose()
        if number == chosen and before is not None and before != content:
            self.reading.pmt_changes.append(index)

    def _choose(self):
        """The programme whose stream decides: of those with video the lowest-numbered."""
        best, chosen = (0, 0), None
        for number in sorted(self._programmes):
            if number not in self._pmts:
                continue
            pcr_pid, streams = self._streams(self._pmts[number])
            rank = max((rank for _, _, rank in streams), default=0)
            if chosen is None or rank > best[0]:
                best, chosen = (rank, number), number
        if chosen is None:
            return None
        pcr_pid, streams = self._streams(self._pmts[chosen])
        guide = next(((pid, codec, rank) for pid, codec, rank in streams if rank == best[0] > 0), None)
        self._pcr_pid = pcr_pid
        if guide and guide[0] != self._guide:
            self._end_unit()
        self._guide = guide[0] if guide else None
        if guide:
            self.reading.codec, self.reading.kind = guide[1], guide[2]
            self.reading.guides.add(guide[0])
        return chosen

    @staticmethod
    def _streams(content):
        at = 12 + (int.from_bytes(content[10:12], "big") & 0xFFF)
        streams = []
        while at + 5 <= len(content) - 4:
            more = int.from_bytes(content[at + 3:at + 5], "big") & 0xFFF
            streams.append((int.from_bytes(content[at + 1:at + 3], "big") & 0x1FFF,
                            *_stream(content[at], content[at + 5:at + 5 + more])))
            at += 5 + more
        return int.from_bytes(content[8:10], "big") & 0x1FFF, streams

    def _payload(self, index, packet, broken, scrambled):
        if broken:
            self._end_unit(whole=False)
        if ts.unit_start(packet):
            self._end_unit()
            body = b"" if scrambled else ts.payload(packet)
            self._pes = (index, edit.has_flag(packet, edit.RANDOM_ACCESS), [body], self.reading.codec)
        elif self._pes is not None and not scrambled:
            self._pes[2].append(ts.payload(packet))

    def _end_unit(self, whole=True):
        if self._pes is None:
            return
        index, random_access, pieces, codec = self._pes
        self._pes = None
        data = b"".join(pieces)
        unit = Unit(index, None, None, random_access=random_access)
        self.reading.units.append(unit)
        if data[:3] != b"\0\0\1" or len(data) < 9:
            return
        flags, size = data[7] >> 6, data[8]
        if flags & 2:
            unit.pts = edit.read_stamp(data[9:14])
            unit.dts = edit.read_stamp(data[14:19]) if flags & 1 else unit.pts
        scan = {"h264": _h264, "hevc": _hevc, "mpeg2": _mpeg2}.get(codec)
        if scan:
            scan(unit, data[9 + size:], whole)


def read(packets, programme=None):
    """Reads a stream; of a multiplex the one programme, if it is named."""
    reading = _Reader(packets, programme).run()
    _find_leading(reading.units)
    return reading


def _codes(data):
    """(place behind it, byte behind it) of each start code."""
    at = data.find(b"\0\0\1")
    while 0 <= at < len(data) - 3:
        yield at + 3, data[at + 3]
        at = data.find(b"\0\0\1", at + 3)


def _h264(unit, data, whole):
    recovery = None
    for at, header in _codes(data):
        kind = header & 31
        if kind == 6:
            recovery = _recovery_frames(data[at + 1:at + 4000]) if recovery is None else recovery
        elif kind == 5:
            unit.access = "idr"
            return
        elif kind in (1, 2):
            if recovery is not None:
                unit.access, unit.refresh = "recovery_point", recovery
            return
    unit.broken |= not whole


def _recovery_frames(data):
    """recovery_frame_cnt of the recovery point among the SEI messages, or None (7.3.2.3, D.1.8)."""
    end = min((place for place in (data.find(b"\0\0\0"), data.find(b"\0\0\1")) if place >= 0), default=len(data))
    data = data[:end].replace(b"\0\0\3", b"\0\0")
    at = 0
    while at + 2 < len(data):
        kind = size = 0
        for field in range(2):
            value = 0
            while at < len(data) and data[at] == 0xFF:
                value, at = value + 255, at + 1
            if at >= len(data):
                return None
            value, at = value + data[at], at + 1
            kind, size = (value, size) if field == 0 else (kind, value)
        if kind == 6:
            bits = "".join(f"{byte:08b}" for byte in data[at:at + size])
            zeros = bits.index("1")
            return int(bits[zeros:2 * zeros + 1], 2) - 1
        at += size
    return None


def _hevc(unit, data, whole):
    for _, header in _codes(data):
        kind = header >> 1 & 63
        if kind <= 31:
            unit.access = "irap" if 16 <= kind <= 21 else None
            return
    unit.broken |= not whole


def _mpeg2(unit, data, whole):
    sequence = False
    for at, code in _codes(data):
        if code == 0xB3:
            sequence = True
        elif code == 0 and at + 2 < len(data):
            if sequence and data[at + 2] >> 3 & 7 == 1:
                unit.access = "i_picture"
            return
    unit.broken |= not whole


def _find_leading(units):
    """Which access points are followed by pictures that are shown before them."""
    timed = [unit for unit in units if unit.pts is not None]
    for place, unit in enumerate(timed):
        if unit.access:
            unit.leading = any(ahead(unit.pts, other.pts) < 0 for other in timed[place + 1:place + 9]
                               if abs(ahead(unit.pts, other.pts)) < ts.CLOCK)


def ahead(first, second):
    """By how many ticks the second time stamp is later, over the wrap."""
    return (second - first + ts.WRAP // 2) % ts.WRAP - ts.WRAP // 2
