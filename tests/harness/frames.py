"""Ethernet frames, built field by field from the standards' figures; any field can be set wrong."""

import socket
import struct

VLAN, SERVICE_VLAN, IPV4, IPV6 = 0x8100, 0x88A8, 0x0800, 0x86DD
UDP, HOP_BY_HOP, FRAGMENT, DESTINATION_OPTIONS = 17, 0, 44, 60
SOURCE, SOURCE6 = "198.18.0.1", "2001:db8::1"


def checksum(data):
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def is_v6(address):
    return ":" in address


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if is_v6(address) else socket.AF_INET, address)


def mac(group):
    """The address that a group's frames go to (RFC 1112, 6.4; RFC 2464, 7)."""
    last = packed(group)
    return b"\x33\x33" + last[-4:] if is_v6(group) else b"\x01\x00\x5e" + bytes([last[1] & 0x7F]) + last[2:]


def udp(payload, port, length=None, source_port=40_000):
    return struct.pack("!HHHH", source_port, port, 8 + len(payload) if length is None else length, 0) + payload


def ipv4(payload, group, source=SOURCE, identification=1, fragment=0x4000, protocol=UDP, options=b"",
         first=None, length=None, total=None):
    """`fragment`: flags and offset as they stand in the header. `total`: the checksum."""
    words = 5 + len(options) // 4
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | words if first is None else first, 0,
                         words * 4 + len(payload) if length is None else length, identification, fragment,
                         4, protocol, 0, packed(source), packed(group)) + options
    total = checksum(header) if total is None else total
    return header[:10] + struct.pack("!H", total) + header[12:] + payload


def ipv6(payload, group, source=SOURCE6, extensions=(), protocol=UDP, first=0x60, length=None):
    """`extensions`: (type, body) of headers, the body being all but the next header's type."""
    types = [kind for kind, _ in extensions] + [protocol]
    chain = b"".join(bytes([following]) + body for (_, body), following in zip(extensions, types[1:]))
    payload = chain + payload
    return struct.pack("!B3xHBB", first, len(payload) if length is None else length, types[0], 4) + (
        packed(source) + packed(group) + payload)


def ethernet(packet, group, tags=(), kind=None, padding=0):
    """`tags`: (type, control) from the outside in."""
    kind = (IPV6 if is_v6(group) else IPV4) if kind is None else kind
    head = b"".join(struct.pack("!HH", *tag) for tag in tags)
    return mac(group) + b"\x02\0\0\0\0\1" + head + struct.pack("!H", kind) + packet + b"\xee" * padding


def frame(payload, group, port, source=None, tags=(), **fields):
    """A whole UDP datagram in one frame."""
    source = source or (SOURCE6 if is_v6(group) else SOURCE)
    build = ipv6 if is_v6(group) else ipv4
    return ethernet(build(udp(payload, port), group, source, **fields), group, tags)


def fragment(data, offset, size, more, group, identification, source=None, tags=()):
    """One fragment of an IP payload (RFC 791, 3.2; RFC 8200, 4.5)."""
    piece = data[offset:offset + size]
    if is_v6(group):
        body = struct.pack("!BHI", 0, offset | more, identification)
        return ethernet(ipv6(piece, group, source or SOURCE6, [(FRAGMENT, body)]), group, tags)
    flags = offset // 8 | (0x2000 if more else 0)
    return ethernet(ipv4(piece, group, source or SOURCE, identification, flags), group, tags)


def fragments(payload, group, port, identification, size=1480, source=None, tags=()):
    """A UDP datagram in fragments of `size` bytes, a multiple of 8."""
    data = udp(payload, port)
    return [fragment(data, offset, size, offset + size < len(data), group, identification, source, tags)
            for offset in range(0, len(data), size)]


def rtp(payload, sequence, ssrc=1, csrcs=0, extension=None, padding=0):
    """RFC 3550, 5.1: `extension` in bytes, a multiple of 4; `padding` in bytes."""
    first = 0x80 | (0x20 if padding else 0) | (0x10 if extension is not None else 0) | csrcs
    head = struct.pack("!BBHII", first, 33, sequence & 0xFFFF, 0, ssrc) + b"\x11\x22\x33\x44" * csrcs
    if extension is not None:
        head += struct.pack("!HH", 0xBEDE, len(extension) // 4) + extension
    return head + payload + (b"\0" * (padding - 1) + bytes([padding]) if padding else b"")
