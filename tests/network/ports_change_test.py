"""What may happen to an interface while Sluice runs: its link goes and returns, its MTU changes, it is
deleted and made anew. Each is told within a second, recovered from, and no counter goes backwards."""

import pathlib
import tempfile
import time
import unittest

from harness import appliance, media, network, ts

SUITE = "network"
NEEDS_ROOT = True

GROUP = "239.77.3.1"
SMALL = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10 -keyint_min 10 -sc_threshold 0 -b:v 40k"
TOLD = 1.0  # seconds within which a change is to be told
SLACK = 1.0  # that a busy machine and the asking itself may take on top


def af_xdp(interface):
    return {"driver": "dpdk", "eal": [f"--vdev=net_af_xdp0,iface={interface}"],
            "ports": [{"name": "a", "device": "net_af_xdp0"}]}


class Changes:
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        self.path = folder / "small.ts"
        self.path.write_bytes(media.channel(SMALL, "", 1, size="64x48", rate=10))
        self.veth = self.enterContext(network.VethPair())
        self.sluice = self.enterContext(appliance.Appliance(
            [{"name": "small", "source": f"udp://{GROUP}:5000"}], self.dataplane(self.veth.interface)))
        self.sluice.start()
        self.sent = 0

    def port(self):
        port, = self.sluice.status()["ports"]
        return port

    def wait_for_port(self, what, condition):
        """Waits for what is to be told; returns the port."""
        began = time.monotonic()
        status = self.sluice.wait_for(lambda status: condition(status["ports"][0]), TOLD + SLACK, what)
        self.assertLess(time.monotonic() - began, TOLD + SLACK, what)
        return status["ports"][0]

    def send_and_check(self):
        """Sends the stream once more: all of it arrives."""
        with self.veth.send((self.path, "udp", GROUP, 5000)) as sender:
            times, = sender.wait()
        self.sent += len(times)
        status = self.sluice.wait_for(lambda status: status["received"] >= self.sent, 10, "all datagrams")
        self.assertEqual(self.sent, status["received"])

    def end(self):
        status = self.sluice.wait_for(lambda status: status["in_flight"] == 0, what="nothing in flight")
        self.assertEqual({}, status["drops"])
        self.assertEqual(self.sent, status["committed"])
        self.assertEqual(0, self.sluice.stop())
        self.assertEqual(self.path.read_bytes() * (self.sent // len(self.departures())),
                         self.sluice.archived("small"))
        return self.sluice.log.read_text()

    def departures(self):
        return list(ts.departures(self.path.read_bytes()))

    def test_link_goes_and_returns(self):
        self.send_and_check()
        self.veth.plug("down")
        self.wait_for_port("the link is down", lambda port: not port["link_up"] and port["state"] == "down")
        self.veth.plug("up")
        self.wait_for_port("the link is up", lambda port: port["link_up"])
        self.send_and_check()
        network.run("ip", "link", "set", self.veth.interface, "down")
        self.wait_for_port("the interface is down", lambda port: port["state"] == "down")
        network.run("ip", "link", "set", self.veth.interface, "up")
        self.wait_for_port("the interface is up", lambda port: port["state"] == "up")
        self.send_and_check()
        log = self.end()
        self.assertEqual(2, log.count("its link is down"), log)
        self.assertEqual(2, log.count("its link is up"), log)

    def test_interface_is_deleted_and_made_anew_twice(self):
        self.send_and_check()
        for _ in range(2):
            before = self.port()
            self.veth.delete()
            gone = self.wait_for_port("the interface is gone", lambda port: port["state"] == "gone")
            self.veth.make()
            back = self.wait_for_port("the interface is back", lambda port: port["link_up"])
            for earlier, later in ((before, gone), (gone, back)):
                for counter in ("received", "frames", "missed", "errors", "no_mbuf"):
                    self.assertGreaterEqual(later[counter], earlier[counter], counter)
                for name, value in earlier["xstats"].items():
                    self.assertGreaterEqual(later["xstats"][name], value, name)
            self.send_and_check()
        log = self.end()
        self.assertEqual(2, log.count("was deleted"), log)
        self.assertEqual(2, log.count("receiving again"), log)

    def test_mtu_changes(self):
        for mtu in (1600, 1500):
            self.veth.set_mtu(mtu, mtu)
            self.wait_for_port(f"an MTU of {mtu}", lambda port: port["mtu"] == mtu)
            self.send_and_check()
        self.end()


class AfPacketChanges(Changes, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class AfXdpChanges(Changes, unittest.TestCase):
    dataplane = staticmethod(af_xdp)


class PcapChanges(Changes, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)
