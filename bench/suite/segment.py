"""Inspection of TS packets and their copy from packet buffers into the arena, beside memcpy."""

from suite import micro
from suite.figures import Bar, Figure, Result

ABOUT = "inspection + copy from packet buffers (4 × last-level cache) into the arena, beside memcpy"
BARS = {"ratio_memcpy": Bar(least=0.9), "gbytes": Bar(least=5)}


def run(settings):
    found = micro.run("bench_segment", settings)
    ours = [entry["bytes_per_second"] / 1e9 for entry in found["segment_into_arena"]]
    plain = [entry["bytes_per_second"] / 1e9 for entry in found["plain_memcpy"]]
    gbytes = Figure(ours, "GB/s")
    ratio = Figure([mine / theirs for mine, theirs in zip(ours, plain)], "×")
    gbytes.ratio_to["memcpy"] = ratio.value
    return Result({"ratio_memcpy": ratio, "gbytes": gbytes, "gbytes_memcpy": Figure(plain, "GB/s")},
                  ["one core; 50 channels in turn, 7 packets a datagram; 512 MiB of segments held, so that "
                   "chunks are cold"])
