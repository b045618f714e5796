"""Python suites: each `tests/**/*_test.py` names its suite in `SUITE`.

A module may set `SLOW = True` (run with --slow alone), `NEEDS_ROOT = True`, and `TIMEOUT`, the
seconds that one of its tests may take.
"""

import importlib.util
import io
import os
import signal
import sys
import time
import unittest

from harness import paths

TIMEOUT = 120


class TestTimeout(BaseException):
    """Not an Exception: no test may swallow it."""


def discover():
    """Loads every test module, in the order of their paths."""
    modules = []
    for path in sorted((paths.SOURCE / "tests").rglob("*_test.py")):
        name = ".".join(path.relative_to(paths.SOURCE / "tests").with_suffix("").parts)
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        modules.append(module)
    return modules


def _tests(module):
    def flatten(suite):
        for item in suite:
            if isinstance(item, unittest.TestSuite):
                yield from flatten(item)
            else:
                yield item
    return list(flatten(unittest.defaultTestLoader.loadTestsFromModule(module)))


def names(modules, suite):
    return [_name(test) for module in modules if module.SUITE == suite for test in _tests(module)]


def _name(test):
    return ".".join(test.id().split(".")[-2:])


def run(report, modules, suite, arguments):
    for module in modules:
        if module.SUITE != suite:
            continue
        tests = [test for test in _tests(module) if arguments.filter in _name(test)]
        reason = _reason_to_skip(module, arguments)
        if reason:
            for test in tests:
                report.add(suite, _name(test), "skipped", reason)
        elif tests:
            unittest.TestSuite(tests).run(_Result(report, suite, getattr(module, "TIMEOUT", TIMEOUT)))


def _reason_to_skip(module, arguments):
    if getattr(module, "SLOW", False) and not arguments.slow:
        return "slow: run with --slow"
    if getattr(module, "NEEDS_ROOT", False) and os.geteuid() != 0:
        return "needs root, for network namespaces"
    return None


class _Result(unittest.TestResult):
    """Hands each outcome to the report, with what the test printed, and stops tests that hang."""

    def __init__(self, report, suite, timeout):
        super().__init__()
        self._report, self._suite, self._timeout = report, suite, timeout
        self._printed, self._began, self._failures = None, 0.0, []

    def startTest(self, test):
        super().startTest(test)
        self._began, self._printed, self._failures = time.monotonic(), io.StringIO(), []
        sys.stdout = self._printed
        signal.signal(signal.SIGALRM, self._expire)
        signal.alarm(self._timeout)

    def _expire(self, *_):
        raise TestTimeout(f"nothing within {self._timeout} s")

    def stopTest(self, test):
        signal.alarm(0)
        sys.stdout = sys.__stdout__
        if self._failures:
            detail = "\n".join([*self._failures, self._printed.getvalue()])
            self._report.add(self._suite, _name(test), "failed", detail, self._seconds())
        super().stopTest(test)

    def _seconds(self):
        return time.monotonic() - self._began

    def _fail(self, test, error):
        self._failures.append(self._exc_info_to_string(error, test))

    def addSuccess(self, test):
        if not self._failures:
            self._report.add(self._suite, _name(test), "passed", seconds=self._seconds())

    def addSkip(self, test, reason):
        self._report.add(self._suite, _name(test), "skipped", reason)

    def addFailure(self, test, err):
        self._fail(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._failures.append(f"{subtest.id().split('.')[-1]} {subtest._message or subtest.params}")
            self._fail(test, err)

    def addError(self, test, err):
        self._fail(test, err)
        if not isinstance(test, unittest.TestCase):  # setUpClass or setUpModule: no stopTest follows
            self._report.add(self._suite, test.id(), "failed", "\n".join(self._failures))
            self._failures = []
