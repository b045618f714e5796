"""Runs a program made with Google Benchmark and reads what it measured."""

import collections
import json
import subprocess

from harness import paths


def run(program, settings, *, only=""):
    """name of the benchmark → list of its repetitions (dictionaries of counters). Repetitions of
    all of them are mixed, so that both sides of a comparison see the same machine."""
    command = [paths.build() / "bench" / program, "--benchmark_format=json",
               f"--benchmark_repetitions={settings.repetitions}",
               "--benchmark_enable_random_interleaving=true",
               f"--benchmark_min_time={settings.seconds / max(settings.repetitions, 1):.3f}"]
    if only:
        command.append(f"--benchmark_filter={only}")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{program}: {done.stderr.strip()}")
    found = collections.defaultdict(list)
    for entry in json.loads(done.stdout)["benchmarks"]:
        if entry.get("error_occurred"):
            raise RuntimeError(f"{program}, {entry['name']}: {entry['error_message']}")
        if entry["run_type"] == "iteration":
            found[entry["run_name"].removesuffix("/manual_time")].append(entry)
    return found
