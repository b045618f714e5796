"""Every kind of port takes what was sent, byte for byte, and accounts for every frame."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from harness import appliance, capture_file, media, network, ts

SUITE = "network"
NEEDS_ROOT = True

GROUPS = ["239.77.4.1", "239.77.4.2"]
SMALL = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10 -keyint_min 10 -sc_threshold 0 -b:v 40k"


def channel(number):
    return media.channel(SMALL, "", 2, size="64x48", rate=10, frequency=400 + number)


def ports(*devices, **more):
    """`dataplane:` with a port a, b, … for each device that is given as EAL would be told of it."""
    return {"driver": "dpdk", "eal": [f"--vdev={device}" for device in devices],
            "ports": [{"name": chr(ord("a") + number), "device": device.partition(",")[0], **more}
                      for number, device in enumerate(devices)]}


class PortTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        self.streams = [{"name": f"s{number}", "source": f"udp://{group}:5000"}
                        for number, group in enumerate(GROUPS)]
        self.paths = []
        for number in range(len(GROUPS)):
            path = self.folder / f"{number}.ts"
            path.write_bytes(channel(number))
            self.paths.append(path)

    def run_sluice(self, dataplane):
        self.sluice = self.enterContext(appliance.Appliance(self.streams, dataplane))
        return self.sluice.start()

    def jobs(self):
        return [(path, "udp", group, 5000) for path, group in zip(self.paths, GROUPS)]

    def send(self, network_of_sender):
        with network_of_sender.send(*self.jobs()) as sender:
            return sum(map(len, sender.wait()))

    def check(self, sent):
        """Waits for all that was sent, ends Sluice, and compares bytes."""
        self.sluice.wait_for(lambda status: status["received"] >= sent, 15, "all datagrams")
        status = self.sluice.wait_for(lambda status: status["in_flight"] == 0, what="nothing in flight")
        self.assertEqual({}, status["drops"])
        self.assertEqual(sent, status["committed"])
        for port in status["ports"]:
            self.assertEqual(0, port["missed"] + port["errors"] + port["no_mbuf"], port)
        self.assertEqual(0, self.sluice.stop(), self.sluice.log.read_text())
        for number, path in enumerate(self.paths):
            self.assertTrue(self.sluice.archived(f"s{number}") == path.read_bytes(), f"bytes of s{number}")
        return status


class OverAnInterface(PortTest):
    """Devices that stand on an interface of the kernel's."""

    def setUp(self):
        super().setUp()
        self.veth = self.enterContext(network.VethPair())

    def check_device(self, device):
        self.run_sluice(ports(device))
        sent = self.send(self.veth)
        status = self.sluice.wait_for(
            lambda status: status["received"] >= sent and
            status["ports"][0]["xstats"]["rx_good_packets"] >= status["ports"][0]["frames"],
            what="the driver to have counted what we have")
        self.assertTrue(status["ports"][0]["link_up"])
        self.assertEqual(1500, status["ports"][0]["mtu"])
        self.check(sent)

    def test_af_xdp(self):
        self.check_device(f"net_af_xdp0,iface={self.veth.interface}")
        self.assertNotIn("xdp", network.run("ip", "link", "show", "dev", self.veth.interface),
                         "a program was left behind")

    def test_pcap(self):
        self.check_device(f"net_pcap0,rx_iface_in={self.veth.interface}")

    def test_af_xdp_takes_over_what_a_killed_process_has_left(self):
        device = f"net_af_xdp0,iface={self.veth.interface}"
        self.run_sluice(ports(device)).kill()
        self.assertIn("xdp", network.run("ip", "link", "show", "dev", self.veth.interface))
        self.veth.inside("ping", "-c", "3", "-i", "0.2", self.veth.address)  # it lets everything pass
        self.sluice.start()
        self.assertIn("taking over the XDP program", self.sluice.log.read_text())
        self.check(self.send(self.veth))
        self.assertNotIn("xdp", network.run("ip", "link", "show", "dev", self.veth.interface))


class Tap(PortTest):
    def test_tap(self):
        name = f"slt{os.getpid()}t"
        self.run_sluice(ports(f"net_tap0,iface={name}"))
        network.run("ip", "address", "add", "198.18.255.1/30", "dev", name)
        with network.Sender(network.Here("198.18.255.1"), self.jobs()) as sender:
            sent = sum(map(len, sender.wait()))
        self.check(sent)
        self.assertNotIn(name, network.run("ip", "link", "show"), "the interface was left behind")


class Memif(PortTest):
    """Two processes: DPDK's own testpmd hands what arrives on an interface on by shared memory."""

    def setUp(self):
        super().setUp()
        self.veth = self.enterContext(network.VethPair())
        self.socket = self.folder / "memif.sock"

    def start_peer(self, role):
        log = open(self.folder / "testpmd.log", "ab")
        self.addCleanup(log.close)
        peer = subprocess.Popen(
            ["dpdk-testpmd", "--no-huge", "-m", "128", "--no-shconf", "--no-pci", "--no-telemetry",
             "--lcores", "0@0,1@1", f"--vdev=net_af_packet0,iface={self.veth.interface}",
             f"--vdev=net_memif0,{self.memif(role)}", "--", "--forward-mode=io",
             "--total-num-mbufs=4096", "--no-lsc-interrupt"],
            stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT)
        self.addCleanup(self.stop_peer, peer)
        return peer

    def stop_peer(self, peer):
        if peer.poll() is None:
            peer.terminate()
            peer.wait(20)
        peer.stdin.close()

    def memif(self, role):
        return f"role={role},socket={self.socket},socket-abstract=no"

    def wait_for_link(self, up):
        self.sluice.wait_for(lambda status: status["ports"][0]["link_up"] == up, 15, f"link up: {up}")

    def test_as_server(self):
        self.run_sluice(ports(f"net_memif0,{self.memif('server')}"))
        self.start_peer("client")
        self.wait_for_link(True)
        self.check(self.send(self.veth))

    def test_as_client_whose_peer_comes_late_and_is_killed(self):
        self.run_sluice(ports(f"net_memif0,{self.memif('client')}"))
        peer = self.start_peer("server")
        self.wait_for_link(True)
        peer.kill()
        peer.wait()
        self.wait_for_link(False)
        self.socket.unlink()
        self.start_peer("server")
        self.wait_for_link(True)
        self.check(self.send(self.veth))


class WithoutANetwork(PortTest):
    def play(self, datagram_packets, **more):
        """Has net_pcap play a capture of the streams; returns how many datagrams are in it."""
        frames = sorted((seconds, capture_file.frame(data, group, 5000))
                        for path, group in zip(self.paths, GROUPS)
                        for seconds, data in ts.departures(path.read_bytes(), datagram_packets))
        capture_file.write(self.folder / "x.pcap", frames)
        self.run_sluice(ports(f"net_pcap0,rx_pcap={self.folder}/x.pcap", **more))
        return len(frames)

    def test_a_capture_that_pcap_plays(self):
        self.check(self.play(7))

    def test_jumbo_frames_where_the_port_has_the_mtu(self):
        self.check(self.play(47, mtu=9000))

    def test_jumbo_frames_in_several_buffers_are_dropped_by_name(self):
        sent = self.play(47)
        status = self.sluice.wait_for(lambda status: status["received"] >= sent, what="all datagrams")
        long = status["drops"].pop("truncated")
        self.assertEqual({}, status["drops"])
        self.assertGreaterEqual(long, sent - len(GROUPS))  # the last of a stream may be short
        self.assertEqual(sent, status["committed"] + long)
        self.assertEqual(0, self.sluice.stop())

    def test_ring_and_null_start_and_stop(self):
        self.run_sluice(ports("net_ring0", "net_null0"))
        status = self.sluice.wait_for(
            lambda status: status["ports"][1]["frames"] > 1_000_000, what="null's frames")
        self.assertEqual(["net_ring0", "net_null0"], [port["device"] for port in status["ports"]])
        self.assertEqual(0, self.sluice.stop())


class Several(PortTest):
    def test_streams_come_by_the_port_that_they_name(self):
        first, second = (self.enterContext(network.VethPair()) for _ in range(2))
        for stream, port in zip(self.streams, "ab"):
            stream["port"] = port
        self.run_sluice(ports(f"net_af_packet0,iface={first.interface}",
                              f"net_af_packet1,iface={second.interface}"))
        # both streams to both ports: each is taken from its own
        self.send(first)
        status = self.sluice.wait_for(lambda status: status["streams"][0]["received"] > 0)
        self.assertEqual(0, status["streams"][1]["received"])
        sent = self.send(second)
        self.check(sent)

    def check_queues(self, device):
        veth = self.enterContext(network.VethPair(queues=2))
        self.run_sluice(ports(f"{device},iface={veth.interface}", rx_queues=2))
        port, = self.check(self.send(veth))["ports"]
        self.assertEqual(2, port["queues"])

    def test_af_packet_with_two_queues(self):
        self.check_queues("net_af_packet0")


class HugePages(PortTest):
    PAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")
    FREE = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")

    def setUp(self):
        super().setUp()
        before = self.PAGES.read_text()
        self.addCleanup(self.PAGES.write_text, before)
        self.PAGES.write_text("256")
        self.free = int(self.FREE.read_text())
        if self.free < 128:
            self.skipTest(f"the kernel has only {self.free} huge pages to spare")

    def test_packet_buffers_lie_there_and_are_gone_with_a_killed_process(self):
        veth = self.enterContext(network.VethPair())
        self.run_sluice(ports(f"net_af_xdp0,iface={veth.interface}"))
        self.assertTrue(self.sluice.status()["dataplane"]["huge_pages"])
        self.assertLess(int(self.FREE.read_text()), self.free)
        self.sluice.kill()
        self.wait_until_free()
        self.sluice.start()
        self.check(self.send(veth))
        self.wait_until_free()

    def wait_until_free(self):
        deadline = time.monotonic() + 10  # the kernel buries a process in its own time
        while int(self.FREE.read_text()) != self.free:
            self.assertLess(time.monotonic(), deadline, "huge pages stay behind")
            time.sleep(0.05)


class Refusals(PortTest):
    """What is said, before anything starts, of a port that cannot be what it is to be."""

    def check_refused(self, dataplane, *words):
        sluice = self.enterContext(appliance.Appliance(self.streams, dataplane))
        status, said = sluice.refuse()
        self.assertEqual(1, status, said)
        for word in words:
            self.assertIn(word, said)
        self.assertFalse((sluice.shared / "stats").exists(), "something was made already")

    def test_af_xdp_above_its_mtu(self):
        veth = self.enterContext(network.VethPair())
        veth.set_mtu(9000, 9000)
        self.check_refused(ports(f"net_af_xdp0,iface={veth.interface}"),
                           f"{veth.interface} has an MTU of 9000, and af_xdp takes at most 3498: lower it",
                           "or use net_af_packet")

    def test_af_xdp_that_would_read_one_of_two_queues(self):
        veth = self.enterContext(network.VethPair(queues=2))
        self.check_refused(ports(f"net_af_xdp0,iface={veth.interface}"), "deals its frames out to 2 receive queues")
        self.check_refused(ports(f"net_af_xdp0,iface={veth.interface}", rx_queues=2),
                           f"rx_queues is 2, and {veth.interface} has 1 that af_xdp can take")

    def test_driver_that_is_not_installed(self):
        sluice = self.enterContext(appliance.Appliance(self.streams, ports("net_wonder0")))
        status, said = sluice.refuse()
        self.assertEqual(1, status, said)
        self.assertIn('DPDK has no driver "net_wonder" for the device net_wonder0', said)
        self.assertIn("apt-get install librte-net-wonder23", said)

    def test_nic_that_is_not_there(self):
        dataplane = {"driver": "dpdk", "eal": ["--no-pci"], "ports": [{"name": "a", "device": "0000:fe:1f.7"}]}
        sluice = self.enterContext(appliance.Appliance(self.streams, dataplane))
        status, said = sluice.refuse()
        self.assertEqual(1, status, said)
        self.assertIn("this machine has no PCI device 0000:fe:1f.7", said)
