"""The NVIDIA driver, NVML and the GPUs."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import cache
from typing import Any

from tui.commands.checks.line import Line
from tui.figures import size
from tui.monitor.gpu import GpuSnapshot
from tui.monitor.nvml import GpuMonitor

NONE = "Nothing to do on a machine without a GPU. With one, install NVIDIA's driver."


def check() -> Iterator[Line]:
    """The driver, then each GPU."""
    monitor = GpuMonitor()
    try:
        snapshot = monitor.snapshot()
    finally:
        monitor.close()
    yield from of_snapshot(snapshot, *driver())


def of_snapshot(snapshot: GpuSnapshot, version: str, cuda: str) -> Iterator[Line]:
    """What NVML told of the driver and the GPUs."""
    if not snapshot.gpus:
        yield Line("GPU", "warn", f"{snapshot.problem}; training is on the CPU", _todo(snapshot))
        return
    takes = f", for CUDA up to {cuda}" if cuda else ""
    yield Line("driver", "ok", f"NVIDIA {version or 'of a version that it does not tell'}{takes}")
    for gpu in snapshot.gpus:
        said = gpu.name
        if gpu.total is not None and gpu.used is not None:
            said += f", {size(gpu.total - gpu.used)} of {size(gpu.total)} free"
        full = gpu.total is not None and gpu.used is not None and gpu.used > gpu.total * 0.9
        yield Line(
            f"GPU {gpu.label}",
            "warn" if full else "ok",
            said,
            "Another program has nearly all of its memory; nvidia-smi names it." if full else "",
        )
    if snapshot.problem:
        yield Line("GPU", "warn", snapshot.problem, _todo(snapshot))


def _todo(snapshot: GpuSnapshot) -> str:
    if "permission" in snapshot.problem or "may not ask" in snapshot.problem:
        return "Ask who runs this machine to let you use /dev/nvidia*."
    if "reboot" in snapshot.problem:
        return "Reboot: the driver was updated while it was in use."
    if "not loaded" in snapshot.problem or "lost" in snapshot.problem.lower():
        return "Load the driver (modprobe nvidia) or reboot; dmesg says what became of it."
    return NONE


@cache
def devices() -> tuple[tuple[str, ...], str]:
    """The names of the GPUs, and the newest CUDA that their driver takes (empty: not known)."""
    monitor = GpuMonitor()
    try:
        names = tuple(gpu.name for gpu in monitor.snapshot().gpus)
    finally:
        monitor.close()
    return names, driver()[1] if names else ""


def driver(nvml: Any = None) -> tuple[str, str]:
    """The versions of the driver and of the newest CUDA that it takes; empty where unknown."""
    try:
        nvml = nvml or importlib.import_module("pynvml")
        nvml.nvmlInit()
    except Exception:
        return "", ""
    try:
        version = nvml.nvmlSystemGetDriverVersion()
        number = int(nvml.nvmlSystemGetCudaDriverVersion_v2())
        text = version.decode() if isinstance(version, bytes) else str(version)
        return text, f"{number // 1000}.{number % 1000 // 10}"
    except Exception:
        return "", ""
    finally:
        nvml.nvmlShutdown()
