"""Counts outcomes and prints them as they come."""

import textwrap
import time


class Report:
    def __init__(self):
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self._failures = []
        self._skips = []

    def add(self, suite, name, outcome, detail="", seconds=0.0):
        """Takes one test's outcome: passed, failed (detail: its output) or skipped (the reason)."""
        self.counts[outcome] += 1
        if outcome == "failed":
            self._failures.append(f"{suite}: {name}")
            print(f"FAILED   {suite}: {name} ({seconds:.1f} s)\n{textwrap.indent(detail, '    ')}", flush=True)
        elif outcome == "skipped":
            self._skips.append(f"{suite}: {name}: {detail}")
            print(f"skipped  {suite}: {name}: {detail}", flush=True)
        elif suite != "unit":
            print(f"passed   {suite}: {name} ({seconds:.1f} s)", flush=True)

    def finish(self, began):
        """Prints the summary and returns the exit status."""
        print(f"\n{time.monotonic() - began:.0f} s")
        for line in self._skips:
            print(f"skipped  {line}")
        for line in self._failures:
            print(f"FAILED   {line}")
        print(", ".join(f"{count} {outcome}" for outcome, count in self.counts.items()))
        return 1 if self.counts["failed"] or not any(self.counts.values()) else 0
