"""Writes capture files: classic pcap, Ethernet, IPv4, UDP."""

import pathlib
import socket
import struct

MAGIC_NANOSECONDS, ETHERNET = 0xA1B23C4D, 1


def checksum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(payload, group, port, source="198.18.0.1"):
    """An Ethernet frame that carries a multicast UDP datagram (RFC 1112, 6.4)."""
    address = socket.inet_aton(group)
    ethernet = b"\x01\x00\x5e" + bytes([address[1] & 0x7F]) + address[2:] + b"\x02\0\0\0\0\1" + b"\x08\0"
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0x4000, 4, 17, 0,
                     socket.inet_aton(source), address)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return ethernet + ip + struct.pack("!HHHH", 40_000, port, 8 + len(payload), 0) + payload


def _records(frames):
    yield struct.pack("<IHHiIII", MAGIC_NANOSECONDS, 2, 4, 0, 0, 262_144, ETHERNET)
    for seconds, data in frames:
        nanoseconds = round(seconds * 1_000_000_000)
        yield struct.pack("<IIII", nanoseconds // 1_000_000_000, nanoseconds % 1_000_000_000,
                          len(data), len(data)) + data


def content(frames):
    """The bytes of a capture of (Unix seconds, frame), in order."""
    return b"".join(_records(frames))


def write(path, frames):
    """Writes (Unix seconds, frame) in order."""
    with open(path, "wb") as out:
        out.writelines(_records(frames))


def read(path):
    """[(Unix seconds, frame)] of a file that `write` has written."""
    frames, data, at = [], pathlib.Path(path).read_bytes(), 24
    while at < len(data):
        seconds, nanoseconds, size, _ = struct.unpack_from("<IIII", data, at)
        frames.append((seconds + nanoseconds / 1_000_000_000, data[at + 16:at + 16 + size]))
        at += 16 + size
    return frames
