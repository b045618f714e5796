"""What fuzzing starts from: small, sound input for each parser, made here rather than kept."""

import json

from harness import capture_file, frames, media, paths, ts

SMALL = {"seconds": 1, "size": "64x64", "rate": 10}
SHORT_GOP = "-pix_fmt yuv420p -g 5 -b:v 40k"
QUIET = "-b:a 32k"

LISTING = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>hls</Name><IsTruncated>true</IsTruncated>
<EncodingType>url</EncodingType><NextContinuationToken>a&amp;b</NextContinuationToken><Contents><Key>news/a%20b.ts</Key>
<Size>188</Size></Contents><Contents><Key>x+&#x3c;&#60;y</Key><Size>0</Size></Contents><Marker/></ListBucketResult>"""
REFUSAL = "<Error><Code>NoSuchBucket</Code><Message>It isn&apos;t there</Message></Error>"

PROFILES = """# keys
[other]
aws_access_key_id = A
[ default ]
aws_access_key_id=AKIDEXAMPLE
aws_secret_access_key = a/b+c=
aws_session_token = t
"""

# IGMP and MLD queries, each behind its length: general ones of each version, for a group, for its sources
QUERIES = [bytes([len(text) // 2]) + bytes.fromhex(text) for text in (
    "1100000000000000", "110a000000000000", "118f000000000000028f0000", "110a0000ef010101", "110a0000ef010101027d0000",
    "110a0000e8010101027d00010a000001", "82000000" "000a0000" + "00" * 16, "82000000" "800a0000" + "00" * 16 + "027d0000",
    "82000000000a0000ff3e0000000000000000000000000001" "027d0001" "20010db8000000000000000000000001")]

URLS = ["udp://239.1.1.1:5000", "rtp://@[ff3e::8000:1]:5004", "file:///srv/clip.ts?pace=max",
        "rtsp://user:pass@cam.example/stream1", "https://s3.example.net", "http://[::1]:9000",
        "10.1.2.3/24", "a b%2F%zz/+~", "127.0.0.1:3001"]

CHANNEL_LISTS = [
    "name;IP;port;source;vlan;Bitrate (Mbps);sid;group\nA;239.1.1.1;5000;10.0.0.1;5;8,5;101;x\n\"B;\";[ff3e::1]:5000\n",
    "#EXTM3U\n#EXTINF:-1 tvg-name=\"A\" group-title=\"G\",A\n#EXTVLCOPT:x=1\nudp://10.0.0.1@232.1.1.1:5000\n"
    "#EXTGRP:K\nrtp://@[ff3e::2]:5004?sources=::1&x=y\nhttp://x\n"]

FIELDS = ["bytes=0-99", "bytes=100-", "bytes=-100", "bytes=0-1,5-9", "Sun, 06 Nov 1994 08:49:37 GMT",
          "2025-01-16T06:00:00.25+01:00", "2024-02-29T23:59:59Z", "1h30m", "500ms", "256MiB", "1.5Gbps"]


def channels():
    """Second-long channels, one for each video codec."""
    return [media.channel(f"-c:v libx264 -preset ultrafast {SHORT_GOP}", f"-c:a aac {QUIET}", **SMALL),
            media.channel("-c:v libx265 -preset ultrafast -pix_fmt yuv420p -b:v 40k "
                          "-x265-params keyint=5:log-level=none:pools=none", f"-c:a ac3 {QUIET}", **SMALL),
            media.channel(f"-c:v mpeg2video {SHORT_GOP}", f"-c:a mp2 {QUIET}",
                          seconds=1, size="64x64", rate=25)]


def datagrams(channel, packets=7):
    step = packets * ts.PACKET
    return [channel[at:at + step] for at in range(0, len(channel), step)]


def captured(channel):
    return [capture_file.frame(datagram, "239.1.1.1", 5000) for datagram in datagrams(channel)]


def looks():
    """Frames of every look, and fragments of one datagram, as the target wants them."""
    payload = b"".join(datagrams(channels()[0])[:1])
    v4, v6 = "239.1.1.1", "ff3e::1"
    tags = [(), ((frames.VLAN, 5),), ((frames.SERVICE_VLAN, 100), (frames.VLAN, 7))]
    headers = [(kind, bytes(7)) for kind in (frames.HOP_BY_HOP, 43, 51, frames.DESTINATION_OPTIONS)]
    seeds = [[frames.frame(payload, group, 5000, tags=tag)] for group in (v4, v6) for tag in tags]
    seeds.append([frames.frame(payload, v4, 5000, options=b"\1" * 12)])
    seeds.append([frames.frame(payload, v6, 5000, extensions=headers)])
    seeds += [frames.fragments(payload, group, 5000, 9, size, tags=tag)
              for group in (v4, v6) for tag in tags[:2] for size in (96, 600)]
    return [b"".join(len(frame).to_bytes(2, "big") + b"\2\0" + frame for frame in seed) for seed in seeds]


def elementary(channel):
    """The video's elementary stream, PES headers and all."""
    pid = ts.video_pid(channel)
    return b"".join(ts.payload(packet) for packet in ts.packets(channel) if ts.pid(packet) == pid)


def sections(channel):
    """The payloads of PAT and PMT as the target wants them: length, flags, bytes."""
    tables = [packet for packet in ts.packets(channel) if ts.pid(packet) in (0, 0x1000)][:6]
    return b"".join(bytes([len(ts.payload(packet)), ts.unit_start(packet)]) + ts.payload(packet)
                    for packet in tables)


def capture(channel):
    path = paths.SOURCE / "build-fuzz/seed.pcap"
    capture_file.write(path, [(1_737_007_200 + number / 1000, frame)
                              for number, frame in enumerate(captured(channel)[:20])])
    return path.read_bytes()


def examples():
    return [path.read_bytes() for path in sorted((paths.SOURCE / "config/examples").glob("*.yaml"))]


def manifest_line():
    entry = {"stream": "news", "sequence": 7, "number_in_hour": 0, "key": "news/2025/01/16/06/segment.ts",
             "bytes": 188, "program_date_time": "2025-01-16T06:00:00.000Z", "start_utc_ns": 1737007200000000000,
             "end_utc_ns": 1737007206000000000, "start_pts": 8589934591, "duration_90k": 540000,
             "ts_packets": 1, "injected_packets": 0, "datagrams": 1, "cc_errors": 0, "transport_errors": 0,
             "scrambled": 0, "lost_datagrams": 0, "cut": "idr", "discontinuity": ["loss", "restart"],
             "lost": False, "live_gap": True}
    return (json.dumps(entry) + "\n").encode()


COMMANDS = [
    '{"version":1,"command":"add","streams":[{"name":"a","source":"udp://239.1.1.1:5000","vlan":5}]}',
    '{"version":1,"command":"remove","names":["a","b/c"]}',
    '{"version":1,"ok":true,"generation":8,"added":["a"],"changed":[],"removed":[],"starting":["a"],'
    '"streams":[{"name":"a","source":"udp://239.1.1.1:5000","state":"silent","by":"command"}]}',
    '{"version":1,"ok":false,"error":"no","problems":["x:1:2: y"],"restart":["arena.size"]}',
]

SEEDS = {
    "access_point": lambda: [bytes([codec, 90]) + elementary(channel)[:2000]
                             for codec, channel in zip((0, 1, 2), channels())],
    "analyze": lambda: [seed for channel in channels()
                        for seed in (b"\0" + channel[:60_000],
                                     b"\1" + b"".join(b"\xbc" + part for part in datagrams(channel, 8))[:60_000])],
    "capture_file": lambda: [capture(channels()[0])],
    "channel_list": lambda: [start + text.encode() for text in CHANNEL_LISTS for start in (b"\0", b"\1")],
    "command": lambda: [line.encode() for line in COMMANDS],
    "config": examples,
    "frame": looks,
    "headers": lambda: [seed for channel in channels()
                        for seed in (elementary(channel)[:600], channel[:ts.PACKET])],
    "http": lambda: [(1000).to_bytes(8, "little") + field.encode() for field in FIELDS],
    "manifest": lambda: [manifest_line()],
    "membership": lambda: [*QUERIES, b"".join(QUERIES)],
    "profile": lambda: [PROFILES.encode()],
    "s3_answer": lambda: [LISTING.encode(), REFUSAL.encode()],
    "section": lambda: [sections(channel) for channel in channels()],
    "segmenter": lambda: [bytes([choices, 90, 6, 255]) + channel[:60_160]
                          for choices in (0, 4, 20, 22, 14) for channel in channels()],
    "stream_info": lambda: [channel[:30_000] for channel in channels()],
    "tr101290": lambda: [b"".join(b"\x07" + datagram for datagram in datagrams(channel, 8))[:60_000]
                         for channel in channels()],
    "url": lambda: [url.encode() for url in URLS],
}


def sow(target, corpus):
    """Puts the target's seeds into its corpus; a target without any starts from nothing."""
    for number, seed in enumerate(SEEDS.get(target, list)()):
        (corpus / f"seed-{number}").write_bytes(seed)
