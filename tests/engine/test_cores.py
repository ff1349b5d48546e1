"""The threads of MXNet's operators: a core each, shared by the processes of a run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.engine.cores import cores, processors, use_cores
from tui.engine.cpu_quota import allowed
from tui.model.plan import FreezePlan
from tui.model.source import ModelSource
from tui.runs.folder import create_run
from tui.runs.spec import Distribution, Hyperparameters, RunSpec

THREADS = "OMP_NUM_THREADS"

EVERY = allowed(cores(processors()))
"""The cores that a process may keep busy here."""

MAIN = """
import os, sys, types
import tui.engine
from tui.engine import __main__

def main(arguments):
    import mxnet
    import ctypes
    print(os.environ.get("OMP_NUM_THREADS"), ctypes.CDLL("libgomp.so.1").omp_get_max_threads())
    return 0

assert "mxnet" not in sys.modules
for name in ("tui.engine.inspect", "tui.engine.train", "tui.engine.distribution.follower"):
    sys.modules[name] = stand_in = types.ModuleType(name)
    stand_in.main = main
    package, _, word = name.rpartition(".")
    setattr(sys.modules.get(package) or __import__(package, fromlist=[""]), word, stand_in)
sys.exit(__main__.main(sys.argv[1:]))
"""


def run_of(path: Path, processes: int = 1, **hyper: object) -> str:
    spec = RunSpec(
        ModelSource("demo"), "ssd", "shapes", Hyperparameters(**hyper),  # type: ignore[arg-type]
        distribution=Distribution(processes=processes),
    )  # fmt: skip
    return str(create_run(spec, FreezePlan(), path).path)


def threads_of(*arguments: str, **environment: str) -> list[str]:
    """The variable, and what OpenMP makes of it, in a process of the engine that has imported
    MXNet."""
    inherited = {name: value for name, value in os.environ.items() if name != THREADS}
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        env=inherited | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_processors_of_one_core_count_once(tmp_path: Path) -> None:
    for number, siblings in enumerate(("0-1", "0-1", "2-3", "2-3")):
        topology = tmp_path / f"cpu{number}" / "topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(f"{siblings}\n")
    assert cores({0, 1, 2, 3}, tmp_path) == 2
    assert cores({1}, tmp_path) == 1
    assert cores({0, 2}, tmp_path) == 2


def test_where_the_kernel_tells_nothing_each_is_a_core(tmp_path: Path) -> None:
    assert cores({0, 3, 5}, tmp_path) == 3


@pytest.mark.parametrize("processes", [1, 2, 1000])
def test_a_share_is_never_less_than_one(monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.delenv(THREADS, raising=False)
    use_cores(processes)
    assert os.environ[THREADS] == str(max(1, EVERY // processes))


def test_what_a_container_does_not_grant_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(THREADS, raising=False)
    monkeypatch.setattr("tui.engine.cpu_quota.cpu_quota", lambda: 1.0)
    use_cores(1)
    assert os.environ[THREADS] == "1"


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_a_trainer_takes_its_share(tmp_path: Path, processes: int) -> None:
    share = str(max(1, EVERY // processes))
    assert threads_of("train", run_of(tmp_path / "run", processes)) == [share, share]


@pytest.mark.slow
def test_what_is_set_stays(tmp_path: Path) -> None:
    assert threads_of("train", run_of(tmp_path / "run"), OMP_NUM_THREADS="7") == ["7", "7"]


@pytest.mark.slow
@pytest.mark.parametrize("hyper", [{"augment": False}, {"views": 2}, {"cache": "on"}])
def test_small_steps_keep_to_half_of_the_processors(
    tmp_path: Path, hyper: dict[str, object]
) -> None:
    half = str(max(1, min(EVERY, len(processors()) // 2)))
    assert threads_of("train", run_of(tmp_path / "run", **hyper)) == [half, half]


@pytest.mark.slow
@pytest.mark.parametrize("steps", ["small", "large"])
def test_a_follower_takes_its_share(steps: str) -> None:
    every, half = EVERY, len(processors()) // 2
    alone = str(max(1, min(every, half) if steps == "small" else every))
    assert threads_of("follow", "1", steps) == [alone, alone]
    shared = str(max(1, every // 2))
    assert threads_of("follow", "2", steps) == [shared, shared]


@pytest.mark.slow
def test_an_inspector_leaves_it_to_mxnet() -> None:
    assert threads_of("inspect")[0] == "None"


@pytest.mark.slow
def test_a_launcher_divides_the_machine_itself(tmp_path: Path) -> None:
    told = threads_of(
        "train", run_of(tmp_path / "run", 2), DMLC_ROLE="worker", DMLC_PS_ROOT_URI="127.0.0.1",
        DMLC_PS_ROOT_PORT="9", DMLC_NUM_WORKER="2", DMLC_NUM_SERVER="1",
    )  # fmt: skip
    assert told[0] == "None"
