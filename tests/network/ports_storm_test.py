"""Interfaces that are torn down and made anew, again and again, while streams come in by them."""

import pathlib
import random
import tempfile
import time
import unittest

from harness import appliance, media, network

SUITE = "network"
NEEDS_ROOT = True
SLOW = True
TIMEOUT = 240

GROUP = "239.77.5.1"
SMALL = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10 -keyint_min 10 -sc_threshold 0 -b:v 400k"
SECONDS = 60
WAYS = ("link", "interface", "mtu", "delete")


class Storm:
    random = random.Random(239)

    def change(self, veth, way):
        if way == "link":
            veth.plug("down")
            veth.plug("up")
        elif way == "interface":
            network.run("ip", "link", "set", veth.interface, "down")
            network.run("ip", "link", "set", veth.interface, "up")
        elif way == "mtu":
            mtu = self.random.choice((1500, 1600, 1700))
            veth.set_mtu(mtu, mtu)
        else:
            veth.delete()
            time.sleep(self.random.random())
            veth.make()

    def test_every_datagram_is_accounted_for_and_it_works_in_the_end(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        path = folder / "small.ts"
        path.write_bytes(media.channel(SMALL, "", 2, size="160x90", rate=10))
        veth = self.enterContext(network.VethPair())
        sluice = self.enterContext(appliance.Appliance(
            [{"name": "small", "source": f"udp://{GROUP}:5000"}], self.dataplane(veth.interface)))
        sluice.start()
        processes = sluice.processes()
        received, end = 0, time.monotonic() + SECONDS
        while time.monotonic() < end:
            with veth.send((path, "udp", GROUP, 5000)) as sender:
                time.sleep(self.random.random())
                self.change(veth, self.random.choice(WAYS))
                time.sleep(self.random.random())
                sender.stop()
            now = sluice.status()["received"]
            self.assertGreaterEqual(now, received)
            received = now
        sluice.wait_for(lambda status: status["ports"][0]["link_up"], what="the link is up")
        self.assertGreater(received, 0)
        with veth.send((path, "udp", GROUP, 5000)) as sender:
            sent = len(sender.wait()[0])
        status = sluice.wait_for(lambda status: status["received"] >= received + sent, what="all datagrams")
        status = sluice.wait_for(lambda status: status["in_flight"] == 0, what="nothing in flight")
        self.assertEqual(status["received"], status["committed"] + sum(status["drops"].values()))
        self.assertEqual(processes, sluice.processes(), "a process died")
        self.assertEqual(0, sluice.stop())
        self.assertTrue(sluice.archived("small").endswith(path.read_bytes()), "the last round is whole")


class AfPacketStorm(Storm, unittest.TestCase):
    dataplane = staticmethod(appliance.dpdk)


class AfXdpStorm(Storm, unittest.TestCase):
    @staticmethod
    def dataplane(interface):
        return {"driver": "dpdk", "eal": [f"--vdev=net_af_xdp0,iface={interface}"],
                "ports": [{"name": "a", "device": "net_af_xdp0"}]}


class PcapStorm(Storm, unittest.TestCase):
    dataplane = staticmethod(appliance.pcap)
