"""NAME.onnx.deploy.json and its like: what one must know to use exported weights."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.runs.versioned import read_versioned

DEPLOY_VERSION = 1
ENDING = ".deploy.json"


class InputFacts(msgspec.Struct, frozen=True):
    """How a picture is made the network's input, 1×3×height×width: RGB, `resized` in words, 0 to
    1, less `mean`, divided by `std`."""

    height: int
    width: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resized: str


class DeployFile(msgspec.Struct, frozen=True):
    """The model and its recipe, which weights these are, the files beside this one, the classes
    in the order of the network's numbers, and its input."""

    model: str
    recipe: str
    weights: str
    files: tuple[str, ...]
    classes: tuple[str, ...]
    input: InputFacts
    version: int = DEPLOY_VERSION


def read_deploy_file(path: Path) -> DeployFile:
    """Read one.

    Raises:
        Newer: a newer thaw has written it.
        Unreadable: it is torn, or no such file.
        OSError: it is missing, or may not be read.
    """
    return read_versioned(path, DeployFile, DEPLOY_VERSION)
