"""What --asan and --tsan set for every program that a test starts."""

import os

from harness import paths

# A finding ends the program with a status of its own, so that whoever started it fails.
OPTIONS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": f"suppressions={paths.SOURCE}/tests/harness/tsan.supp",
}


def apply():
    """What the caller has set already comes last, and wins."""
    for name, options in OPTIONS.items():
        os.environ[name] = ":".join(filter(None, (options, os.environ.get(name))))
