"""The catalogue: codecs and their access points."""

from harness import ts
from streams import edit, encode, mux, psi, sources
from streams.stream import Made, Stream

START = 90_000  # ticks at which a multiplexed stream begins
FRAME = 3600


def of(video, audio=sources.AAC, **more):
    return lambda: Made(list(sources.made(video, audio, **more)))


def video_pid(packets):
    return ts.video_pid(edit.join(packets))


def edited(change, video=sources.CLOSED, audio=sources.AAC, **more):
    """A stream of ffmpeg's put through `change(packets, PID of the video)`."""
    def make():
        packets = list(sources.made(video, audio, **more))
        return Made(change(packets, video_pid(packets)))
    return make


def fields(kind, pairs, together):
    """Field pairs, in one PES packet each or in two."""
    def make():
        units = []
        for number, (access, first, second) in enumerate(pairs()):
            when = START + number * FRAME
            if together:
                units.append((when, access, mux.pes(first + second, when)))
            else:
                units.append((when, access, mux.pes(first, when)))
                units.append((when + FRAME // 2, False, mux.pes(second, when + FRAME // 2)))
        return Made(mux.programme([(kind, b"", units)]))
    return make


def without_nals(kind, drop):
    """A change of elementary stream: it loses NAL units of a type."""
    def change(pes):
        at = 9 + pes[8]
        places = []
        found = pes.find(b"\0\0\1", at)
        while found >= 0:
            places.append(found - (pes[found - 1] == 0 and found > at))
            found = pes.find(b"\0\0\1", found + 3)
        out = pes[:places[0]] if places else pes
        for begin, end in zip(places, [*places[1:], len(pes)]):
            header = pes[pes.index(b"\0\0\1", begin) + 3]
            number = header & 31 if kind == "h264" else header >> 1 & 63
            if number not in drop:
                out += pes[begin:end]
        return out[:4] + b"\0\0" + out[6:]
    return lambda packets, pid: edit.relaid(packets, pid, change=change)


def as_bla(packets, pid):
    """CRA pictures become BLA_W_LP: the same syntax, another nal_unit_type."""
    def change(pes):
        for _ in range(20):
            at = pes.find(b"\0\0\1\x2A")
            if at < 0:
                return pes
            pes = pes[:at + 3] + b"\x20" + pes[at + 4:]
        return pes
    return edit.relaid(packets, pid, change=change)


def torn(*heads):
    """Packets of few bytes at the head of each PES: start codes and NAL headers lie across them; PES
    headers too, unless the first packet's size is among `heads`."""
    def change(packets, pid):
        return edit.relaid(packets, pid, lambda unit: iter([*heads, *[1 + unit % 5] * 40]))
    return change


def apart(packets, pid):
    """The PES header alone in a packet, a datagram's length from its payload."""
    laid = edit.relaid(packets, pid, lambda unit: iter([19]))
    out = []
    for one in laid:
        out.append(one)
        if ts.pid(one) == pid and ts.unit_start(one):
            out += [edit.null()] * 9
    return out


def as_type(kind):
    """The PMT names another stream type."""
    def change(packets, pid):
        def table(programme, pcr_pid, streams):
            return {"programme": programme, "pcr_pid": pcr_pid,
                    "streams": [(kind if at == pid else old, at, more) for old, at, more in streams]}
        return psi.remade(packets, table)
    return change


def without_indicator(packets, pid):
    return [edit.with_flag(one, edit.RANDOM_ACCESS, False) if ts.pid(one) == pid else one for one in packets]


def chain(*changes):
    def change(packets, pid):
        for one in changes:
            packets = one(packets, pid)
        return packets
    return change


def unknown_without_indicator(**more):
    packets = list(sources.made(**more))
    return Made(chain(as_type(0x33), without_indicator)(packets, video_pid(packets)))


# An IDR each four seconds, recovery points each second between.
MIXED = sources.X264 + "keyint=25:min-keyint=1:scenecut=0:open-gop=1:bframes=2:b-adapt=0 -forced-idr 1 -force_key_frames 0,4,8"
SLICES = sources.X264 + "keyint=50:min-keyint=50:scenecut=0:slices=4"
MBAFF = sources.CLOSED + " -flags +ildct+ilme -top 1"

LINES = [
    Stream("video", "H.264, closed GOP", of(sources.CLOSED), "idr"),
    Stream("video", "H.264, joined in the middle of a GOP", edited(lambda packets, _: packets[120:]), "idr"),
    Stream("video", "H.264, open GOP with recovery points", of(sources.OPEN), "recovery_point"),
    Stream("video", "H.264, IDR pictures among recovery points", of(MIXED), "recovery_point+idr"),
    Stream("video", "H.264, intra-refresh with recovery points", of(sources.REFRESH), "recovery_point"),
    Stream("video", "H.264, intra-refresh with neither, indicator set",
           edited(without_nals("h264", {6}), sources.REFRESH), "random_access_indicator", witness="reader",
           decode=False),
    Stream("video", "H.264, intra-refresh with neither, no indicator",
           edited(chain(without_nals("h264", {6}), without_indicator), sources.REFRESH), "forced"),
    Stream("video", "H.264, field pairs (PAFF) in one PES packet",
           fields(0x1B, lambda: encode.h264_fields(250, 50), True), "idr"),
    Stream("video", "H.264, field pairs (PAFF) in two PES packets",
           fields(0x1B, lambda: encode.h264_fields(250, 50), False), "idr"),
    Stream("video", "H.264, field pairs with recovery points",
           fields(0x1B, lambda: encode.h264_fields(250, 50, idr=False, recovery=True), False), "recovery_point"),
    Stream("video", "H.264, MBAFF", of(MBAFF), "idr"),
    Stream("video", "H.264, four slices", of(SLICES), "idr"),
    Stream("video", "H.264, access unit delimiters missing", edited(without_nals("h264", {9})), "idr"),
    Stream("video", "H.264, start codes and NAL headers torn", edited(torn(19)), "idr"),
    Stream("video", "H.264, PES headers torn", edited(torn()), "idr"),
    Stream("video", "H.264, PES header and payload in different datagrams", edited(apart), "idr"),
    Stream("video", "HEVC, IDR, closed GOP", of(sources.X265 + "open-gop=0"), "irap"),
    Stream("video", "HEVC, CRA with leading pictures", of(sources.X265 + "open-gop=1"), "irap"),
    Stream("video", "HEVC, BLA with leading pictures", edited(as_bla, sources.X265 + "open-gop=1"), "irap"),
    Stream("video", "HEVC, IDR with decodable leading pictures", of(sources.X265 + "open-gop=0:radl=2"), "irap"),
    Stream("video", "HEVC, start codes and NAL headers torn",
           edited(torn(19), sources.X265 + "open-gop=1"), "irap"),
    Stream("video", "HEVC, access unit delimiters missing",
           edited(without_nals("hevc", {35}), sources.X265 + "open-gop=0"), "irap"),
    Stream("video", "MPEG-2, closed GOP", of(sources.MPEG2 + " -flags +cgop", "-c:a mp2 -b:a 64k"), "i_picture"),
    Stream("video", "MPEG-2, open GOP", of(sources.MPEG2, "-c:a mp2 -b:a 64k"), "i_picture"),
    Stream("video", "MPEG-2, field pairs in one PES packet",
           fields(0x02, lambda: encode.mpeg2_fields(250, 25), True), "i_picture"),
    Stream("video", "MPEG-2, field pairs in two PES packets",
           fields(0x02, lambda: encode.mpeg2_fields(250, 25), False), "i_picture"),
    Stream("video", "MPEG-2, start codes and headers torn",
           edited(torn(19), sources.MPEG2, "-c:a mp2 -b:a 64k"), "i_picture"),
    Stream("video", "MPEG-1 in stream type 1", edited(as_type(0x01), "-c:v mpeg1video -g 25 -bf 0 -b:v 300k",
                                                      "-c:a mp2 -b:a 64k"), "i_picture"),
    Stream("video", "VVC, by the random access indicator", edited(as_type(0x33)), "random_access_indicator",
           witness="reader", decode=False),
    Stream("video", "AVS, by the random access indicator", edited(as_type(0x42)), "random_access_indicator",
           witness="reader", decode=False),
    Stream("video", "an unknown type without any indicator",
           unknown_without_indicator, "forced", witness="reader", decode=False),
]
