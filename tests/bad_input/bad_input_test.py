"""What an operator gets wrong is refused with a clear message, and nothing is left half-started."""

import os
import pathlib
import socket
import tempfile
import time
import unittest

from harness import appliance, capture_file, media, network

SUITE = "bad_input"
NEEDS_ROOT = True

STREAM = {"name": "news", "source": "udp://239.77.5.1:5000"}
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def processes_of(path):
    """Processes that have the configuration file among their arguments."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if str(path).encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found.append(entry.name)
        except OSError:
            continue
    return found


class Refusals(unittest.TestCase):
    def refused(self, sluice, *words, status=1, wrapper=()):
        """It ends at once with `status`, says all the words, and leaves nothing behind."""
        ended, said = sluice.refuse(*wrapper)
        self.assertEqual(status, ended, said)
        for word in words:
            self.assertIn(word, said)
        self.assertNotIn("ready", said.splitlines())
        self.assertEqual([], processes_of(sluice.path), "a process was left")
        self.assertEqual([], list(sluice.archive.rglob("*.ts")))

    def appliance(self, dataplane, **sections):
        return self.enterContext(appliance.Appliance([STREAM], dataplane, **sections))

    def test_an_interface_that_is_not_there_dpdk(self):
        self.refused(self.appliance(appliance.dpdk("nosuch0")), "nosuch0")

    def test_an_interface_that_is_not_there_pcap(self):
        self.refused(self.appliance(appliance.pcap("nosuch0")), "nosuch0")

    def test_a_capture_that_breaks_off_is_archived_so_far_and_fails(self):
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder:
            path = pathlib.Path(folder) / "torn.pcap"
            null_packets = (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 7
            frame = capture_file.frame(null_packets, "239.77.5.1", 5000)
            capture_file.write(path, [(1_737_010_000 + second, frame) for second in range(5)])
            os.truncate(path, path.stat().st_size - 700)
            sluice = self.appliance({"driver": "file", "path": str(path), "pace": "max"})
            ended, said = sluice.refuse()
            self.assertEqual(1, ended, said)
            self.assertIn("torn.pcap is damaged", said)
            self.assertEqual(4 * len(null_packets), len(sluice.archived(STREAM["name"])))

    def test_no_right_to_capture(self):
        for dataplane in (appliance.dpdk("lo"), appliance.pcap("lo")):
            with self.subTest(dataplane["driver"]):
                sluice = self.appliance(dataplane)
                os.chown(sluice.folder, 65534, 65534)
                self.refused(sluice, "no right to capture", wrapper=NOBODY)

    @unittest.skipIf(any(int(path.read_text()) for path in
                         pathlib.Path("/sys/kernel/mm/hugepages").glob("*/nr_hugepages")),
                     "this machine has hugepages reserved")
    def test_hugepages_asked_for_and_absent(self):
        dataplane = appliance.dpdk("lo")
        dataplane["eal"] = [*dataplane["eal"], "--huge-dir", "/dev/hugepages"]
        self.refused(self.appliance(dataplane), "huge pages")

    def test_an_arena_that_does_not_fit(self):
        self.refused(self.appliance(appliance.pcap("lo"), arena="4096GiB"), "arena needs 4.0 TiB")

    def test_a_port_in_use(self):
        sluice = self.appliance(appliance.pcap("lo"))
        with socket.socket() as other:
            other.bind(("127.0.0.1", sluice.port))
            other.listen()
            self.refused(sluice, str(sluice.port), "in use")

    def test_wrong_yaml_is_reported_whole_with_line_and_column(self):
        sluice = self.appliance(appliance.pcap("lo"))
        sluice.write()
        text = ("dataplane:\n  driver: warp\n"
                "arena: {size: 64}\n"
                "streams:\n  - {name: a, source: 'udp://239.1.1.1:5000', colour: red}\n"
                "  - {name: a, source: 'udp://239.1.1.2:5000'}\n"
                "storage: {endpoint: 'file:///tmp/x'}\n")
        sluice.write = lambda: sluice.path.write_text(text)
        self.refused(sluice, *(f"{sluice.path}:{place}" for place in ("2:11", "3:15", "5:47", "6:12")), status=2)

    def test_a_configuration_file_that_is_not_there(self):
        sluice = self.appliance(appliance.pcap("lo"))
        sluice.write = lambda: None
        self.refused(sluice, str(sluice.path), status=2)


class Garbage(unittest.TestCase):
    def test_garbage_on_a_subscribed_port_is_counted_and_harmless(self):
        data = media.channel(media.H264, media.AAC, 4)
        rubbish = [b"\0" + os.urandom(size) for size in (0, 2, 186, 187, 188, 1000, 1315, 1400)] + [b"\x47" * 100]
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, network.VethPair() as veth, \
                appliance.Appliance([STREAM], appliance.dpdk(veth.interface)) as sluice:
            path = pathlib.Path(folder) / "channel.ts"
            path.write_bytes(data)
            sluice.start()
            with veth.send((path, "udp", "239.77.5.1", 5000)) as sender:
                for number, payload in enumerate(rubbish):
                    file = pathlib.Path(folder) / f"rubbish{number}"
                    file.write_bytes(payload)
                    veth.inside("bash", "-c", f"cat {file} >/dev/udp/239.77.5.1/5000")
                    time.sleep(0.05)
                sent = len(sender.wait()[0])
            status = sluice.wait_for(lambda status: status["received"] >= sent + len(rubbish)
                                     and status["in_flight"] == 0, what="all datagrams")
            self.assertEqual(0, sluice.stop())
            self.assertEqual(len(rubbish), status["drops"]["not_ts"])
            self.assertEqual(sent, status["committed"])
            self.assertTrue(sluice.archived("news") == data)


class Store(unittest.TestCase):
    def test_a_store_that_cannot_be_reached_is_waited_for(self):
        data = media.channel(media.H264, media.AAC, 4)
        storage = {"endpoint": f"http://127.0.0.1:{appliance.free_port()}", "bucket": "hls"}
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder, network.VethPair() as veth, \
                appliance.Appliance([STREAM], appliance.dpdk(veth.interface), storage=storage) as sluice:
            path = pathlib.Path(folder) / "channel.ts"
            path.write_bytes(data)
            sluice.start(environment=keys)
            with veth.send((path, "udp", "239.77.5.1", 5000)) as sender:
                sent = len(sender.wait()[0])
            status = sluice.wait_for(lambda status: status["committed"] >= sent, what="all datagrams")
            self.assertEqual(0, sum(status["drops"].values()))
            self.assertEqual(0, status["streams"][0]["segments_stored"])
            self.assertGreater(status["streams"][0]["segments_sealed"], 0)
