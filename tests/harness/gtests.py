"""Suite `unit`: the GoogleTest programs of the build, counted case by case."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import tempfile

TIMEOUT = 300  # seconds for one program


def run(report, directory, name_filter):
    """Runs each program that meson knows as a test, two at a time."""
    listed = subprocess.run(["meson", "introspect", "--tests", directory], check=True,
                            stdout=subprocess.PIPE, text=True)
    tests = json.loads(listed.stdout)
    if not tests:
        report.add("unit", "programs", "failed", "meson knows no test in this build")
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for test, cases in zip(tests, pool.map(lambda test: _cases(test, name_filter), tests)):
            for case in cases:
                report.add("unit", *case)
            passed = sum(case[1] == "passed" for case in cases)
            print(f"unit     {test['name']}: {passed} of {len(cases)} passed", flush=True)


def _cases(test, name_filter):
    """Runs one program; returns (name, outcome, detail, seconds) of each of its cases."""
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "results.json"
        command = [*test["cmd"], f"--gtest_output=json:{results}"]
        if name_filter:
            command.append(f"--gtest_filter=*{name_filter}*")
        try:
            done = subprocess.run(command, env={**os.environ, **test["env"]}, cwd=test["workdir"],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT,
                                  check=False)
            output, status = done.stdout.decode(errors="replace"), done.returncode
        except subprocess.TimeoutExpired as error:
            output = (error.stdout or b"").decode(errors="replace")
            status = f"nothing within {TIMEOUT} s"
        cases = _read(results, test["name"], output) if results.exists() else []
    if status != 0 and not any(outcome == "failed" for _, outcome, _, _ in cases):
        cases.append((test["name"], "failed", f"the program ended with {status}\n{output[-8000:]}", 0.0))
    return cases


def _read(results, program, output):
    cases = []
    for suite in json.loads(results.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{program}: {suite['name']}.{case['name']}"
            seconds = float(case["time"].rstrip("s"))
            if case.get("failures"):
                detail = "\n".join(failure["failure"] for failure in case["failures"])
                cases.append((name, "failed", detail, seconds))
            elif case["result"] == "SKIPPED":
                cases.append((name, "skipped", _skip_reason(output, suite["name"], case["name"]), seconds))
            elif case["result"] == "COMPLETED":
                cases.append((name, "passed", "", seconds))
    return cases


def _skip_reason(output, suite, case):
    """GoogleTest's JSON has no skip messages; its output has: the lines after `file:line: Skipped`."""
    pattern = rf"\[ RUN +\] {re.escape(suite)}\.{re.escape(case)}\n.*?Skipped\n(.*?)\n+\[  SKIPPED"
    found = re.search(pattern, output, re.DOTALL)
    return " ".join(found.group(1).split()) if found else "no reason given"
