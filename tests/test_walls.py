"""The walls between the parts, held at run time: what importing a part brings in."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tui

HEAVY = ("mxnet", "gluoncv", "cv2")

IMPORT_AND_TELL = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(sorted({name.split('.')[0] for name in sys.modules} | set(sys.modules))))
"""


def modules_of(part: str) -> list[str]:
    """All modules of a part but `__main__`, itself included."""
    root = Path(tui.__file__).parent.parent
    place = root.joinpath(*part.split("."))
    files = [place.with_suffix(".py")] if place.with_suffix(".py").exists() else place.rglob("*.py")
    names = {".".join(file.relative_to(root).with_suffix("").parts) for file in files}
    return sorted(name.removesuffix(".__init__") for name in names if not name.endswith("__main__"))


def brought_in_by(modules: list[str]) -> set[str]:
    """What is imported once these are, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_AND_TELL, json.dumps(modules)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "part", ["tui.model", "tui.runs", "tui.monitor", "tui.picture_cells", "tui.toml"]
)
def test_plain_parts_bring_in_neither_mxnet_nor_textual(part: str) -> None:
    found = brought_in_by(modules_of(part))
    assert part in found
    assert found.isdisjoint((*HEAVY, "numpy", "textual", "tui.engine", "tui.app"))


def test_the_screen_brings_in_no_mxnet() -> None:
    found = brought_in_by(modules_of("tui.app"))
    assert "textual" in found
    assert found.isdisjoint((*HEAVY, "numpy", "tui.engine"))


def test_the_command_line_brings_in_its_parts_late() -> None:
    found = brought_in_by(["tui.start", "tui.cli", *modules_of("tui.commands")])
    assert found.isdisjoint((*HEAVY, "numpy", "textual", "tui.engine", "tui.app"))


def test_the_engine_knows_nothing_of_the_screen() -> None:
    found = brought_in_by(modules_of("tui.engine"))
    assert "mxnet" in found
    assert found.isdisjoint(("textual", "tui.app", "tui.cli", "tui.commands"))


def test_every_part_is_looked_at() -> None:
    parts = {module.name for module in pkgutil.iter_modules(tui.__path__)} - {"__main__"}
    assert parts == {
        "app",
        "cli",
        "commands",
        "engine",
        "figures",
        "model",
        "monitor",
        "picture_cells",
        "printable",
        "runs",
        "start",
        "toml",
        "whole_file",
    }
