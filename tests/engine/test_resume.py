"""A run that is stopped or dies, and goes on, ends as one that was left alone."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.run_again import (
    assert_identical,
    carry_out,
    center_net,
    classifier,
    detector,
    events,
    faster_rcnn,
    mask_rcnn,
    scheduled,
    segmenter_of_photographs,
    simple_pose,
    weights,
    yolo,
)
from tests.engine.test_train import command, wait_for
from tui.engine.refusal import Refusal
from tui.engine.run import Run
from tui.model.plan import FreezePlan, Rule
from tui.runs.checkpoint import newest_checkpoint
from tui.runs.control import Reply
from tui.runs.events import (
    Checked,
    Checkpointed,
    Event,
    Finished,
    Notice,
    PlanApplied,
    Prepared,
    Proof,
    Resumed,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder
from tui.runs.past import read_past, why_not_started
from tui.runs.plan_change import change_plan

CHANCE = random.Random(19)
"""Of the steps within epochs; a stop at the end of one has a test of its own."""


def of(kind: type, told: list[Event]) -> list[Event]:
    return [event for event in told if isinstance(event, kind)]


def losses(told: list[Event]) -> dict[int, float | None]:
    """By step; a step that was done again counts as it was the last time."""
    return {event.step: event.loss for event in told if isinstance(event, Step)}


@pytest.fixture(scope="module")
def left_alone(tmp_path_factory: pytest.TempPathFactory) -> dict[Callable[..., RunFolder], object]:
    """A run of each kind that nothing happened to."""
    done: dict[Callable[..., RunFolder], object] = {}
    others = (yolo, center_net, faster_rcnn, mask_rcnn, segmenter_of_photographs, simple_pose)
    for make in (detector, classifier, scheduled, *others):
        folder = make(tmp_path_factory.mktemp(make.__name__))
        carry_out(folder)
        done[make] = folder
    return done


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "step"),
    [
        *((detector, step) for step in CHANCE.sample(range(1, 10, 2), 5)),
        *((classifier, step) for step in CHANCE.sample([n for n in range(15) if n % 3], 5)),
        (yolo, 1),
        (yolo, 3),
        (center_net, 3),
        (faster_rcnn, 3),
        (mask_rcnn, 3),
        (segmenter_of_photographs, 3),
        (simple_pose, 3),
        *((scheduled, step) for step in (1, 2, 3, 5, 7)),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_stopped_at_a_step_and_resumed(
    make: Callable[..., RunFolder], step: int, left_alone: dict[object, RunFolder]
) -> None:
    whole = left_alone[make]
    folder = make(whole.path.parent)
    told = carry_out(folder, stop_at=step)
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert (finished.stopped, finished.steps) == (True, step)
    assert of(Checkpointed, told)[-1].step == step
    told = carry_out(folder)
    assert of(Resumed, told)[0].step == step
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert not finished.stopped
    assert_identical(whole, folder)
    assert losses(events(folder)) == losses(events(whole))
    assert of(Validated, events(folder))[-1] == of(Validated, events(whole))[-1]
    # The proof is of the whole run, not of what came after the stop.
    assert of(Proof, told) == of(Proof, events(whole))
    changes = [event for event in events(folder) if isinstance(event, PlanApplied)]
    assert changes == of(PlanApplied, events(whole))


@pytest.mark.slow
def test_the_runs_do_what_their_plans_say(left_alone: dict[object, RunFolder]) -> None:
    told = events(left_alone[detector])
    changes = [event for event in told if isinstance(event, PlanApplied)]
    assert [(change.step, change.epoch, change.reason) for change in changes] == [
        (2, 2, "schedule"),
        (4, 3, "schedule"),
        (6, 4, "schedule"),
    ]
    counts = [change.trainable_values for change in changes]
    assert counts[0] < counts[1] == counts[2]
    assert changes[1].rules == (Rule("thaw", "all", epoch=3),)
    (proof,) = of(Proof, told)
    assert proof.broken == ()
    assert proof.frozen_identical == 0  # all have trained for a while
    assert proof.statistics_moved > 0
    told = events(left_alone[classifier])
    (proof,) = of(Proof, told)
    assert proof.broken == ()
    assert len({event.loss for event in told if isinstance(event, Step)}) == 15


@pytest.mark.slow
def test_it_dies_and_changes_by_hand_are_made_again(tmp_path: Path) -> None:
    by_hand = FreezePlan((Rule("freeze", "all"), Rule("thaw", "block", "0")))

    def change(run: Run, event: Event) -> None:
        if isinstance(event, Step) and event.step == 4 and not run.past.by_hand:
            assert run.plans is not None
            run.plans.offer(by_hand)

    whole = classifier(tmp_path)
    told = carry_out(whole, watch=change)
    (made,) = [event for event in of(PlanApplied, told) if event.reason == "by hand"]
    assert (made.step, made.epoch, made.plan) == (4, 2, by_hand)

    folder = classifier(tmp_path)
    carry_out(folder, watch=change, die_at=6)  # the last checkpoint is of step 3
    carry_out(folder, die_at=4)  # and once more before it comes to the change
    told = carry_out(folder, watch=change)
    assert of(Resumed, told)[0].step == 3
    (again,) = [event for event in of(PlanApplied, told) if event.reason == "replayed"]
    assert (again.step, again.epoch, again.plan) == (4, 2, by_hand)
    assert_identical(whole, folder)
    assert losses(told) == {n: loss for n, loss in losses(events(whole)).items() if n > 3}
    assert of(Proof, told) == of(Proof, events(whole))


@pytest.mark.slow
def test_a_new_change_takes_the_place_of_older_ones(tmp_path: Path) -> None:
    first = FreezePlan((Rule("freeze", "all"), Rule("thaw", "block", "0")))
    second = FreezePlan((Rule("freeze", "all"), Rule("thaw", "block", "7")))

    def offer(run: Run, event: Event) -> None:
        assert run.plans is not None or not isinstance(event, Step | Resumed)
        if isinstance(event, Step) and event.step == 4 and not run.past.by_hand:
            run.plans.offer(first)
        if isinstance(event, Resumed):
            run.plans.offer(second)

    folder = classifier(tmp_path)
    carry_out(folder, watch=offer, die_at=6)
    assert read_past(folder).by_hand == {4: first}
    told = carry_out(folder, watch=offer)
    changes = [event for event in told if isinstance(event, PlanApplied)]
    assert [(event.step, event.plan) for event in changes if event.plan] == [(3, second)]
    assert read_past(folder).by_hand == {3: second}


@pytest.mark.slow
def test_steps_of_two_batches(left_alone: dict[object, RunFolder]) -> None:
    told = events(left_alone[scheduled])
    (prepared,) = of(Prepared, told)
    assert (prepared.steps_per_epoch, prepared.total_steps) == (2, 10)
    steps = [event for event in told if isinstance(event, Step)]
    assert [(step.step, step.epoch) for step in steps] == [(n + 1, n // 2 + 1) for n in range(10)]
    rates = [step.learning_rate for step in steps]
    assert rates[:4] == pytest.approx([0.02 / 3, 0.04 / 3, 0.02, 0.02])
    assert rates[3:] == sorted(rates[3:], reverse=True)
    changes = [event.step for event in of(PlanApplied, told)]
    assert changes == [2, 4, 6]  # with epochs, whatever is in a step
    (proof,) = of(Proof, told)
    assert proof.broken == ()
    (checked,) = of(Checked, told)
    assert (checked.pictures, checked.labels) == (4, 4)
    assert checked.optimizer_bytes == 2 * checked.gradient_bytes > 0


@pytest.mark.slow
def test_a_run_that_gets_no_better_ends_early_stopped_or_not(tmp_path: Path) -> None:
    hyper = {"epochs": 30, "patience": 2, "learning_rate": 1e-6}
    whole, folder = classifier(tmp_path, **hyper), classifier(tmp_path, **hyper)
    told = carry_out(whole)
    values = [event.value for event in of(Validated, told)]
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert (finished.stopped, finished.epochs) == (False, len(values))
    assert len(values) < 30
    best = values.index(max(values))
    assert len(values) == best + 3
    assert finished.best_step == 3 * (best + 1)
    assert (whole.path / finished.best_weights).read_bytes() == (
        whole.checkpoints / f"{finished.best_step:08d}" / "weights.params"
    ).read_bytes()
    assert any("the run ends early" in event.message for event in of(Notice, told))
    carry_out(folder, stop_at=finished.steps - 1)
    told = carry_out(folder)
    assert told[-1].steps == finished.steps
    assert_identical(whole, folder)


@pytest.mark.slow
def test_the_best_is_kept_wherever_it_is_measured(tmp_path: Path) -> None:
    told = carry_out(classifier(tmp_path, epochs=4, checkpoint_every=3))
    values = [event.value for event in of(Validated, told)]
    better = [n for n in range(4) if all(values[n] > before for before in values[:n])]
    steps = [event.step for event in of(Checkpointed, told)]
    assert steps == [3 * (n + 1) for n in sorted({*better, 2})]


@pytest.mark.slow
def test_the_last_and_the_best_are_kept(tmp_path: Path) -> None:
    folder = classifier(tmp_path, epochs=6, keep_checkpoints=2)
    told = carry_out(folder)
    written = of(Checkpointed, told)
    assert [event.step for event in written] == [3, 6, 9, 12, 15, 18]
    values = [event.value for event in of(Validated, told)]
    best = 3 * (1 + values.index(max(values)))
    there = sorted(int(path.name) for path in folder.checkpoints.iterdir())
    assert there == sorted({best, 15, 18})
    assert [event.step for event in written if event.best][-1] == best


@pytest.mark.slow
@pytest.mark.parametrize("how", ["torn", "missing file", "no facts", "gone", "all torn"])
def test_a_checkpoint_that_cannot_be_used(
    tmp_path: Path, how: str, left_alone: dict[object, RunFolder]
) -> None:
    whole = left_alone[classifier]
    folder = classifier(whole.path.parent)
    carry_out(folder, stop_at=7)
    newest = folder.checkpoints / "00000007"
    if how == "gone":
        shutil.rmtree(newest)
    elif how == "missing file":
        (newest / "optimizer.params").unlink()
    elif how == "no facts":
        (newest / "checkpoint.json").write_text('{"version": 1, "posi')
    else:
        torn = folder.checkpoints.iterdir() if how == "all torn" else [newest]
        for path in torn:
            data = (path / "weights.params").read_bytes()
            (path / "weights.params").write_bytes(data[:-7])
    told = carry_out(folder)
    (resumed,) = of(Resumed, told)
    assert resumed.step == (0 if how == "all torn" else 6)
    said = [event.message for event in told if isinstance(event, Notice)]
    assert any(
        "the checkpoint of step 7" in line
        and ("going on from the beginning" if how == "all torn" else "going on from step 6") in line
        for line in said
    )
    assert_identical(whole, folder)


@pytest.mark.slow
def test_other_data_is_refused(tmp_path: Path) -> None:
    folder = classifier(tmp_path)
    carry_out(folder, stop_at=4)
    (tmp_path / "pets" / "train" / "dog" / "0.JPG").unlink()
    with pytest.raises(Refusal, match=r"had 10 training pictures .* and has 9 now"):
        carry_out(folder)


@pytest.mark.slow
def test_what_was_changed_beside_a_checkpoint_is_said(tmp_path: Path) -> None:
    folder = classifier(tmp_path, epochs=2)
    carry_out(folder, stop_at=4)
    text = folder.spec_file.read_text()
    folder.spec_file.write_text(text.replace("validate_every = 1", "validate_every = 2"))
    folder.plan_file.write_text('version = 1\n[[rules]]\naction = "thaw"\nby = "all"\n')
    said = [event.message for event in carry_out(folder) if isinstance(event, Notice)]
    assert any(line.startswith("run.toml was changed") for line in said)
    assert any(line.startswith("plan.toml was changed") for line in said)


@pytest.mark.slow
def test_stopped_while_it_is_measured(tmp_path: Path, left_alone: dict[object, RunFolder]) -> None:
    whole = left_alone[classifier]
    folder = classifier(whole.path.parent)
    told = carry_out(folder, stop_at=6)  # the end of an epoch
    found = newest_checkpoint(folder, set()).checkpoint
    assert found is not None
    assert (found.position.epoch, found.position.batch) == (2, 3)
    assert [event.step for event in of(Validated, told)] == [3]
    told = carry_out(folder)
    assert [event.step for event in of(Validated, told)] == [6, 9, 12, 15]
    assert_identical(whole, folder)


@pytest.mark.slow
def test_a_checkpoint_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    folder = classifier(tmp_path, epochs=2)
    folder.checkpoints.write_text("a file where the folder should be")
    told = carry_out(folder)
    assert isinstance(told[-1], Finished)
    said = [event.message for event in told if isinstance(event, Notice)]
    assert any("no checkpoint could be written at step 3" in line for line in said)


def _train(folder: RunFolder) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folder),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_killed_after_a_checkpoint_as_a_real_process(tmp_path: Path) -> None:
    whole = classifier(tmp_path, epochs=40)
    carry_out(whole)
    folder = classifier(tmp_path, epochs=40)
    trainer = _train(folder)
    wait_for(lambda: bool(of(Checkpointed, events(folder))))
    trainer.send_signal(signal.SIGKILL)
    trainer.wait(60)
    assert not of(Finished, events(folder))
    again = _train(folder)
    assert again.wait(120) == 0
    (resumed,) = of(Resumed, events(folder))
    assert resumed.step >= 3
    assert_identical(whole, folder)
    assert of(Proof, events(folder)) == of(Proof, events(whole))
    # A complete run is not trained again, and keeps its last event.
    before = weights(folder)
    once_more = _train(folder)
    _, said = once_more.communicate(timeout=120)
    assert once_more.returncode == 2
    assert "this run is complete, 120 steps" in said
    assert isinstance(events(folder)[-1], Finished)
    assert weights(folder).keys() == before.keys()


@pytest.mark.slow
def test_a_plan_by_hand_as_a_real_process(tmp_path: Path) -> None:
    folder = classifier(tmp_path, epochs=9999)
    trainer = _train(folder)
    wait_for(lambda: bool(of(Step, events(folder))))
    assert "is going on (process" in why_not_started(folder, read_past(folder))
    frozen = FreezePlan((Rule("freeze", "all"),))
    reply = change_plan(folder, frozen)
    assert (reply.accepted, "nothing can train" in reply.message) == (False, True)
    later = FreezePlan((Rule("thaw", "all"), Rule("freeze", "all", epoch=9000)))
    assert "frozen in epoch 9000" in change_plan(folder, later).message
    wild = FreezePlan((Rule("freeze", "structure", "("),))
    reply = change_plan(folder, wild)
    assert (reply.accepted, "rule 1" in reply.message) == (False, True)
    large = FreezePlan(
        (
            Rule("freeze", "all"),
            Rule("thaw", "names", "x", covers=("0.weight", *(f"{n:040}" for n in range(100_000)))),
        )
    )
    assert change_plan(folder, large) == Reply(True, "the plan comes into force after this batch")

    def by_hand() -> list[PlanApplied]:
        return [e for e in of(PlanApplied, events(folder)) if e.reason == "by hand"]

    wait_for(lambda: bool(by_hand()))
    assert by_hand()[0].trainable_parameters == 1
    assert by_hand()[0].plan == large
    trainer.send_signal(signal.SIGTERM)
    assert trainer.wait(60) == 0
    told = events(folder)
    assert of(Checkpointed, told)[-1].step == told[-1].steps
    found = newest_checkpoint(folder, set()).checkpoint
    assert found is not None
    assert found.plan == large
