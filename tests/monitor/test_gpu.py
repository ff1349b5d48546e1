"""GPU memory through a stand-in for the NVML binding."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tui.monitor.gpu import RETRY_SECONDS, SLOW_SECONDS, GpuMonitor


class NVMLError(Exception):
    pass


class NVMLError_LibraryNotFound(NVMLError):
    pass


class NVMLError_NotSupported(NVMLError):
    pass


class NVMLError_GpuIsLost(NVMLError):
    pass


class StandInNvml:
    """Answers as the binding would. `broken` maps a function's name to what it raises."""

    NVML_TEMPERATURE_GPU = 0

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self.broken: dict[str, Exception] = {}
        self.lost: set[int] = set()
        self.calls: list[str] = []
        self.shut = 0

    def _call(self, name: str, index: int | None = None) -> None:
        self.calls.append(name)
        if name in self.broken:
            raise self.broken[name]
        if index in self.lost:
            raise NVMLError_GpuIsLost("GPU is lost")

    def nvmlInit(self) -> None:  # noqa: N802
        self._call("nvmlInit")

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.shut += 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        self._call("nvmlDeviceGetCount")
        return self.count

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        self._call("nvmlDeviceGetHandleByIndex", index)
        return index

    def nvmlDeviceGetName(self, handle: int) -> bytes:  # noqa: N802
        self._call("nvmlDeviceGetName", handle)
        return b"Tesla T4"

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:  # noqa: N802
        self._call("nvmlDeviceGetMemoryInfo", handle)
        return SimpleNamespace(total=16_000, used=4_000 + handle)

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:  # noqa: N802
        self._call("nvmlDeviceGetUtilizationRates", handle)
        return SimpleNamespace(gpu=87, memory=20)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:  # noqa: N802
        self._call("nvmlDeviceGetTemperature", handle)
        return 61

    def nvmlDeviceGetPowerUsage(self, handle: int) -> int:  # noqa: N802
        self._call("nvmlDeviceGetPowerUsage", handle)
        return 70_500

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> list[Any]:  # noqa: N802
        self._call("nvmlDeviceGetComputeRunningProcesses", handle)
        return [
            SimpleNamespace(pid=7, usedGpuMemory=3_000),
            SimpleNamespace(pid=8, usedGpuMemory=None),
        ]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_reads_every_gpu(clock: Clock) -> None:
    snapshot = GpuMonitor(lambda: StandInNvml(2), clock).snapshot()
    assert snapshot.problem == ""
    assert [(g.index, g.name, g.total, g.used) for g in snapshot.gpus] == [
        (0, "Tesla T4", 16_000, 4_000),
        (1, "Tesla T4", 16_000, 4_001),
    ]
    gpu = snapshot.gpus[0]
    assert (gpu.utilisation, gpu.temperature, gpu.power) == (87, 61, 70.5)


def test_memory_of_processes_is_told_where_the_driver_tells_it(clock: Clock) -> None:
    gpu = GpuMonitor(lambda: StandInNvml(), clock).snapshot().gpus[0]
    assert gpu.used_by(frozenset({7, 8})) == 3_000
    assert gpu.used_by(frozenset({8})) is None
    assert gpu.used_by(frozenset()) is None


def test_no_driver_is_one_line_and_is_asked_again_later(clock: Clock) -> None:
    nvml = StandInNvml()
    nvml.broken["nvmlInit"] = NVMLError_LibraryNotFound("NVML Shared Library Not Found")
    monitor = GpuMonitor(lambda: nvml, clock)
    assert monitor.snapshot().problem == "no GPU: no NVIDIA driver"
    monitor.snapshot()
    assert nvml.calls == ["nvmlInit"]
    del nvml.broken["nvmlInit"]
    clock.now += RETRY_SECONDS
    assert len(monitor.snapshot().gpus) == 1


def test_a_missing_binding_is_one_line(clock: Clock) -> None:
    def load() -> Any:
        raise ModuleNotFoundError("No module named 'pynvml'")

    snapshot = GpuMonitor(load, clock).snapshot()
    assert snapshot.gpus == ()
    assert snapshot.problem == "no GPU: No module named 'pynvml'"


def test_what_a_card_does_not_support_is_a_gap(clock: Clock) -> None:
    nvml = StandInNvml()
    for name in (
        "nvmlDeviceGetUtilizationRates",
        "nvmlDeviceGetTemperature",
        "nvmlDeviceGetPowerUsage",
        "nvmlDeviceGetComputeRunningProcesses",
        "nvmlDeviceGetMemoryInfo",
    ):
        nvml.broken[name] = NVMLError_NotSupported("Not Supported")
    gpu = GpuMonitor(lambda: nvml, clock).snapshot().gpus[0]
    assert (gpu.total, gpu.used, gpu.utilisation) == (None, None, None)
    assert (gpu.temperature, gpu.power, gpu.processes) == (None, None, ())


def test_slow_values_are_kept_for_a_while(clock: Clock) -> None:
    nvml = StandInNvml()
    monitor = GpuMonitor(lambda: nvml, clock)
    for _ in range(3):
        monitor.snapshot()
    assert nvml.calls.count("nvmlDeviceGetComputeRunningProcesses") == 1
    assert nvml.calls.count("nvmlDeviceGetMemoryInfo") == 3
    clock.now += SLOW_SECONDS
    monitor.snapshot()
    assert nvml.calls.count("nvmlDeviceGetComputeRunningProcesses") == 2


def test_a_gpu_that_is_lost_leaves_the_others(clock: Clock) -> None:
    nvml = StandInNvml(2)
    nvml.lost.add(1)
    snapshot = GpuMonitor(lambda: nvml, clock).snapshot()
    assert [gpu.index for gpu in snapshot.gpus] == [0]
    assert snapshot.problem.startswith("GPU 1: the GPU has fallen off")


def test_a_driver_that_disappears_is_said_and_found_again(clock: Clock) -> None:
    nvml = StandInNvml()
    monitor = GpuMonitor(lambda: nvml, clock)
    assert len(monitor.snapshot().gpus) == 1
    nvml.lost.add(0)
    snapshot = monitor.snapshot()
    assert snapshot.gpus == ()
    assert snapshot.problem.startswith("the GPU driver stopped answering: ")
    assert nvml.shut == 1
    nvml.lost.clear()
    assert monitor.snapshot().gpus == ()
    clock.now += RETRY_SECONDS
    assert len(monitor.snapshot().gpus) == 1


def test_a_driver_without_gpus_says_so(clock: Clock) -> None:
    assert GpuMonitor(lambda: StandInNvml(0), clock).snapshot().problem == (
        "the driver shows no GPU"
    )


def test_the_real_binding_never_raises_here() -> None:
    snapshot = GpuMonitor().snapshot()
    assert snapshot.gpus or snapshot.problem
