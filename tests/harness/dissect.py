"""Frames as Wireshark's dissectors read them."""

import json
import pathlib
import subprocess
import tempfile

from harness import capture_file

FIELDS = ["_ws.malformed", "_ws.expert.message", "ip.checksum.status", "igmp.checksum.status",
          "icmpv6.checksum.status", "ip.opt.ra", "ip.ttl", "ip.dsfield", "ip.dst", "ip.src", "ipv6.opt.router_alert",
          "ipv6.hlim", "ipv6.src", "ipv6.dst", "vlan.id", "igmp.type", "igmp.record_type", "igmp.num_src",
          "igmp.maddr", "igmp.saddr", "icmpv6.type", "icmpv6.mldr.mar.record_type",
          "icmpv6.mldr.mar.multicast_address", "icmpv6.mldr.mar.source_address"]
CHECKS = ["-o", "ip.check_checksum:TRUE"]


def dissect(frames):
    """The fields of each frame, as tshark reads them: lists of strings."""
    with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder:
        path = pathlib.Path(folder) / "frames.pcap"
        capture_file.write(path, [(1 + number, frame) for number, frame in enumerate(frames)])
        said = subprocess.run(
            ["tshark", "-r", path, *CHECKS, "-T", "json", *(word for field in FIELDS for word in ("-e", field))],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60).stdout
    return [packet["_source"]["layers"] for packet in json.loads(said)] if frames else []
