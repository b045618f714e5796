"""What is missing from an archive, compared with what was sent."""

from harness import ts

WITNESS = 12  # packets in a row that tell one place in a stream from all others


def gaps(sent, archived):
    """The runs of packets that were sent and are not archived: [(first, behind the last)]. Fails if
    the archive holds anything else than the rest, in order."""
    sent, archived = list(ts.packets(sent)), list(ts.packets(archived))
    found, position, index = [], 0, 0
    while index < len(archived):
        if position < len(sent) and sent[position] == archived[index]:
            position, index = position + 1, index + 1
            continue
        witness = archived[index:index + WITNESS]
        behind = next((start for start in range(position, len(sent))
                       if sent[start:start + len(witness)] == witness), None)
        if behind is None:
            raise AssertionError(f"packet {index} of the archive was not sent after packet {position}")
        found.append((position, behind))
        position = behind
    if position < len(sent):
        found.append((position, len(sent)))
    return found
