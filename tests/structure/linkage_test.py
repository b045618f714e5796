"""The two processes stay apart in what they link."""

import subprocess
import unittest

from harness import paths

SUITE = "structure"


def libraries(program):
    """Every shared library that a program is started with, those of libraries included."""
    done = subprocess.run(["ldd", paths.program(program)], check=True, stdout=subprocess.PIPE, text=True)
    return [line.split()[0] for line in done.stdout.splitlines()]


class Linkage(unittest.TestCase):
    def test_the_control_process_links_no_dpdk(self):
        self.assertEqual([], [name for name in libraries("sluice-control") if "librte_" in name])

    def test_the_dataplane_links_no_http_client(self):
        self.assertEqual([], [name for name in libraries("sluice-dataplane") if "libcurl" in name])

    def test_the_dataplane_links_no_database(self):
        self.assertEqual([], [name for name in libraries("sluice-dataplane") if "libsqlite" in name])
