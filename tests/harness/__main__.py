"""tools/test: builds, runs the suites asked for, and counts."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time

from harness import fuzz, gtests, paths, pytests, s3_server, sanitizers
from harness.report import Report

# Suites that need nothing but this process come first: they fail soonest.
ORDER = ["structure", "format", "tidy", "unit", "segment", "analyze", "streams", "bad_input", "hours", "crash",
         "network", "s3", "record", "quickstart", "browser"]
NEEDS_S3 = {"unit", "hours"}  # others start servers of their own


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/test", description="Builds Sluice and runs its tests.",
        epilog="The last line is `N passed, N failed, N skipped`; the exit status is 0 if none failed.")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="suites to run; all if none is named")
    parser.add_argument("--list", action="store_true", help="list the suites and their tests")
    parser.add_argument("--slow", action="store_true", help="slow tests too, and longer rounds")
    parser.add_argument("--asan", action="store_true", help="with Address- and UndefinedBehaviorSanitizer")
    parser.add_argument("--tsan", action="store_true", help="with ThreadSanitizer")
    parser.add_argument("--fuzz", metavar="TIME", help="fuzz each target for TIME: 20s, 30m, 2h")
    parser.add_argument("--filter", default="", help="only tests whose name contains this")
    return parser.parse_args()


def build(arguments):
    """Compiles what is to be tested; returns the build directory."""
    flags = ["--asan"] if arguments.asan else ["--tsan"] if arguments.tsan else []
    directory = paths.SOURCE / ("build" + "".join(flag.replace("--", "-") for flag in flags))
    print(f"building into {directory.name}/", flush=True)
    done = subprocess.run([paths.SOURCE / "tools/build", *flags], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout)
        print("the build failed; what the compiler said stands above")
        return None
    return directory


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what tests have set up is taken down
    # Before the modules are read: they decide by it how many rounds they run.
    os.environ["SLUICE_SLOW"] = "1" if arguments.slow else ""
    modules = pytests.discover()
    suites = sorted({"unit", *(module.SUITE for module in modules)},
                    key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    unknown = set(arguments.suites) - set(suites)
    if unknown:
        print(f"tools/test: no suite is called {', '.join(sorted(unknown))}; "
              f"there are: {', '.join(suites)}", file=sys.stderr)
        return 2
    if arguments.list:
        for suite in suites:
            print(suite)
            for name in pytests.names(modules, suite):
                print(f"  {name}")
        return 0
    chosen = arguments.suites or ([] if arguments.fuzz else suites)

    began = time.monotonic()
    report = Report()
    sanitizers.apply()
    if chosen:
        directory = build(arguments)
        if directory is None:
            report.add("build", "build", "failed")
            return report.finish(began)
        os.environ["SLUICE_BUILD"] = str(directory)
        os.environ["SLUICE_SOURCE"] = str(paths.SOURCE)
    with contextlib.ExitStack() as stack:
        if NEEDS_S3.intersection(chosen):
            stack.enter_context(s3_server.started())
        for suite in chosen:
            if suite == "unit":
                gtests.run(report, directory, arguments.filter)
            else:
                pytests.run(report, modules, suite, arguments)
    if arguments.fuzz:
        fuzz.run(report, arguments.fuzz)
    return report.finish(began)


if __name__ == "__main__":
    sys.exit(main())
