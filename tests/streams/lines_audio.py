"""The catalogue: services without picture, and multiplexes of several programmes."""

from harness import ts
from streams import edit, mux, psi, rule, sources
from streams.lines_video import START, of
from streams.stream import Made, Stream


def audio(codec, more=""):
    return of("-vn", codec, mux=more)


def data_pes():
    """A private stream with time stamps, as teletext and subtitles are: a PES each 40 ms."""
    units = [(START + number * 3600, True, mux.pes(bytes([number % 256]) * 500, START + number * 3600, stream_id=0xBD))
             for number in range(250)]
    return Made(mux.programme([(0x06, bytes([0x56, 5]) + b"eng\x09\0", units)]))


def data_sections():
    """A service of sections alone, as a data carousel is; its PCR has a PID of its own."""
    made = list(mux.programme([(0x06, b"", [(START + number * 3600, False, b"") for number in range(250)])],
                              pcr_pid=0x1F0))
    out = []
    for number, one in enumerate(made):
        out.append(one)
        if number % 3 == 0:
            out += psi.packets(mux.FIRST_PID, [psi.section(0x3B, number % 65536, 0, bytes(300))])
    table = {"programme": 1, "pcr_pid": 0x1F0, "streams": [(0x0B, mux.FIRST_PID, b"")]}
    return Made(edit.renumbered(psi.remade(out, lambda *_: table)))


def pcr_cuts(reading, first):
    """By the PCR alone: the first one of each slot behind the first cut, for which `max` must have gone
    by without time stamps."""
    found, slot = [], None
    for index, value in reading.pcrs:
        base = value // 300
        if base < first or base // (2 * ts.CLOCK) == slot:
            continue
        slot = base // (2 * ts.CLOCK)
        found.append(rule.Cut(index, base, "pcr"))
    return found


def two_programmes(number=None):
    """Programme 1 has key frames each second, programme 2 each two seconds; packets of both alternate."""
    one = list(sources.made(sources.CLOSED.replace("=50", "=25")))
    two = psi.moved(list(sources.made(sources.CLOSED, mux="-output_ts_offset 700")),
                    {0x100: 0x200, 0x101: 0x201, 0x1000: 0x1100})
    pat = psi.pat({2: 0x1100, 1: 0x1000})

    def programme(stream, as_number):
        def table(pcr_pid, streams):
            return {"programme": as_number, "pcr_pid": pcr_pid, "streams": streams}
        return psi.remade(stream, lambda _, pcr_pid, streams: table(pcr_pid, streams))

    two = [packet for packet in programme(two, 2) if ts.pid(packet) not in (psi.PAT_PID, 0x11)]
    mixed = edit.interleaved(psi.replaced(programme(one, 1), psi.PAT_PID, lambda *_: psi.packets(0, [pat])), two)
    if number is None:
        return Made(mixed)
    table, *streams = {1: [0x1000, 0x100, 0x101], 2: [0x1100, 0x200, 0x201]}[number]
    alone = psi.packets(0, [psi.pat({number: table})])
    # what comes before the tables cannot be told to be of the programme
    pat_at = edit.where(mixed, psi.PAT_PID)[0]
    pmt_at = next(index for index in edit.where(mixed, table) if index > pat_at)
    kept = [one for index, one in enumerate(mixed)
            if ts.pid(one) == psi.PAT_PID or (ts.pid(one) == table and index >= pmt_at)
            or (ts.pid(one) in streams and index > pmt_at)]
    return Made(psi.replaced(kept, 0, lambda *_: alone), edit.join(mixed))


LINES = [
    Stream("audio", "AAC in ADTS", audio("-c:a aac -b:a 64k"), "pes"),
    Stream("audio", "AAC in LATM", audio("-c:a aac -b:a 64k", "-mpegts_flags +latm"), "pes"),
    Stream("audio", "MPEG audio, layer II", audio("-c:a mp2 -b:a 64k"), "pes"),
    Stream("audio", "AC-3", audio("-c:a ac3 -b:a 64k"), "pes"),
    Stream("audio", "E-AC-3", audio("-c:a eac3 -b:a 64k"), "pes"),
    Stream("audio", "radio of 24 kbit/s", audio("-c:a aac -b:a 24k -ac 1 -ar 24000"), "pes"),
    Stream("audio", "private data with time stamps alone", data_pes, "pes"),
    Stream("audio", "sections alone, PCR on its own PID", data_sections, "pcr", timed=False, plan=pcr_cuts),
    Stream("programmes", "two, all kept, cut by the first", two_programmes, "idr"),
    Stream("programmes", "two, verbatim", two_programmes, "idr", program="all"),
    Stream("programmes", "two, the first alone", lambda: two_programmes(1), "idr", program="1"),
    Stream("programmes", "two, the second alone", lambda: two_programmes(2), "idr", program="2"),
]
