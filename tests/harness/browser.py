"""Headless Chromium on the page of an appliance."""

import json
import subprocess

from harness import npm, paths

SCRIPTS = paths.SOURCE / "tests/control/web"


def look(url, *options, wrapper=()):
    """Opens the page, by way of the `wrapper` command if there is one, and has it play as the
    options of player_test.mjs say. Returns what was seen; fails with what went wrong."""
    done = subprocess.run(
        [*wrapper, "node", SCRIPTS / "player_test.mjs", url, "--modules", npm.install(SCRIPTS), *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    return json.loads(done.stdout)
