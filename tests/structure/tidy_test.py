"""clang-tidy has nothing to say."""

import concurrent.futures
import os
import subprocess
import unittest

from harness import paths, tree

SUITE = "tidy"
SLOW = True
TIMEOUT = 3600


def findings(name):
    done = subprocess.run(["clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option", "-p", paths.build(),
                           name], cwd=paths.SOURCE,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout


class Tidy(unittest.TestCase):
    def test_sources_are_tidy(self):
        sources = [name for name in tree.files("*.cpp") if not name.startswith("tests/")]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            said = "".join(pool.map(findings, sources))
        self.assertEqual("", said)
