"""Where things lie."""

import os
import pathlib

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def build():
    """The build directory under test."""
    return pathlib.Path(os.environ.get("SLUICE_BUILD", SOURCE / "build"))


def program(name):
    """A built program: sluice, sluice-dataplane, sluice-control or sluice-gen."""
    folder = {"sluice-dataplane": "dataplane", "sluice-control": "control"}.get(name, "tools")
    return build() / folder / name
