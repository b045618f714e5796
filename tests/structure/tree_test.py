"""The tree keeps to CONTRIBUTING.md: sizes of files, names, marks, links between documents."""

import pathlib
import re
import unittest

from harness import paths, tree

SUITE = "structure"
MAX_LINES = 400
CODE = ("*.cpp", "*.h", "*.py", "*.sh", "*.js", "*.ts", "*meson.build")
# Folders of the machines that Sluice happens to be written on; classes, lest this line match.
ELSEWHERE = re.compile(r"/w[o]rk/|/f[a]rm/|/tmp/w[t]/|\bi[s]sue \d+\b")
MARKS = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X)\b|\bDIS[A]BLED_")


def anchors(name):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+\s+(.*)$", tree.text(name), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


class Files(unittest.TestCase):
    def lines_that(self, pattern, names):
        return [f"{name}:{number} {line.strip()}" for name in names
                for number, line in enumerate(tree.text(name).splitlines(), 1) if pattern.search(line)]

    def test_no_file_holds_more_than_one_concept_can_need(self):
        long = {name: length for name in tree.files("*.cpp", "*.h", "*.py")
                if (length := len(tree.text(name).splitlines())) > MAX_LINES}
        self.assertEqual({}, long)

    def test_files_and_folders_are_in_snake_case(self):
        wrong = [name for name in tree.files("*.cpp", "*.h", "*.py")
                 if not re.fullmatch(r"[a-z0-9_/]+\.(cpp|h|py)", name)]
        self.assertEqual([], wrong)

    def test_every_header_is_guarded_by_pragma_once(self):
        self.assertEqual([], [name for name in tree.files("*.h") if "#pragma once" not in tree.text(name)])

    def test_nothing_is_left_for_later_in_the_code(self):
        self.assertEqual([], self.lines_that(MARKS, tree.files(*CODE)))

    def test_skips_and_silenced_warnings_give_their_reason(self):
        unexplained = re.compile(r"GTEST_SKIP\(\)\s*;|//\s*NOLINT(NEXTLINE)?(\([\w\-.,]*\))?\s*$")
        self.assertEqual([], self.lines_that(unexplained, tree.files("*.cpp", "*.h")))

    def test_nothing_names_a_place_outside_the_project(self):
        self.assertEqual([], self.lines_that(ELSEWHERE, tree.files()))

    def test_lock_files_name_no_registry(self):
        self.assertEqual([], self.lines_that(re.compile(r'"resolved":\s*"https?:'),
                                             tree.files("*package-lock.json")))


class Links(unittest.TestCase):
    def test_every_relative_link_in_a_document_leads_somewhere(self):
        dead = []
        for name in tree.files("*.md"):
            text = re.sub(r"```.*?```", "", tree.text(name), flags=re.DOTALL)
            for target in re.findall(r"\]\(<?([^)\s>]+)|(?:src|href)=\"([^\"]+)\"", text):
                link, _, anchor = "".join(target).partition("#")
                if re.match(r"[a-z]+:", link):
                    continue
                there = (paths.SOURCE / pathlib.PurePath(name).parent / link) if link else paths.SOURCE / name
                if not there.exists():
                    dead.append(f"{name}: {link}")
                elif anchor and there.suffix == ".md" and \
                        anchor not in anchors(there.resolve().relative_to(paths.SOURCE).as_posix()):
                    dead.append(f"{name}: {link}#{anchor}")
        self.assertEqual([], dead)
