"""Sends TS files as multicast, each at the pace of its PCR, byte for byte.

usage: python3 -m harness.send LOCAL_ADDRESS SCHEME://GROUP:PORT*PACKETS=FILE...
Prints a line of JSON: for each stream, the times (Unix seconds) at which its datagrams left.
"""

import heapq
import json
import pathlib
import re
import socket
import struct
import sys
import time

from harness import ts

RTP_TS = 33  # payload type of MPEG-2 transport streams (RFC 3551)
LEAD = 0.2  # seconds before the first datagram


def rtp(sequence, seconds, ssrc):
    return struct.pack("!BBHII", 0x80, RTP_TS, (65_500 + sequence) & 0xFFFF,
                       round(seconds * ts.CLOCK) & 0xFFFFFFFF, ssrc)


def datagrams(job, number):
    """(when, number of the job, datagram, address) of one stream, in order."""
    scheme, group, port, packets, path = re.fullmatch(r"(udp|rtp)://([^:]+):(\d+)\*(\d+)=(.+)", job).groups()
    due = ts.departures(pathlib.Path(path).read_bytes(), int(packets))
    for sequence, (seconds, data) in enumerate(due):
        header = rtp(sequence, seconds, number + 1) if scheme == "rtp" else b""
        yield seconds, number, header + data, (group, int(port))


def main():
    local, *jobs = sys.argv[1:]
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(local))
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 4)
    out.bind((local, 0))
    schedule = heapq.merge(*(list(datagrams(job, number)) for number, job in enumerate(jobs)))
    began, left = time.time() + LEAD, [[] for _ in jobs]
    for seconds, number, datagram, address in schedule:
        pause = began + seconds - time.time()
        if pause > 0:
            time.sleep(pause)
        out.sendto(datagram, address)
        left[number].append(time.time())
    print(json.dumps(left))


if __name__ == "__main__":
    main()
