"""A Sluice that records one channel, and what it says of itself."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

from trial.channel import end_with_parent

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SLUICE = SOURCE / "build/tools/sluice"
STREAM = "quickstart"
PAGE_PORT = 3001


class Failed(Exception):
    """What went wrong, for the operator."""


def free_port(first):
    """The first TCP port from `first` on that nobody listens at."""
    for port in range(first, first + 200):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failed(f"the ports {first} to {first + 199} are all taken")


class S3Server:
    """tools/s3-server for as long as the block lasts."""

    def __init__(self, folder):
        self._folder, self.environment = folder, {}

    def __enter__(self):
        done = subprocess.run([SOURCE / "tools/s3-server", "start", self._folder], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, start_new_session=True)
        if done.returncode != 0:
            raise Failed(done.stdout)
        self.environment = dict(re.findall(r"^export (\w+)=(.*)$", done.stdout, re.MULTILINE))
        return self

    def __exit__(self, *_):
        subprocess.run([SOURCE / "tools/s3-server", "stop", self._folder], check=False)

    @property
    def endpoint(self):
        return self.environment["S3_ENDPOINT"]


class Recording:
    """`sluice run` on one channel; the folder holds its configuration, log and, without S3, archive."""

    def __init__(self, folder, channel, s3=None):
        self.folder, self.port = folder, free_port(PAGE_PORT)
        self.page = f"http://127.0.0.1:{self.port}/"
        self.playlist = f"{self.page}streams/{STREAM}/live.m3u8"
        self.log = folder / "sluice.log"
        self._shared = pathlib.Path(f"/dev/shm/sluice-quickstart-{os.getpid()}")
        self._configuration = folder / "sluice.yaml"
        self._environment = {**os.environ, **(s3.environment if s3 else {})}
        storage = {"endpoint": s3.endpoint, "region": "us-east-1"} if s3 else \
            {"endpoint": f"file://{folder / 'archive'}"}
        # JSON is YAML.
        self._configuration.write_text(json.dumps({
            "dataplane": channel.dataplane(),
            "arena": {"path": str(self._shared), "size": "128MiB"},
            "defaults": {"segment": {"target": "2s", "max": "5s"}},
            "streams": [{"name": STREAM, "source": f"udp://{channel.group}:{channel.port}"}],
            "storage": storage,
            "control": {"listen": f"127.0.0.1:{self.port}", "urls_log": str(folder / "urls.log")},
        }, indent=2) + "\n")
        self._process = None

    def __enter__(self):
        """Starts it, and returns once packets can be captured."""
        ready = threading.Event()
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [SLUICE, "run", "-c", self._configuration], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=log, text=True, env=self._environment, start_new_session=True,
                preexec_fn=end_with_parent)

        def read():
            for line in self._process.stdout:
                if line.strip() == "ready":
                    ready.set()

        threading.Thread(target=read, daemon=True).start()
        while not ready.wait(0.1):
            if self._process.poll() is not None:
                self._clean()
                raise Failed(f"sluice run ended with {self._process.returncode}:\n{self.last_words()}")
        return self

    def __exit__(self, *_):
        self.stop()
        self._clean()

    def _clean(self):
        shutil.rmtree(self._shared, ignore_errors=True)

    def running(self):
        return self._process.poll() is None

    def last_words(self):
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self):
        """Has it seal, store and publish what it holds; returns its exit status."""
        if self.running():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait()

    def _sluice(self, *arguments):
        done = subprocess.run([SLUICE, *arguments, "-c", self._configuration, "--json"], env=self._environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
                              start_new_session=True)
        if done.returncode != 0:
            raise Failed(f"sluice {arguments[0]}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def status(self):
        return self._sluice("status")

    def stored(self):
        """(number, bytes) of the segments in the object store."""
        sizes = [entry["size"] for entry in self._sluice("object", "ls") if entry["key"].endswith(".ts")]
        return len(sizes), sum(sizes)

    def plays(self):
        """Whether a player that asks now gets a playlist with a second of media, and its last segment."""
        try:
            with urllib.request.urlopen(self.playlist, timeout=2) as answer:
                text = answer.read().decode()
            uris = [line for line in text.splitlines() if line and not line.startswith("#")]
            if sum(map(float, re.findall(r"#EXTINF:([\d.]+)", text))) < 1:
                return False
            with urllib.request.urlopen(urllib.parse.urljoin(self.playlist, uris[-1]), timeout=2) as answer:
                return len(answer.read()) > 0
        except (urllib.error.URLError, OSError):
            return False
