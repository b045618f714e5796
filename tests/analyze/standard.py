"""Counts the indicators of TR 101 290 in a whole file at once, by the words of the report, in a few
lines for each: what `sluice analyze` has to agree with. Slow, and knows nothing of Sluice's code."""

import collections

from harness import ts

LIMITS = {"PAT_error_2": 0.5, "PMT_error_2": 0.5, "PID_error": 5.0, "PCR_repetition_error": 0.1, "PTS_error": 0.7}
TICKS = 27_000_000
TABLES = {0x00, 0x01, 0x10, 0x11, 0x12, 0x14}


def crc(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def pcr(packet):
    """27 MHz ticks, or None."""
    if not packet[3] & 0x20 or packet[4] < 7 or not packet[5] & 0x10:
        return None
    base = int.from_bytes(packet[6:11], "big") >> 7
    return base * 300 + ((packet[10] & 1) << 8 | packet[11])


def announces(packet):
    return bool(packet[3] & 0x20 and packet[4] and packet[5] & 0x80)


def pes_pts(packet):
    """Whether a PES packet with a PTS begins here, in clear."""
    return not packet[3] & 0xC0 and ts.pts(packet) is not None


def times(packets, clock):
    """When each packet was sent, in seconds from the first, straight between the PCRs of a PID; past
    jumps the pace goes on."""
    marks = [(at, pcr(p)) for at, p in enumerate(packets)
             if p[0] == 0x47 and ts.pid(p) == clock and pcr(p) is not None]
    out, now, pace = [0.0] * len(packets), 0.0, None
    for (first, begins), (second, ends) in zip(marks, marks[1:]):
        step = (ends - begins) / TICKS
        if not 0 < step <= 1:
            step = pace * (second - first)
        pace = step / (second - first)
        if first == marks[0][0]:
            now = pace * first
            out[:first] = [pace * at for at in range(first)]
        for at in range(first, second):
            out[at] = now + pace * (at - first)
        now += step
    last = marks[-1][0]
    for at in range(last, len(packets)):
        out[at] = now + pace * (at - last)
    return out


def too_long(moments, limit, begin, end):
    """Errors in the intervals between moments: one at the limit, one more each further second (or
    limit, if that is longer)."""
    again, errors = max(limit, 1.0), 0
    for first, second in zip([begin, *moments], [*moments, end]):
        if second - first > limit + 1e-6:
            errors += 1 + int((second - first - limit - 1e-6) / again)
    return errors


class Stream:
    """A file of 188-byte places, one programme of an ffmpeg stream: what came when."""

    def __init__(self, data, pmt, clock, audio):
        self.packets = [data[at:at + 188] for at in range(0, len(data), 188)]
        self.pmt, self.clock, self.pids = pmt, clock, (clock, audio)
        self.at = times(self.packets, clock)
        self.counts = collections.Counter()

    def indicators(self):
        self._sync()
        self._packets()
        self._sections()
        self._clocks()
        self._accuracy()
        self._stamps()
        return {name: count for name, count in self.counts.items() if count}

    def _of(self, pid):
        return [(at, p) for at, p in enumerate(self.packets)
                if p[0] == 0x47 and not p[1] & 0x80 and ts.pid(p) == pid]

    def _sync(self):
        row = 0
        for packet in self.packets:
            row = 0 if packet[0] == 0x47 else row + 1
            self.counts["Sync_byte_error"] += row > 0
            self.counts["TS_sync_loss"] += row == 2

    def _packets(self):
        last, scrambled_since, cat = {}, None, False
        for at, p in enumerate(self.packets):
            if p[0] != 0x47:
                continue
            self.counts["Transport_error"] += bool(p[1] & 0x80)
            pid = ts.pid(p)
            cat |= pid == 1
            if p[1] & 0x80 or pid == 0x1FFF:
                continue
            if p[3] & 0xC0 and not cat:
                scrambled_since = self.at[at] if scrambled_since is None else scrambled_since
                self._scrambled_until = self.at[at]
            if not p[3] & 0x10:
                continue
            counter, before = p[3] & 15, last.get(pid)
            if before is not None and not announces(p):
                if before[0] == p[4:] and before[1] == counter:
                    before[2] += 1
                    self.counts["Continuity_count_error"] += before[2] > 1
                    continue
                self.counts["Continuity_count_error"] += counter != (before[1] + 1) & 15
            last[pid] = [p[4:], counter, 0]
        if scrambled_since is not None:
            self.counts["CAT_error"] = int((self._scrambled_until - scrambled_since) / 2)

    def _sections(self):
        """Tables of ffmpeg are small: each begins and ends in its packet."""
        sound = collections.defaultdict(list)
        for pid in sorted(TABLES | {self.pmt}):
            for at, p in self._of(pid):
                if not p[1] & 0x40:
                    continue
                payload = ts.payload(p)
                section = payload[1 + payload[0]:]
                section = section[:3 + (int.from_bytes(section[1:3], "big") & 0xFFF)]
                if crc(section):
                    self.counts["CRC_error"] += 1
                elif pid == 0 and section[0] != 0:
                    self.counts["PAT_error_2"] += 1
                else:
                    sound[pid].append(self.at[at])
        end = self.at[-1]
        self.counts["PAT_error_2"] += too_long(sound[0], 0.5, 0.0, end)
        self.counts["PMT_error_2"] += too_long(sound[self.pmt], 0.5, sound[0][0], end)

    def _clocks(self):
        marks = [(self.at[at], pcr(p), announces(p)) for at, p in self._of(self.clock) if pcr(p) is not None]
        moments = [moment for moment, _, _ in marks]
        self.counts["PCR_repetition_error"] = too_long(moments[1:], 0.1, moments[0], self.at[-1])
        for (_, first, _), (_, second, announced) in zip(marks, marks[1:]):
            if not announced and not 0 <= (second - first) % (ts.WRAP * 300) <= TICKS / 10:
                self.counts["PCR_discontinuity_indicator_error"] += 1

    def _accuracy(self):
        """At a constant bitrate, which the test stream has: against the first and last PCR of the
        file, where the line is whole."""
        marks = [(at, pcr(p)) for at, p in self._of(self.clock) if pcr(p) is not None]
        if self.counts["PCR_discontinuity_indicator_error"] or self.counts["Continuity_count_error"]:
            return
        if any(announces(p) for _, p in self._of(self.clock)):
            return
        (first, begins), (last, ends) = marks[0], marks[-1]
        pace = (ends - begins) / (last - first)
        for at, value in marks:
            self.counts["PCR_accuracy_error"] += abs(value - begins - pace * (at - first)) / TICKS > 500e-9

    def _stamps(self):
        end = self.at[-1]
        for pid in self.pids:
            moments = [self.at[at] for at, _ in self._of(pid)]
            self.counts["PID_error"] += too_long(moments, 5.0, moments[0], end)
            stamped = [self.at[at] for at, p in self._of(pid) if pes_pts(p)]
            if any(p[3] & 0xC0 for _, p in self._of(pid)):
                continue
            self.counts["PTS_error"] += too_long(stamped[1:], 0.7, stamped[0], end)
