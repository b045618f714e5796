"""What a figure depends on: the machine, the compiler, the commit."""

import os
import pathlib
import platform
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def _said(*command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=True, cwd=SOURCE).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _huge_pages():
    return sum(int(path.read_text()) for path in
               pathlib.Path("/sys/kernel/mm/hugepages").glob("*/nr_hugepages"))


def describe():
    level3 = pathlib.Path("/sys/devices/system/cpu/cpu0/cache/index3/size")
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "last_level_cache": level3.read_text().strip() if level3.exists() else "unknown",
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": platform.release(),
        "huge_pages": _huge_pages(),
        "virtual": _said("systemd-detect-virt") or "unknown",
        "compiler": _said("c++", "--version").partition("\n")[0],
    }


def commit():
    name = _said("git", "rev-parse", "--short", "HEAD")
    return name + ("+changes" if _said("git", "status", "--porcelain", "--untracked-files=no") else "")
