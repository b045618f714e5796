"""Encoders of tiny pictures, 32 by 32, for what no common encoder makes: pairs of field pictures.

Each picture is grey, and its shade tells it from its neighbours.
"""

WIDTH, HEIGHT = 2, 2  # in macroblocks


class Bits:
    """Bits in the order in which they are sent."""

    def __init__(self):
        self._bits = []

    def u(self, count, value):
        self._bits += [value >> place & 1 for place in reversed(range(count))]
        return self

    def ue(self, value):
        """Exp-Golomb code (ISO/IEC 14496-10, 9.1)."""
        size = (value + 1).bit_length()
        return self.u(2 * size - 1, value + 1)

    def se(self, value):
        return self.ue(2 * value - 1 if value > 0 else -2 * value)

    def code(self, text):
        self._bits += [int(bit) for bit in text if bit != " "]
        return self

    def align(self, bit=0):
        while len(self._bits) % 8:
            self._bits.append(bit)
        return self

    def raw(self, data):
        for byte in data:
            self.u(8, byte)
        return self

    def trailing(self):
        return self.u(1, 1).align()

    def done(self):
        bits = self._bits + [0] * (-len(self._bits) % 8)
        return bytes(int("".join(map(str, bits[at:at + 8])), 2) for at in range(0, len(bits), 8))


# --- H.264 (ISO/IEC 14496-10): every macroblock I_PCM or skipped

AUD, SPS, PPS, SEI, IDR, SLICE = 9, 7, 8, 6, 5, 1


def nal(kind, bits, reference=3):
    """A NAL unit behind its start code, with emulation prevention (7.4.1)."""
    out, zeros = bytearray(), 0
    for byte in bits.done():
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return b"\0\0\0\1" + bytes([(reference << 5 if kind not in (AUD, SEI) else 0) | kind]) + bytes(out)


def _sps():
    bits = Bits().u(8, 77).u(8, 0).u(8, 30).ue(0)  # Main profile, level 3
    bits.ue(4).ue(0).ue(4)  # log2_max_frame_num 8, POC type 0, log2_max_poc_lsb 8
    bits.ue(1).u(1, 0).ue(WIDTH - 1).ue(HEIGHT // 2 - 1)
    bits.u(1, 0).u(1, 0).u(1, 1).u(1, 0).u(1, 0)  # fields may be pictures; no MBAFF
    return nal(SPS, bits.trailing())


def _pps():
    bits = Bits().ue(0).ue(0).u(1, 0).u(1, 0).ue(0).ue(0).ue(0).u(1, 0).u(2, 0)
    return nal(PPS, bits.se(0).se(0).se(0).u(1, 0).u(1, 0).u(1, 0).trailing())


def recovery_point(frames=0):
    """SEI of payload type 6 (D.1.8): exact after so many frames."""
    body = Bits().ue(frames).u(1, 1).u(1, 0).u(2, 0).trailing().done()
    return nal(SEI, Bits().u(8, 6).u(8, len(body)).raw(body).trailing())


def _field(kind, intra, frame, idr_id, bottom, shade):
    """One field picture: I_PCM throughout, or a P slice that skips every macroblock."""
    idr = kind == IDR
    bits = Bits().ue(0).ue(7 if intra else 5).ue(0).u(8, frame % 256)
    bits.u(1, 1).u(1, bottom)
    if idr:
        bits.ue(idr_id)
    bits.u(8, (2 * frame + bottom) % 256)
    if not intra:
        bits.u(1, 0).u(1, 0)  # num_ref_idx_active_override, ref_pic_list_modification
    if idr:
        bits.u(1, 0).u(1, 0)
    else:
        bits.u(1, 0)  # sliding window
    bits.se(0)
    macroblocks = WIDTH * HEIGHT // 2
    if intra:
        for _ in range(macroblocks):
            bits.ue(25).align().raw(bytes([shade]) * 256 + bytes([128]) * 128)
    else:
        bits.ue(macroblocks)
    return nal(kind, bits.trailing())


def h264_fields(frames, gop, idr=True, recovery=False, delimiters=True):
    """[(is access point, first field, second field)] of field pairs, each field an access unit:
    an I field and P fields. Without `idr` the GOPs behind the first begin at a recovery point, if
    that is wanted, or at nothing."""
    out = []
    for number in range(frames):
        start = number % gop == 0
        real = start and (idr or number == 0)
        frame = number % gop if idr else number
        aud = nal(AUD, Bits().u(3, 0 if start else 1).trailing()) if delimiters else b""
        head = aud + (_sps() + _pps() if start else b"") + (recovery_point() if start and recovery else b"")
        first = head + _field(IDR if real else SLICE, start, frame, number // gop % 2, 0, 16 + number * 7 % 200)
        second = aud + _field(SLICE, False, frame, 0, 1, 0)
        out.append((start, first, second))
    return out


# --- MPEG-2 video (ISO/IEC 13818-2)

def _start(code, bits=None):
    return b"\0\0\1" + bytes([code]) + (bits.align().done() if bits else b"")


def _sequence():
    head = Bits().u(12, WIDTH * 16).u(12, HEIGHT * 16).u(4, 1).u(4, 3).u(18, 2500).u(1, 1).u(10, 20).u(3, 0)
    extension = Bits().u(4, 1).u(8, 0x48).u(1, 0).u(2, 1).u(2, 0).u(2, 0).u(12, 0).u(1, 1).u(8, 0).u(1, 0).u(7, 0)
    return _start(0xB3, head) + _start(0xB5, extension)


def _group(closed):
    return _start(0xB8, Bits().u(25, 1 << 12).u(1, closed).u(1, 0))


def _picture(kind, place, bottom, first, shade):
    """One field picture of I (1) or P (2) macroblocks."""
    head = Bits().u(10, place).u(3, kind).u(16, 0xFFFF)
    if kind == 2:
        head.u(1, 0).u(3, 7)
    head.u(1, 0)
    vectors = 1 if kind == 2 else 15
    extension = Bits().u(4, 8).u(4, vectors).u(4, vectors).u(4, 15).u(4, 15).u(2, 0)
    extension.u(2, 2 if bottom else 1)
    extension.u(1, 0).u(1, 0).u(1, 0).u(1, 0).u(1, 0).u(1, 0).u(1, 0).u(1, 0).u(1, 0).u(1, 0)
    out = _start(0x00, head) + _start(0xB5, extension)
    for row in range(HEIGHT // 2):
        bits = Bits().u(5, 2).u(1, 0)
        for column in range(WIDTH):
            bits.code("1")  # next address
            if kind == 1:
                bits.code("1")
                step = shade if column == 0 else 0
                for block in range(6):
                    bits.code(_dc(step if block == 0 else 0, block < 4)).code("10")
            else:
                bits.code("001").u(2, 1).u(1, 0 if first else 1 - bottom).code("1 1")  # not moved, not coded
        out += _start(0x01 + row, bits)
    return out


_SIZES = {True: ["100", "00", "01", "101", "110", "1110", "11110"],
          False: ["00", "01", "10", "110", "1110", "11110", "111110"]}


def _dc(difference, luminance):
    """A differential DC coefficient (7.2.1, tables B-12 and B-13)."""
    size = abs(difference).bit_length()
    code = _SIZES[luminance][size]
    value = difference if difference >= 0 else difference + (1 << size) - 1
    return code + (f"{value:0{size}b}" if size else "")


def mpeg2_fields(frames, gop, closed=True):
    """As `h264_fields`: the first field of a GOP is I behind a sequence header, all others are P."""
    out = []
    for number in range(frames):
        start = number % gop == 0
        head = _sequence() + _group(closed) if start else b""
        place = number % gop
        shade = number * 5 % 60 - 30
        first = head + _picture(1 if start else 2, place, 0, True, shade)
        second = _picture(2, place, 1, False, 0)
        out.append((start, first, second))
    return out
