"""The catalogue: streams that become others."""

from streams import edit, psi, sources
from streams.lines_time import base, middle
from streams.stream import Made, Stream

HALF = {"seconds": 5}
LATER = {"mux": "-output_ts_offset 5.3", **HALF}


def version(number):
    """A PMT that says the same under another version number, from its middle on."""
    def make():
        return Made(psi.remade(base(), lambda programme, pcr_pid, streams: {
            "programme": programme, "pcr_pid": pcr_pid, "streams": streams, "version": number}, begin=60))
    return make


def other_clock():
    """The PCR moves to a PID of its own, and a new PMT says so."""
    packets = base()
    at = middle(packets)
    while packets[at - 1][1] & 0x1F != 0x10:  # just in front of a PMT
        at -= 1
    at -= 1
    table = {"pcr_pid": 0x1F0, "version": 1}
    second = psi.remade(edit.pcr_to(packets[at:], 0x1F0), lambda number, _, streams: {
        "programme": number, "streams": streams, **table})
    return Made(packets[:at] + edit.numbered_on(packets[:at], second))


def followed(video, audio=sources.AAC, renew=True, **more):
    """Five seconds of the common stream, five of another, on the same PIDs, the timeline going on."""
    def make():
        first = list(sources.made(**HALF))
        second = list(sources.made(video, audio, **{**LATER, **more}))
        if renew:
            second = psi.remade(second, lambda number, pcr_pid, streams: {
                "programme": number, "pcr_pid": pcr_pid, "streams": streams, "version": 1})
        return Made(first + edit.numbered_on(first, second))
    return make


def gone_for_a_while():
    """For three seconds the PAT names no programme, and nothing else comes."""
    packets = base()
    begin, end = middle(packets, 0.3), middle(packets, 0.6)
    empty = psi.packets(psi.PAT_PID, [psi.pat({}, version=1)])
    hole = [one for _ in range(30) for one in empty + [edit.null()] * 9]
    second = packets[end:]
    out = packets[:begin] + hole + edit.numbered_on(packets[:begin], second)
    return Made(edit.renumbered(out, {psi.PAT_PID}), jumps=[begin + len(hole)])


def restarted():
    """The source starts anew: other counters, and an earlier time."""
    packets = base()
    first, second = edit.shift(packets[:middle(packets)], 77_000 * 90), packets
    second = [edit.with_counter(one, (one[3] & 15) + 7) if one[3] & 0x10 else one for one in second]
    pids = edit.pids(first) & edit.pids(second)
    return Made(first + second, cc_errors=len(pids), jumps=[len(first)])


def replaced():
    """Another service is sent to the same address: other PIDs, codec and time."""
    first = list(sources.made(**HALF))
    second = psi.moved(list(sources.made(sources.X265 + "open-gop=0", seconds=5, mux="-output_ts_offset 4321")),
                       {0x100: 0x300, 0x101: 0x301, 0x1000: 0x1300})
    return Made(first + edit.numbered_on(first, second), jumps=[len(first)])


LINES = [
    Stream("change", "a new PMT version", version(5), "idr"),
    Stream("change", "a new PCR PID", other_clock, "idr"),
    Stream("change", "H.264 to HEVC", followed(sources.X265 + "open-gop=0"), "irap+idr"),
    Stream("change", "H.264 to MPEG-2", followed(sources.MPEG2), "i_picture+idr"),
    Stream("change", "AAC to AC-3", followed(sources.CLOSED, "-c:a ac3 -b:a 64k"), "idr"),
    Stream("change", "another resolution", followed(sources.CLOSED, renew=False, size="192x144"), "idr",
           marks={3: {"any"}}),
    Stream("change", "a programme that goes and comes back", gone_for_a_while, "idr+forced", marks={2: {"any"}}, timed=False),
    Stream("change", "a source restarted with new counters", restarted, "idr"),
    Stream("change", "a different stream on the same group", replaced, "irap+idr"),
]
