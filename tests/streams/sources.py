"""What ffmpeg makes for the test streams: small pictures, two seconds or less a GOP, a few seconds."""

import functools

from harness import media
from streams import edit

SECONDS, SIZE = 10, "128x96"
X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -b:v 150k -maxrate 200k -bufsize 100k -x264-params "
CLOSED = X264 + "keyint=50:min-keyint=50:scenecut=0:bframes=2:b-adapt=0"
OPEN = X264 + "keyint=50:min-keyint=50:scenecut=0:open-gop=1:bframes=2:b-adapt=0"
REFRESH = X264 + "keyint=50:min-keyint=50:scenecut=0:intra-refresh=1"
X265 = ("-c:v libx265 -preset ultrafast -pix_fmt yuv420p -b:v 150k -x265-params "
        "keyint=50:min-keyint=50:scenecut=0:bframes=3:b-adapt=0:log-level=none:pools=none:")
MPEG2 = "-c:v mpeg2video -pix_fmt yuv420p -g 25 -bf 2 -b:v 300k -maxrate 600k -bufsize 400k -sc_threshold 1000000000"
AAC = "-c:a aac -b:a 48k"


@functools.lru_cache(maxsize=8)
def made(video=CLOSED, audio=AAC, mux="", seconds=SECONDS, size=SIZE, **more):
    """ffmpeg's stream, as packets."""
    return tuple(edit.split(media.channel(video, audio, seconds, size=size, mux=mux, **more)))
