"""tools/bench: measures how close each stage is to what the machine can do, and beside what others do."""

import argparse
import importlib
import json
import os
import sys
import time

from harness import paths
from suite import machine, report

NAMES = ["ring", "segment"]


def parse():
    parser = argparse.ArgumentParser(
        prog="tools/bench", description=__doc__.partition(": ")[2], formatter_class=argparse.RawTextHelpFormatter,
        epilog="Each bench prints a table and writes build/bench/NAME.json; `tools/bench report` makes a page of them.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benches, `all`, or `report`")
    parser.add_argument("--list", action="store_true", help="list the benches")
    parser.add_argument("--smoke", action="store_true", help="a second each: to see that they work, not to measure")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N", help="of each measurement (5)")
    parser.add_argument("--seconds", type=float, default=10, metavar="S", help="about how long each side is measured (10)")
    settings = parser.parse_args()
    if settings.smoke:
        settings.repetitions, settings.seconds = 1, 0.3
    if not settings.names and not settings.list:
        parser.error("name benches, or `all`; --list lists them")
    return settings


def module_of(name):
    return importlib.import_module(f"suite.{name}")


def chosen(names):
    unknown = [name for name in names if name not in [*NAMES, "all"]]
    if unknown:
        sys.exit(f"tools/bench: there is no bench \"{unknown[0]}\"; there is: {', '.join(NAMES)}")
    return NAMES if "all" in names else names


def measure(name, settings):
    began = time.monotonic()
    result = module_of(name).run(settings)
    result.seconds = time.monotonic() - began
    return {"bench": name,
            "figures": {figure: value.to_json() for figure, value in result.figures.items()},
            "bars": {figure: {"least": bar.least, "most": bar.most, "holds": bar.holds(result.figures[figure].value)}
                     for figure, bar in module_of(name).BARS.items() if figure in result.figures},
            "notes": result.notes, "seconds": result.seconds, "dropped": result.dropped,
            "smoke": settings.smoke, "machine": machine.describe(), "commit": machine.commit()}


def keep(found):
    folder = paths.build() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{found['bench']}.json.part"
    part.write_text(json.dumps(found, indent=1) + "\n")
    os.replace(part, folder / f"{found['bench']}.json")


def main():
    settings = parse()
    if settings.list:
        for name in NAMES:
            print(f"{name:10} {module_of(name).ABOUT}")
        return 0
    if settings.names == ["report"]:
        print(report.write(paths.build() / "bench"))
        return 0
    status = 0
    for name in chosen(settings.names):
        try:
            found = measure(name, settings)
        except Exception as error:  # one bench that cannot run here does not stop the others
            print(f"tools/bench: {name}: {error}", file=sys.stderr)
            status = 1
            continue
        if not settings.smoke:
            keep(found)
        print(json.dumps(found) if settings.json else report.table(found), flush=True)
    return status


sys.exit(main())
