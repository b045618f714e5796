"""Faults made in a clean stream of constant bitrate, one kind at a time, and what each must raise."""

from analyze import standard
from harness import media, ts

VIDEO, AUDIO, PMT, PAT, SDT = 0x100, 0x101, 0x1000, 0, 0x11
NULL = b"\x47\x1f\xff\x10" + b"\xff" * 184
SECONDS = 14


def clean():
    return media.channel("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -b:v 500k -maxrate 500k -bufsize 200k",
                         "-c:a aac -b:a 96k", SECONDS, size="160x90",
                         mux="-muxrate 1200k -pcr_period 20 -pat_period 0.1 -pes_payload_size 0")


class Editor:
    """The packets of a stream, to be spoiled."""

    def __init__(self, data):
        self.packets = [bytearray(packet) for packet in ts.packets(data)]
        self.at = standard.times(self.packets, VIDEO)

    def bytes(self):
        return b"".join(self.packets)

    def of(self, pid, begin=0.0, end=1e9):
        """Where the packets of a PID stand that were sent in a span of seconds."""
        return [number for number, packet in enumerate(self.packets)
                if ts.pid(packet) == pid and begin <= self.at[number] < end]

    def plain(self, pid):
        """Packets that are nothing but payload, away from the beginning and from each other."""
        found = [number for number in self.of(pid, 2.0) if not self.packets[number][1] & 0x40
                 and not self.packets[number][3] & 0x20]
        return found[::7]

    def blank(self, numbers):
        for number in numbers:
            self.packets[number] = bytearray(NULL)

    def set_pcr(self, number, value):
        base, extension = divmod(value, 300)
        packet = self.packets[number]
        packet[6:10] = (base >> 1).to_bytes(4, "big")
        packet[10] = (base & 1) << 7 | 0x7E | extension >> 8
        packet[11] = extension & 0xFF

    def clocks(self, begin=0.0, end=1e9):
        return [number for number in self.of(VIDEO, begin, end)
                if standard.pcr(self.packets[number]) is not None]


def nothing(_):
    pass


def lose_three_packets(stream):
    stream.blank(stream.plain(VIDEO)[:3])


def repeat_a_packet_once(stream):
    number = stream.plain(VIDEO)[0]
    null = stream.of(0x1FFF, stream.at[number])[0]
    following = next(at for at in stream.of(VIDEO, stream.at[number] + 1e-9))
    if null < following:
        stream.packets[null] = bytearray(stream.packets[number])
    else:
        stream.packets.insert(number + 1, bytearray(stream.packets[number]))
        del stream.packets[null + 1]


def repeat_a_packet_twice(stream):
    number = stream.plain(VIDEO)[0]
    for _ in range(2):
        stream.packets.insert(number + 1, bytearray(stream.packets[number]))


def mark_null_packets_bad(stream):
    for number in stream.of(0x1FFF)[10:15]:
        stream.packets[number][1] |= 0x80


def spoil_a_sync_byte(stream):
    stream.packets[stream.of(0x1FFF)[10]][0] = 0x48


def spoil_three_sync_bytes_in_a_row(stream):
    begin = stream.plain(VIDEO)[5]
    for number in range(begin, begin + 3):
        stream.packets[number][0] = 0x48


def leave_out_the_pat(stream):
    stream.blank(stream.of(PAT, 4.0, 6.0))


def leave_out_the_pmt(stream):
    stream.blank(stream.of(PMT, 4.0, 4.65))


def put_another_table_on_the_pats_pid(stream):
    packet = stream.packets[stream.of(PAT, 4.0)[0]]
    packet[5] = 0x42
    end = 5 + 3 + (int.from_bytes(packet[6:8], "big") & 0xFFF)
    packet[end - 4:end] = standard.crc(packet[5:end - 4]).to_bytes(4, "big")


def leave_out_the_audio(stream):
    stream.blank(stream.of(AUDIO, 4.0, 10.5))


def spoil_tables(stream):
    for pid in (PAT, PMT, SDT):
        stream.packets[stream.of(pid, 4.0)[0]][15] ^= 0x10


def leave_out_pcrs(stream):
    for number in stream.clocks(4.0, 4.15):
        stream.packets[number][5] &= ~0x10
        stream.packets[number][6:12] = b"\xff" * 6


def let_the_pcr_jump(stream, seconds=5):
    for number in stream.clocks(4.0):
        stream.set_pcr(number, standard.pcr(stream.packets[number]) + seconds * standard.TICKS)


def let_the_pcr_jump_with_notice(stream):
    let_the_pcr_jump(stream)
    stream.packets[stream.clocks(4.0)[0]][5] |= 0x80


def move_five_pcrs(stream):
    for number in stream.clocks(4.0)[:50:10]:
        stream.set_pcr(number, standard.pcr(stream.packets[number]) + 54)  # 2 us


def leave_out_time_stamps(stream):
    for number in stream.of(AUDIO, 4.0, 6.0):
        if ts.unit_start(stream.packets[number]):
            begin = 188 - len(ts.payload(stream.packets[number]))
            stream.packets[number][begin + 7] &= 0x3F


def scramble_without_cat(stream):
    for number in stream.of(AUDIO, 4.0, 9.0):
        stream.packets[number][3] |= 0x80


CC = "Continuity_count_error"
TABLE = [
    (nothing, {}),
    (spoil_three_sync_bytes_in_a_row, {"TS_sync_loss": 1, "Sync_byte_error": 3, CC: None}),
    (spoil_a_sync_byte, {"Sync_byte_error": 1}),
    (leave_out_the_pat, {"PAT_error_2": 2}),
    (put_another_table_on_the_pats_pid, {"PAT_error_2": 1}),
    (lose_three_packets, {CC: 3}),
    (repeat_a_packet_once, {"PCR_accuracy_error": None}),  # it takes the place of a later null packet
    (repeat_a_packet_twice, {CC: 1}),
    (leave_out_the_pmt, {"PMT_error_2": 1}),
    (leave_out_the_audio, {"PID_error": 1, "PTS_error": 6, CC: None}),
    (mark_null_packets_bad, {"Transport_error": 5}),
    (spoil_tables, {"CRC_error": 3}),
    (leave_out_pcrs, {"PCR_repetition_error": 1, "PCR_discontinuity_indicator_error": 1}),
    (let_the_pcr_jump, {"PCR_discontinuity_indicator_error": 1}),
    (let_the_pcr_jump_with_notice, {}),
    (move_five_pcrs, {"PCR_accuracy_error": 5}),
    (leave_out_time_stamps, {"PTS_error": 2}),
    (scramble_without_cat, {"CAT_error": 2}),
]
