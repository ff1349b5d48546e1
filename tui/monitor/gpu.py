"""GPU memory and use, read through NVML.

The binding is imported at the first snapshot, since that takes a while and most screens never
need it. No GPU, no driver, a driver that goes away, a value that a card does not tell: each is
an answer, never an exception.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SLOW_SECONDS = 5.0
"""How long a slow value (processes, temperature, power) is kept before it is read again."""

RETRY_SECONDS = 30.0
"""How long to leave a driver alone that did not answer."""


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process on a GPU; `used` is in bytes, None where the driver does not tell."""

    pid: int
    used: int | None


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU. `total` and `used` are in bytes, `utilisation` is 0 to 100, `temperature` in
    degrees Celsius, `power` in watts; each is None where the card does not tell."""

    index: int
    name: str
    total: int | None
    used: int | None
    utilisation: int | None
    temperature: int | None
    power: float | None
    processes: tuple[GpuProcess, ...]

    def used_by(self, pids: frozenset[int]) -> int | None:
        """Bytes used by these processes; None where none of them is known here."""
        told = [p.used for p in self.processes if p.pid in pids and p.used is not None]
        return sum(told) if told else None


@dataclass(frozen=True, slots=True)
class GpuSnapshot:
    """All GPUs at one moment. Where there is none, `problem` says why in one line."""

    gpus: tuple[Gpu, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Slow:
    read_at: float
    temperature: int | None
    power: float | None
    processes: tuple[GpuProcess, ...]


class GpuMonitor:
    """Reads NVML. One instance is used from one thread at a time."""

    def __init__(
        self,
        load: Callable[[], Any] = lambda: importlib.import_module("pynvml"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._clock = clock
        self._nvml: Any = None
        self._problem = ""
        self._retry_at = float("-inf")
        self._names: dict[int, str] = {}
        self._slow: dict[int, _Slow] = {}

    def snapshot(self) -> GpuSnapshot:
        """Every GPU now. Never raises."""
        if self._nvml is None and not self._start():
            return GpuSnapshot((), self._problem)
        try:
            count = self._nvml.nvmlDeviceGetCount()
        except Exception as error:
            self._lose(error)
            return GpuSnapshot((), self._problem)
        found: list[Gpu] = []
        lost = ""
        for index in range(count):
            try:
                found.append(self._read(index))
            except Exception as error:
                lost = f"GPU {index}: {_reason(error)}"
        if count and not found:
            self._lose(lost)
            return GpuSnapshot((), self._problem)
        return GpuSnapshot(tuple(found), lost or ("" if count else "the driver shows no GPU"))

    def close(self) -> None:
        """Let the driver go."""
        if self._nvml is not None:
            _quietly(self._nvml.nvmlShutdown)
            self._nvml = None

    def _start(self) -> bool:
        now = self._clock()
        if now < self._retry_at:
            return False
        try:
            nvml = self._load()
            nvml.nvmlInit()
        except Exception as error:
            self._problem = f"no GPU: {_reason(error)}"
            self._retry_at = now + RETRY_SECONDS
            return False
        self._nvml, self._problem = nvml, ""
        return True

    def _lose(self, error: Exception | str) -> None:
        reason = error if isinstance(error, str) else _reason(error)
        self._problem = f"the GPU driver stopped answering: {reason}"
        self._retry_at = self._clock() + RETRY_SECONDS
        self.close()
        self._slow.clear()

    def _read(self, index: int) -> Gpu:
        nvml = self._nvml
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        if index not in self._names:
            self._names[index] = _text(_told(nvml.nvmlDeviceGetName, handle)) or f"GPU {index}"
        memory = _told(nvml.nvmlDeviceGetMemoryInfo, handle)
        rates = _told(nvml.nvmlDeviceGetUtilizationRates, handle)
        slow = self._read_slow(index, handle)
        return Gpu(
            index,
            self._names[index],
            _whole(getattr(memory, "total", None)),
            _whole(getattr(memory, "used", None)),
            _whole(getattr(rates, "gpu", None)),
            slow.temperature,
            slow.power,
            slow.processes,
        )

    def _read_slow(self, index: int, handle: Any) -> _Slow:
        now = self._clock()
        kept = self._slow.get(index)
        if kept is not None and now - kept.read_at < SLOW_SECONDS:
            return kept
        nvml = self._nvml
        sensor = getattr(nvml, "NVML_TEMPERATURE_GPU", 0)
        milliwatts = _whole(_told(nvml.nvmlDeviceGetPowerUsage, handle))
        listed = _told(nvml.nvmlDeviceGetComputeRunningProcesses, handle) or ()
        slow = _Slow(
            now,
            _whole(_told(nvml.nvmlDeviceGetTemperature, handle, sensor)),
            None if milliwatts is None else milliwatts / 1000,
            tuple(GpuProcess(p.pid, _whole(getattr(p, "usedGpuMemory", None))) for p in listed),
        )
        self._slow[index] = slow
        return slow


def _told(call: Callable[..., Any], *arguments: Any) -> Any:
    # What a card does not support, or may not say, leaves a gap; a card that is gone must not
    # look like one that only says little.
    try:
        return call(*arguments)
    except Exception as error:
        if "GpuIsLost" in type(error).__name__ or "Uninitialized" in type(error).__name__:
            raise
        return None


def _quietly(call: Callable[[], Any]) -> None:
    try:
        call()
    except Exception:
        return


def _whole(value: Any) -> int | None:
    # NVML says "not available" as None, or as the largest value of its type.
    if not isinstance(value, int) or value < 0 or value >= (1 << 63):
        return None
    return value


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _reason(error: Exception) -> str:
    name = type(error).__name__
    known = {
        "LibraryNotFound": "no NVIDIA driver",
        "DriverNotLoaded": "the NVIDIA driver is not loaded",
        "NoPermission": "this user may not ask the NVIDIA driver",
        "GpuIsLost": "the GPU has fallen off the bus or is not reachable",
        "LibRmVersionMismatch": "the NVIDIA library and driver differ in version; reboot",
    }
    for end, words in known.items():
        if name.endswith(end):
            return words
    return " ".join(str(error).split()) or name
