"""Where a stream is to be cut, by the design alone: slots of PTS, access points, `max`."""

import dataclasses

from harness import ts
from streams import reader


@dataclasses.dataclass
class Cut:
    """A segment begins with this access point."""
    index: int  # of the access point's first packet
    pts: int
    kind: str


def access_points(reading, longest):
    """(unit, kind) of every place where a decoder can start, as the codec's rule has it.

    H.264: IDR pictures; recovery points too where there are no IDRs, which is where two of them are
    never within `longest` of each other. Where neither says more, the random_access_indicator does.
    """
    units = [unit for unit in reading.timed if not unit.broken]
    if reading.kind != reader.VIDEO:
        return [(unit, "pes") for unit in units]
    idr = [unit for unit in units if unit.access == "idr"]
    if any(reader.ahead(a.pts, b.pts) <= longest for a, b in zip(idr, idr[1:])):
        units = [unit for unit in units if unit.access != "recovery_point"]
    if len({unit.access for unit in units} - {None}) > (len(idr) == 1) or len(idr) > 1:
        return [(unit, unit.access) for unit in units if unit.access]
    return [(unit, unit.access or "random_access_indicator") for unit in units
            if unit.access or unit.random_access]


def cuts(reading, target, longest, jumps=(), clock_jumps=()):
    """The cuts of a stream: the first access point of each slot; the first one behind a jump of the
    timeline or a new PMT; and a forced one `max` after the slot's start."""
    target, longest = round(target * ts.CLOCK), round(longest * ts.CLOCK)
    points = {unit.index: kind for unit, kind in access_points(reading, longest)}
    resets = sorted([*jumps, *clock_jumps, *reading.pmt_changes])
    found, slot, limit, soon = [], None, None, False
    for unit in reading.timed:
        while resets and resets[0] <= unit.index:
            soon, place = True, resets.pop(0)
            if place in jumps:
                limit = unit.pts // target * target
        if limit is None:
            limit = unit.pts // target * target
        kind = points.get(unit.index)
        if kind is None or not (soon or unit.pts // target != slot):
            if reader.ahead(limit, unit.pts) < longest:
                continue
            kind = "forced"
        found.append(Cut(unit.index, unit.pts, kind))
        limit, soon = unit.pts // target * target, False
        if kind != "forced":  # else the slot's first access point is still to come
            slot = unit.pts // target
    return found


def begin(reading, cut):
    """The packet with which the segment begins: the cut moves back to a PAT and a PMT that directly
    precede its access point."""
    tables = {table.pid for table in reading.tables}
    place = cut.index
    while place > 0 and ts.pid(reading.packets[place - 1]) in tables and cut.index - place < 64:
        place -= 1
    while place < cut.index and not ts.unit_start(reading.packets[place]):
        place += 1
    whole = {table.pid == 0 for table in reading.tables if place <= table.first and table.last < cut.index}
    return place if whole == {True, False} else cut.index
