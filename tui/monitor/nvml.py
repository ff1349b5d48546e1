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

import psutil

from tui.monitor.gpu import Gpu, GpuProcess, GpuSnapshot

SLOW_SECONDS = 5.0
"""How long a slow value (processes, temperature, power, MIG) is kept before it is read again."""

RETRY_SECONDS = 30.0
"""How long to leave a driver alone that did not answer."""

_GONE = ("GpuIsLost", "Uninitialized", "DriverNotLoaded", "LibRmVersionMismatch")
"""The ends of the names of errors by which a card, or the whole driver, says that it is gone."""


@dataclass(frozen=True, slots=True)
class _Slow:
    """What is read of a card now and then. `parts` are the numbers of its MIG devices, empty where
    it is whole; `processes` those on each part, or under None those on the whole card."""

    read_at: float
    temperature: int | None
    power: float | None
    power_limit: float | None
    parts: tuple[int, ...]
    processes: dict[int | None, tuple[GpuProcess, ...]]


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
        self._names: dict[tuple[int, int | None], str] = {}
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
                found += self._read(index)
            except Exception as error:
                self._slow.pop(index, None)
                lost = lost or f"GPU {index}: {_reason(error)}"
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
        # Another driver may number its cards in another order.
        self._slow.clear()
        self._names.clear()

    def _read(self, index: int) -> list[Gpu]:
        handle = self._nvml.nvmlDeviceGetHandleByIndex(index)
        slow = self._read_slow(index, handle)
        if not slow.parts:
            return [self._gpu(index, None, handle, slow)]
        found = []
        for part in slow.parts:
            device = _told(self._nvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, part)
            if device is not None:
                found.append(self._gpu(index, part, device, slow))
        return found

    def _gpu(self, index: int, part: int | None, handle: Any, slow: _Slow) -> Gpu:
        nvml = self._nvml
        key = index, part
        if key not in self._names:
            self._names[key] = _text(_told(nvml.nvmlDeviceGetName, handle)) or f"GPU {index}"
        memory = _told(nvml.nvmlDeviceGetMemoryInfo, handle)
        rates = _told(nvml.nvmlDeviceGetUtilizationRates, handle)
        return Gpu(
            index,
            self._names[key],
            _whole(getattr(memory, "total", None)),
            _whole(getattr(memory, "used", None)),
            _whole(getattr(rates, "gpu", None)),
            slow.temperature,
            slow.power,
            slow.processes.get(part, ()),
            slow.power_limit,
            part,
        )

    def _read_slow(self, index: int, handle: Any) -> _Slow:
        now = self._clock()
        kept = self._slow.get(index)
        if kept is not None and now - kept.read_at < SLOW_SECONDS:
            return kept
        nvml = self._nvml
        parts = self._parts(handle)
        devices: list[tuple[int | None, Any]] = [*parts.items()] or [(None, handle)]
        slow = _Slow(
            now,
            _whole(_told(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU)),
            _watts(_told(nvml.nvmlDeviceGetPowerUsage, handle)),
            _watts(_told(nvml.nvmlDeviceGetEnforcedPowerLimit, handle)),
            tuple(parts),
            {part: self._processes(device) for part, device in devices},
        )
        self._slow[index] = slow
        return slow

    def _parts(self, handle: Any) -> dict[int, Any]:
        """A card's MIG devices by number; none where it is not cut up, or cannot be."""
        nvml = self._nvml
        mode = _told(nvml.nvmlDeviceGetMigMode, handle)
        if not mode or mode[0] != nvml.NVML_DEVICE_MIG_ENABLE:
            return {}
        most = _whole(_told(nvml.nvmlDeviceGetMaxMigDeviceCount, handle)) or 0
        devices = {
            number: _told(nvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, number)
            for number in range(most)
        }
        return {number: device for number, device in devices.items() if device is not None}

    def _processes(self, handle: Any) -> tuple[GpuProcess, ...]:
        """Each process once, though it may compute and draw."""
        nvml = self._nvml
        used: dict[int, int | None] = {}
        for newest, older in (
            (
                nvml.nvmlDeviceGetComputeRunningProcesses,
                nvml.nvmlDeviceGetComputeRunningProcesses_v2,
            ),
            (
                nvml.nvmlDeviceGetGraphicsRunningProcesses,
                nvml.nvmlDeviceGetGraphicsRunningProcesses_v2,
            ),
        ):
            listed = _told(newest, handle)
            if listed is None:
                # Drivers of MXNet's own time know only the older call.
                listed = _told(older, handle) or ()
            for one in listed:
                told = _whole(one.usedGpuMemory)
                before = used.get(one.pid)
                used[one.pid] = before if told is None else max(told, before or 0)
        return tuple(GpuProcess(pid, size, _name_of(pid)) for pid, size in used.items())


def _told(call: Callable[..., Any], *arguments: Any) -> Any:
    # What a card does not support, or may not say, leaves a gap; a card that is gone must not
    # look like one that only says little.
    try:
        return call(*arguments)
    except Exception as error:
        if type(error).__name__.endswith(_GONE):
            raise
        return None


def _quietly(call: Callable[[], Any]) -> None:
    try:
        call()
    except Exception:
        return


def _name_of(pid: int) -> str:
    try:
        return psutil.Process(pid).name()
    except (psutil.Error, OSError, ValueError):
        return ""


def _whole(value: Any) -> int | None:
    # NVML says "not available" as None, or as the largest value of its type.
    if not isinstance(value, int) or value < 0 or value in (_NONE_32, _NONE_64):
        return None
    return value


_NONE_32, _NONE_64 = (1 << 32) - 1, (1 << 64) - 1


def _watts(milliwatts: Any) -> float | None:
    told = _whole(milliwatts)
    return None if told is None else told / 1000


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
        "Uninitialized": "the NVIDIA driver was unloaded",
    }
    for end, words in known.items():
        if name.endswith(end):
            return words
    return " ".join(str(error).split()) or name
