"""The catalogue: packets, datagrams and tables in the shapes in which they come."""

import random

from harness import ts
from streams import capture, edit, lines_audio, psi, sources
from streams.stream import Made, Stream


def base():
    return list(sources.made())


def framed(before, behind):
    """Each packet with so many bytes in front and behind, as files of 192 and 204 bytes a packet are."""
    def make():
        made, noise = base(), random.Random(1)
        return Made(made, b"".join(noise.randbytes(before) + one + noise.randbytes(behind) for one in made))
    return make


def arrivals(due, count=7):
    return [capture.BEGIN + when for when, data in due for _ in range(len(data) // ts.PACKET)]


def in_rtp(change=lambda due: due, **facts):
    """The stream as RTP in a capture, the datagrams put through `change`."""
    def make():
        made = base()
        due = capture.rtp(capture.datagrams(made))
        return Made(made, capture.file(change(due)), ".pcap", **facts)
    return make


def plain_capture():
    made = base()
    due = capture.datagrams(made)
    return Made(made, capture.file(due), ".pcap", arrivals=arrivals(due))


def reordered_and_doubled():
    made = base()
    due = capture.reordered(capture.rtp(capture.datagrams(made)), 20, 3)
    twice = sum(1 for number in range(len(due)) if number % 31 == 0 and number + 2 < len(due))
    return Made(made, capture.file(capture.doubled(due, 31, 2)), ".pcap", dropped={"duplicate": twice})


def odd_lengths():
    """Some datagrams end in bytes of no packet, and some in the middle of one: that one is lost."""
    made = base()
    due, kept, lost = [], [], 0
    for number, (when, data) in enumerate(capture.datagrams(made)):
        packets = edit.split(data)
        if number % 50 == 20:
            data += b"tail"
        elif number % 50 == 40 and len(packets) == 7:
            data = data[:-100]
            lost += 1
            packets.pop()
        kept += packets
        due.append((when, data))
    return Made(kept, capture.file(due), ".pcap", cc_errors=_breaks(kept))


def _breaks(packets):
    """Continuity errors of a stream from which packets were taken that were no duplicates."""
    last, count = {}, 0
    for one in packets:
        pid = ts.pid(one)
        if pid == edit.NULL_PID or not one[3] & 0x10:
            continue
        count += pid in last and one[3] & 15 != last[pid] + 1 & 15
        last[pid] = one[3] & 15
    return count


def junk_between():
    """Sync is lost, with sync bytes in what stands there, and found again: no packet is missing."""
    made = base()
    noise, out = random.Random(2), bytearray()
    for number, one in enumerate(made):
        if number % 400 == 150:
            junk = bytearray(noise.randbytes(700 + number % 77))
            for at in range(3, len(junk), 61):
                junk[at] = 0x47
            out += junk
        out += one
    return Made(made, bytes(out))


def cut_short():
    """Bytes are missing from some packets: those are lost, and no other."""
    made = base()
    out, kept = bytearray(), []
    for number, one in enumerate(made):
        if number % 700 == 333:
            out += one[:100]
        else:
            out += one
            kept.append(one)
    return Made(kept, bytes(out), cc_errors=_breaks(kept))


def junk_in_datagrams():
    """Some datagrams have bytes of no packet in front."""
    made = base()
    due = [(when, b"front" + data if number % 60 == 30 else data)
           for number, (when, data) in enumerate(capture.datagrams(made))]
    return Made(made, capture.file(due), ".pcap")


def tables(change, **facts):
    """The stream with its PMT laid out by `change(number, section)`: packets."""
    def make():
        made = base()
        pid = psi.pmt_pid(made)
        laid = psi.replaced(made, pid, lambda number, old: change(number, pid, psi.read_pmt(old)))
        return Made(laid, **facts)
    return make


def section_of(read, **more):
    programme, pcr_pid, streams, descriptors = read
    return psi.pmt(programme, pcr_pid, streams, **{"descriptors": descriptors, **more})


def long_table(_, pid, read):
    return psi.packets(pid, [section_of(read, descriptors=psi.padding(600))])


def among_others(_, pid, read):
    other = psi.section(0xC0, 7, 0, bytes(30))
    return psi.packets(pid, [other, section_of(read), other])


def behind_a_pointer(number, pid, read):
    """The packet before ends in the middle of a section, whose rest the pointer passes over."""
    other = psi.section(0xC0, number, 0, bytes(200))
    body = section_of(read)
    first = edit.packet(pid, 0, b"\0" + other[:183], True)
    rest = other[183:]
    second = bytes([len(rest)]) + rest + body
    return [first, edit.packet(pid, 0, second + b"\xFF" * (184 - len(second)), True)]


def not_yet(number, pid, read):
    """A table that is not yet in force comes between those that are."""
    programme, _, streams, _ = read
    soon = psi.pmt(programme, 0x1FFF, streams[:1], version=1, current=False)
    return psi.packets(pid, [section_of(read)]) + (psi.packets(pid, [soon]) if number % 3 == 1 else [])


def damaged_tables():
    """Some PMTs and PATs have wrong bytes: they are not taken, and nothing changes."""
    made = base()
    pid, count = psi.pmt_pid(made), 0

    def damage(number, old):
        nonlocal count
        if number % 5 != 3:
            return [old]
        count += 1
        return [edit.changed(old, 4 + 1 + 9, 0, 0x10)]  # the PCR PID, or a programme's number
    made = psi.replaced(psi.replaced(made, pid, damage), psi.PAT_PID, damage)
    return Made(made, crc_errors=count)


def doubled():
    made = base()
    due = capture.rtp(capture.datagrams(made))
    return Made(made, capture.file(capture.doubled(due, 25)), ".pcap", dropped={"duplicate": len(due[:-1:25])})


def far_tables():
    """PAT and PMT come elsewhere than in front of access points: copies go there."""
    made = base()
    points = [index for index, one in enumerate(made) if edit.has_flag(one, edit.RANDOM_ACCESS)
              and ts.pid(one) == ts.video_pid(edit.join(made[:100]))]
    gone = [index for point in points[1:] for index in range(point - 4, point)
            if ts.pid(made[index]) in (0, psi.pmt_pid(made))]
    return Made(edit.renumbered(edit.without(made, gone)))


def far_long_tables():
    made = far_tables().packets
    pid = psi.pmt_pid(made)
    return Made(psi.replaced(made, pid, lambda number, old: long_table(number, pid, psi.read_pmt(old))))


def one_pid_for_all_tables():
    """Two programmes whose PMTs lie on the same PID, one behind the other."""
    made = lines_audio.two_programmes().packets
    numbers = {}
    for one in made:
        if ts.pid(one) in (0x1000, 0x1100):
            numbers.setdefault(ts.pid(one), psi.read_pmt(one))
    both = [section_of(read) for read in numbers.values()]
    made = psi.replaced(made, psi.PAT_PID, lambda *_: psi.packets(psi.PAT_PID, [psi.pat({1: 0x1000, 2: 0x1000})]))
    made = [one for one in made if ts.pid(one) != 0x1100]
    return Made(psi.replaced(made, 0x1000, lambda *_: psi.packets(0x1000, both)))


def many_programmes():
    """A PAT over several packets, most of whose programmes never come."""
    made = base()
    pat = psi.pat({number: 0x1000 if number == 1 else 0x1200 + number for number in range(1, 100)})
    return Made(psi.replaced(made, psi.PAT_PID, lambda *_: psi.packets(psi.PAT_PID, [pat])))


def stuffed():
    """Constant bitrate: as many null packets as others, among them."""
    made = base()
    return Made([one for packet in made for one in (packet, edit.null())])


def other_sender():
    """The RTP sender is replaced by another: SSRC and sequence are others, the stream goes on."""
    made = base()
    due = capture.datagrams(made)
    half = len(due) // 2
    both = capture.rtp(due[:half]) + capture.rtp(due[half:], 3, 0x0BAD_CAFE)
    return Made(made, capture.file(both), ".pcap")


def extended_headers():
    """RTP with contributing sources, a header extension and padding (RFC 3550, 5.1)."""
    made = base()
    due = [(when, bytes([data[0] | 0x32]) + data[1:12] + bytes(8) + b"\xBE\xDE\0\1" + bytes(4) + data[12:] + b"\0\0\0\4")
           for when, data in capture.rtp(capture.datagrams(made))]
    return Made(made, capture.file(due), ".pcap")


def rare_tables():
    """PAT and PMT come once, at the beginning."""
    made = base()
    pids = {psi.PAT_PID, psi.pmt_pid(made)}
    return Made(made[:8] + [one for one in made[8:] if ts.pid(one) not in pids])


LINES = [
    Stream("packets", "192 bytes each", framed(4, 0), "idr"),
    Stream("packets", "204 bytes each", framed(0, 16), "idr"),
    Stream("packets", "bare UDP in a capture", plain_capture, "idr"),
    Stream("packets", "RTP in a capture", in_rtp(), "idr"),
    Stream("packets", "RTP with extension, CSRC list and padding", extended_headers, "idr"),
    Stream("packets", "RTP of another sender, the stream going on", other_sender, "idr", marks={3: {"source_switch"}}),
    Stream("packets", "RTP reordered by up to three", in_rtp(lambda due: capture.reordered(due, 20, 3)), "idr"),
    Stream("packets", "RTP duplicated", doubled, "idr"),
    Stream("packets", "RTP reordered and duplicated", reordered_and_doubled, "idr"),
    Stream("packets", "datagrams that are no multiple of 188", odd_lengths, "idr"),
    Stream("packets", "datagrams with junk in front", junk_in_datagrams, "idr"),
    Stream("packets", "sync lost in junk with sync bytes", junk_between, "idr"),
    Stream("packets", "packets cut short", cut_short, "idr"),
    Stream("packets", "PAT and PMT far from access points", far_tables, "idr"),
    Stream("packets", "PAT and PMT at the beginning alone", rare_tables, "idr"),
    Stream("packets", "a PMT over four packets", tables(long_table), "idr"),
    Stream("packets", "a PMT over four packets, far away", far_long_tables, "idr"),
    Stream("packets", "PMTs of two programmes on one PID", one_pid_for_all_tables, "idr",
           decode=False),  # ffmpeg takes one PMT of a PID
    Stream("packets", "a PAT of 99 programmes over several packets", many_programmes, "idr"),
    Stream("packets", "constant bitrate with null packets", stuffed, "idr"),
    Stream("packets", "several sections in a packet", tables(among_others), "idr"),
    Stream("packets", "a PMT behind a pointer field", tables(behind_a_pointer), "idr"),
    Stream("packets", "a PMT that is not yet in force", tables(not_yet), "idr"),
    Stream("packets", "PAT and PMT with wrong CRC", damaged_tables, "idr"),
]
