"""The screen's process stays light: nothing of it imports MXNet."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"mxnet", "gluoncv", "numpy", "plotext", "pygments", "PIL", "textual_image", "tomli_w"}

APP = """
from tui.model.source import ModelSource
from tui.app.app import ThawApp
ThawApp(ModelSource("m"))
"""


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a new interpreter has after running some code."""
    end = "import sys; print('\\n'.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{end}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


BROWSER = """
from tui.app.app import ThawApp
ThawApp().get_default_screen()
"""


@pytest.mark.parametrize("code", [APP, BROWSER, "import tui.cli"], ids=["app", "browser", "cli"])
def test_first_frame_needs_nothing_heavy(code: str) -> None:
    assert loaded_after(code) & HEAVY == set()


def test_pictures_are_drawn_without_numpy_which_stays_importable() -> None:
    code = """
from PIL import Image
from tui.picture_cells import draw
for way in ("half blocks", "sixel"):
    draw(Image.new("RGB", (64, 48)), way, 20, 10)
"""
    assert "numpy" not in loaded_after(code)
    assert "numpy" in loaded_after(f"{code}import numpy")


def test_every_module_of_the_app_does_without_mxnet() -> None:
    walk = (
        "import importlib, pkgutil, tui.app\n"
        "for found in pkgutil.walk_packages(tui.app.__path__, 'tui.app.'):\n"
        "    importlib.import_module(found.name)"
    )
    assert loaded_after(walk) & {"mxnet", "gluoncv", "numpy"} == set()
