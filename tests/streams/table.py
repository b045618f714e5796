"""The table of streams, for people."""

from streams import reader

HEAD = ("stream", "rule", "cuts", "PTS of the cuts: first, and steps", "marks", "cc err crc scr", "verdict")
WIDEST = (46, 23, 5, 34, 27, 14, 44)
LEGEND = """
cuts: made / expected. PTS: raw, 90 kHz, and how far the next cut is. marks: number of the segment and why it does
not go on from the one before. cc: continuity errors. err: transport_error_indicator. crc: tables with wrong CRC.
scr: scrambled packets. The verdict is of bytes, cuts, durations, marks, counters, injection, playlist and decoding.
"""


def row(verdict):
    stream, reading = verdict.stream, verdict.reading
    found = [one for one in verdict.list if one["cut"] != "start"]
    marks = [f"{number}:{'+'.join(one['discontinuity'])}" for number, one in enumerate(verdict.list)
             if one["discontinuity"]]
    counters = "" if reading is None else (
        f"{len(reading.breaks):>2} {reading.errors:>3} {reading.crc_errors:>3} {reading.scrambled:>3}")
    missing = [name for name in ("durations", "ffprobe", "decodes") if name not in verdict.checked]
    good = "good" + (f" (not asked: {', '.join(missing)})" if missing else "")
    wrong = "WRONG: " + "; also: ".join([": ".join(next(iter(verdict.wrong.items()), ("", ""))).split("; ")[0],
                                         *filter(None, [", ".join(list(verdict.wrong)[1:])])])
    return (f"{stream.line}: {stream.name}", stream.rule, f"{len(found)}/{len(verdict.cuts)}",
            _steps([cut.pts for cut in verdict.cuts]), " ".join(marks), counters, good if verdict.good else wrong)


def _steps(values):
    if not values:
        return ""
    steps, out = [reader.ahead(a, b) for a, b in zip(values, values[1:])], [str(values[0])]
    while steps:
        same = next((n for n, step in enumerate(steps) if step != steps[0]), len(steps))
        out.append(f"{steps[0]:+}" + (f"×{same}" if same > 1 else ""))
        steps = steps[same:]
    return " ".join(out)


def render(rows):
    """The table as text."""
    widths = [min(widest, max(len(row[place]) for row in [HEAD, *rows])) for place, widest in enumerate(WIDEST)]
    lines = []
    for one in [HEAD, tuple("-" * width for width in widths), *rows]:
        cells = [_wrapped(cell, width) for cell, width in zip(one, widths)]
        for line in range(max(map(len, cells))):
            lines.append("  ".join((cell[line] if line < len(cell) else "").ljust(width)
                                   for cell, width in zip(cells, widths)).rstrip())
    return "\n".join(lines) + "\n" + LEGEND


def _wrapped(text, width):
    lines, line = [], ""
    for word in text.split(" "):
        while len(word) > width:
            lines.append((line + " " + word)[:width].strip() if line else word[:width])
            word = word[width - len(line) - 1:] if line else word[width:]
            line = ""
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
