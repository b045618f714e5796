"""PAT and PMT sections (ISO/IEC 13818-1, 2.4.4), whole and broken, and the packets they lie in."""

from harness import ts
from streams import edit

PAT_PID = 0


def crc(data):
    """CRC_32 of annex A."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def section(table, extension, version, body, current=True, number=0, last=0):
    length = 5 + len(body) + 4
    head = bytes([table, 0xB0 | length >> 8, length & 0xFF]) + extension.to_bytes(2, "big")
    head += bytes([0xC0 | version % 32 << 1 | current, number, last])
    return head + body + crc(head + body).to_bytes(4, "big")


def pat(programmes, version=0, transport=1, current=True):
    """`programmes`: {number: PID of its PMT}."""
    body = b"".join(number.to_bytes(2, "big") + (0xE000 | pid).to_bytes(2, "big")
                    for number, pid in programmes.items())
    return section(0, transport, version, body, current)


def pmt(programme, pcr_pid, streams, version=0, descriptors=b"", current=True):
    """`streams`: [(stream_type, PID, descriptors)]."""
    body = (0xE000 | pcr_pid).to_bytes(2, "big") + (0xF000 | len(descriptors)).to_bytes(2, "big") + descriptors
    for kind, pid, more in streams:
        body += bytes([kind]) + (0xE000 | pid).to_bytes(2, "big") + (0xF000 | len(more)).to_bytes(2, "big") + more
    return section(2, programme, version, body, current)


def padding(size):
    """Descriptors of no meaning, `size` bytes of them."""
    out = b""
    while size > 0:
        body = min(size - 2, 200)
        out += bytes([0xC0, body]) + bytes(body)
        size -= body + 2
    return out


def packets(pid, sections, pointer=0, counter=0):
    """Packets that hold the sections, one behind the other. `pointer`: bytes of an earlier section's
    end in front of the first (its pointer_field)."""
    data = b"".join(sections)
    first = bytes([pointer]) + bytes(pointer) + data[:183 - pointer]
    laid = [first] + [data[at:at + 184] for at in range(183 - pointer, len(data), 184)]
    return [edit.packet(pid, counter + number, one + b"\xFF" * (184 - len(one)), number == 0)
            for number, one in enumerate(laid)]


def read_pat(packet):
    """{programme: PID of its PMT} of a PAT in one packet."""
    body = ts.payload(packet)[1:]
    size = 3 + (int.from_bytes(body[1:3], "big") & 0xFFF) - 4
    entries = [body[at:at + 4] for at in range(8, size, 4)]
    return {int.from_bytes(one[:2], "big"): int.from_bytes(one[2:], "big") & 0x1FFF
            for one in entries if one[:2] != b"\0\0"}


def read_pmt(packet):
    """(programme, PCR PID, [(stream_type, PID, descriptors)], descriptors) of a PMT in one packet."""
    body = ts.payload(packet)[1:]
    end = 3 + (int.from_bytes(body[1:3], "big") & 0xFFF) - 4
    common = int.from_bytes(body[10:12], "big") & 0xFFF
    streams, at = [], 12 + common
    while at + 5 <= end:
        more = int.from_bytes(body[at + 3:at + 5], "big") & 0xFFF
        streams.append((body[at], int.from_bytes(body[at + 1:at + 3], "big") & 0x1FFF, body[at + 5:at + 5 + more]))
        at += 5 + more
    return (int.from_bytes(body[3:5], "big"), int.from_bytes(body[8:10], "big") & 0x1FFF, streams,
            body[12:12 + common])


def pmt_pid(stream):
    return min(read_pat(next(one for one in stream if ts.pid(one) == PAT_PID)).values())


def replaced(stream, pid, table):
    """Each packet of a table in one packet gives way to `table(number, packet)`: a list of packets."""
    out, number = [], 0
    for one in stream:
        if ts.pid(one) == pid and ts.unit_start(one):
            out += table(number, one)
            number += 1
        else:
            out.append(one)
    return edit.renumbered(out, {pid})


def remade(stream, change, begin=0):
    """The PMT of a stream with one programme, made anew by `change(programme, pcr_pid, streams)`:
    the arguments of `pmt`, from its packet number `begin` on."""
    def table(number, old):
        if number < begin:
            return [old]
        programme, pcr_pid, streams, _ = read_pmt(old)
        return packets(ts.pid(old), [pmt(**change(programme, pcr_pid, streams))])
    return replaced(stream, pmt_pid(stream), table)


def moved(stream, pids):
    """The stream with other PIDs: {old: new}, in its tables too."""
    def pat_table(_, old):
        numbers = {number: pids.get(pid, pid) for number, pid in read_pat(old).items()}
        return packets(PAT_PID, [pat(numbers)])

    def pmt_table(_, old):
        programme, pcr_pid, streams, more = read_pmt(old)
        streams = [(kind, pids.get(pid, pid), descriptors) for kind, pid, descriptors in streams]
        return packets(ts.pid(old), [pmt(programme, pids.get(pcr_pid, pcr_pid), streams, descriptors=more)])

    table_pid = pmt_pid(stream)
    stream = replaced(replaced(stream, table_pid, pmt_table), PAT_PID, pat_table)
    return [edit.with_pid(one, pids.get(ts.pid(one), ts.pid(one))) for one in stream]
