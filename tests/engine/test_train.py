"""The trainer as a real process, on a run folder."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mxnet as mx
import numpy as np
import pytest

from tests.engine.datasets.test_folder import write_folders
from tests.engine.voc_tree import usual_tree
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.control import LONGEST_COMMAND, Ping, Stop, send
from tui.runs.events import (
    Commanded,
    Event,
    Failed,
    Finished,
    Notice,
    Phase,
    Prepared,
    Proof,
    RunStarted,
    Step,
    Validated,
)
from tui.runs.exit_codes import DIVERGED
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventReader
from tui.runs.proof_file import read_proof
from tui.runs.spec import Hyperparameters, RunSpec
from tui.runs.states_file import read_trains
from tui.runs.verdict import judge, summary

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
ALL = FreezePlan((Rule("thaw", "all"),))
PETS = ModelSource("cifar_resnet20_v1", classes=("Cat", "dog"), pretrained=False)
SMALL_SSD = ModelSource(
    "ssd_300_mobilenet0.25_custom", classes=("cat", "dog"), pretrained=False, input_size=(128, 128)
)


def make(
    tmp_path: Path,
    source: ModelSource,
    recipe: str,
    plan: FreezePlan,
    data: Path,
    **hyper: object,
) -> RunFolder:
    spec = RunSpec(source, recipe, str(data), Hyperparameters(**hyper))  # type: ignore[arg-type]
    return create_run(spec, plan, tmp_path / "run")


def command(folder: RunFolder) -> list[str]:
    return [sys.executable, "-m", "tui.engine", "train", str(folder.path)]


def carry_out(folder: RunFolder) -> tuple[int, list[Event]]:
    done = subprocess.run(
        command(folder), stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False
    )
    return done.returncode, events(folder)


def events(folder: RunFolder) -> list[Event]:
    return [envelope.event for envelope in EventReader(folder.events_file).read(1 << 26)]


def only(kind: type, told: list[Event]) -> Event:
    (found,) = [event for event in told if isinstance(event, kind)]
    return found


def wait_for(holds: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)  # between two looks at another process's file


@pytest.mark.slow
@pytest.mark.smoke
def test_a_detector_head_only(tmp_path: Path) -> None:
    data = usual_tree(tmp_path / "VOC2007")
    folder = make(tmp_path, SMALL_SSD, "ssd", HEAD_ONLY, data, epochs=2, batch_size=2)
    code, told = carry_out(folder)
    assert code == 0, told
    assert isinstance(told[0], RunStarted)
    prepared = only(Prepared, told)
    assert (prepared.train_pictures, prepared.validation_pictures) == (3, 2)
    assert prepared.total_steps == 4
    steps = [event for event in told if isinstance(event, Step)]
    assert [step.step for step in steps] == [1, 2, 3, 4]
    assert [step.epoch for step in steps] == [1, 1, 2, 2]
    for step in steps:
        assert step.loss == pytest.approx(sum(step.losses.values()), rel=1e-5)
    assert len([event for event in told if isinstance(event, Validated)]) == 2
    proof = only(Proof, told)
    assert proof.broken == ()
    assert proof.frozen_identical == prepared.frozen_parameters > 0
    assert proof.statistics_identical > 0
    assert proof.trainable_changed + len(proof.unchanged) == prepared.trainable_parameters
    kept = read_proof(folder.proof_file)
    assert [(one.first_step, one.last_step) for one in kept.intervals] == [(1, 4)]
    assert summary(judge(kept.intervals)) == proof
    ended = {one.name: one.state for one in kept.intervals[-1].parameters}
    assert read_trains(folder) == {
        name: state == "trainable" for name, state in ended.items() if state != "auxiliary"
    }
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert not finished.stopped
    weights = mx.nd.load(str(folder.path / finished.weights))
    assert weights["class_predictors.0.predictor.weight"].shape[0] % 3 == 0
    assert not folder.socket.exists()


@pytest.mark.slow
def test_two_runs_of_the_same_folder_are_the_same(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "pets")
    losses = []
    for number in range(2):
        where = tmp_path / str(number)
        folder = make(where, PETS, "classification", ALL, data, epochs=2, batch_size=4)
        code, told = carry_out(folder)
        assert code == 0, told
        losses.append([event.loss for event in told if isinstance(event, Step)])
    assert losses[0] == losses[1]
    assert len(losses[0]) == 6


@pytest.mark.slow
@pytest.mark.parametrize("how", ["command", "SIGTERM"])
def test_stop_between_batches(tmp_path: Path, how: str) -> None:
    data = write_folders(tmp_path / "pets")
    folder = make(tmp_path, PETS, "classification", HEAD_ONLY, data, epochs=9999, batch_size=4)
    trainer = subprocess.Popen(command(folder), stderr=subprocess.DEVNULL)
    wait_for(lambda: any(isinstance(event, Step) for event in events(folder)))
    assert stat.S_IMODE(folder.socket.stat().st_mode) == 0o600
    if how == "command":
        reply = send(folder.socket, Stop())
        assert reply.accepted
        assert "after this batch" in reply.message
    else:
        trainer.send_signal(signal.SIGHUP)  # a terminal that goes away stops nothing
        trainer.send_signal(signal.SIGTERM)
    assert trainer.wait(60) == 0
    told = events(folder)
    assert only(Commanded, told).command.startswith("stop")
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert finished.stopped
    assert finished.steps == len([event for event in told if isinstance(event, Step)])
    assert only(Proof, told).broken == ()
    assert (folder.path / finished.weights).exists()


@pytest.mark.slow
def test_noise_on_the_socket_stops_nothing(tmp_path: Path) -> None:
    import socket

    data = write_folders(tmp_path / "pets")
    folder = make(tmp_path, PETS, "classification", HEAD_ONLY, data, epochs=9999, batch_size=4)
    with folder.log_file.open("ab") as log:
        trainer = subprocess.Popen(command(folder), stderr=log)
    wait_for(lambda: any(isinstance(event, Step) for event in events(folder)))
    for noise in (b"{}\n", b'{"type":"Reboot"}\n', b"\xff\xfe\n", b"x" * (LONGEST_COMMAND + 1)):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(folder.socket))
            with contextlib.suppress(OSError):  # it may hang up before all of it is out
                client.sendall(noise)
            answer = json.loads(client.recv(4096))
        assert answer["accepted"] is False
    assert send(folder.socket, Ping()).accepted
    assert send(folder.socket, Stop()).accepted
    assert trainer.wait(60) == 0
    assert folder.log_file.read_text().count("refused on the control socket") == 4


@pytest.mark.slow
def test_where_no_socket_can_be_made_it_trains_and_says_so(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "pets")
    folder = make(tmp_path, PETS, "classification", HEAD_ONLY, data, epochs=1, batch_size=4)
    folder.socket.mkdir()
    code, told = carry_out(folder)
    assert code == 0
    started = only(RunStarted, told)
    assert isinstance(started, RunStarted)
    notices = [event.message for event in told if isinstance(event, Notice)]
    assert any(
        "no commands can be taken" in one and f"kill {started.pid} stops it" in one
        for one in notices
    ), notices


@pytest.mark.slow
def test_everything_frozen_is_refused(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "pets")
    plan = FreezePlan((Rule("freeze", "all"),))
    folder = make(tmp_path, PETS, "classification", plan, data)
    code, told = carry_out(folder)
    assert code == 2
    assert "nothing can train; thaw some" in only(Failed, told).message


@pytest.mark.slow
def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "pets")
    folder = make(
        tmp_path, PETS, "classification", ALL, data, epochs=50, batch_size=4, learning_rate=1e3,
        checkpoint_every=0,
    )  # fmt: skip
    code, told = carry_out(folder)
    assert code == DIVERGED
    failed = only(Failed, told)
    last = max(event.step for event in told if isinstance(event, Step))
    what = (
        rf"(the loss is \S+ at step {last + 1} \(cross|a gradient is not finite at step {last + 1})"
    )
    assert re.match(what, failed.message)
    assert re.search(r"; \S.* (are|is) not finite|the gradients of \S+", failed.message)
    assert "there is no checkpoint yet" in failed.message


@pytest.mark.slow
def test_problems_of_the_data_are_told(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "pets")
    (data / "train" / "dog" / "0.JPG").write_bytes(b"")
    folder = make(tmp_path, PETS, "classification", HEAD_ONLY, data, max_steps=1, batch_size=4)
    code, told = carry_out(folder)
    assert code == 0
    assert "dog/0.JPG: empty; left out" in [e.message for e in told if isinstance(e, Notice)]
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert finished.steps == 1
    assert Phase("validating") in told


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("version = 99\n")
    code, told = carry_out(RunFolder(tmp_path))
    assert code == 2
    assert "newer than this thaw" in only(Failed, told).message


def test_a_plan_with_a_wild_pattern_is_refused(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "pets")
    folder = make(tmp_path, PETS, "classification", ALL, data)
    folder.plan_file.write_text(
        '[[rules]]\naction = "freeze"\nby = "names"\nselect = "(\\\\w|\\\\w\\\\w)+[^\\\\w]"\n'
    )
    code, told = carry_out(folder)
    assert code == 2
    assert "backtracks" in only(Failed, told).message


@pytest.mark.slow
def test_a_recipe_for_another_family_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path, SMALL_SSD, "classification", ALL, usual_tree(tmp_path / "VOC2007"))
    code, told = carry_out(folder)
    assert code == 2
    failed = told[-1]
    assert isinstance(failed, Failed)
    assert failed.message.startswith("the classification recipe does not train a SSD")


@pytest.mark.slow
def test_pictures_too_small_for_a_detector_are_refused(tmp_path: Path) -> None:
    data = usual_tree(tmp_path / "VOC2007")
    source = ModelSource("demo", classes=("cat", "dog"), input_size=(16, 16))
    code, told = carry_out(make(tmp_path, source, "ssd", ALL, data))
    assert code == 2
    failed = told[-1]
    assert isinstance(failed, Failed)
    assert "give a larger --input-size" in failed.message


@pytest.mark.slow
def test_a_batch_larger_than_the_data_is_all_of_it(tmp_path: Path) -> None:
    folder = make(
        tmp_path, PETS, "classification", HEAD_ONLY, write_folders(tmp_path / "d"), batch_size=64
    )
    code, told = carry_out(folder)
    assert code == 0, told
    assert only(Prepared, told).steps_per_epoch == 1
    assert only(Finished, told).steps == 1


@pytest.mark.slow
def test_pictures_that_go_bad_are_skipped_and_then_too_many(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "d", each=10)
    folder = make(
        tmp_path, PETS, "classification", HEAD_ONLY, data, batch_size=4, epochs=10_000,
        checkpoint_every=0,
    )  # fmt: skip
    process = subprocess.Popen(
        command(folder), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def skipped() -> list[str]:
        notices = [event.message for event in events(folder) if isinstance(event, Notice)]
        return [message for message in notices if "skipped" in message]

    try:
        wait_for(lambda: any(isinstance(event, Step) for event in events(folder)))
        (data / "train" / "dog" / "3.JPG").unlink()
        wait_for(lambda: bool(skipped()))
        for file in (data / "train").rglob("*.JPG"):
            file.write_bytes(b"")
        assert process.wait(120) == 2
    finally:
        process.kill()
        process.wait()
    assert skipped()[0] == (
        "dog/3.JPG: no such file or directory; skipped, 1 so far; another takes its place"
    )
    assert (
        "of 20 pictures cannot be read, too many to go on without"
        in only(Failed, events(folder)).message
    )


@pytest.mark.slow
def test_what_is_not_finite_is_never_kept(tmp_path: Path) -> None:
    data = write_folders(tmp_path / "pets")
    folder = make(
        tmp_path, PETS, "classification", ALL, data, epochs=50, batch_size=4, learning_rate=1e3
    )
    code, _ = carry_out(folder)
    assert code == DIVERGED
    kept = sorted(folder.checkpoints.iterdir())
    assert kept
    for path in kept:
        for name, values in mx.nd.load(str(path / "weights.params")).items():
            assert np.isfinite(values.asnumpy()).all(), name
    failed = only(Failed, events(folder))
    assert f"the last good checkpoint is of step {int(kept[-1].name)};" in failed.message
