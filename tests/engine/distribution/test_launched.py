"""Runs whose processes somebody else starts: MXNet's launchers, by what they leave in the
environment, and Horovod's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.distribution.test_processes import Start as Start
from tests.engine.distribution.test_processes import carried_out, over, started, steps_made, told
from tests.engine.distribution.test_several_devices import (
    HEAD_ONLY,
    assert_close,
    assert_same,
    of,
    on,
    without_chance,
)
from tests.engine.run_again import events
from tests.engine.test_train import wait_for
from tui.engine.distribution.ports import LOOPBACK, free_port
from tui.runs.checkpoint import newest_checkpoint
from tui.runs.events import Checkpointed, Failed, Finished, Proof, RunStarted
from tui.runs.folder import RunFolder

__all__ = ["started"]

HOROVOD = '''
"""Horovod, as far as a run uses it, between processes of one machine that share a folder."""

import os, time
from pathlib import Path
import numpy as np

HOME = Path(os.environ["STAND_IN"])
count = 0

def init():
    pass

def rank():
    return int(os.environ["HOROVOD_RANK"])

def size():
    return int(os.environ["HOROVOD_SIZE"])

def gathered(name, values):
    global count
    count += 1
    ours = HOME / f"{count}.{rank()}"
    np.save(HOME / f".{ours.name}.npy", values)
    os.replace(HOME / f".{ours.name}.npy", ours)
    found = []
    for other in range(size()):
        while not (HOME / f"{count}.{other}").exists():
            time.sleep(0.001)
        with open(HOME / f"{count}.{other}", "rb") as file:
            found.append(np.load(file))
    return found

def allreduce_(tensor, average=True, name=None, priority=0):
    assert not average
    tensor[:] = sum(gathered(name, tensor.asnumpy()))
    return tensor

def broadcast(tensor, root_rank, name=None, priority=0):
    told = tensor.copy()
    told[:] = gathered(name, tensor.asnumpy())[root_rank]
    return told

def shutdown():
    pass
'''


class Launched:
    """Starts `thaw train RUN` as a launcher does, in each of its roles."""

    def __init__(self, folder: RunFolder, **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, **environment: str) -> None:
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", "tui", "train", str(self.folder.path)],
            env={**os.environ, **self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ended(self, name: str, seconds: float = 150) -> tuple[int, str]:
        out, _ = self.processes[name].communicate(timeout=seconds)
        return self.processes[name].returncode, out

    def kill(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGINT)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Launched]:
    folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2))
    launched = Launched(folder)
    yield launched
    launched.kill()


def by_mxnet(launched: Launched) -> None:
    launched.environment |= {
        "DMLC_PS_ROOT_URI": LOOPBACK,
        "DMLC_PS_ROOT_PORT": str(free_port(LOOPBACK, 0)),
        "DMLC_NUM_WORKER": "2",
        "DMLC_NUM_SERVER": "1",
        "DMLC_NODE_HOST": LOOPBACK,
    }
    for name in ("scheduler", "server"):
        launched.start(name, DMLC_ROLE=name)
    for number in range(2):
        launched.start(f"worker {number}", DMLC_ROLE="worker")


@pytest.mark.slow
def test_by_mxnets_own(tmp_path: Path, launched: Launched, started: Start) -> None:
    one = on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=4)
    by_mxnet(launched)
    for name in launched.processes:
        code, out = launched.ended(name)
        assert code == 0, (name, out)
    folder = launched.folder
    found = events(folder)
    assert len(of(RunStarted, found)) == 1, "one of them has the run"
    assert isinstance(found[-1], Finished)
    assert of(Proof, found)[0].processes == 2
    expected = carried_out(one, started(one))
    assert_same(found, expected)
    assert_close(folder, one)


@pytest.mark.slow
def test_one_of_them_is_lost(launched: Launched) -> None:
    on(launched.folder, "cpu", HEAD_ONLY, batch_size=2, epochs=10_000)
    by_mxnet(launched)
    folder = launched.folder
    wait_for(lambda: steps_made(folder, 3))
    trainer = of(RunStarted, events(folder))[0].pid
    others = subprocess.run(
        ["pgrep", "-f", f"tui.engine train {folder.path}"], capture_output=True, text=True
    ).stdout.split()
    (victim,) = [int(pid) for pid in others if int(pid) != trainer]
    os.kill(victim, signal.SIGKILL)
    codes = sorted(launched.ended(f"worker {number}", 60)[0] for number in range(2))
    assert codes == [1, 137]
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    assert failed.message.startswith(f"process 1 (pid {victim}) is gone")
    made = told(folder, Checkpointed)[-1].step
    assert newest_checkpoint(folder, set()).checkpoint.outcome.steps == made


@pytest.mark.slow
def test_not_all_of_them_come(tmp_path: Path) -> None:
    folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY), connect_seconds=4)
    launched = Launched(folder)
    launched.environment = {
        "DMLC_PS_ROOT_URI": LOOPBACK,
        "DMLC_PS_ROOT_PORT": str(free_port(LOOPBACK, 0)),
        "DMLC_NUM_WORKER": "2",
        "DMLC_NUM_SERVER": "1",
    }
    launched.start("worker", DMLC_ROLE="worker")
    code, _ = launched.ended("worker", 60)
    assert code == 2
    said = folder.log_file.read_text()
    assert "not all of the 2 workers and 1 servers have come to 127.0.0.1:" in said
    assert "within 4 s" in said


@pytest.mark.slow
def test_by_horovod(tmp_path: Path, launched: Launched, started: Start) -> None:
    """Not Horovod itself, which is not to be had here: that a run uses it as it is meant."""
    module = tmp_path / "horovod"
    module.mkdir()
    (module / "__init__.py").touch()
    (module / "mxnet.py").write_text(HOROVOD)
    (tmp_path / "shared").mkdir()
    one = on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=4)
    over(launched.folder, kvstore="horovod")
    launched.environment = {
        "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}",
        "STAND_IN": str(tmp_path / "shared"),
        "HOROVOD_SIZE": "2",
    }
    for number in range(2):
        launched.start(f"process {number}", HOROVOD_RANK=str(number))
    for name in launched.processes:
        code, out = launched.ended(name)
        assert code == 0, (name, out)
    found = events(launched.folder)
    assert of(Proof, found)[0].processes == 2
    assert_same(found, carried_out(one, started(one)))
    assert_close(launched.folder, one)


@pytest.mark.slow
def test_horovod_is_not_here(tmp_path: Path, started: Start) -> None:
    folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2), kvstore="horovod")
    assert started(folder).wait(60) == 2
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    assert failed.message.startswith("--kvstore horovod: Horovod with MXNet is not installed here")
