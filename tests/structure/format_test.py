"""The sources are as .clang-format would have them."""

import subprocess
import unittest

from harness import paths, tree

SUITE = "format"


class Format(unittest.TestCase):
    def test_sources_are_formatted(self):
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *tree.files("*.cpp", "*.h")],
                              cwd=paths.SOURCE, stderr=subprocess.PIPE, text=True, check=False)
        wrong = {line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line}
        self.assertEqual(0, done.returncode, f"run: clang-format -i {' '.join(sorted(wrong))}")
