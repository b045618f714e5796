"""Puts the frames of a capture file on an interface, byte for byte, at the capture's pace.

usage: python3 -m harness.replay INTERFACE CAPTURE
"""

import socket
import sys
import time

from harness import capture_file

LEAD = 0.2  # seconds before the first frame
AT_ONCE = 0.002  # seconds: frames this near to each other go out together


def main():
    interface, capture = sys.argv[1:]
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((interface, 0))
    frames = capture_file.read(capture)
    began = time.time() + LEAD
    first = frames[0][0] if frames else 0
    for seconds, frame in frames:
        pause = began + seconds - first - time.time()
        if pause > AT_ONCE:
            time.sleep(pause)
        out.send(frame)


if __name__ == "__main__":
    main()
