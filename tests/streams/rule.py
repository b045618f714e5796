"""Where a stream is to be cut, by the design alone: slots of PTS, access points, `max`."""

import dataclasses

from harness import ts
from streams import edit, reader


@dataclasses.dataclass
class Cut:
    """A segment begins with this access point."""
    index: int  # of the access point's first packet
    pts: int
    kind: str


def access_points(reading, target):
    """(unit, kind) of every place where a decoder can start, as the codec's rule has it.

    H.264: IDR pictures; recovery points too where there are no IDRs, which is where not every slot has
    one. Where neither says more, the random_access_indicator does.
    """
    units = [unit for unit in reading.timed if not unit.broken]
    if reading.kind != reader.VIDEO:
        return [(unit, "pes") for unit in units]
    idr = [unit for unit in units if unit.access == "idr"]
    if any(reader.ahead(a.pts, b.pts) <= target for a, b in zip(idr, idr[1:])):
        units = [unit for unit in units if unit.access != "recovery_point"]
    if len(idr) > 1 or any(unit.access not in (None, "idr") for unit in units):
        return [(unit, unit.access) for unit in units if unit.access]
    return [(unit, unit.access or "random_access_indicator") for unit in units
            if unit.access or unit.random_access]


def cuts(reading, target, longest, made):
    """The cuts of a stream that was `made`: the first access point of each slot; the place where the
    timeline jumps, by force if it is none, and the first one behind that or behind a new PMT; and a
    forced one `max` after the slot's start. A forced cut leaves the slot's first access point its
    right. Behind one, `max` counts from a grid that the time stamps alone decide, so that streams
    without access points are cut at the same places wherever one began to look. Behind a hole it
    counts from there."""
    target, longest = round(target * ts.CLOCK), round(longest * ts.CLOCK)
    points = {unit.index: kind for unit, kind in access_points(reading, target)}
    events = sorted([(place, "jump") for place in made.jumps] + [(place, "hole") for place in made.holes]
                    + [(place, "change") for place in [*made.clock_jumps, *reading.pmt_changes]])
    found, slot, limit = [], None, None
    for unit in reading.timed:
        now, jumped = unit.pts // target, False
        while events and events[0][0] <= unit.index:
            what = events.pop(0)[1]
            jumped |= what == "jump"
            slot = slot if what == "hole" else None
            limit = limit if what == "change" else None
        limit = now * target if limit is None else limit
        kind = points.get(unit.index)
        if kind is not None and now != slot:
            slot, limit = now, now * target
        elif jumped or reader.ahead(limit, unit.pts) >= longest:
            kind, step = "forced", longest // target * target
            limit = unit.pts // step * step
        else:
            continue
        found.append(Cut(unit.index, unit.pts, kind))
    return found


def is_media(packet, tables):
    """Whether a packet carries a part of a PES packet, as far as the tables tell."""
    pid = ts.pid(packet)
    return bool(packet[3] & 0x10) and pid > 0x1F and pid != edit.NULL_PID and pid not in tables


def begin(reading, cut):
    """The packet with which the segment begins: the cut moves back to a PAT and a PMT that directly
    precede its access point. What precedes the first one with nothing of a picture or sound in it belongs to
    its segment."""
    tables = {table.pid for table in reading.tables}
    if not any(is_media(packet, tables) for packet in reading.packets[:cut.index]):
        return 0
    place = cut.index
    while place > 0 and ts.pid(reading.packets[place - 1]) in tables and cut.index - place < 64:
        place -= 1
    while place < cut.index and not ts.unit_start(reading.packets[place]):
        place += 1
    whole = {table.pid == 0 for table in reading.tables if place <= table.first and table.last < cut.index}
    return place if whole == {True, False} else cut.index
