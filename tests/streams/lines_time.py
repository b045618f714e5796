"""The catalogue: time stamps and arrival times."""

import random

from harness import ts
from streams import capture, edit, psi, sources
from streams.lines_video import video_pid
from streams.stream import Made, Stream

POINT = 493_200  # PTS of an access point of the common stream, the third
SECOND, FRAME = ts.CLOCK, 3600


def base(video=sources.CLOSED):
    return list(sources.made(video))


def wrapping(place, video=sources.CLOSED):
    """The time stamps wrap so many ticks behind an access point."""
    return lambda: Made(edit.shift(base(video), ts.WRAP - POINT - place))


def clock_wraps_alone(ticks):
    """The PCR is by so much nearer to its wrap than the PTS: it wraps at another time."""
    def make():
        made = edit.shift(base(), ts.WRAP - POINT - SECOND // 2)
        return Made(edit.shift(made, ticks, stamps=False))
    return make


def middle(packets, share=0.55):
    """A place in the middle, with a PES header and a PCR there: what follows has another timeline."""
    pid = video_pid(packets)
    return next(index for index in range(int(len(packets) * share), len(packets))
                if ts.pid(packets[index]) == pid and ts.unit_start(packets[index])
                and edit.read_pcr(packets[index]) is not None)


def jump(ticks, marked, pcr=True, stamps=True):
    """The timeline goes on elsewhere, with discontinuity_indicator or without."""
    def make():
        packets = base()
        at = middle(packets)
        first, second = packets[:at], edit.shift(packets[at:], ticks, pcr, stamps)
        if marked:
            second[0] = edit.with_flag(second[0], edit.DISCONTINUITY)
        return Made(first + second, **{"jumps" if stamps else "clock_jumps": [at]})
    return make


def own_clock():
    packets = edit.pcr_to(base(), 0x1F0)
    return Made(psi.remade(packets, lambda number, _, streams: {
        "programme": number, "pcr_pid": 0x1F0, "streams": streams}))


def no_clock():
    packets = edit.without_pcr(base())
    return Made(psi.remade(packets, lambda number, _, streams: {
        "programme": number, "pcr_pid": edit.NULL_PID, "streams": streams}))


def stamps_missing(which):
    """PES packets of the video lose their stamps: those of which which(number, is access point)."""
    def make():
        packets = base(sources.CLOSED)
        starts = edit.where(packets, video_pid(packets), start=True)
        gone = [index for number, index in enumerate(starts)
                if which(number, edit.has_flag(packets[index], edit.RANDOM_ACCESS))]
        return Made(edit.without_stamps(packets, gone))
    return make


def stamps_of_i_pictures_alone():
    packets = list(sources.made(sources.MPEG2, "-c:a mp2 -b:a 64k"))
    starts = edit.where(packets, video_pid(packets), start=True)
    gone = [index for index in starts if not edit.has_flag(packets[index], edit.RANDOM_ACCESS)]
    return Made(edit.without_stamps(packets, gone))


def drifting(ppm):
    """The encoder's clock runs fast; the capture's does not."""
    def make():
        packets = base()
        due = capture.datagrams(packets)
        fast = edit.split(b"".join(data for _, data in due))
        fast = edit.scale(fast, ppm, 126_000)
        due = [(when, b"".join(fast[number * 7:number * 7 + 7])) for number, (when, _) in enumerate(due)]
        return Made(fast, capture.file(due), ".pcap", arrivals=_arrivals(due))
    return make


def _arrivals(due):
    return [capture.BEGIN + when for when, data in due for _ in range(len(data) // ts.PACKET)]


def arriving(change):
    """The datagrams arrive at change(number, seconds at which they are due)."""
    def make():
        packets = base()
        due, latest = [], float("-inf")
        for number, (when, data) in enumerate(capture.datagrams(packets)):
            latest = max(latest, change(number, when))
            due.append((latest, data))
        return Made(packets, capture.file(due), ".pcap", arrivals=_arrivals(due))
    return make


def jittered():
    noise = random.Random(3)
    return arriving(lambda _, when: when + noise.uniform(0, 0.06))()


def stepped(seconds):
    """The clock of the receiver is set by so much in the middle."""
    def make():
        packets = base()
        due = [(when + (seconds if when > 5.1 else 0), data) for when, data in capture.datagrams(packets)]
        return Made(packets, capture.file(due, capture.BEGIN + 100), ".pcap")
    return make


LINES = [
    Stream("time", "PTS wraps between segments", wrapping(0), "idr"),
    Stream("time", "PTS wraps inside a segment", wrapping(SECOND + 17), "idr"),
    Stream("time", "PTS crosses the wrap twice in decode order", wrapping(10 * FRAME - 1), "idr"),
    Stream("time", "leading pictures on the other side of the wrap", wrapping(-FRAME // 2, sources.OPEN),
           "recovery_point"),
    Stream("time", "HEVC leading pictures on the other side of the wrap",
           wrapping(-FRAME // 2, sources.X265 + "open-gop=1"), "irap"),
    Stream("time", "PCR wraps long before PTS", clock_wraps_alone(3 * SECOND), "idr"),
    Stream("time", "PCR wraps long behind PTS", clock_wraps_alone(-SECOND), "idr"),
    Stream("time", "a marked jump of 1000 s", jump(1000 * SECOND, True), "forced+idr"),
    Stream("time", "an unmarked jump of 1000 s", jump(1000 * SECOND, False), "forced+idr"),
    Stream("time", "an unmarked jump of 3 s", jump(3 * SECOND, False), "forced+idr"),
    Stream("time", "an unmarked jump back of 3 s", jump(-3 * SECOND, False), "forced+idr"),
    Stream("time", "an unmarked jump back of 1000 s, over the wrap", jump(-1000 * SECOND, False), "forced+idr"),
    Stream("time", "a jump of the PCR alone", jump(1000 * SECOND, False, stamps=False), "idr"),
    Stream("time", "PCR on its own PID", own_clock, "idr"),
    Stream("time", "no PCR", no_clock, "idr"),
    Stream("time", "PTS missing on every third picture", stamps_missing(lambda n, point: n % 3 == 1 and not point),
           "idr"),
    Stream("time", "PTS missing on every other access point",
           stamps_missing(lambda n, point: point and n // 50 % 2 == 1), "forced+idr"),
    Stream("time", "MPEG-2, PTS on I pictures alone", stamps_of_i_pictures_alone, "i_picture"),
    Stream("time", "a clock fast by 200 ppm", drifting(200), "idr"),
    Stream("time", "a clock slow by 200 ppm", drifting(-200), "idr"),
    Stream("time", "arrival with jitter of 60 ms", jittered, "idr"),
    Stream("time", "arrival in bursts of 80 ms", arriving(lambda _, when: (when // 0.08 + 1) * 0.08), "idr"),
    Stream("time", "the receiver's clock set on by 10 s", stepped(10), "idr", marks={3: {"clock_step"}},
           awaits="steps of a capture's clock"),
    Stream("time", "the receiver's clock set back by 10 s", stepped(-10), "idr", marks={3: {"clock_step"}}),
]
