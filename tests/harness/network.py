"""A network of its own for a test: a namespace joined to the host's by a veth pair."""

import contextlib
import itertools
import json
import os
import pathlib
import subprocess
import sys

from harness import paths

_numbers = itertools.count(1)


def _environment():
    return {**os.environ, "PYTHONPATH": str(paths.SOURCE / "tests")}


def run(*command, check=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=_environment(), timeout=60, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stdout}")
    return done.stdout


class VethPair:
    """`interface` here, with `address`; in `namespace` its `peer`, with `peer_address`."""

    def __init__(self, queues=1):
        self._queues = queues
        number = next(_numbers)
        unique = f"{os.getpid() % 100000}-{number}"
        self.namespace = f"sluice-t-{unique}"
        self.interface, self.peer = f"slt{unique}a", f"slt{unique}b"
        # 198.18.0.0/15 is set aside for tests of network devices (RFC 2544)
        network = f"198.18.{os.getpid() % 256}.{number * 4 % 256}"
        base = network.rpartition(".")
        self.address = f"{base[0]}.{int(base[2]) + 1}"
        self.peer_address = f"{base[0]}.{int(base[2]) + 2}"

    def __enter__(self):
        try:
            run("ip", "netns", "add", self.namespace)
            self.inside("ip", "link", "set", "lo", "up")
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def make(self):
        """Makes the pair, as it is when the `with` block begins."""
        queues = ("numrxqueues", str(self._queues), "numtxqueues", str(self._queues))
        run("ip", "link", "add", self.interface, *queues, "type", "veth", "peer", "name", self.peer,
            *queues, "netns", self.namespace)
        run("ip", "address", "add", f"{self.address}/30", "dev", self.interface)
        self.inside("ip", "address", "add", f"{self.peer_address}/30", "dev", self.peer)
        self._let_frames_be_frames()
        run("ip", "link", "set", self.interface, "up")
        self.plug("up")

    def delete(self):
        run("ip", "link", "delete", self.interface)

    def plug(self, state):
        """Has the far end of the cable "up" or "down"."""
        self.inside("ip", "link", "set", self.peer, state)
        if state == "up":  # routes go with the link
            self.inside("ip", "route", "replace", "224.0.0.0/4", "dev", self.peer)
            self.inside("ip", "-6", "route", "replace", "ff00::/8", "dev", self.peer, "table", "local")

    def _let_frames_be_frames(self):
        """A veth hands over datagrams unsegmented and unsummed; no cable does."""
        run("ethtool", "-K", self.interface, "gro", "off", "rx", "off", "tx", "off")
        self.inside("ethtool", "-K", self.peer, "tx", "off", "tso", "off", "gso", "off",
                    "tx-udp-segmentation", "off")
        for name in ("all", self.interface):
            with contextlib.suppress(OSError):
                pathlib.Path(f"/proc/sys/net/ipv4/conf/{name}/rp_filter").write_text("0")

    def __exit__(self, *_):
        run("ip", "link", "delete", self.interface, check=False)
        run("ip", "netns", "delete", self.namespace, check=False)

    @property
    def wrapper(self):
        """What to put before a command to have it run in the namespace. (`ip netns exec` mounts a
        /sys as well, which it cannot do in a chroot.)"""
        return ("nsenter", f"--net=/run/netns/{self.namespace}", "--")

    def inside(self, *command):
        """Runs a command in the namespace; returns what it said."""
        return run(*self.wrapper, *command)

    def start_inside(self, *command, **options):
        return subprocess.Popen([*self.wrapper, *map(str, command)], **options)

    def send(self, *jobs):
        """Starts to send streams from the namespace. A job is (file, "udp" | "rtp", group, port), and
        the TS packets of a datagram, if they are not to be seven."""
        return Sender(self, jobs)

    def replay(self, capture):
        """Puts the frames of a capture file on the peer's interface, at the capture's pace."""
        return self.inside(sys.executable, "-m", "harness.replay", self.peer, capture)

    def set_mtu(self, mtu, peer_mtu):
        run("ip", "link", "set", self.interface, "mtu", str(mtu))
        self.inside("ip", "link", "set", self.peer, "mtu", str(peer_mtu))


class Here:
    """The test's own namespace, as a place to send from."""

    def __init__(self, address):
        self.peer_address = address

    @staticmethod
    def start_inside(*command, **options):
        return subprocess.Popen([*map(str, command)], **options)


class Sender:
    """A process in the namespace that sends streams at the pace of their PCR, and then ends."""

    def __init__(self, veth, jobs):
        arguments = []
        for path, scheme, group, port, *packets in jobs:
            arguments += [f"{scheme}://{group}:{port}*{packets[0] if packets else 7}={path}"]
        self._process = veth.start_inside(
            sys.executable, "-m", "harness.send", veth.peer_address, *arguments,
            env=_environment(), stdout=subprocess.PIPE)

    def wait(self, timeout=90):
        """Waits for the end of all streams; returns when each stream's datagrams left, in Unix
        seconds: a list a stream."""
        said, _ = self._process.communicate(timeout=timeout)
        if self._process.returncode != 0:
            raise RuntimeError("the sender failed")
        return json.loads(said)

    def stop(self):
        self._process.kill()
        self._process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.stop()
