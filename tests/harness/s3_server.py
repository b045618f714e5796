"""A radosgw for the tests that want one, announced in the environment as SLUICE_TEST_S3_*."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile

from harness import paths

TOOL = paths.SOURCE / "tools/s3-server"
NAMES = {"S3_ENDPOINT": "SLUICE_TEST_S3_ENDPOINT", "AWS_REGION": "SLUICE_TEST_S3_REGION",
         "AWS_ACCESS_KEY_ID": "SLUICE_TEST_S3_ACCESS_KEY",
         "AWS_SECRET_ACCESS_KEY": "SLUICE_TEST_S3_SECRET_KEY"}


@contextlib.contextmanager
def started(*options):
    """Runs a server, with more options of tools/s3-server, for as long as the block lasts; announces
    none where Ceph is missing."""
    if not shutil.which("radosgw"):
        yield
        return
    folder = tempfile.mkdtemp(prefix="sluice-t-s3-")
    before = {name: os.environ.get(name) for name in NAMES.values()}
    try:
        done = subprocess.run([TOOL, "start", *options, folder], check=True, stdout=subprocess.PIPE,
                              text=True)
        for name, value in re.findall(r"^export (\w+)=(.*)$", done.stdout, re.MULTILINE):
            if name in NAMES:
                os.environ[NAMES[name]] = value
        yield
    finally:
        subprocess.run([TOOL, "stop", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
