"""All streams of the table."""

from streams import lines_audio, lines_change, lines_loss, lines_packets, lines_time, lines_video

STREAMS = [stream for lines in (lines_video, lines_audio, lines_packets, lines_time, lines_change, lines_loss)
           for stream in lines.LINES]
