"""The state of a run, folded from its events; no screen needed."""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, line, make_folder, proof, sample_events, started
from tui.app.run_state import KEPT_NOTICES, Mark, RunState, Status
from tui.model.plan import FreezePlan, Rule
from tui.runs.events import (
    Checked,
    Checkpointed,
    Commanded,
    Continued,
    Envelope,
    Event,
    Failed,
    LearningRateChanged,
    Memory,
    Notice,
    Paused,
    Phase,
    PlanApplied,
    Prepared,
    Reason,
    Resumed,
    Sampled,
    SampledPicture,
    Step,
    Validated,
)
from tui.runs.log import EventReader, EventWriter


def folded(*log: Event, each: float = 1.0) -> RunState:
    state = RunState()
    state.apply_all(
        Envelope(number, 1000.0 + number * each, event) for number, event in enumerate(log)
    )
    return state


def step(number: int, loss: float | None = 1.0, **losses: float | None) -> Step:
    return Step(number, 1, loss, losses or {"class": loss}, 0.1, 8.0)


PREPARED = Prepared(80, 8, 10, 2, 20, 2, 3, 10, 100, "mAP")


def test_it_goes_from_waiting_to_complete() -> None:
    state = RunState()
    seen = [state.status]
    for number, event in enumerate([started(), PREPARED, step(1), proof(), finished(1)]):
        state.apply(Envelope(number, float(number), event))
        if state.status is not seen[-1]:
            seen.append(state.status)
    assert seen == [Status.WAITING, Status.PREPARING, Status.TRAINING, Status.COMPLETE]
    assert [status.ended for status in seen] == [False, False, False, True]


def test_a_phase_is_over_with_the_next_step() -> None:
    state = folded(started(), Phase("validating"))
    assert state.doing == "validating"
    state.apply(Envelope(2, 2.0, step(1)))
    assert state.doing == ""


def test_a_whole_log_is_folded() -> None:
    state = folded(*sample_events(250), each=0.25)
    assert state.step is not None
    assert state.step.step == 250
    assert list(state.losses) == ["sum", "class", "box"]
    assert len(state.losses["sum"]) == 250
    assert [one.epoch for one in state.validations] == [1, 2]
    assert state.best is state.validations[-1]
    assert state.notice_count == 1
    assert state.share == 250 / 400


def test_time_left_comes_from_the_pace_so_far() -> None:
    state = folded(started(), PREPARED, step(1), step(2), step(3), each=2.0)
    assert state.seconds_left == pytest.approx(2.0 * 17)
    assert folded(started(), PREPARED, step(1)).seconds_left is None


def test_elapsed_stands_still_at_the_end() -> None:
    assert folded(started()).elapsed(1005.0) == 5.0
    assert folded(started(), step(1), Failed("no")).elapsed(5000.0) == 2.0
    assert folded(started(), step(1), finished(1)).elapsed(5000.0) == 192.4


def test_a_pause_is_no_training_time() -> None:
    state = folded(started(), PREPARED, step(1), step(2), Paused(2), each=2.0)
    assert state.elapsed(1008.0) == 8.0
    assert state.elapsed(5000.0) == 8.0
    state.apply(Envelope(5, 4008.0, Continued(2)))
    assert state.elapsed(4010.0) == 10.0
    state.apply(Envelope(6, 4010.0, step(3)))
    assert state.seconds_left == pytest.approx((2.0 + 4.0) / 2 * 17)
    state.apply(Envelope(7, 4012.0, Paused(3)))
    state.apply(Envelope(8, 4013.0, Failed("no")))
    assert state.elapsed(9000.0) == 12.0


def test_a_run_that_is_resumed_after_it_was_killed_in_a_pause_counts_on() -> None:
    state = folded(started(), step(1), Paused(1))
    state.mark_gone("signal 9")
    assert state.elapsed(9000.0) == 2.0
    state.apply(Envelope(3, 9000.0, started()))
    assert state.elapsed(9007.0) == 7.0


def test_losses_that_are_not_finite_poison_nothing() -> None:
    state = folded(started(), step(1, 2.0), step(2, None), step(3, math.inf), step(4, 1.0))
    assert state.not_finite == (2, 2)
    assert [bucket.mean for bucket in state.losses["sum"].buckets()] == [2.0, 1.0]
    assert state.step is not None
    assert state.step.step == 4


def test_a_metric_that_is_not_a_number_is_never_the_best() -> None:
    state = folded(
        Validated(1, 1, "mAP", None), Validated(2, 2, "mAP", 0.2), Validated(3, 3, "mAP", None)
    )
    assert state.best == Validated(2, 2, "mAP", 0.2)


def test_a_stop_shows_until_the_run_has_stopped() -> None:
    state = folded(started(), step(1), Commanded("stop"))
    assert state.status is Status.STOPPING
    state.apply(Envelope(3, 3.0, finished(1, stopped=True)))
    assert state.status is Status.STOPPED


def test_a_stop_that_was_not_taken_is_taken_back() -> None:
    state = folded(started(), step(1))
    state.mark_stop_asked()
    assert state.status is Status.STOPPING
    state.mark_stop_asked(False)
    assert state.status is Status.TRAINING


def test_a_second_start_goes_on_where_the_first_ended() -> None:
    state = folded(
        started(), PREPARED, step(1, 9.0), step(2, 8.0), step(3, 7.0), Failed("power"),
        started(), step(3, 6.0), step(4, 5.0),
    )  # fmt: skip
    assert state.status is Status.TRAINING
    means = [(bucket.step, bucket.mean) for bucket in state.losses["sum"].buckets()]
    assert means == [(1, 9.0), (2, 8.0), (3, 6.0), (4, 5.0)]


def test_a_trainer_that_is_gone_ended_when_it_last_wrote() -> None:
    state = folded(started(), step(1), step(2))
    state.mark_gone("signal 9")
    assert state.status is Status.GONE
    assert state.elapsed(9999.0) == 2.0


def test_notices_are_counted_and_the_newest_kept() -> None:
    state = folded(*(Notice(str(number)) for number in range(KEPT_NOTICES + 50)))
    assert state.notice_count == KEPT_NOTICES + 50
    assert list(state.notices)[-1] == str(KEPT_NOTICES + 49)
    assert len(state.notices) == KEPT_NOTICES


def test_every_change_is_told_by_the_version() -> None:
    state = RunState()
    versions = [state.version]
    for change in (
        lambda: state.apply(Envelope(0, 0.0, started())),
        state.mark_stop_asked,
        lambda: state.mark_gone("x"),
    ):
        change()
        versions.append(state.version)
    assert versions == sorted(set(versions))


def test_a_nan_loss_survives_the_log(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    writer = EventWriter(folder.events_file)
    writer.write(step(1, math.nan, **{"class": math.nan, "box": 1.0}))
    writer.close()
    reader = EventReader(folder.events_file)
    state = RunState()
    state.apply_all(reader.read())
    assert reader.skipped == 0
    assert state.not_finite == (1, 1)
    assert len(state.losses["box"]) == 1


def test_a_line_that_is_torn_is_read_when_it_is_whole(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    reader = EventReader(folder.events_file)
    state = RunState()
    text = line(0, started()) + line(1, step(1)) + line(2, step(2))
    for piece in range(0, len(text), 7):
        with folder.events_file.open("a") as file:
            file.write(text[piece : piece + 7])
        state.apply_all(reader.read())
    assert state.version == 3
    assert reader.skipped == 0


HEAD = FreezePlan((Rule("thaw", "role", "head"),))
ALL = FreezePlan((Rule("thaw", "all"),))


def changed(step: int, reason: Reason = "by hand", plan: FreezePlan | None = None) -> PlanApplied:
    return PlanApplied(step, 1, reason, 2, 3, 10, 100, plan=plan)


def test_changes_of_the_plan_are_marks() -> None:
    state = folded(
        started(), PREPARED, step(1), changed(1, "schedule"), step(2), changed(2, plan=HEAD)
    )
    words = "2 parameters train, 3 frozen"
    assert list(state.marks) == [
        Mark(1, f"epoch 1, by schedule: {words}"),
        Mark(2, f"epoch 1, by hand: {words}"),
    ]


def test_what_came_after_the_checkpoint_did_not_last() -> None:
    log: list[Event] = [started(), PREPARED]
    for number in range(1, 6):
        log += [step(number, float(number)), Validated(1, number, "mAP", number / 10)]
        if number == 3:
            log.append(Checkpointed(3, 1, "checkpoints/00000003"))
        log.append(changed(number, plan=HEAD if number < 3 else ALL))
    state = folded(*log, started(), PREPARED, Resumed(3, 1, 20.0))
    assert [mark.step for mark in state.marks] == [1, 2]
    assert [one.step for one in state.validations] == [1, 2, 3]
    assert state.best is not None
    assert state.best.step == 3
    assert [bucket.step for bucket in state.losses["sum"].buckets()] == [1, 2, 3]
    assert state.checkpoint == Checkpointed(3, 1, "checkpoints/00000003")
    assert state.elapsed(state.started_at + 5.0) == 25.0
    state.apply(Envelope(99, 2000.0, step(4, 7.0)))
    assert [bucket.step for bucket in state.losses["sum"].buckets()] == [1, 2, 3, 4]


def test_many_events_at_once_are_as_one_by_one() -> None:
    log = [
        *sample_events(120, 400, 50),
        *(step(121, None), step(122), Memory(5), step(123, 2.0, box=1.0), step(124), Phase("x")),
        # Done again, without a word of a resume; and with one.
        *(step(100), step(101), Memory(7), step(102)),
        *(started(), Resumed(60, 2, 5.0), step(61), step(62), Validated(2, 62, "mAP", 0.5)),
        *(step(63), Memory(9)),
    ]
    envelopes = [Envelope(n, 1000.0 + n, event) for n, event in enumerate(log)]
    one_by_one = RunState()
    for envelope in envelopes:
        one_by_one.apply(envelope)
    for size in (1, 2, 7, 1000):
        at_once = RunState()
        for start in range(0, len(envelopes), size):
            at_once.apply_all(envelopes[start : start + size])
        for found in fields(RunState):
            if found.name != "losses":
                wanted = getattr(one_by_one, found.name)
                assert getattr(at_once, found.name) == wanted, found.name
        for name, series in one_by_one.losses.items():
            assert at_once.losses[name].raw() == pytest.approx(series.raw())
            assert at_once.losses[name].not_finite == series.not_finite


def test_the_newest_sample_of_pictures_is_known_and_one_that_did_not_last_is_not() -> None:
    first, second = (
        Sampled(step, (SampledPicture(f"samples/{step:08d}/1.png", "1 predicted, 1 true"),))
        for step in (10, 20)
    )
    state = folded(started(), PREPARED, first)
    assert state.sampled == first
    state = folded(started(), PREPARED, first, second, started(), Resumed(10, 2, 5.0))
    assert list(state.samples) == [first]
    assert folded(started(), PREPARED, second, started(), Resumed(0, 1)).sampled is None
    again = Sampled(20, ())
    state = folded(started(), PREPARED, first, second, again)
    assert list(state.samples) == [first, again], "measured twice at the same step"


def rated(number: int, rate: float) -> Step:
    return Step(number, 1, 1.0, {"class": 1.0}, rate, 8.0)


def test_a_learning_rate_that_held_and_is_another_is_marked_and_a_slope_is_not() -> None:
    warm_up = [rated(number, number / 10) for number in range(1, 5)]
    high = [rated(number, 0.5) for number in range(5, 12)]
    low = [rated(number, 0.05) for number in range(12, 20)]
    marks = [Mark(11, "learning rate 0.05, by schedule", "rate")]
    assert list(folded(started(), *warm_up, *high, *low).marks) == marks
    one_by_one = RunState()
    for number, event in enumerate([started(), *warm_up, *high, *low]):
        one_by_one.apply(Envelope(number, 1000.0, event))
    assert list(one_by_one.marks) == marks


def test_a_learning_rate_by_hand_is_marked_once() -> None:
    state = folded(
        started(), *(rated(number, 0.5) for number in range(1, 6)),
        LearningRateChanged(5, 0.1, 0.2), rated(6, 0.1), rated(7, 0.1),
    )  # fmt: skip
    assert [(mark.step, mark.kind) for mark in state.marks] == [(5, "rate")]


def test_memory_and_speed_are_known_by_step_and_what_did_not_last_is_not() -> None:
    state = folded(
        started(), Memory(100), step(1), step(2), Memory(200), Memory(300), step(3), step(4),
        Memory(400), started(), Resumed(2, 1),
    )  # fmt: skip
    assert state.curves.resident.raw() == [(0, 100.0), (2, 200.0)]
    assert [at for at, _ in state.curves.speeds.raw()] == [1, 2]
    assert [at for at, _ in state.curves.rates.raw()] == [1, 2]


def test_what_frozen_layers_save_goes_with_the_plan() -> None:
    check = Checked(
        *(1.0, {}, 0.1, 4, 4, 400, 40, 80, None),
        saved_gradient_bytes=360,
        saved_optimizer_bytes=720,
    )
    assert folded(started(), PREPARED).savings is None
    state = folded(started(), PREPARED, check)
    assert state.savings is not None
    assert state.savings.total == 1080
    change = PlanApplied(3, 1, "by hand", 3, 0, 100, 100, (), FreezePlan())
    state = folded(started(), PREPARED, check, step(1), change)
    assert state.savings is not None
    assert state.savings.total == 0


def test_events_are_told_in_words_and_steps_are_not() -> None:
    state = folded(
        started(), Phase("importing MXNet"), PREPARED, step(1), Memory(100), step(2),
        Notice("skipped a.jpg"), Validated(1, 2, "mAP", None), Failed("no room"),
    )  # fmt: skip
    assert [(told.sign, told.words) for told in state.told if told.sign != "-"] == [
        ("!", "skipped a.jpg"),
        ("E", "failed: no room"),
    ]
    assert "epoch 1 mAP NaN" in [told.words for told in state.told]
    assert state.told_count == len(state.told) == 5
