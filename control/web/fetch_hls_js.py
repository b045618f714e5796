#!/usr/bin/env python3
"""fetch_hls_js.py SOURCE_FOLDER WORK_FOLDER OUT.js: hls.js, as package-lock.json pins it, from npm."""

import pathlib
import shutil
import subprocess
import sys

ADVICE = "run tools/setup, which installs npm"


def install(npm: str, work: pathlib.Path, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", *options],
        cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )


def main() -> None:
    source, work, out = (pathlib.Path(argument) for argument in sys.argv[1:])
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(f"control/web: npm is missing, and the web page needs hls.js from it: {ADVICE}")
    work.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(source / name, work / name)
    # npm would try an unknown certificate again and again, for more than a minute.
    done = install(npm, work, "--fetch-retries=0")
    if done.returncode != 0:
        # Behind a proxy that opens TLS, node does not know the certificate. The lock file pins the
        # content by its SHA-512, whoever delivers it.
        done = install(npm, work, "--strict-ssl=false")
    if done.returncode != 0:
        sys.exit(f"control/web: npm cannot fetch hls.js; is the network there?\n{done.stdout}")
    shutil.copy(work / "node_modules/hls.js/dist/hls.min.js", out)


main()
