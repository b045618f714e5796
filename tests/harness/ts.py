"""MPEG transport streams, read independently of Sluice's own parsers (ISO/IEC 13818-1)."""

import collections

PACKET = 188
CLOCK = 90_000  # PTS ticks a second
WRAP = 1 << 33


def packets(data):
    """The stream's packets; it must be whole."""
    if len(data) % PACKET:
        raise ValueError(f"{len(data)} bytes are no whole number of TS packets")
    for offset in range(0, len(data), PACKET):
        packet = data[offset:offset + PACKET]
        if packet[0] != 0x47:
            raise ValueError(f"no sync byte at {offset}")
        yield packet


def pid(packet):
    return (packet[1] & 0x1F) << 8 | packet[2]


def unit_start(packet):
    return bool(packet[1] & 0x40)


def payload(packet):
    if not packet[3] & 0x10:
        return b""
    return packet[5 + packet[4]:] if packet[3] & 0x20 else packet[4:]


def pcr(packet):
    """The packet's programme clock reference in 90 kHz ticks, or None."""
    if not packet[3] & 0x20 or packet[4] < 7 or not packet[5] & 0x10:
        return None
    return int.from_bytes(packet[6:11], "big") >> 7


def pts(packet):
    """The raw PTS of the PES packet that begins here, or None (2.4.3.6)."""
    pes = payload(packet)
    if not unit_start(packet) or pes[:3] != b"\0\0\1" or len(pes) < 14 or not pes[7] & 0x80:
        return None
    return ((pes[9] >> 1 & 7) << 30 | pes[10] << 22 | pes[11] >> 1 << 15 | pes[12] << 7 | pes[13] >> 1)


def video_pid(data):
    """The PID whose PES packets carry stream id 0xE0 to 0xEF."""
    for packet in packets(data):
        pes = payload(packet)
        if unit_start(packet) and pes[:3] == b"\0\0\1" and pes[3] & 0xF0 == 0xE0:
            return pid(packet)
    return None


def first_pts(data, of_pid):
    """The raw PTS of the first PES packet of a PID, or None."""
    for packet in packets(data):
        if pid(packet) == of_pid and (value := pts(packet)) is not None:
            return value
    return None


def spread(data, of_pid, window=300):
    """Lays the packets of one PID evenly among the others, as a broadcast multiplexer does, where
    ffmpeg's lays them in runs. The order within each PID stays."""
    out = []
    run = list(packets(data))
    for start in range(0, len(run), window):
        part = run[start:start + window]
        theirs = collections.deque(packet for packet in part if pid(packet) == of_pid)
        others = [packet for packet in part if pid(packet) != of_pid]
        if not theirs or not others:
            out += part
            continue
        step, placed = len(theirs) / len(others), 0.0
        for packet in others:
            out.append(packet)
            placed += step
            while placed >= 1 and theirs:
                out.append(theirs.popleft())
                placed -= 1
        out += theirs
    return b"".join(out)


def departures(data, datagram_packets=7):
    """The stream as datagrams and when each is due: [(seconds, bytes)], paced by its PCR."""
    marks = [(index, value) for index, packet in enumerate(packets(data))
             if (value := pcr(packet)) is not None]
    total = len(data) // PACKET
    if len(marks) < 2:
        raise ValueError("a stream without PCR cannot be paced")
    due, mark, elapsed = [], 0, 0.0
    for index in range(0, total, datagram_packets):
        while mark + 2 < len(marks) and marks[mark + 1][0] <= index:
            elapsed += (marks[mark + 1][1] - marks[mark][1]) % WRAP / CLOCK
            mark += 1
        (first, begins), (second, ends) = marks[mark:mark + 2]
        share = (index - first) / (second - first) * ((ends - begins) % WRAP) / CLOCK
        due.append((max(0.0, elapsed + share),
                    data[index * PACKET:min(index + datagram_packets, total) * PACKET]))
    return due
