"""Streams as captures: datagrams, RTP around them, and what networks do to both."""

import struct

from harness import capture_file, ts

GROUP, PORT = "239.1.1.1", 5000
BEGIN = 1_737_007_200.0  # 2025-01-16T06:00:00Z
SSRC = 0x5310_1CE0


def datagrams(packets, count=7):
    """[(seconds from the start, bytes)], at the pace of the stream's PCR."""
    return ts.departures(b"".join(packets), count)


def rtp(due, first=65_500, ssrc=SSRC):
    """The datagrams with RTP headers (RFC 3550, 5.1; RFC 2250); the sequence numbers wrap early."""
    return [(when, struct.pack("!BBHII", 0x80, 33, first + number & 0xFFFF,
                               round(when * ts.CLOCK) & 0xFFFFFFFF, ssrc) + data)
            for number, (when, data) in enumerate(due)]


def reordered(due, every, by):
    """Each `every`th datagram comes behind the `by` that follow it, which all come at once then."""
    times = [when for when, _ in due]
    data = [payload for _, payload in due]
    for at in range(every, len(data) - by, every):
        data.insert(at + by, data.pop(at))
        times[at:at + by + 1] = [times[at + by] + place / 1000 for place in range(by + 1)]
    return list(zip(times, data))


def doubled(due, every, by=1):
    """Each `every`th datagram comes again `by` places later."""
    out = []
    waiting = {}
    for number, (when, data) in enumerate(due):
        out.append((when, data))
        if number % every == 0:
            waiting[number + by] = data
        if number in waiting:
            out.append((when, waiting.pop(number)))
    return out


def file(due, begin=BEGIN):
    """The bytes of a capture file of them."""
    return capture_file.content((begin + when, capture_file.frame(data, GROUP, PORT)) for when, data in due)
