"""A transport stream editor. A stream is a list of 188-byte packets; each function returns a new one.

Time is in ticks of 90 kHz, PCR in 27 MHz (ISO/IEC 13818-1, 2.4.3).
"""

import random

from harness import ts

NULL_PID = 0x1FFF
PCR_WRAP = ts.WRAP * 300


def split(data):
    return list(ts.packets(data))


join = b"".join


def pids(packets):
    return {ts.pid(packet) for packet in packets}


def where(packets, pid, start=None, payload=None):
    """The indices of a PID's packets; of those that begin a unit, or carry payload, if asked."""
    return [index for index, packet in enumerate(packets) if ts.pid(packet) == pid
            and (start is None or ts.unit_start(packet) == start)
            and (payload is None or bool(packet[3] & 0x10) == payload)]


# --- single packets

def changed(packet, offset, clear, set_):
    """The packet with bits of one byte cleared and set."""
    return packet[:offset] + bytes([packet[offset] & ~clear & 0xFF | set_]) + packet[offset + 1:]


def with_pid(packet, pid):
    return packet[:1] + bytes([packet[1] & 0xE0 | pid >> 8, pid & 0xFF]) + packet[3:]


def with_counter(packet, counter):
    return changed(packet, 3, 0x0F, counter & 0x0F)


def with_error(packet):
    return changed(packet, 1, 0, 0x80)


def with_scrambling(packet, control=2):
    """As a scrambler leaves it: header in the clear, payload unreadable."""
    body = 5 + packet[4] if packet[3] & 0x20 else 4
    keys = random.Random(packet[body:])
    return changed(packet[:body], 3, 0xC0, control << 6) + keys.randbytes(ts.PACKET - body)


def adaptation(packet):
    """The adaptation field without its length and stuffing, or b"" if there is none of substance."""
    if not packet[3] & 0x20 or packet[4] == 0:
        return b""
    flags = packet[5]
    size = 1 + 6 * bool(flags & 0x10) + 6 * bool(flags & 0x08) + bool(flags & 0x04)
    return packet[5:5 + size]


def has_flag(packet, flag):
    return bool(packet[3] & 0x20) and packet[4] > 0 and bool(packet[5] & flag)


DISCONTINUITY, RANDOM_ACCESS, PCR_FLAG = 0x80, 0x40, 0x10


def with_flag(packet, flag, on=True):
    """Sets or clears a flag of the adaptation field, which must be there to be set."""
    if not packet[3] & 0x20 or packet[4] == 0:
        if on:
            raise ValueError("the packet has no adaptation field")
        return packet
    return changed(packet, 5, flag, flag if on else 0)


def packet(pid, counter, payload=b"", start=False, field=b""):
    """A packet of these bytes, stuffed. `field`: adaptation field from its flags on."""
    room = ts.PACKET - 4 - len(payload)
    if room < 0 or (field and room < 1 + len(field)):
        raise ValueError(f"{len(payload)} bytes of payload and {len(field)} of adaptation are too many")
    if room == 0:
        stuffing = b""
    elif room == 1:
        stuffing = b"\0"
    else:
        flags = field or b"\0"
        stuffing = bytes([room - 1]) + flags + b"\xFF" * (room - 1 - len(flags))
    control = (0x20 if room else 0) | (0x10 if payload else 0)
    return (bytes([0x47, (0x40 if start else 0) | pid >> 8, pid & 0xFF, control | counter & 0x0F])
            + stuffing + payload)


def null():
    return packet(NULL_PID, 0, bytes(184))


# --- time

def read_pcr(packet):
    """The packet's PCR in 27 MHz, or None."""
    if not has_flag(packet, PCR_FLAG) or packet[4] < 7:
        return None
    base = int.from_bytes(packet[6:11], "big") >> 7
    return base * 300 + (int.from_bytes(packet[10:12], "big") & 0x1FF)


def write_pcr(pcr):
    base, extension = divmod(pcr % PCR_WRAP, 300)
    return (base << 15 | 0x3F << 9 | extension).to_bytes(6, "big")


def write_stamp(ticks, prefix):
    """A PTS or DTS field of a PES header; prefix is 2, 3 or 1 (table 2-21)."""
    ticks %= ts.WRAP
    return bytes([prefix << 4 | ticks >> 29 & 0x0E | 1, ticks >> 22 & 0xFF, ticks >> 14 & 0xFE | 1,
                  ticks >> 7 & 0xFF, ticks << 1 & 0xFE | 1])


def read_stamp(field):
    return (field[0] >> 1 & 7) << 30 | field[1] << 22 | field[2] >> 1 << 15 | field[3] << 7 | field[4] >> 1


def stamps(packet):
    """The offset of the PES header in the packet and its PTS_DTS_flags, if it is one with either."""
    if not packet[1] & 0x40 or not packet[3] & 0x10:
        return None
    at = 5 + packet[4] if packet[3] & 0x20 else 4
    if packet[at:at + 3] != b"\0\0\1" or packet[at + 6] & 0xC0 != 0x80 or not packet[at + 7] & 0x80:
        return None
    return at, packet[at + 7] >> 6


def retime(packets, stamp=lambda ticks: ticks, pcr=lambda value: value, only=None):
    """Puts every PTS and DTS through `stamp` and every PCR through `pcr`; of the PIDs in `only`, if
    given. PES headers lie in the first packet of their PES."""
    out = []
    for one in packets:
        if only is not None and ts.pid(one) not in only:
            out.append(one)
            continue
        value = read_pcr(one)
        if value is not None:
            one = one[:6] + write_pcr(pcr(value)) + one[12:]
        found = stamps(one)
        if found:
            at, flags = found
            for field, prefix in ((at + 9, flags), *(((at + 14, 1),) if flags == 3 else ())):
                one = one[:field] + write_stamp(stamp(read_stamp(one[field:field + 5])), prefix) + one[field + 5:]
        out.append(one)
    return out


def shift(packets, ticks, pcr=True, stamps=True, only=None):
    """The stream at another time; it wraps as it should."""
    return retime(packets, (lambda t: t + ticks) if stamps else (lambda t: t),
                  (lambda p: p + ticks * 300) if pcr else (lambda p: p), only)


def scale(packets, ppm, origin):
    """The clock of the stream's encoder runs fast by so many millionths since `origin` ticks."""
    def run(value, start, wrap):
        ahead = (value - start + wrap // 2) % wrap - wrap // 2
        return start + ahead + round(ahead * ppm / 1_000_000)
    return retime(packets, lambda t: run(t, origin, ts.WRAP), lambda p: run(p, origin * 300, PCR_WRAP))


def without_stamps(packets, indices):
    """The PES packets that begin at these indices lose PTS and DTS; stuffing takes their place."""
    out = list(packets)
    for index in indices:
        one = out[index]
        found = stamps(one)
        if found:
            at, flags = found
            size = 10 if flags == 3 else 5
            out[index] = changed(one[:at + 9], at + 7, 0xC0, 0) + b"\xFF" * size + one[at + 9 + size:]
    return out


def without_pcr(packets):
    """No packet has a PCR; those that had nothing else are gone."""
    out = []
    for one in packets:
        if read_pcr(one) is None:
            out.append(one)
        elif one[3] & 0x10:
            # stuffing in the place of the PCR: the field stays as long as it was
            out.append(one[:5] + bytes([one[5] & ~PCR_FLAG]) + one[12:5 + one[4]]
                       + b"\xFF" * 6 + one[5 + one[4]:])
    return out


def pcr_to(packets, pid):
    """Moves the PCR to a PID of its own, in packets without payload (2.4.3.5)."""
    out = []
    for one in packets:
        value = read_pcr(one)
        if value is None:
            out.append(one)
            continue
        out.append(packet(pid, 0, field=b"\x10" + write_pcr(value)))
        out += without_pcr([one])
    return out


# --- order and presence

def without(packets, indices):
    gone = set(indices)
    return [one for index, one in enumerate(packets) if index not in gone]


def doubled(packets, indices):
    """Packets that are sent twice in a row (2.4.3.3)."""
    twice = set(indices)
    return [one for index, packet in enumerate(packets) for one in [packet] * (1 + (index in twice))]


def mapped(packets, indices, change):
    """The packets at these indices changed."""
    out = list(packets)
    for index in indices:
        out[index] = change(out[index])
    return out


def renumbered(packets, only=None):
    """Continuity counters that have no break, from 0 (2.4.3.3)."""
    last, out = {}, []
    for one in packets:
        pid = ts.pid(one)
        if pid == NULL_PID or (only is not None and pid not in only):
            out.append(one)
            continue
        counter = last.get(pid, -1)
        if one[3] & 0x10:
            counter = counter + 1 & 15
        last[pid] = counter
        out.append(with_counter(one, max(counter, 0)))
    return out


def numbered_on(first, second):
    """`second` with counters that go on from `first`."""
    end = {ts.pid(one): one[3] & 15 for one in first if one[3] & 0x10}
    begin = {}
    for one in second:
        if one[3] & 0x10:
            begin.setdefault(ts.pid(one), one[3] & 15)
    by = {pid: end[pid] + 1 - begin[pid] for pid in begin if pid in end}
    return [with_counter(one, (one[3] & 15) + by.get(ts.pid(one), 0)) if ts.pid(one) != NULL_PID else one
            for one in second]


def interleaved(*streams):
    """Several streams as one multiplex, each at its own even pace."""
    places = [((number + 0.5) / len(stream), which, number)
              for which, stream in enumerate(streams) for number in range(len(stream))]
    return [streams[which][number] for _, which, number in sorted(places)]


# --- PES packets

def units(packets, pid):
    """The PES packets of a PID as lists of packet indices; what comes before the first is left out."""
    found = []
    for index in where(packets, pid, payload=True):
        if ts.unit_start(packets[index]):
            found.append([])
        if found:
            found[-1].append(index)
    return found


def bytes_of(packets, unit):
    return join(ts.payload(packets[index]) for index in unit)


def relaid(packets, pid, sizes=lambda unit: iter(()), change=lambda pes: pes):
    """Lays out each PES packet of a PID anew.

    `change`: what becomes of its bytes. `sizes(number)`: how many bytes of payload its first packets
    hold, one after the other; behind them packets are full. Adaptation fields stay in the first
    packet, and a PCR further on gets a packet without payload. A full packet follows the place where
    it was, as far as there are such places.
    """
    out = [[one] for one in packets]
    for number, unit in enumerate(units(packets, pid)):
        pes = change(bytes_of(packets, unit))
        limits = iter(sizes(number))
        laid, at = [], 0
        while at < len(pes):
            field = adaptation(packets[unit[0]]) if not laid else b""
            room = 184 - (1 + len(field) if field else 0)
            size = min(next(limits, room), room, len(pes) - at)
            laid.append(packet(pid, 0, pes[at:at + size], not laid, field))
            at += size
        for place, index in enumerate(unit):
            late = place > 0 and read_pcr(packets[index]) is not None
            out[index] = [packet(pid, 0, field=adaptation(packets[index]))] if late else []
            last = place == len(unit) - 1
            out[index] += laid[place:] if last else laid[place:place + 1]
    return renumbered([one for place in out for one in place], {pid})
