"""All streams of the table."""

from streams import lines_audio, lines_packets, lines_video

STREAMS = [*lines_video.LINES, *lines_audio.LINES, *lines_packets.LINES]
