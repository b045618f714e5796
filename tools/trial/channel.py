"""Where the recorded channel comes from: a namespace, the loopback interface, or somebody's network."""

import ctypes
import signal
import socket
import subprocess

NAMESPACE = "sluice-quickstart"
# `ip netns exec` also mounts a /sys, which it cannot do in a chroot
INSIDE = ("nsenter", f"--net=/run/netns/{NAMESPACE}", "--")
INTERFACE, PEER = "sluice-qs0", "sluice-qs1"
ADDRESS, PEER_ADDRESS = "10.99.0.1", "10.99.0.2"
GROUP, PORT = "239.255.42.42", 5000
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf"
PR_SET_PDEATHSIG = 1


class Unavailable(Exception):
    """This machine does not allow it; the reason."""


def end_with_parent():
    """For preexec_fn: however this program ends, the child gets a SIGTERM."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command)}: {done.stdout.strip()}")
    return done.stdout


def _generator(local_address):
    """ffmpeg, sending H.264 + AAC with a clock in the picture and a key frame every two seconds."""
    clock = (f"drawtext=fontfile={FONT}:text='%{{gmtime}} UTC':fontsize=28:fontcolor=white:"
             "box=1:boxcolor=black@0.6:boxborderw=8:x=(w-text_w)/2:y=h-60")
    return ["ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25",
            "-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:beep_factor=4",
            "-vf", clock, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
            "-pix_fmt", "yuv420p", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0",
            "-b:v", "1500k", "-maxrate", "1800k", "-bufsize", "1800k", "-c:a", "aac", "-b:a", "96k",
            "-metadata", "service_name=Sluice quickstart", "-f", "mpegts", "-pcr_period", "20",
            f"udp://{GROUP}:{PORT}?pkt_size=1316&ttl=1&localaddr={local_address}"]


class _Generated:
    """A channel that this program sends itself."""

    group, port = GROUP, PORT
    _sender = None

    def start(self, log):
        self._sender = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        start_new_session=True, preexec_fn=end_with_parent)

    def failed(self):
        return self._sender is not None and self._sender.poll() is not None

    def stop(self):
        """Ends the channel; nothing is on its way any more when this returns."""
        if self._sender is None or self.failed():
            return
        self._sender.send_signal(signal.SIGINT)
        try:
            self._sender.wait(5)
        except subprocess.TimeoutExpired:
            self._sender.kill()
            self._sender.wait()


class NamespaceChannel(_Generated):
    """From a network namespace, over a veth pair: as near to a cable as one machine has it."""

    interface = INTERFACE
    description = f"a generated channel, sent to {GROUP}:{PORT} from the network namespace {NAMESPACE}"

    def __enter__(self):
        self._remove()  # what an earlier run left, had it been killed
        try:
            _run("ip", "netns", "add", NAMESPACE)
            _run("ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", PEER, "netns", NAMESPACE)
            _run("ip", "address", "add", f"{ADDRESS}/30", "dev", INTERFACE)
            _run("ip", "link", "set", INTERFACE, "up")
            _run(*INSIDE, "ip", "address", "add", f"{PEER_ADDRESS}/30", "dev", PEER)
            _run(*INSIDE, "ip", "link", "set", PEER, "up")
            _run(*INSIDE, "ip", "route", "add", "224.0.0.0/4", "dev", PEER)
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self._remove()

    @staticmethod
    def _remove():
        for command in (("ip", "link", "delete", INTERFACE), ("ip", "netns", "delete", NAMESPACE)):
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def dataplane(self):
        return _dpdk(INTERFACE)

    def _command(self):
        return [*INSIDE, *_generator(PEER_ADDRESS)]

    def sent(self):
        """How many datagrams have left the namespace, by the kernel's count (RFC 4113)."""
        lines = _run(*INSIDE, "cat", "/proc/net/snmp").splitlines()
        names, values = (line.split() for line in lines if line.startswith("Udp:"))
        return int(values[names.index("OutDatagrams")])


class LoopbackChannel(_Generated):
    """Over the loopback interface, which hands each packet to a packet socket twice; libpcap knows."""

    interface = "lo"
    description = f"a generated channel, sent to {GROUP}:{PORT} over the loopback interface"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def dataplane(self):
        return {"driver": "pcap", "interface": "lo"}

    def _command(self):
        return _generator("127.0.0.1")

    def sent(self):
        return None


class NetworkChannel:
    """A channel that somebody else sends."""

    def __init__(self, group, port, interface):
        names = [name for _, name in socket.if_nameindex()]
        if interface not in names:
            raise Unavailable(f"there is no network interface {interface}; there are: {', '.join(names)}")
        self.group, self.port, self.interface = group, port, interface
        self.description = f"the channel {group}:{port} on {interface}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def dataplane(self):
        return {"driver": "pcap", "interface": "lo"} if self.interface == "lo" else _dpdk(self.interface)

    def start(self, log):
        pass

    def failed(self):
        return False

    def stop(self):
        pass

    def sent(self):
        return None


def _dpdk(interface):
    return {"driver": "dpdk", "eal": ["--no-pci", f"--vdev=net_af_packet0,iface={interface}"],
            "ports": [{"name": "a", "device": "net_af_packet0"}], "idle": "adaptive"}
