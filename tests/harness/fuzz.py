"""tools/test --fuzz TIME: each libFuzzer target, one after the other.

What a target has found to be new stays in build-fuzz/corpus for the next time."""

import os
import re
import subprocess
import time

from harness import fuzz_seeds, paths

UNITS = {"s": 1, "m": 60, "h": 3600}


def run(report, duration):
    seconds = _seconds(duration)
    built = subprocess.run([paths.SOURCE / "tools/build", "--fuzz", "fuzzers"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False)
    if built.returncode != 0:
        report.add("fuzz", "build", "failed", built.stdout[-8000:])
        return
    targets = [path for path in (paths.SOURCE / "build-fuzz/tests").rglob("fuzz_*")
               if path.is_file() and os.access(path, os.X_OK)]
    if not targets:
        report.add("fuzz", "targets", "failed", "the build has no program called fuzz_*")
    for target in sorted(targets):
        _run_target(report, target, seconds)


def _run_target(report, target, seconds):
    corpus = paths.SOURCE / "build-fuzz/corpus" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    fuzz_seeds.sow(target.name.removeprefix("fuzz_"), corpus)
    began = time.monotonic()
    done = subprocess.run([target, f"-max_total_time={seconds}", "-max_len=65536", f"-artifact_prefix={corpus.parent}/",
                           "-rss_limit_mb=4096", "-timeout=25", corpus], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    outcome = "passed" if done.returncode == 0 else "failed"
    report.add("fuzz", target.name, outcome, done.stdout.decode(errors="replace")[-8000:],
               time.monotonic() - began)


def _seconds(duration):
    found = re.fullmatch(r"(\d+)([smh])", duration)
    if not found:
        raise SystemExit(f"tools/test: --fuzz takes a time such as 20s, 30m or 2h, not '{duration}'")
    return int(found[1]) * UNITS[found[2]]
