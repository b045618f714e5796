"""The systemd units, and both programs as the users that the units give them. systemd itself does not run here."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from harness import media, network, paths

SUITE = "units"
NEEDS_ROOT = True
# Numbers that no package gives to a user; the kernel wants no names for them.
DATAPLANE, CONTROL, GROUP = 64994, 64993, 64995
UNITS = paths.SOURCE / "config/units"


def setting(unit, key):
    return re.findall(rf"^{key}=(.*)$", (UNITS / f"{unit}.service.in").read_text(), re.MULTILINE)[0]


class Units(unittest.TestCase):
    def test_systemd_finds_nothing_wrong_with_them(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not installed on this machine")
        with tempfile.TemporaryDirectory(prefix="sluice-t-") as folder:
            for unit in ("sluice-control", "sluice-dataplane"):
                text = (UNITS / f"{unit}.service.in").read_text()
                text = text.replace(f"@libexecdir@/{unit}", str(paths.program(unit)))
                (pathlib.Path(folder) / f"{unit}.service").write_text(text)
            shutil.copy(UNITS / "sluice.target", folder)
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", *sorted(pathlib.Path(folder).iterdir())],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
            ours = [line for line in done.stdout.splitlines() if "sluice" in line]
            self.assertEqual([], ours)


class Service:
    """A program as systemd would start it: a user, the common group, named capabilities, and a socket to report to."""

    def __init__(self, program, user, capabilities, folder):
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = folder / f"{user}.notify"
        self._listener.bind(str(path))
        path.chmod(0o666)
        named = ",".join(["-all"] + ["+" + name for name in capabilities])
        self.log = open(folder / f"{user}.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["setpriv", "--reuid", str(user), "--regid", str(GROUP), "--clear-groups", "--inh-caps", named,
             "--ambient-caps", named, "--bounding-set", named, "--no-new-privs", program, "-c", folder / "sluice.yaml"],
            stdout=self.log, stderr=self.log, umask=0o007, start_new_session=True,
            env={**os.environ, "NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"})

    def wait_for(self, told, timeout=60):
        self._listener.settimeout(timeout)
        while (state := self._listener.recv(100).decode()) != told:
            self.assert_runs(state)

    def assert_runs(self, state):
        if self.process.poll() is not None:
            self.log.seek(0)
            raise AssertionError(f"it ended after {state}: {self.log.read()}")

    def threads(self):
        """{name of a thread: its effective capabilities}"""
        out = {}
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            status = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)
            out[status["Name"]] = out.get(status["Name"], 0) | int(status["CapEff"], 16)
        return out

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self.log.close()
        self._listener.close()


class Users(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-t-")))
        cls.folder.chmod(0o755)
        for name in ("sluice-control", "sluice-dataplane"):
            shutil.copy(paths.program(name), cls.folder)  # the build's folder may be root's alone
        (cls.folder / "channel.ts").write_bytes(media.channel(media.H264, media.AAC, 8))
        cls.shared = pathlib.Path(f"/dev/shm/sluice-t-units-{os.getpid()}")
        cls.shared.mkdir()
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        os.chown(cls.shared, 0, GROUP)
        cls.shared.chmod(0o2770)  # as tmpfiles.conf has it
        state = cls.folder / "state"
        state.mkdir()
        os.chown(state, CONTROL, GROUP)

    def configure(self, interface):
        state = self.folder / "state"
        (self.folder / "sluice.yaml").write_text(json.dumps({
            "dataplane": {"driver": "pcap", "interface": interface},
            "arena": {"path": str(self.shared), "size": "64MiB"},
            "defaults": {"segment": {"target": "2s", "max": "5s"}},
            "streams": [{"name": "news", "source": "udp://239.255.7.1:5000", "bitrate": "1Mbps"}],
            "storage": {"endpoint": f"file://{state}/archive"},
            "control": {"listen": "127.0.0.1:0", "urls_log": f"{state}/urls.log"}}))

    def start(self, program, user, capabilities):
        service = Service(self.folder / program, user, capabilities, self.folder)
        self.addCleanup(service.kill)
        return service

    def test_each_does_its_part_with_the_rights_of_its_unit(self):
        capabilities = [name.removeprefix("CAP_").lower()
                        for name in setting("sluice-dataplane", "AmbientCapabilities").split()]
        self.assertEqual("", setting("sluice-control", "CapabilityBoundingSet"))
        with network.VethPair() as veth:
            self.configure(veth.interface)
            control = self.start("sluice-control", CONTROL, [])
            control.wait_for("READY=1")
            dataplane = self.start("sluice-dataplane", DATAPLANE, capabilities)
            dataplane.wait_for("READY=1")
            for service in (control, dataplane):
                service.wait_for("WATCHDOG=1")
            with veth.send((self.folder / "channel.ts", "udp", "239.255.7.1", 5000)) as sender:
                sender.wait()
            threads = dataplane.threads()
            lcores = {name: rights for name, rights in threads.items() if name.startswith("rte-worker")}
            self.assertTrue(lcores, threads)
            self.assertEqual({0}, set(lcores.values()), "lcores can do nothing but compute")
            self.assertEqual(0, max(control.threads().values()))
            time.sleep(0.5)
            self.assertEqual(0, dataplane.stop())
            self.assertEqual(0, control.stop())
        stored = sum(path.stat().st_size for path in (self.folder / "state").rglob("segment_*.ts"))
        self.assertGreaterEqual(stored, (self.folder / "channel.ts").stat().st_size)
        strangers = [path.name for path in self.shared.iterdir() if path.stat().st_mode & 0o007]
        self.assertEqual([], strangers, "nobody but the group may look")
