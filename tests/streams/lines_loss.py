"""The catalogue: what is missing, damaged or scrambled."""

import re

from harness import ts
from streams import capture, edit, rule, sources
from streams.lines_time import base, middle
from streams.lines_video import video_pid, without_indicator
from streams.stream import Made, Stream


def inner(packets, pid):
    """Packets of a PID in the midst of PES packets, whose neighbours on the PID carry payload too and
    no PCR."""
    places = edit.where(packets, pid, payload=True)
    return [index for before, index, behind in zip(places, places[1:], places[2:])
            if not any(ts.unit_start(packets[place]) or packets[place][3] & 0x20 for place in (before, index, behind))]


def dropped():
    """Single packets of picture and sound are missing."""
    packets = base()
    gone = inner(packets, video_pid(packets))[100:600:100] + inner(packets, 0x101)[20:60:20]
    return Made(edit.without(packets, gone), cc_errors=len(gone))


def twice():
    packets = base()
    return Made(edit.doubled(packets, [index for index in range(50, len(packets), 40)
                                       if ts.pid(packets[index]) != edit.NULL_PID and packets[index][3] & 0x10]))


def thrice():
    """A packet that comes a third time is no legal duplicate."""
    packets = base()
    place = inner(packets, video_pid(packets))[300]
    return Made(edit.doubled(edit.doubled(packets, [place]), [place]), cc_errors=1)


def announced():
    """Counters break where discontinuity_indicator says that they do: no error (2.4.3.5)."""
    packets = base()
    out = list(packets)
    video = video_pid(packets)
    points = [index for index in edit.where(packets, video) if edit.has_flag(packets[index], edit.RANDOM_ACCESS)]
    for number, index in enumerate(points[2:], 1):
        out[index] = edit.with_flag(out[index], edit.DISCONTINUITY)
        for other in edit.where(packets, video):
            if other >= index:
                out[other] = edit.with_counter(out[other], (out[other][3] & 15) + 5)
    return Made(out, clock_jumps=points[2:])


def rtp_gap():
    """Three RTP packets in a row are missing."""
    packets = base()
    due = capture.rtp(capture.datagrams(packets))
    at = len(due) // 2
    kept = packets[:at * 7] + packets[(at + 3) * 7:]
    return Made(kept, capture.file(due[:at] + due[at + 3:]), ".pcap", losses=[at * 7], cc_errors=_broken(packets, at * 7, 21))


def _broken(packets, at, count):
    """On how many PIDs the counter breaks when so many packets are taken out."""
    gone = [ts.pid(one) for one in packets[at:at + count] if one[3] & 0x10 and ts.pid(one) != edit.NULL_PID]
    return sum(1 for pid in set(gone) if gone.count(pid) % 16 and any(ts.pid(one) == pid for one in packets[:at])
               and any(ts.pid(one) == pid for one in packets[at + count:]))


def damaged():
    """Packets with transport_error_indicator: their counters are not trusted, so each breaks its PID's."""
    packets = base()
    bad = inner(packets, video_pid(packets))[20:400:60]
    return Made(edit.mapped(packets, bad, edit.with_error), errors=len(bad), cc_errors=len(bad))


def scrambled(part, change=lambda packets, pid: packets):
    """Picture and sound are scrambled, all of it or for a while in the middle."""
    def make():
        packets = base()
        packets = list(change(packets, video_pid(packets)))
        begin, end = (0, len(packets)) if part is None else (int(len(packets) * share) for share in part)
        places = [index for index in range(begin, end) if ts.pid(packets[index]) in (0x100, 0x101)
                  and packets[index][3] & 0x10]
        return Made(edit.mapped(packets, places, edit.with_scrambling), scrambled=len(places))
    return make


def by_clock(indicator):
    """Without time stamps: the first PCR of each slot, of packets with random_access_indicator if there
    are any, from the first cut on."""
    def plan(reading, first):
        kind = "random_access_indicator" if indicator else "pcr"
        found, slot = [], None
        for index, value in reading.pcrs:
            base_ = value // 300
            fits = not indicator or edit.has_flag(reading.packets[index], edit.RANDOM_ACCESS)
            if base_ >= first and base_ // (2 * ts.CLOCK) != slot and fits:
                slot = base_ // (2 * ts.CLOCK)
                found.append(rule.Cut(index, base_, kind))
        return found
    return plan


def hole():
    """Nothing at all for four and a half seconds: more than two segments."""
    packets = base()
    begin, end = middle(packets, 0.3), middle(packets, 0.75)
    return Made(packets[:begin] + packets[end:], holes=[begin], cc_errors=_broken(packets, begin, end - begin))


def says_gap(segments):
    """The hole is a GAP in the playlist, and all EXTINF add up to media time."""
    text = segments.playlist()
    wrong = [] if "#EXT-X-GAP\n" in text else ["the playlist has no EXT-X-GAP"]
    whole = sum(map(float, re.findall(r"#EXTINF:([\d.]+)", text)))
    return wrong + ([] if abs(whole - 10) < 0.2 else [f"EXTINF add up to {whole:.3f} s"])


LINES = [
    Stream("loss", "single packets missing", dropped, "idr"),
    Stream("loss", "legal duplicates", twice, "idr", decode=False),  # ffmpeg keeps both
    Stream("loss", "a packet three times", thrice, "idr", decode=False),
    Stream("loss", "counters that break as announced", announced, "idr"),
    Stream("loss", "three RTP packets missing", rtp_gap, "idr"),
    Stream("loss", "transport_error_indicator", damaged, "idr"),
    Stream("loss", "all scrambled, indicator set", scrambled(None), "random_access_indicator", timed=False,
           plan=by_clock(True)),
    Stream("loss", "all scrambled, no indicator", scrambled(None, without_indicator), "pcr", timed=False,
           plan=by_clock(False)),
    Stream("loss", "scrambled for three seconds", scrambled((0.35, 0.65)), "forced+idr", witness="reader"),
    Stream("loss", "a hole longer than a segment", hole, "idr", also=says_gap),
]
