"""A short stream sent over and over, its time going on: hours of media, made in seconds."""

from harness import capture_file, ts
from streams import capture, edit

DATAGRAM = 2  # packets: at such a bitrate seven are more than a tenth of a second


class Loop:
    """`packets` again and again, every `ticks` of 90 kHz; the whole begins at PTS `begin` or so. The
    encoder's clock runs fast by `ppm`."""

    def __init__(self, packets, ticks, begin, ppm):
        self._data = edit.join(packets)
        self._ticks, self._begin, self._rate = ticks, begin, 1 + ppm / 1_000_000
        self._pcrs = [(number * ts.PACKET + 6, value) for number, one in enumerate(packets)
                      if (value := edit.read_pcr(one)) is not None]
        self._stamps = []
        for number, one in enumerate(packets):
            found = edit.stamps(one)
            if found:
                at, flags = found
                fields = [(at + 9, flags)] + ([(at + 14, 1)] if flags == 3 else [])
                self._stamps += [(number * ts.PACKET + field, prefix, edit.read_stamp(one[field:field + 5]))
                                 for field, prefix in fields]
        self._counters = {}
        for number, one in enumerate(packets):
            if one[3] & 0x10 and ts.pid(one) != edit.NULL_PID:
                self._counters.setdefault(ts.pid(one), []).append(number * ts.PACKET + 3)
        # what ffmpeg sends after the last PCR is not to hold up the next round
        self._due = [min(when, ticks / ts.CLOCK) for when, _ in capture.datagrams(packets, DATAGRAM)]

    def rounds(self, count):
        """The bytes of each round."""
        for number in range(count):
            data = bytearray(self._data)
            ahead = number * self._ticks
            for at, value in self._pcrs:
                data[at:at + 6] = edit.write_pcr(round((value + ahead * 300) * self._rate) + self._begin * 300)
            for at, prefix, value in self._stamps:
                data[at:at + 5] = edit.write_stamp(round((value + ahead) * self._rate) + self._begin, prefix)
            for places in self._counters.values():
                counter = number * len(places)
                for at in places:
                    data[at] = data[at] & 0xF0 | counter & 15
                    counter += 1
            yield bytes(data)

    def capture(self, path, count, noise):
        """Writes a capture of so many rounds: each datagram arrives when it is due by a true clock,
        and `noise()` seconds later. Returns the arrivals, in Unix seconds."""
        arrivals, size = [], DATAGRAM * ts.PACKET

        def frames():
            latest = 0.0
            for number, data in enumerate(self.rounds(count)):
                begin = capture.BEGIN + number * self._ticks / ts.CLOCK
                for at, due in zip(range(0, len(data), size), self._due):
                    latest = max(latest, begin + due + noise())
                    arrivals.append(latest)
                    yield latest, capture_file.frame(data[at:at + size], capture.GROUP, capture.PORT)
        capture_file.write(path, frames())
        return arrivals
