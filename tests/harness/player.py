"""mpv, without a screen, as fast as it can."""

import re
import subprocess

COMMAND = ["mpv", "--no-config", "--vo=null", "--ao=null", "--untimed", "--ao-null-untimed=yes",
           "--demuxer-lavf-o=live_start_index=0", "--term-status-msg=at ${=time-pos}"]


def play(url, length=None, wrapper=()):
    """Plays a playlist, all of it or `length` seconds; returns the last position in seconds. Fails if
    mpv complains, or stops for another reason than the end."""
    limit = [f"--length={length}"] if length is not None else []
    done = subprocess.run([*wrapper, *COMMAND, *limit, url], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
    if "Exiting... (End of file)" not in done.stdout or re.search(r"(?i)\berror|\bfailed", done.stdout):
        raise AssertionError(done.stdout[-4000:])
    return max(map(float, re.findall(r"at ([\d.]+)", done.stdout)))
