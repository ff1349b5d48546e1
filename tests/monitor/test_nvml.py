"""GPUs through the real binding, on a library that stands in for NVIDIA's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.monitor.stand_in import Sampler, build
from tui.monitor.gpu import GpuProcess
from tui.monitor.nvml import RETRY_SECONDS, SLOW_SECONDS, GpuMonitor

T4 = """0.name Tesla T4
0.total 16000
0.used 4000
0.busy 87
0.temperature 61
0.power 70500
0.limit 75000
0.mig 0
0.compute 7=3000 8=
0.graphics 9=500 7=2900
"""
A100 = """1.name NVIDIA A100
1.total 40000
1.used 30000
1.busy 3
1.compute
"""
TWO = f"count 2\n{T4}{A100}"
MIG = """count 2
0.name NVIDIA A100
0.total 40000
0.used 9000
0.temperature 40
0.power 200000
0.mig 1
0:0.name NVIDIA A100 MIG 3g.20gb
0:0.total 20000
0:0.used 8000
0:0.compute 7=7900
0:2.name NVIDIA A100 MIG 1g.5gb
0:2.total 5000
0:2.used 1000
1.name NVIDIA A100
1.total 40000
1.used 1
1.mig 1
"""
LOST, NOT_LOADED, UNINITIALIZED, MISMATCH, NO_PERMISSION = 15, 9, 1, 18, 4


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def sampler(library: Path, tmp_path: Path) -> Iterator[Sampler]:
    sampler = Sampler(library, tmp_path)
    yield sampler
    assert sampler.close() == 0, "a snapshot raised"


def test_two_gpus_with_all_that_they_tell(sampler: Sampler) -> None:
    sampler.say(TWO)
    snapshot = sampler.snapshot()
    assert snapshot.problem == ""
    first, second = snapshot.gpus
    assert (first.label, first.name, first.total, first.used) == ("0", "Tesla T4", 16000, 4000)
    assert (first.utilisation, first.temperature) == (87, 61)
    assert (first.power, first.power_limit) == (70.5, 75.0)
    assert (second.label, second.used, second.utilisation) == ("1", 30000, 3)


def test_each_process_counts_once_and_ours_are_told_from_others(sampler: Sampler) -> None:
    sampler.say(TWO.replace("0.compute 7=", f"0.compute {os.getpid()}=10 7="))
    gpu = sampler.snapshot().gpus[0]
    assert {(one.pid, one.used) for one in gpu.processes} == {
        *((os.getpid(), 10), (7, 3000), (8, None), (9, 500))
    }
    assert gpu.used_by({7, 8}) == 3000
    assert gpu.used_by({8}) is None
    assert gpu.used_by(frozenset()) is None
    assert [one.pid for one in gpu.others({7, os.getpid()})] == [9, 8]
    ours = next(one for one in gpu.processes if one.pid == os.getpid())
    assert ours.name == psutil.Process().name()


def test_what_a_card_does_not_support_is_a_gap(sampler: Sampler) -> None:
    sampler.say("count 2\n0.name Old\n1.name New\n1.total 5\n1.used 1\n1.busy 4294967295\n")
    old, new = sampler.snapshot().gpus
    assert (old.name, old.total, old.used, old.utilisation) == ("Old", None, None, None)
    assert (old.temperature, old.power, old.power_limit) == (None, None, None)
    assert (old.processes, old.mig) == ((), None)
    assert (new.used, new.utilisation) == (1, None), "not available, as a number"


def test_a_value_that_may_not_be_asked_is_a_gap(sampler: Sampler) -> None:
    sampler.say(f"{TWO}0.error.nvmlDeviceGetComputeRunningProcesses {NO_PERMISSION}\n")
    first, _ = sampler.snapshot().gpus
    assert first.used == 4000
    assert first.used_by({9}) == 500, "what draws on it may be known all the same"


def test_a_card_in_parts_is_shown_by_its_parts(sampler: Sampler) -> None:
    sampler.say(MIG)
    snapshot = sampler.snapshot()
    assert [(g.label, g.total, g.used, g.utilisation) for g in snapshot.gpus] == [
        ("0:0", 20000, 8000, None),
        ("0:2", 5000, 1000, None),
        ("1", 40000, 1, None),  # in parts, but none was made yet
    ]
    part = snapshot.gpus[0]
    assert (part.name, part.temperature, part.power) == ("NVIDIA A100 MIG 3g.20gb", 40, 200.0)
    assert part.processes == (GpuProcess(7, 7900, part.processes[0].name),)
    assert snapshot.gpus[1].processes == ()


def test_a_part_that_is_taken_away_goes(sampler: Sampler) -> None:
    sampler.say(MIG)
    assert len(sampler.snapshot().gpus) == 3
    sampler.say("".join(line for line in MIG.splitlines(True) if not line.startswith("0:2")))
    assert [gpu.label for gpu in sampler.snapshot().gpus] == ["0:0", "1"]
    sampler.say(MIG.replace("0.mig 1", "0.mig 0"))
    assert [gpu.label for gpu in sampler.snapshot(SLOW_SECONDS).gpus] == ["0", "1"]


def test_slow_values_are_kept_for_a_while(sampler: Sampler) -> None:
    sampler.say(f"count 1\n{T4}")
    for _ in range(3):
        sampler.snapshot()
    slow = (
        *("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetPowerUsage"),
        *("nvmlDeviceGetTemperature", "nvmlDeviceGetMigMode"),
    )
    once = [sampler.calls(name) for name in slow]
    assert sampler.calls("nvmlDeviceGetMemoryInfo") == 3
    assert sampler.calls("nvmlDeviceGetName") == 1
    sampler.say(f"count 1\n{T4}".replace("temperature 61", "temperature 64"))
    assert sampler.snapshot().gpus[0].temperature == 61
    assert sampler.snapshot(SLOW_SECONDS).gpus[0].temperature == 64
    assert [sampler.calls(name) for name in slow] == [2 * count for count in once]


def test_a_gpu_that_is_lost_in_mid_run_leaves_the_others(sampler: Sampler) -> None:
    sampler.say(TWO)
    assert len(sampler.snapshot().gpus) == 2
    sampler.say(f"{TWO}0.error {LOST}\n")
    snapshot = sampler.snapshot()
    assert [gpu.index for gpu in snapshot.gpus] == [1]
    assert snapshot.problem == "GPU 0: the GPU has fallen off the bus or is not reachable"
    sampler.say(TWO)
    assert len(sampler.snapshot().gpus) == 2


def test_one_that_is_lost_between_two_questions_is_not_shown_with_gaps(sampler: Sampler) -> None:
    sampler.say(f"{TWO}1.error.nvmlDeviceGetUtilizationRates {LOST}\n")
    snapshot = sampler.snapshot()
    assert [gpu.index for gpu in snapshot.gpus] == [0]
    assert snapshot.problem.startswith("GPU 1: ")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (f"error {NOT_LOADED}", "the NVIDIA driver is not loaded"),
        (f"error {UNINITIALIZED}", "the NVIDIA driver was unloaded"),
        (f"0.error {LOST}", "GPU 0: the GPU has fallen off the bus or is not reachable"),
        ("error 999", "Unknown Error"),
        ("error 77", "stand-in error 77"),
    ],
)
def test_a_driver_that_disappears_in_mid_run_is_said_and_found_again(
    sampler: Sampler, error: str, words: str
) -> None:
    one = f"count 1\n{T4}"
    sampler.say(one)
    assert len(sampler.snapshot().gpus) == 1
    sampler.say(f"{error}\n{one}")
    snapshot = sampler.snapshot()
    assert snapshot.gpus == ()
    assert snapshot.problem == f"the GPU driver stopped answering: {words}"
    assert sampler.calls("nvmlShutdown") == 1
    sampler.say(one)
    assert sampler.snapshot().gpus == (), "it is left alone for a while"
    assert len(sampler.snapshot(RETRY_SECONDS).gpus) == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (f"error.nvmlInitWithFlags {NOT_LOADED}", "no GPU: the NVIDIA driver is not loaded"),
        (
            f"error.nvmlInitWithFlags {MISMATCH}",
            "no GPU: the NVIDIA library and driver differ in version; reboot",
        ),
        (f"error {NO_PERMISSION}", "no GPU: this user may not ask the NVIDIA driver"),
        ("count 0", "the driver shows no GPU"),
    ],
)
def test_a_driver_that_does_not_begin_is_one_line(sampler: Sampler, error: str, words: str) -> None:
    sampler.say(f"{error}\n")
    snapshot = sampler.snapshot()
    assert (snapshot.gpus, snapshot.problem) == ((), words)
    sampler.snapshot()
    if "count" not in error:
        assert sampler.calls("nvmlInitWithFlags") == 1, "it is asked again, but later"
    sampler.say(TWO)
    assert len(sampler.snapshot(RETRY_SECONDS).gpus) == 2


def test_a_driver_of_mxnets_own_time_tells_its_processes_too(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    sampler = Sampler(build(old, old_driver=True), tmp_path)
    sampler.say(TWO)
    assert sampler.snapshot().gpus[0].used_by({7, 9}) == 3500
    assert sampler.close() == 0


def test_a_missing_binding_is_one_line() -> None:
    def load() -> Any:
        raise ModuleNotFoundError("No module named 'pynvml'")

    snapshot = GpuMonitor(load).snapshot()
    assert snapshot.gpus == ()
    assert snapshot.problem == "no GPU: No module named 'pynvml'"


def test_the_real_library_never_raises_here() -> None:
    monitor = GpuMonitor()
    snapshot = monitor.snapshot()
    assert snapshot.gpus or snapshot.problem
    monitor.close()
