"""Batches from worker processes: the same ones, and what happens when a process dies."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from tests.engine.input.test_source import bytes_of
from tests.engine.run_again import (
    assert_identical,
    carry_out,
    center_net,
    classifier,
    detector,
    events,
    faster_rcnn,
    scheduled,
    segmenter,
    yolo,
)
from tests.engine.test_train import command, wait_for
from tui.engine.input.workers import BatchWorkers, WorkerLost
from tui.engine.refusal import Refusal
from tui.engine.run import Run
from tui.engine.set_up import build_network, read_data
from tui.runs.events import Checkpointed, Event, Failed, Finished, Resumed, Step
from tui.runs.exit_codes import ERROR
from tui.runs.folder import RunFolder
from tui.runs.spec import write_spec

Make = Callable[[Path], RunFolder]


def with_workers(folder: RunFolder, workers: int) -> RunFolder:
    """The same run, whose pictures this many processes read."""
    spec, _ = folder.read()
    write_spec(folder.spec_file, replace(spec, hyper=replace(spec.hyper, workers=workers)))
    return folder


def losses(told: list[Event]) -> dict[int, float | None]:
    return {event.step: event.loss for event in told if isinstance(event, Step)}


@pytest.mark.slow
@pytest.mark.parametrize("make", [detector, yolo, center_net, faster_rcnn, segmenter, classifier])
def test_the_same_batches_whoever_reads_them(make: Make, tmp_path: Path) -> None:
    spec, _ = make(tmp_path).read()
    recipe, built = build_network(spec, lambda _: None)
    data = read_data(spec, recipe, built, lambda _: None)
    task = recipe.prepare(built, data, spec.hyper)
    source = task.source(spec.seed)
    batches = [(epoch, number) for epoch in (1, 2) for number in range(min(3, len(source)))]
    expected = {where: bytes_of(source.read(*where)) for where in batches}
    assert len({str(found) for found in expected.values()}) == len(batches)
    # From the middle of an epoch too, as a run that goes on, and back.
    places = [*batches, batches[1], *batches[-1:]]
    for count in (1, 3) if make is detector else (2,):
        workers = BatchWorkers(source, count, 2)
        try:
            for where in places:
                assert bytes_of(workers.take(*where)) == expected[where], (count, where)
        finally:
            workers.close()


@pytest.mark.slow
@pytest.mark.parametrize(("make", "step"), [(detector, 3), (classifier, 7), (scheduled, 3)])
def test_stopped_and_resumed_with_other_workers(make: Make, step: int, tmp_path: Path) -> None:
    whole = with_workers(make(tmp_path), 0)
    carry_out(whole)
    folder = with_workers(make(tmp_path), 2)
    told = carry_out(folder, stop_at=step)
    assert isinstance(told[-1], Finished)
    assert told[-1].stopped
    carry_out(with_workers(folder, 1))
    assert_identical(whole, folder)
    assert losses(events(folder)) == losses(events(whole))
    assert not psutil.Process().children(recursive=True)


@pytest.mark.slow
@pytest.mark.parametrize("make", [classifier, scheduled])
def test_a_worker_that_is_killed_ends_the_run_with_a_checkpoint(make: Make, tmp_path: Path) -> None:
    whole = with_workers(make(tmp_path), 0)
    carry_out(whole)
    folder = with_workers(make(tmp_path), 2)
    killed: list[int] = []

    def kill(run: Run, event: Event) -> None:
        if isinstance(event, Step) and event.step == 2:
            assert run.loop is not None
            assert run.loop.reader.workers is not None
            killed.append(run.loop.reader.workers.pids[1])
            os.kill(killed[0], signal.SIGKILL)

    with pytest.raises(WorkerLost) as lost:
        carry_out(folder, watch=kill)
    assert str(lost.value).startswith(f"worker 2 of 2, which reads pictures (process {killed[0]}),")
    assert "SIGKILL" in str(lost.value)
    assert not psutil.Process().children(recursive=True)
    told = events(folder)
    last = max(losses(told))
    assert [event.step for event in told if isinstance(event, Checkpointed)][-1] == last
    assert last < max(losses(events(whole)))
    told = carry_out(with_workers(folder, 1))
    assert [event.step for event in told if isinstance(event, Resumed)] == [last]
    assert_identical(whole, folder)


def begun(folder: RunFolder, steps: int = 1) -> tuple[subprocess.Popen[bytes], list[int]]:
    """A trainer of its own session that has made some steps, and its workers."""
    trainer = subprocess.Popen(
        command(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(lambda: len(losses(events(folder))) >= steps)
    return trainer, [child.pid for child in psutil.Process(trainer.pid).children()]


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_workers_end_with_a_trainer_that_is_killed(tmp_path: Path) -> None:
    folder = with_workers(classifier(tmp_path, epochs=100_000), 2)
    trainer, workers = begun(folder)
    assert len(workers) == 2
    nice = [psutil.Process(pid).nice() for pid in (trainer.pid, *workers)]
    assert nice[0] > psutil.Process().nice()
    assert nice == nice[:1] * 3
    trainer.kill()
    trainer.wait()
    wait_for(lambda: not any(map(alive, workers)), 10)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_all_of_them_is_a_stop(number: signal.Signals, tmp_path: Path) -> None:
    folder = with_workers(classifier(tmp_path, epochs=100_000), 2)
    trainer, workers = begun(folder)
    os.killpg(trainer.pid, number)
    assert trainer.wait(60) == 0
    last = events(folder)[-1]
    assert isinstance(last, Finished)
    assert last.stopped
    wait_for(lambda: not any(map(alive, workers)), 10)


@pytest.mark.slow
def test_a_killed_worker_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    folder = with_workers(classifier(tmp_path, epochs=100_000), 1)
    trainer, (worker,) = begun(folder, 3)
    os.kill(worker, signal.SIGKILL)
    assert trainer.wait(60) == ERROR
    last = events(folder)[-1]
    assert isinstance(last, Failed)
    assert "worker 1 of 1" in last.message
    assert "\n" not in last.message


@pytest.mark.slow
def test_skipped_pictures_are_counted_in_the_trainer(tmp_path: Path) -> None:
    spec, _ = classifier(tmp_path).read()
    broken = tmp_path / "pets" / "train" / "dog" / "1.JPG"
    before = broken.read_bytes()
    recipe, built = build_network(spec, lambda _: None)
    data = read_data(spec, recipe, built, lambda _: None)
    task = recipe.prepare(built, data, spec.hyper)
    broken.write_bytes(before[:300])
    workers = BatchWorkers(task.source(spec.seed), 2, 9)
    try:
        for number in range(3):
            workers.take(1, number)
        assert data.skipped.new() == [("dog/1.JPG", "a truncated JPEG")]
        for file in (tmp_path / "pets" / "train").rglob("*.JPG"):
            file.write_bytes(b"")
        # Not those that are read by now, ahead of time.
        with pytest.raises(Refusal, match="of 10 pictures cannot be read, too many"):
            [workers.take(7, number) for number in range(3)]
    finally:
        workers.close()
