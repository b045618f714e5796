"""Holds what `sluice segment` made of a stream against the reader, the slot rule and ffmpeg."""

import collections
import datetime
import pathlib
import re
import tempfile

from harness import ts
from streams import decode, program, reader, rule

LATE = 0.1  # seconds by which PROGRAM-DATE-TIME may differ from arrival


class Verdict:
    """What was found out about one stream."""

    def __init__(self, stream):
        self.stream = stream
        self.wrong = {}  # name of the check: what is wrong
        self.checked = []
        self.cuts, self.list, self.reading = [], [], None

    def check(self, name, wrong):
        """Notes a check. `wrong`: sentences; none if all is well."""
        self.checked.append(name)
        if wrong:
            self.wrong[name] = " ".join("; ".join(map(str, wrong[:4])).split()) + ("; …" if len(wrong) > 4 else "")

    @property
    def good(self):
        return not self.wrong


def judge(stream, keep=None):
    """Cuts a stream of the catalogue and looks at everything. `keep`: a folder to work in that stays."""
    with tempfile.TemporaryDirectory(prefix="sluice-t-") as temporary:
        folder = pathlib.Path(keep or temporary)
        verdict = Verdict(stream)
        made = stream.make()
        file = folder / f"input{made.suffix}"
        file.write_bytes(made.file())
        try:
            plain, injected = (program.segment(file, folder / name, stream.target, stream.max, stream.program, inject)
                               for name, inject in (("plain", False), ("injected", True)))
        except program.Refused as refused:
            verdict.check("taken", [refused])
            return verdict
        _Judge(stream, made, verdict, folder).run(plain, injected)
        return verdict


class _Judge:
    def __init__(self, stream, made, verdict, folder):
        self.stream, self.made, self.verdict, self.folder = stream, made, verdict, folder
        self.reading = verdict.reading = reader.read(made.packets)

    def run(self, plain, injected):
        self.verdict.list = plain.list
        self.has_start = bool(plain.list) and plain.list[0]["cut"] == "start"
        self.found = plain.list[self.has_start:]
        if self.stream.plan and self.found:
            self.cuts = self.stream.plan(self.reading, self.found[0]["start_pts"])
        else:
            self.cuts = rule.cuts(self.reading, self.stream.target, self.stream.max, self.made)
        self.begins = [rule.begin(self.reading, cut) for cut in self.cuts]
        self.verdict.cuts = self.cuts
        check = self.verdict.check
        check("bytes", self._bytes(plain))
        check("cuts", self._cuts())
        check("places", self._places(plain))
        check("counters", self._counters(plain))
        check("marks", self._marks(plain))
        check("injection", self._injection(plain, injected))
        check("playlist", self._playlist(plain))
        if self.stream.also:
            check("also", self.stream.also(plain))
        if self.made.arrivals:
            check("date", self._dates())
        if self.stream.timed:
            check("durations", self._durations(plain))
        if self.reading.kind == reader.VIDEO and self.stream.timed:
            if self.stream.witness == "ffprobe":
                check("ffprobe", self._key_frames())
            if self.stream.decode:
                check("decodes", self._decodes(injected))

    def _bytes(self, plain):
        """Concatenated segments are the input."""
        joined = [one for number in range(len(plain.list)) for one in plain.packets(number)]
        if joined == self.made.packets:
            return []
        at = next((at for at, (a, b) in enumerate(zip(joined, self.made.packets)) if a != b),
                  min(len(joined), len(self.made.packets)))
        return [f"{len(joined)} packets, not {len(self.made.packets)}; they differ from packet {at} on"]

    def _cuts(self):
        """Each cut is the access point that the slot rule names, for the reason it has."""
        wanted = [(cut.kind, cut.pts) for cut in self.cuts]
        made = [(one["cut"], one["start_pts"]) for one in self.found]
        wrong = [f"cut {number} is {a}, not {b}" for number, (a, b) in enumerate(zip(made, wanted)) if a != b]
        if len(made) != len(wanted):
            wrong.append(f"{len(made)} cuts, not {len(wanted)}")
        kinds = {cut.kind for cut in self.cuts[1:]}
        if kinds - {self.stream.rule, *self.stream.rule.split("+")}:
            wrong.append(f"the stream is not what it should be: its cuts are {kinds}")
        return wrong

    def _places(self, plain):
        """Each segment begins with its access point's packet, or the tables directly before it."""
        wrong, at = [], 0
        places = []
        for one in plain.list:
            places.append(at)
            at += one["packets"]
        for number, (place, wanted) in enumerate(zip(places[self.has_start:], self.begins)):
            if place != wanted:
                wrong.append(f"segment {number} begins with packet {place}, not {wanted}")
        if self.begins and self.begins[0] > 0 and not self.has_start:
            wrong.append("there is no start segment")
        self.places = places
        return wrong

    def _counters(self, plain):
        totals = collections.Counter()
        for one in plain.list:
            for name in ("cc_errors", "transport_errors", "scrambled"):
                totals[name] += one.get(name, 0)
        wrong = []
        if len(self.reading.breaks) != self.made.cc_errors:
            wrong.append(f"the reader counts {len(self.reading.breaks)} continuity errors, the editor made "
                         f"{self.made.cc_errors}")
        if self.reading.crc_errors != self.made.crc_errors:
            wrong.append(f"the reader counts {self.reading.crc_errors} tables with wrong CRC, the editor made "
                         f"{self.made.crc_errors}")
        wanted = {"cc_errors": self.made.cc_errors, "transport_errors": self.made.errors,
                  "scrambled": self.made.scrambled}
        for name, value in wanted.items():
            if name in plain.list[0] and totals[name] != value:
                wrong.append(f"{name} is {totals[name]}, not {value}")
        for reason, count in self.made.dropped.items():
            if f"{count} datagrams dropped: {reason}" not in plain.said:
                wrong.append(f"not said: {count} datagrams dropped: {reason}")
        return wrong

    def _marks(self, plain):
        """Each reason stands at the segment where it belongs: loss at the segment's border marks it,
        loss within it marks the next one; all else marks the next cut."""
        wanted = [set() for _ in plain.list]
        if self.stream.marks is not None:
            for number, reasons in self.stream.marks.items():
                wanted[number + self.has_start] |= set(reasons)
        else:
            for index, pid in self.reading.breaks:
                self._mark(wanted, index, "loss", self._is_first_of_segment(index, pid))
            for index in self.made.losses:
                self._mark(wanted, index, "loss", False)
            jumps = self.made.jumps + self.made.clock_jumps
            for reason, places in (("timestamp_jump", jumps), ("pmt_change", self.reading.pmt_changes)):
                for index in places:
                    behind = [number for number, cut in enumerate(self.cuts) if cut.index >= index]
                    if behind and behind[0] + self.has_start < len(wanted):
                        wanted[behind[0] + self.has_start].add(reason)
        return [f"segment {number} ({one['file']}) is marked {sorted(one['discontinuity'])}, not {sorted(reasons)}"
                for number, (one, reasons) in enumerate(zip(plain.list, wanted))
                if set(one["discontinuity"]) != reasons and not (one["discontinuity"] and reasons == {"any"})]

    def _segment_of(self, index):
        return max((number for number, place in enumerate(self.places) if place <= index), default=0)

    def _mark(self, wanted, index, reason, here):
        number = self._segment_of(index) + (not here)
        if number < len(wanted):
            wanted[number].add(reason)

    def _is_first_of_segment(self, index, pid):
        begin = self.places[self._segment_of(index)]
        return not any(ts.pid(one) == pid and not one[1] & 0x80 for one in self.made.packets[begin:index])

    def _injection(self, plain, injected):
        """The same segments; in front of those that do not begin with tables the last ones once more,
        and no counter is broken by that."""
        names = ("start_pts", "duration", "cut", "discontinuity", "cc_errors")
        if [[one[name] for name in names] for one in plain.list] != [[one[name] for name in names]
                                                                     for one in injected.list]:
            return ["the segments are others than without injection"]
        wrong, joined = [], []
        for number, one in enumerate(plain.list):
            original, with_tables = plain.packets(number), injected.packets(number)
            added = len(with_tables) - len(original)
            joined += with_tables
            if added < 0 or with_tables[added:] != original:
                wrong.append(f"originals of {one['file']} are changed")
                continue
            if one["cut"] == "start":
                if added:
                    wrong.append("tables stand in front of the start segment")
            elif self.stream.tables_whole:
                wrong += self._tables_ahead(number, with_tables[:added])
        breaks = len(reader.read(joined).breaks)
        if breaks != len(self.reading.breaks):
            wrong.append(f"{breaks} continuity errors with injection, {len(self.reading.breaks)} without")
        return wrong

    def _tables_ahead(self, number, added):
        place = self.places[number]
        cut = number - self.has_start
        if cut < len(self.cuts) and self.begins[cut] < self.cuts[cut].index:
            return [f"{len(added)} packets stand in front of tables"] if added else []
        last = {}
        for table in self.reading.tables:
            if table.last < place and (table.pid == 0 or table.pid == self._guides_table(place)):
                last[table.pid] = table.content
        read = reader.read(added)
        got = {table.pid: table.content for table in read.tables}
        if got != last:
            return [f"the tables in front of segment {number} are not the last ones: PIDs {sorted(got)}, "
                    f"not {sorted(last)}"]
        if [table.pid for table in read.tables][:1] != [0]:
            return ["the PAT does not come first"]
        return []

    def _guides_table(self, place):
        """The PID of the PMT that names the stream which decides, at a place."""
        for table in reversed([table for table in self.reading.tables if table.pid and table.last < place]):
            if not self.reading.guides or any((0xE000 | pid).to_bytes(2, "big") in table.content
                                              for pid in self.reading.guides):
                return table.pid
        return None

    def _playlist(self, plain):
        text = plain.playlist()
        wrong = []
        lengths = [float(one) for one in re.findall(r"#EXTINF:([\d.]+),\n(?!#)", text)]
        listed = re.findall(r"^(?!#)(\S+)$", text, re.MULTILINE)
        for one in plain.list:
            if one["file"] not in listed:
                wrong.append(f"{one['file']} is not listed")
        if len(lengths) == len(plain.list):
            wrong += [f"EXTINF {length} of {one['file']}, which lasts {one['duration']:.6f}"
                      for one, length in zip(plain.list, lengths) if abs(length - one["duration"]) > 0.0011]
        most = int(re.search(r"TARGETDURATION:(\d+)", text)[1])
        wrong += [f"EXTINF {length} is over TARGETDURATION {most}" for length in lengths if round(length) > most]
        marked = len(re.findall("^#EXT-X-DISCONTINUITY$", text, re.MULTILINE))
        reasons = sum(1 for one in plain.list if one["discontinuity"])
        if marked != reasons:
            wrong.append(f"{marked} DISCONTINUITY tags for {reasons} marked segments")
        return wrong

    def _dates(self):
        wrong = []
        for one, place in zip(self.found, self.places[self.has_start:]):
            said = datetime.datetime.fromisoformat(one["program_date_time"].replace("Z", "+00:00")).timestamp()
            late = said - self.made.arrivals[place]
            if abs(late) > LATE:
                wrong.append(f"{one['file']} is dated {late:+.3f} s from its arrival")
        return wrong

    def _durations(self, plain):
        """Durations are those of the time stamps, to the frame, and so is their sum."""
        units = self.reading.timed
        if not self.cuts or len(self.found) != len(self.cuts):
            return []
        frame = _frame(units)
        stretches = self._stretches(units, frame)
        wrong, total = [], 0
        for number, one in enumerate(self.found):
            begin = self.cuts[number]
            end = self.cuts[number + 1] if number + 1 < len(self.cuts) else None
            wanted = sum(_overlap(stretch, begin, end) for stretch in stretches)
            total += wanted
            if abs(one["duration"] * ts.CLOCK - wanted) > frame:
                wrong.append(f"{one['file']} lasts {one['duration']:.3f} s, not {wanted / ts.CLOCK:.3f}")
        whole = sum(one["duration"] for one in self.found) * ts.CLOCK
        if abs(whole - total) > frame:
            wrong.append(f"all last {whole / ts.CLOCK:.3f} s, the media {total / ts.CLOCK:.3f}")
        return wrong

    def _stretches(self, units, frame):
        """The parts of the timeline between jumps: (index at which it begins, and the next one does,
        first PTS, PTS behind the last picture)."""
        borders = [0, *sorted(self.made.jumps + self.made.holes), len(self.made.packets)]
        found = []
        for begin, end in zip(borders, borders[1:]):
            part = [unit.pts for unit in units if begin <= unit.index < end]
            if part:
                first = part[0]
                # where there is a jump both ways of its beginning are a frame apart
                last = max(reader.ahead(first, pts) for pts in part)
                found.append((begin, end, first, first + last + frame))
        return found

    def _parts(self):
        """The whole stream as files: {number of the first cut in it: file}. Where it becomes another,
        ffmpeg would stumble, and a part ends there."""
        borders = [0]
        changes = [index for index in [*self.made.jumps, *self.reading.pmt_changes]]
        for index in changes:
            borders += [next((number for number, cut in enumerate(self.cuts) if cut.index >= index), 0)]
        borders += [number for number, reasons in (self.stream.marks or {}).items() if "any" in reasons]
        borders = sorted(set(borders))
        places = [0, *[self.begins[number] for number in borders[1:]], len(self.made.packets)]
        files = {}
        for number, begin, end in zip(borders, places, places[1:]):
            files[number] = self.folder / f"part_{number}.ts"
            files[number].write_bytes(b"".join(self.made.packets[begin:end]))
        return files

    def _key_frames(self):
        keys = set().union(*map(decode.key_frames, self._parts().values()))
        return [f"ffprobe sees no key frame at {cut.pts}" for cut in self.cuts
                if cut.kind != "forced" and cut.pts not in keys]

    def _decodes(self, injected):
        """Each segment decodes alone, into the pictures that the whole stream shows there."""
        parts = self._parts()
        references = {}
        for first, pictures in zip(parts, decode.frames(parts.values())[0]):
            references[first] = {}
            for pts, picture in pictures:
                references[first].setdefault(pts, set()).add(picture)
        numbers = [number for number in range(self.has_start, min(len(injected.list), len(self.cuts) + self.has_start))
                   if self.cuts[number - self.has_start].kind != "forced"]
        decoded, said = decode.frames([injected.path(number) for number in numbers])
        points = {unit.index: unit for unit in self.reading.units}
        wrong, spotless = [], not self.reading.breaks and not self.made.errors and not self.made.scrambled
        for number, pictures in zip(numbers, decoded):
            cut = self.cuts[number - self.has_start]
            unit = points[cut.index]
            shown = {pts: picture for pts, picture in pictures if reader.ahead(cut.pts, pts) >= 0}
            if unit.refresh == 0 and cut.pts not in shown:
                wrong.append(f"segment {number} does not show its first picture")
            if self._is_damaged(number):
                continue
            reference = references[max(first for first in parts if first <= number - self.has_start)]
            exact = cut.pts + unit.refresh * _frame(self.reading.timed)
            other = [pts for pts, picture in shown.items()
                     if reader.ahead(exact, pts) >= 0 and picture not in reference.get(pts, {picture})]
            if other:
                wrong.append(f"{len(other)} pictures of segment {number} look different alone, from PTS {other[0]}")
            # what refers to pictures before a recovery point makes ffmpeg complain, and is not shown
            spotless = spotless and not unit.leading and unit.access != "recovery_point"
        # of a multiplex ffmpeg looks into the other programmes too, which are cut anywhere
        if spotless and said and len({table.pid for table in self.reading.tables}) == 2:
            wrong.append(f"ffmpeg says: {said[:300]}")
        return wrong

    def _is_damaged(self, number):
        begin = self.places[number]
        end = self.places[number + 1] if number + 1 < len(self.places) else len(self.made.packets)
        places = [index for index, _ in self.reading.breaks] + self.made.losses
        return (any(begin <= index < end for index in places)
                or any(one[1] & 0x80 or one[3] & 0xC0 for one in self.made.packets[begin:end]))


def _frame(units):
    """The commonest distance of a picture to the next, in ticks."""
    steps = collections.Counter(reader.ahead(a.dts, b.dts) for a, b in zip(units, units[1:]))
    positive = [(count, step) for step, count in steps.items() if step > 0]
    return max(positive)[1] if positive else 3600


def _overlap(stretch, begin, end):
    """How much of a stretch of the timeline lies between two cuts."""
    starts, stops, first, behind = stretch
    if stops <= begin.index or (end is not None and end.index < starts):
        return 0
    low = begin.pts if begin.index >= starts else first
    high = end.pts if end is not None and end.index < stops else behind
    return max(reader.ahead(low % ts.WRAP, high % ts.WRAP), 0)
