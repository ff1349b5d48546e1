"""The Python that runs thaw, and the machine under it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from tui import __version__
from tui.commands.checks.line import Line

OLDEST, NEWEST = (3, 10), (3, 12)

MACHINES = {"Linux": ("x86_64", "aarch64"), "Darwin": ("x86_64",)}
"""Those for which MXNet 1.9.1 has wheels."""


def check() -> Iterator[Line]:
    """Its version, then the system's."""
    yield Line("thaw", "ok", f"{__version__}, in {sys.prefix}")
    yield of_version(sys.version_info[:2], platform.python_version())
    yield of_machine(platform.system(), platform.machine())


def of_version(version: tuple[int, ...], full: str) -> Line:
    """Whether MXNet works on a Python."""
    said = f"{full}, {platform.python_implementation()}"
    if OLDEST <= version <= NEWEST:
        return Line("Python", "ok", said)
    return Line(
        "Python",
        "fail",
        f"{said}; MXNet and GluonCV work on 3.10 to 3.12",
        "Take another Python: uv venv --python 3.11, then install thaw there.",
    )


def of_machine(system: str, machine: str) -> Line:
    """Whether MXNet has wheels for a machine."""
    said = f"{system} on {machine}"
    if machine in MACHINES.get(system, ()):
        return Line("system", "ok", said)
    known = "Linux on x86_64 or aarch64, or macOS on x86_64"
    return Line(
        "system",
        "warn",
        f"{said}; MXNet 1.9.1 has no wheels for it",
        f"Run thaw on {known}, over ssh.",
    )
