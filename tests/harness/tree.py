"""The files of the checkout."""

import fnmatch
import functools
import subprocess

from harness import paths


@functools.cache
def _listed():
    # safe.directory: the checkout may belong to another user than the one who runs the tests
    done = subprocess.run(["git", "-c", "safe.directory=*", "-C", paths.SOURCE, "ls-files", "--cached",
                           "--others", "--exclude-standard", "-z"], check=True, stdout=subprocess.PIPE)
    names = sorted(name for name in done.stdout.decode().split("\0") if name)
    return [name for name in names if (paths.SOURCE / name).is_file()]


def files(*patterns):
    """Names of files, relative to the root, that git knows or would add."""
    return [name for name in _listed()
            if not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]


def text(name):
    """A file's text; of a binary file, what can be read as UTF-8."""
    return (paths.SOURCE / name).read_text(errors="replace")
