"""Every stream of the catalogue is cut right. Prints a table, which stays in the build directory."""

import concurrent.futures
import os
import sys
import unittest

from harness import paths
from streams import catalogue, judge, table

SUITE = "streams"
TIMEOUT = 180

_rows = {}
_ahead = concurrent.futures.ProcessPoolExecutor(os.cpu_count())
_asked = {}


def judged(number):
    """A verdict, and its row of the table. In a process of its own."""
    verdict = judge.judge(catalogue.STREAMS[number])
    return dict(verdict.wrong), table.row(verdict)


def verdict_of(number):
    """Asks for a stream's verdict, and for those of the next ones meanwhile."""
    for other in range(number, min(number + os.cpu_count(), len(catalogue.STREAMS))):
        if other not in _asked and (other == number or not catalogue.STREAMS[other].slow):
            _asked[other] = _ahead.submit(judged, other)
    return _asked[number].result()


def tearDownModule():
    _ahead.shutdown(cancel_futures=True)
    if _rows:
        text = table.render([_rows[number] for number in sorted(_rows)])
        folder = paths.build() / "test-streams"
        folder.mkdir(exist_ok=True)
        (folder / "table.txt").write_text(text)
        print(f"\n{text}", file=sys.__stdout__, flush=True)


class Streams(unittest.TestCase):
    pass


def _test(number):
    def test(self):
        wrong, _rows[number] = verdict_of(number)
        awaits = catalogue.STREAMS[number].awaits
        if wrong and awaits:
            self.skipTest(f"awaits {awaits}")
        self.assertEqual({}, wrong)
    return test


for _number, _stream in enumerate(catalogue.STREAMS):
    _method = _test(_number)
    if _stream.slow and not os.environ.get("SLUICE_SLOW"):
        _method = unittest.skip("slow: run with --slow")(_method)
    setattr(Streams, f"test_{_number:02}_{_stream.key}", _method)
