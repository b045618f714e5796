"""What ffprobe and ffmpeg see in streams and segments."""

import re
import subprocess

from harness import ts


def key_frames(path):
    """The raw PTS of all video key frames."""
    done = subprocess.run(["ffprobe", "-v", "quiet", "-select_streams", "v", "-show_entries", "packet=pts,flags",
                           "-of", "csv=p=0", path], stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    return {int(pts) % ts.WRAP for pts in re.findall(r"^(-?\d+),K", done.stdout, re.MULTILINE)}


def frames(files):
    """Decodes the first video of each file, each alone: ([[(raw PTS, digest of the picture)]], what
    ffmpeg complained of)."""
    if not files:
        return [], ""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-copyts"]
    for file in files:
        command += ["-i", file]
    for number in range(len(files)):
        command += ["-map", f"{number}:v:0?"]
    command += ["-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "framehash", "-hash", "crc32", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = {}
    for line in done.stdout.splitlines():
        fields = re.match(r"(\d+), *-?\d+, *(-?\d+), *-?\d+, *\d+, *(\w+)", line)
        if fields:
            found.setdefault(int(fields[1]), []).append((int(fields[2]) % ts.WRAP, fields[3]))
    return [found.get(number, []) for number in range(len(files))], done.stderr.strip()
