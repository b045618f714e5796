"""A small multiplexer: PES packets at their times, with PAT, PMT and PCR, as one programme."""

from harness import ts
from streams import edit, psi

PMT_PID, FIRST_PID = 0x100, 0x101
LEAD = ts.CLOCK // 2  # by which a PES packet comes before its decoding time
TABLES = ts.CLOCK // 10  # between PATs


def pes(data, pts, dts=None, stream_id=0xE0, aligned=True):
    """A PES packet; of unbounded length, as video may be (2.4.3.7)."""
    stamps = edit.write_stamp(pts, 2 if dts is None else 3) + (b"" if dts is None else edit.write_stamp(dts, 1))
    body = bytes([0x84 if aligned else 0x80, 0x80 if dts is None else 0xC0, len(stamps)]) + stamps + data
    size = len(body) if stream_id & 0xF0 != 0xE0 and len(body) < 65_536 else 0
    return b"\0\0\1" + bytes([stream_id]) + size.to_bytes(2, "big") + body


def programme(streams, pcr_pid=None, number=1, random_access=True):
    """Streams as [(stream_type, descriptors, [(dts, is access point, PES packet)])], the first of
    which carries the PCR unless a PID of its own is named. PIDs count up from FIRST_PID."""
    events = []
    for place, (_, _, packets) in enumerate(streams):
        events += [(dts, 1, place, access, data) for dts, access, data in packets]
    begin, end = min(event[0] for event in events), max(event[0] for event in events)
    events += [(when, 0, 0, False, b"") for when in range(begin, end, TABLES)]
    clock = FIRST_PID if pcr_pid is None else pcr_pid
    tables = (psi.packets(psi.PAT_PID, [psi.pat({number: PMT_PID})]) + psi.packets(PMT_PID, [psi.pmt(
        number, clock, [(kind, FIRST_PID + place, more) for place, (kind, more, _) in enumerate(streams)])]))
    out = []
    for dts, what, place, access, data in sorted(events, key=lambda event: event[:3]):
        if what == 0:
            out += tables
            continue
        pid = FIRST_PID + place
        field = b""
        if pid == clock or (place == 0 and access):
            field = bytes([(0x10 if pid == clock else 0) | (0x40 if access and random_access else 0)])
            field += edit.write_pcr((dts - LEAD) * 300) if pid == clock else b""
        if place == 0 and pid != clock:
            out.append(edit.packet(clock, 0, field=b"\x10" + edit.write_pcr((dts - LEAD) * 300)))
        at = 0
        while at < len(data):
            room = 184 - (1 + len(field) if field else 0)
            out.append(edit.packet(pid, 0, data[at:at + room], at == 0, field))
            at, field = at + room, b""
    return edit.renumbered(out)
