"""NVIDIA's library as the tests build it, and a process that reads it through the real binding."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

import msgspec
import pytest

from tui.monitor.gpu import GpuSnapshot

SOURCE = Path(__file__).with_name("stand_in_nvml.c")

SAMPLE = """
import sys
import msgspec
from tui.monitor.nvml import GpuMonitor
now = 0.0
monitor = GpuMonitor(clock=lambda: now)
for line in sys.stdin:
    now += float(line)
    print(msgspec.json.encode(monitor.snapshot()).decode(), flush=True)
monitor.close()
"""


def build(folder: Path, *, old_driver: bool = False) -> Path:
    """Compile the library into a folder; skips the test where that cannot be done."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("the stand-in for NVML needs Linux and a C compiler")
    library = folder / "libnvidia-ml.so.1"
    flags = ["-O1", "-shared", "-fPIC", "-Wl,-soname,libnvidia-ml.so.1"]
    if old_driver:
        flags.append("-DOLD_DRIVER")
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE)], check=True)
    return library


class Sampler:
    """A process that takes snapshots of what `say` says. Its clock stands but for `after`."""

    def __init__(self, library: Path, folder: Path) -> None:
        self._script, self._calls = folder / "script", folder / "calls"
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": str(library.parent),
            "STAND_IN_NVML": str(self._script),
            "STAND_IN_CALLS": str(self._calls),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", SAMPLE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def say(self, script: str) -> None:
        """What the library says from now on."""
        self._script.write_text(script)

    def snapshot(self, after: float = 0.0) -> GpuSnapshot:
        """The GPUs so many seconds later."""
        to, told = _pipes(self._process)
        to.write(f"{after}\n")
        to.flush()
        return msgspec.json.decode(told.readline(), type=GpuSnapshot)

    def calls(self, function: str) -> int:
        """How often a function was called."""
        return self._calls.read_text().splitlines().count(function)

    def close(self) -> int:
        """End the process; its exit code."""
        _pipes(self._process)[0].close()
        code = self._process.wait(10)
        _pipes(self._process)[1].close()
        return code


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout
