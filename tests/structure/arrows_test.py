"""Who may know whom: the includes keep to the arrows of ARCHITECTURE.md."""

import pathlib
import re
import unittest

from harness import tree

SUITE = "structure"

STORAGE = {"storage/arena", "storage/object", "storage/catalog", "storage/spool", "storage/playlist"}
VOCABULARY = {"config/base", "config", "storage/arena", "dataplane/media"}
BOOKS = VOCABULARY | {"storage/object"}
CONTROL = VOCABULARY | STORAGE

# What each library may include, besides itself. A library is the longest of these names that a
# file's folder begins with.
ARROWS = {
    "config/base": set(),
    "config": {"config/base"},
    "storage/arena": {"config/base"},
    "storage/object": {"config/base", "config"},
    "storage/catalog": BOOKS,
    "storage/spool": BOOKS,
    "storage/playlist": BOOKS,
    "dataplane/media": {"config/base"},
    "dataplane/net": VOCABULARY,
    "dataplane/source": VOCABULARY | {"dataplane/net"},
    "dataplane/segment": VOCABULARY,
    "dataplane/rtsp": VOCABULARY | {"dataplane/net"},
    "dataplane/lcore": VOCABULARY | {"dataplane/net", "dataplane/source", "dataplane/segment",
                                     "dataplane/rtsp"},
    "dataplane": None,  # the program: all of its own libraries
    "control/upload": CONTROL,
    "control/web": CONTROL,
    "control/api": CONTROL | {"control/web", "control/upload"},
    "control/supervisor": CONTROL,
    "control": None,
}
PROGRAMS = {
    "dataplane": VOCABULARY | {name for name in ARROWS if name.startswith("dataplane/")},
    "control": CONTROL | {name for name in ARROWS if name.startswith("control/")},
}

# Third-party headers, and the folders that alone may include them. Tools, benches and tests may.
WRAPPED = {
    r"openssl/": ("config/base/",),
    r"spdlog/(sinks|async|cfg)": ("config/base/",),
    r"yaml-cpp/": ("config/",),
    r"curl/": ("storage/object/",),
    r"sqlite3": ("storage/catalog/",),
    r"rte_|pcap": ("dataplane/net/", "dataplane/source/", "dataplane/segment/", "dataplane/rtsp/",
                   "dataplane/lcore/", "dataplane/main"),
    r"microhttpd|prometheus/": ("control/",),
    r"bpf/|xdp/": ("dataplane/source/",),
    r"CLI/": (),
    r"gtest/|gmock/|benchmark/": (),
}
OURS = ("config/", "storage/", "dataplane/", "control/")


def library(path):
    owners = [name for name in ARROWS if path.startswith(name + "/")]
    return max(owners, key=len, default=None)


def includes():
    """(file, line number, what it includes) of every #include of the product."""
    for name in tree.files("*.cpp", "*.h"):
        if name.startswith(OURS):
            for number, line in enumerate(tree.text(name).splitlines(), 1):
                found = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
                if found:
                    yield name, number, found.group(1)


class Arrows(unittest.TestCase):
    def test_every_include_follows_the_arrows(self):
        wrong = []
        for name, number, included in includes():
            source, target = library(name), library(included)
            if target is None or source == target:
                continue
            allowed = ARROWS[source] if ARROWS[source] is not None else PROGRAMS[source]
            if target not in allowed:
                wrong.append(f"{name}:{number} {source} may not know {target} ({included})")
        self.assertEqual([], wrong)

    def test_third_party_headers_are_included_by_their_wrapper_alone(self):
        wrong = [f"{name}:{number} {included}"
                 for name, number, included in includes() for pattern, folders in WRAPPED.items()
                 if re.match(pattern, included) and not name.startswith(folders or "nowhere")]
        self.assertEqual([], wrong)

    def test_includes_of_our_own_headers_are_relative_to_the_root(self):
        headers = {pathlib.PurePath(name).name for name in tree.files("*.h")}
        wrong = [f"{name}:{number} {included}" for name, number, included in includes()
                 if included.startswith(".") or included in headers]
        self.assertEqual([], wrong)

    def test_every_source_file_belongs_to_a_library_or_a_program(self):
        strays = [name for name in tree.files("*.cpp", "*.h")
                  if not name.startswith(("tools/", "bench/", "tests/")) and library(name) is None]
        self.assertEqual([], strays)
