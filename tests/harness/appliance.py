"""A Sluice of a test's own: its configuration, its processes, what it archived."""

import contextlib
import fcntl
import itertools
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from harness import paths

READY = 60  # seconds until `ready`; the machine may be busy
STOP = 60  # seconds until a stopped Sluice has sealed, stored and published
_numbers = itertools.count(1)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def dpdk(interface, **more):
    """`dataplane:` for DPDK's af_packet driver on an interface."""
    return {"driver": "dpdk", "eal": ["--no-pci", f"--vdev=net_af_packet0,iface={interface}"],
            "ports": [{"name": "a", "device": "net_af_packet0"}], **more}


def pcap(interface):
    return {"driver": "pcap", "interface": interface}


class Appliance:
    """Runs `sluice run` in a folder of its own. `stop()` ends it as an operator would, and holds its
    last counters against each other; leaving the `with` block kills what is left and deletes folder
    and shared memory."""

    def __init__(self, streams, dataplane, storage=None, arena="64MiB", segment=None, **sections):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-t-"))
        self.shared = pathlib.Path(f"/dev/shm/sluice-t-{os.getpid()}-{next(_numbers)}")
        self.archive = self.folder / "archive"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.configuration = {
            "dataplane": {"idle": "adaptive", **dataplane} if dataplane["driver"] == "dpdk" else dataplane,
            "arena": {"path": str(self.shared), "size": arena},
            "defaults": {"segment": {"target": "2s", "max": "5s", "inject_pat_pmt": False, **(segment or {})}},
            "streams": streams,
            "storage": storage or {"endpoint": f"file://{self.archive}"},
            "control": {"listen": f"127.0.0.1:{self.port}", "urls_log": str(self.folder / "urls.log")},
        }
        for name, section in sections.items():
            self.configuration[name] = {**self.configuration.get(name, {}), **section}
        self.path = self.folder / "sluice.yaml"
        self.log = self.folder / "log"
        self._process = self._counters = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if self._counters is not None:
            self._counters.close()
        if kind is not None and self.log.exists():
            print(f"--- log of {self.path}\n{self.log.read_text(errors='replace')[-6000:]}")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.shared, ignore_errors=True)

    def write(self):
        self.path.write_text(json.dumps(self.configuration, indent=1))  # JSON is YAML

    def start(self, *arguments, environment=None):
        """Starts it and waits for `ready`."""
        self.write()
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [paths.program("sluice"), "run", "-c", self.path, *arguments], stdout=subprocess.PIPE,
                stderr=log, text=True, start_new_session=True, env={**os.environ, **(environment or {})})
        lines = queue.Queue()
        threading.Thread(target=self._read, args=(self._process.stdout, lines), daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=READY)
            except queue.Empty:
                raise RuntimeError(f"sluice run was not ready within {READY} s") from None
            if line is None:
                raise RuntimeError(f"sluice run ended with {self._process.wait(10)} before it was ready:\n"
                                   + self.log.read_text(errors="replace"))
            if line.strip() == "ready":
                # Open, it outlives the end of the appliance, which removes it.
                self._counters = open(self.shared / "stats", "rb")
                return self

    def refuse(self, *wrapper):
        """Starts it where it is to refuse: returns (exit status, what it said)."""
        self.write()
        done = subprocess.run([*wrapper, paths.program("sluice"), "run", "-c", self.path],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=READY,
                              check=False)
        return done.returncode, done.stdout

    @staticmethod
    def _read(stdout, lines):
        for line in stdout:
            lines.put(line)
        lines.put(None)

    def stop(self):
        """Ends it by SIGTERM, or waits for its own end; returns the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self.wait(STOP)

    def wait(self, timeout):
        """Waits for its own end (all sources were files); returns the exit status."""
        status = self._process.wait(timeout)
        if status == 0:
            self._check_books()
        return status

    def _check_books(self):
        """Every datagram that was received was committed or dropped, and none is on its way."""
        last = self._last_status()
        dropped = sum(last["drops"].values())
        if last["in_flight"] != 0 or last["received"] != last["committed"] + dropped:
            raise AssertionError("the books are not even: " + json.dumps(
                {name: last[name] for name in ("received", "committed", "drops", "in_flight")}))

    def _last_status(self):
        """What `sluice status` says of the counters as they were at the end."""
        folder = self.folder / "end"
        folder.mkdir(exist_ok=True)
        self._counters.seek(0)
        (folder / "stats").write_bytes(self._counters.read())
        path = self.folder / "end.yaml"
        configuration = {**self.configuration, "arena": {**self.configuration["arena"], "path": str(folder)}}
        path.write_text(json.dumps(configuration))
        with contextlib.ExitStack() as stack:
            for role in ("dataplane", "control"):  # status wants somebody to be at work
                lock = stack.enter_context(open(folder / f"{role}.lock", "wb"))
                fcntl.lockf(lock, fcntl.LOCK_EX)
            return self._status(path)

    def kill(self):
        """Kills the whole family at once."""
        if self._process is not None:
            for pid in [self._process.pid, *self.processes().values()]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self._process.wait(STOP)

    @property
    def pid(self):
        """The process of `sluice run` itself."""
        return self._process.pid

    def processes(self):
        """The process ids of its dataplane and its control: {"sluice-dataplane": pid, …}."""
        found = {}
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            name = pathlib.PurePath(arguments[0].decode(errors="replace")).name
            if session == self._process.pid and name in ("sluice-dataplane", "sluice-control"):
                found[name] = int(entry.name)
        return found

    def status(self):
        return self._status(self.path)

    @staticmethod
    def _status(path):
        done = subprocess.run([paths.program("sluice"), "status", "-c", path, "--json"], check=True,
                              stdout=subprocess.PIPE, timeout=20)
        return json.loads(done.stdout)

    def wait_for(self, condition, timeout=30, what="what the test waits for"):
        """Waits until condition(status) holds; returns that status."""
        deadline = time.monotonic() + timeout
        while True:
            status = self.status()
            if condition(status):
                return status
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {timeout} s; status: {json.dumps(status)}")
            time.sleep(0.1)

    def stream_folder(self, stream):
        storage = self.configuration["storage"]
        return self.archive / storage.get("bucket", "hls") / (storage.get("prefix", "") + stream)

    def segments(self, stream):
        """The archived segments of a stream, in the order of time."""
        return sorted(self.stream_folder(stream).glob("????/??/??/??/segment_*.ts"))

    def archived(self, stream):
        """All of a stream's archived bytes."""
        return b"".join(path.read_bytes() for path in self.segments(stream))

    def manifest(self, stream):
        """The lines of the stream's manifests, in the order of time."""
        return [json.loads(line) for path in sorted(self.stream_folder(stream).rglob("manifest.jsonl"))
                for line in path.read_text().splitlines()]
