"""Channels made by ffmpeg, kept in the build directory, and what ffprobe and ffmpeg say of streams."""

import hashlib
import json
import os
import subprocess
import tempfile

from harness import paths, ts

# Two seconds a GOP, closed, with no key frames of the encoder's own choice.
H264 = ("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -keyint_min 50 -sc_threshold 0 "
        "-b:v 700k -maxrate 800k -bufsize 800k")
HEVC = ("-c:v libx265 -preset ultrafast -pix_fmt yuv420p -b:v 600k "
        "-x265-params keyint=50:min-keyint=50:scenecut=0:open-gop=0:log-level=none:pools=none")
MPEG2 = "-c:v mpeg2video -pix_fmt yuv420p -g 12 -bf 2 -b:v 1500k -maxrate 2000k -bufsize 1000k"
AAC, AC3, MP2 = "-c:a aac -b:a 96k", "-c:a ac3 -b:a 128k", "-c:a mp2 -b:a 128k"


def channel(video, audio, seconds, size="320x180", rate=25, mux="", frequency=440):
    """The bytes of a test channel; made once for each set of arguments."""
    command = (f"ffmpeg -v error -nostdin -f lavfi -i testsrc2=size={size}:rate={rate} "
               f"-f lavfi -i sine=frequency={frequency}:sample_rate=48000 -t {seconds} "
               f"{video} {audio} {mux} -f mpegts")
    name = hashlib.sha256(command.encode()).hexdigest()[:16] + ".ts"
    path = paths.build() / "test-media" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        subprocess.run([*command.split(), "-y", part], check=True, timeout=300)
        part.rename(path)
    return path.read_bytes()


def probe(path, *arguments):
    """ffprobe's answer as JSON."""
    done = subprocess.run(["ffprobe", "-v", "error", "-of", "json", *arguments, path], check=True,
                          stdout=subprocess.PIPE, timeout=120)
    return json.loads(done.stdout)


def key_frames(path):
    """The raw PTS of each video key frame, in the order of the stream, as ffprobe finds them."""
    packets = probe(path, "-select_streams", "v:0", "-show_entries", "packet=pts,flags")["packets"]
    return [packet["pts"] % ts.WRAP for packet in packets if "K" in packet["flags"]]


def frame_count(path):
    """How many video frames ffmpeg decodes of the file taken alone."""
    answer = probe(path, "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames")
    return sum(int(stream.get("nb_read_frames", 0)) for stream in answer["streams"])


def video_errors(path):
    """What ffmpeg complains of when it decodes the video of a file taken alone."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-map", "0:v:0", "-f", "null", "-"],
                          stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    return done.stderr


def first_frame_is_key(path):
    answer = probe(path, "-select_streams", "v:0", "-read_intervals", "%+#1", "-show_entries",
                   "frame=key_frame")
    return bool(answer["frames"]) and answer["frames"][0]["key_frame"] == 1


def expected_cuts(keys, target):
    """The access points that the slot rule cuts at: the first one of each slot of `target` seconds."""
    cuts, slot = [], None
    for key in keys:
        if (now := key // round(target * ts.CLOCK)) != slot:
            cuts.append(key)
            slot = now
    return cuts


def two_programmes(seconds):
    """A multiplex. Programme 1: 25 pictures a second, key frames each 2 s, and sound. Programme 2: 3 s."""
    path = paths.build() / "test-media" / f"two-programmes-{seconds}.ts"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        command = ("ffmpeg -v error -nostdin -y -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine "
                   f"-f lavfi -i testsrc=size=320x180:rate=25 -t {seconds} -map 0 -map 1 -map 2 -c:v libx264 "
                   "-preset ultrafast -pix_fmt yuv420p -g:v:0 50 -g:v:1 75 -sc_threshold 0 -c:a aac "
                   "-program program_num=1:st=0:st=1 -program program_num=2:st=2 -f mpegts")
        subprocess.run([*command.split(), part], check=True, timeout=120)
        part.rename(path)
    return path.read_bytes()


def programme_pids(data, number):
    """The PIDs of a programme's elementary streams and of its PMT, as ffprobe reads them."""
    with tempfile.NamedTemporaryFile(suffix=".ts") as file:
        file.write(data)
        file.flush()
        programmes = probe(file.name, "-show_programs")["programs"]
    (found,) = (one for one in programmes if one["program_id"] == number)
    return {found["pmt_pid"], *(int(stream["id"], 16) for stream in found["streams"])}
