"""Hand-over of packets from one core to another."""

from suite import micro
from suite.figures import Bar, Figure, Result

ABOUT = "hand-over between two cores by rte_ring, one producer and one consumer, in bursts of 32"
BARS = {"cycles": Bar(most=10)}


def run(settings):
    found = micro.run("bench_ring", settings)
    return Result({"cycles": Figure([entry["cycles"] for entry in found["hand_over"]], "cycles/object")},
                  ["two cores, pinned; cycles of the time-stamp counter"])
