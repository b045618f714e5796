"""What the catalogue says of a stream."""

import dataclasses
from collections.abc import Callable


@dataclasses.dataclass
class Made:
    """A test stream as the editor left it, and what it did to it. Places are indices into `archive`."""
    packets: list  # the input as the design defines it: in order, deduplicated, of the selection
    data: bytes | None = None  # the file, if it is not just the packets
    suffix: str = ".ts"
    cc_errors: int = 0
    errors: int = 0  # packets with transport_error_indicator
    scrambled: int = 0
    crc_errors: int = 0
    jumps: list = dataclasses.field(default_factory=list)  # where the timeline goes on elsewhere
    clock_jumps: list = dataclasses.field(default_factory=list)  # where the PCR does, and no time stamp
    holes: list = dataclasses.field(default_factory=list)  # where the timeline goes on behind a hole of seconds
    losses: list = dataclasses.field(default_factory=list)  # where datagrams are missing, by RTP
    arrivals: list | None = None  # Unix seconds at which each packet arrived; None: not known
    dropped: dict = dataclasses.field(default_factory=dict)  # datagrams, by the name of their drop

    def file(self):
        return b"".join(self.packets) if self.data is None else self.data


@dataclasses.dataclass
class Stream:
    """A line of the table."""
    line: str  # of what must be taken: video, audio, …
    name: str
    make: Callable[[], Made]
    rule: str  # the cut of each segment behind the first access point's
    target: float = 2
    max: float = 5
    program: str = "auto"
    witness: str = "ffprobe"  # who confirms key frames; "reader" where ffprobe cannot tell
    decode: bool = True  # each segment decodes alone
    tables_whole: bool = True  # injection is checked against the last tables
    marks: dict | None = None  # {number of the cut: reasons}, where they do not follow from `made`
    plan: Callable | None = None  # (reading, PTS of the first cut) -> cuts, where the common rule does not say
    also: Callable | None = None  # (segments) -> what is wrong besides
    timed: bool = True  # durations follow from the PTS of the stream that decides
    slow: bool = False
    awaits: str = ""  # what Sluice does not do yet; a bad verdict is a skip until it does

    @property
    def key(self):
        return self.name.replace(" ", "_").replace(",", "").replace("'", "").replace("-", "_").replace("/", "_").replace(
            ".", "_").replace("+", "").replace("±", "")
