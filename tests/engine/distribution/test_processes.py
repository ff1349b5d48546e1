"""Runs over several processes on this machine: real ones, by MXNet's parameter server."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.engine.distribution.test_several_devices import (
    ALL_BUT_STATISTICS,
    CALM,
    HEAD_ONLY,
    assert_close,
    assert_same,
    center_net_by_sgd,
    of,
    on,
    segmenter_without_chance,
    without_chance,
)
from tests.engine.run_again import assert_identical, classifier, detector, events
from tests.engine.test_train import wait_for
from tui.engine.feature_cache.store import FACTS, RowsOfAnother, StoreFacts
from tui.model.plan import FreezePlan, Rule
from tui.runs.checkpoint import newest_checkpoint
from tui.runs.control import ChangePlan, Command, GoOn, KeepCheckpoint, Pause, Stop, Validate, send
from tui.runs.events import (
    Caching,
    Checkpointed,
    Continued,
    Event,
    Failed,
    Finished,
    Paused,
    PlanApplied,
    Proof,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder
from tui.runs.past import read_past
from tui.runs.spec import Distribution, write_spec
from tui.runs.trainer import start_trainer

Make = Callable[[Path], RunFolder]
LONG = 10_000
"""Epochs that no test waits for."""


@pytest.fixture
def started() -> Iterator[Callable[[RunFolder], subprocess.Popen[bytes]]]:
    """Starts the trainers of runs; what is left of them is killed at the end."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(folder: RunFolder) -> subprocess.Popen[bytes]:
        processes.append(start_trainer(folder))
        return processes[-1]

    yield start
    for process in processes:
        for one in (*family(process), process):
            one.kill()


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def over(folder: RunFolder, processes: int = 2, **others: object) -> RunFolder:
    """The run over so many processes."""
    spec, _ = folder.read()
    distribution = Distribution(processes=processes, **others)  # type: ignore[arg-type]
    write_spec(folder.spec_file, msgspec.structs.replace(spec, distribution=distribution))
    return folder


def told(folder: RunFolder, kind: type) -> list[Event]:
    return of(kind, events(folder)) if folder.events_file.exists() else []


def carried_out(folder: RunFolder, process: subprocess.Popen[bytes]) -> list[Event]:
    assert process.wait(180) == 0, folder.log_file.read_text()[-2000:]
    return events(folder)


def steps_made(folder: RunFolder, count: int) -> bool:
    return len(told(folder, Step)) >= count


def follower_of(process: subprocess.Popen[bytes], word: str = "follow") -> psutil.Process:
    """One of the processes of a run, by its command."""
    (found,) = [one for one in family(process) if word in one.cmdline()]
    return found


def nobody_left(people: list[psutil.Process]) -> None:
    gone, alive = psutil.wait_procs(people, timeout=20)
    assert not alive
    assert gone


Start = Callable[[RunFolder], subprocess.Popen[bytes]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "rate"),
    [
        (without_chance, 0.001),
        (detector, 0.001),
        (center_net_by_sgd, CALM),
        (segmenter_without_chance, 0.001),
    ],
)
def test_two_processes_and_one_with_both_their_batches(
    tmp_path: Path, make: Make, rate: float, started: Start
) -> None:
    """What a last batch has left over is divided too, and sometimes one has nothing of it."""
    settings: dict[str, object] = {"max_steps": 12, "epochs": 12, "learning_rate": rate}
    one = on(make(tmp_path), "cpu", ALL_BUT_STATISTICS, batch_size=2, **settings)
    two = over(on(make(tmp_path), "cpu", ALL_BUT_STATISTICS, batch_size=1, **settings))
    expected = carried_out(one, started(one))
    found = carried_out(two, started(two))
    assert len(of(Step, found)) == 12
    assert_same(found, expected)
    assert_close(two, one)
    (proof,) = of(Proof, found)
    assert proof.processes == 2
    assert not proof.broken
    assert proof.statistics_identical > 0
    last = of(Step, found)[-1]
    assert len(last.by_process) == 2
    assert all(rate > 0 for rate in last.by_process)


@pytest.mark.slow
def test_three_with_two_devices_each_and_a_cache(tmp_path: Path, started: Start) -> None:
    settings: dict[str, object] = {"epochs": 5, "accumulate": 2, "clip_norm": 0.5}
    one = on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=6, **settings)
    three = on(
        without_chance(tmp_path), "cpu(1),cpu(2)", HEAD_ONLY, batch_size=2, cache="on", **settings
    )
    expected = carried_out(one, started(one))
    process = started(over(three, 3, kvstore="dist_device_sync"))
    found = carried_out(three, process)
    (caching,) = of(Caching, found)
    assert caching.active
    assert_same(found, expected)
    assert_close(three, one)
    assert of(Proof, found)[0].processes == 3
    assert not three.others.exists()


@pytest.mark.slow
def test_a_picture_goes_through_the_frozen_side_in_one_process(
    tmp_path: Path, started: Start
) -> None:
    settings: dict[str, object] = {"batch_size": 2, "cache": "on", "epochs": LONG}
    folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY, **settings))
    process = started(folder)
    wait_for(lambda: steps_made(folder, 12))
    assert order(folder, Stop()).accepted
    carried_out(folder, process)
    kept: list[tuple[int, int]] = []
    for rank in range(2):
        features = folder.features_of(rank)
        key = msgspec.json.decode((features / FACTS).read_bytes(), type=StoreFacts).key
        rows = RowsOfAnother(features, key)
        rows.look()
        assert len(rows) > 0
        kept += list(rows)
    assert set(kept) == {(picture, 0) for picture in range(10)}
    # What one has in hand at the end of an epoch, another may already begin the next with.
    assert len(kept) <= 12


@pytest.mark.slow
def test_stopped_and_resumed_it_ends_the_same(tmp_path: Path, started: Start) -> None:
    """With dropout, augmentation, a schedule of what trains and a change of it by hand."""
    calm, folder = (over(classifier(tmp_path, epochs=6, batch_size=2)) for _ in range(2))
    expected = carried_out(calm, started(calm))
    process = started(folder)
    wait_for(lambda: folder.socket.exists() and steps_made(folder, 4))
    assert order(folder, Stop()).accepted
    carried_out(folder, process)
    stopped = told(folder, Finished)[-1]
    assert isinstance(stopped, Finished)
    assert stopped.stopped
    assert 4 <= stopped.steps < 18
    carried_out(folder, started(folder))
    assert_identical(folder, calm)
    assert told(folder, Proof)[-1] == of(Proof, expected)[-1]
    assert told(folder, Validated)[-1] == of(Validated, expected)[-1]


def order(folder: RunFolder, command: Command) -> object:
    return send(folder.socket, command)


@pytest.mark.slow
def test_orders_are_those_of_one_process(tmp_path: Path, started: Start) -> None:
    folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2, epochs=LONG))
    process = started(folder)
    wait_for(lambda: steps_made(folder, 2))
    everybody = family(process)
    assert len(everybody) == 4, "the trainer, a follower, a scheduler and a server"
    reached = {
        one.laddr.ip
        for process_ in everybody
        for one in process_.net_connections("inet")
        if one.status == psutil.CONN_LISTEN
    }
    assert reached == {"127.0.0.1"}, "nobody listens on a network"
    assert order(folder, Pause()).accepted
    wait_for(lambda: bool(told(folder, Paused)))
    for command in (KeepCheckpoint(), Validate(), ChangePlan(ALL_BUT_STATISTICS)):
        assert order(folder, command).accepted
    wait_for(lambda: bool(told(folder, PlanApplied)))
    made = len(told(folder, Step))
    assert order(folder, GoOn()).accepted
    wait_for(lambda: bool(told(folder, Continued)) and steps_made(folder, made + 5))
    process.send_signal(signal.SIGTERM)
    found = carried_out(folder, process)
    (proof,) = of(Proof, found)
    assert (proof.processes, proof.intervals, proof.broken) == (2, 2, ())
    assert proof.frozen_at_times > 0
    assert not [
        line for line in folder.log_file.read_text().splitlines() if "other weights" in line
    ]
    assert isinstance(found[-1], Finished)
    nobody_left(everybody)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["follow", "node"])
def test_one_that_is_lost_ends_the_run_with_a_checkpoint(
    tmp_path: Path, started: Start, who: str
) -> None:
    plan = FreezePlan((Rule("thaw", "all"),))
    folder = over(on(classifier(tmp_path), "cpu", plan, batch_size=2, epochs=LONG))
    process = started(folder)
    wait_for(lambda: steps_made(folder, 5))
    everybody = family(process)
    victim = follower_of(process) if who == "follow" else server_of(process)
    victim.kill()
    assert process.wait(60) == 1
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    name = "process 1" if who == "follow" else "the parameter server's server"
    assert failed.message.startswith(f"{name} (pid {victim.pid}) was ended by SIGKILL")
    made = told(folder, Step)[-1].step
    assert f"the run is kept as it was after step {made}" in failed.message
    assert told(folder, Checkpointed)[-1].step == made
    assert newest_checkpoint(folder, set()).checkpoint.outcome.steps == made
    nobody_left(everybody)
    # It goes on, and ends as one that nothing happened to.
    calm = over(on(classifier(tmp_path), "cpu", plan, batch_size=2, max_steps=made + 3))
    for one in (folder, calm):
        spec, _ = one.read()
        hyper = msgspec.structs.replace(spec.hyper, epochs=LONG, max_steps=made + 3)
        write_spec(one.spec_file, msgspec.structs.replace(spec, hyper=hyper))
        carried_out(one, started(one))
    assert read_past(folder).finished is not None
    assert_identical(folder, calm)


def server_of(process: subprocess.Popen[bytes]) -> psutil.Process:
    nodes = [one for one in family(process) if "node" in one.cmdline()]
    (found,) = [one for one in nodes if one.environ()["DMLC_ROLE"] == "server"]
    return found


@pytest.mark.slow
def test_no_process_outlives_a_trainer_that_is_killed(tmp_path: Path, started: Start) -> None:
    folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY, batch_size=2, epochs=LONG))
    process = started(folder)
    wait_for(lambda: steps_made(folder, 1))
    everybody = family(process)
    os.kill(told_pid(folder), signal.SIGKILL)
    process.wait(30)
    nobody_left(everybody)


def told_pid(folder: RunFolder) -> int:
    return read_past(folder).started.pid


@pytest.mark.slow
def test_what_cannot_be_divided(tmp_path: Path, started: Start) -> None:
    folder = over(on(without_chance(tmp_path), "cpu", HEAD_ONLY), 11)
    assert started(folder).wait(60) == 2
    failed = events(folder)[-1]
    assert failed == Failed("10 training pictures cannot be divided over 11 processes")


@pytest.mark.slow
def test_a_reader_of_pictures_that_is_lost_ends_the_run_with_a_checkpoint_too(
    tmp_path: Path, started: Start
) -> None:
    plan = FreezePlan((Rule("thaw", "all"),))
    many = {"batch_size": 2, "epochs": LONG, "workers": 1}
    folder = over(on(classifier(tmp_path), "cpu", plan, **many))
    process = started(folder)
    wait_for(lambda: steps_made(folder, 5))
    everybody = family(process)
    (victim,) = follower_of(process).children()
    victim.kill()
    assert process.wait(60) == 1  # it goes on when it is started again
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    made = told(folder, Step)[-1].step
    assert told(folder, Checkpointed)[-1].step == made
    assert newest_checkpoint(folder, set()).checkpoint.outcome.steps == made
    nobody_left(everybody)
