"""What sluice-gen sends is what it says: bytes, addresses, pace and faults, seen by others."""

import collections
import json
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

from harness import media, network, paths, ts

SUITE = "network"
NEEDS_ROOT = True

PORT = 5000


class Receiver:
    """Takes the datagrams of some groups, in order of arrival, by an ordinary socket each."""

    def __init__(self, veth, groups):
        self.datagrams = {group: [] for group in groups}
        self._threads = [threading.Thread(target=self._receive, args=(veth, group)) for group in groups]
        self._done = threading.Event()

    def _receive(self, veth, group):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
            taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
            taker.bind((group, PORT))
            taker.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                             socket.inet_aton(group) + socket.inet_aton(veth.address))
            taker.settimeout(0.3)
            self._ready.wait()
            while True:
                try:
                    self.datagrams[group].append(taker.recv(65_536))
                except TimeoutError:
                    if self._done.is_set():
                        return

    def __enter__(self):
        self._ready = threading.Barrier(len(self._threads) + 1)
        for thread in self._threads:
            thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._done.set()
        for thread in self._threads:
            thread.join()


def generate(veth, *arguments):
    done = subprocess.run([*veth.wrapper, paths.program("sluice-gen"), *map(str, arguments), "--json"],
                          stdout=subprocess.PIPE, timeout=60, check=True)
    return json.loads(done.stdout)


def pictures(path):
    stamps = media.probe(path, "-select_streams", "v:0", "-show_entries", "packet=pts")["packets"]
    return sorted(packet["pts"] for packet in stamps)


def with_faults(sent, log):
    """What arrives of a channel when the log's faults are done to what it sent."""
    arrived, held = [], []
    for number, payload in enumerate(sent):
        fault = log.get(number, {"fault": "none"})
        if fault["fault"] == "reorder":
            held.append((number + 1 + fault["by"], payload))
        elif fault["fault"] == "corrupt":
            at = fault["offset"]
            arrived.append(payload[:at] + bytes([payload[at] ^ fault["flipped"]]) + payload[at + 1:])
        else:
            arrived += [payload] * {"drop": 0, "duplicate": 2}.get(fault["fault"], 1)
        while held and held[0][0] <= number + 1:
            arrived.append(held.pop(0)[1])
    return arrived + [payload for _, payload in held]


class Generator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.veth = cls.enterClassContext(network.VethPair())
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))

    def test_each_made_channel_arrives_on_its_own_group_and_decodes_over_loops(self):
        groups = [f"239.77.9.{254 + i}" if i < 2 else "239.77.10.0" for i in range(3)]
        kept = self.folder / "made"
        with Receiver(self.veth, groups) as receiver:
            said = generate(self.veth, f"udp://{groups[0]}:{PORT}", "-n", self.veth.peer, "--streams", 3,
                            "--bitrate", "2Mbps", "--loops", 2, "--spread", "6s", "--sent", kept)
        self.assertAlmostEqual(4, said["seconds"], delta=0.3)
        self.assertEqual(said["datagrams"], sum(map(len, receiver.datagrams.values())))
        for number, group in enumerate(groups):
            path = kept / f"channel-{number:05}.ts"
            data = path.read_bytes()
            self.assertTrue(b"".join(receiver.datagrams[group]) == data)
            self.assertAlmostEqual(2e6, len(data) * 8 / 4, delta=2e6 * 0.005)
            self.assertEqual(4, data.count(f"sluice-gen channel {number:05}".encode()))
            self.assertEqual("", media.video_errors(path))
            stamps = pictures(path)
            self.assertEqual(90_000 + number * 180_000, stamps[0])
            self.assertEqual([ts.CLOCK // 25], list({b - a for a, b in zip(stamps, stamps[1:])}))

    def test_a_file_is_repeated_with_time_and_counters_going_on(self):
        path, kept = self.folder / "file.ts", self.folder / "file"
        path.write_bytes(media.channel(media.H264, media.AAC, 3))
        generate(self.veth, f"udp://239.77.9.1:{PORT}", path, "-n", self.veth.peer, "--loops", 3,
                 "--pace", "max", "--sent", kept)
        data = (kept / "channel-00000.ts").read_bytes()
        first, size = path.read_bytes(), path.stat().st_size
        self.assertTrue(data[:size] == first)
        counters = collections.defaultdict(list)
        for packet in ts.packets(data):
            if packet[3] & 0x10:
                counters[ts.pid(packet)].append(packet[3] & 0xF)
        for pid, values in counters.items():
            with self.subTest(pid=pid):
                self.assertEqual([(values[0] + i) % 16 for i in range(len(values))], values)
        stamps = pictures(kept / "channel-00000.ts")
        self.assertEqual(3 * len(pictures(path)), len(stamps))
        self.assertEqual({ts.CLOCK // 25}, {b - a for a, b in zip(stamps, stamps[1:])})

    def test_the_log_tells_which_datagrams_were_touched_and_nothing_else_was(self):
        kept, log = self.folder / "faulty", self.folder / "faults.jsonl"
        with Receiver(self.veth, ["239.77.9.2"]) as receiver:
            said = generate(self.veth, f"rtp://239.77.9.2:{PORT}", "-n", self.veth.peer, "--for", "3s",
                            "--bitrate", "1Mbps", "--packets", 1, "--drop", "2%", "--duplicate", "2%", "--reorder", "2%", "--corrupt", "20000ppm",
                            "--sent", kept, "--log", log)
        faults = [json.loads(line) for line in log.read_text().splitlines()]
        counts = collections.Counter(fault["fault"] for fault in faults)
        self.assertEqual(dict(counts), said["faults"])
        self.assertEqual(4, len(counts))
        data = (kept / "channel-00000.ts").read_bytes()
        sent = list(ts.packets(data))
        arrived = receiver.datagrams["239.77.9.2"]
        self.assertTrue(with_faults(sent, {fault["datagram"]: fault for fault in faults}) ==
                        [datagram[12:] for datagram in arrived])
        sequence = [struct.unpack("!H", datagram[2:4])[0] for datagram in arrived]
        missing = set(range(len(sent))) - set(sequence)
        self.assertEqual({fault["datagram"] for fault in faults if fault["fault"] == "drop"}, missing)

    def test_frames_of_its_own_making_are_sound_to_tshark(self):
        capture = self.folder / "tagged.pcap"
        fields = ["vlan.id", "ip.checksum.status", "udp.checksum.status", "udp.length", "eth.dst", "ip.dst",
                  "ipv6.dst", "_ws.malformed"]
        with subprocess.Popen(["tcpdump", "-i", self.veth.interface, "-U", "-w", capture, "-s", "0", "vlan"],
                              stderr=subprocess.PIPE) as tcpdump:
            tcpdump.stderr.readline()
            for target, source in ((f"rtp://239.129.9.3:{PORT}", self.veth.peer_address),
                                   (f"udp://[ff3e::8000:1]:{PORT}", "fe80::1")):
                generate(self.veth, target, "-n", self.veth.peer, "--vlan", 100, "--vlan", 5, "--from", source,
                         "--loops", 1, "--pace", "max")
            tcpdump.terminate()
        shown = subprocess.run(
            ["tshark", "-r", capture, "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields",
             *(argument for field in fields for argument in ("-e", field))],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
        full = collections.Counter(line for line in shown.splitlines() if "\t1336\t" in line or "\t1324\t" in line)
        good = "1"
        self.assertEqual({
            f"5\t{good}\t3\t1336\t01:00:5e:01:09:03\t239.129.9.3\t\t",
            f"5\t\t{good}\t1324\t33:33:80:00:00:01\t\tff3e::8000:1\t"}, set(full))
