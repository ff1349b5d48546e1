"""Whole runs with the feature cache, held to the same runs without."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.engine.run_again import (
    assert_identical,
    carry_out,
    center_net,
    classifier,
    detector,
    faster_rcnn,
    segmenter_of_photographs,
    weights,
    yolo,
)
from tui.engine.feature_cache.beside import Beside
from tui.engine.feature_cache.store import ROWS, FeatureStore
from tui.engine.run import Run
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.runs.events import Caching, Event, Failed, Notice, PlanApplied, Prepared, Proof, Step
from tui.runs.folder import RunFolder
from tui.runs.spec import write_spec

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
STEPS = 30

Make = Callable[[Path], RunFolder]
MAKES = [detector, yolo, classifier, segmenter_of_photographs, faster_rcnn, center_net]


def changed(folder: RunFolder, plan: FreezePlan = HEAD_ONLY, **hyper: object) -> RunFolder:
    """A run with other settings than it was made with: without augmentation, unless they say so."""
    spec, _ = folder.read()
    settings = {"augment": False, "schedule": "constant", "max_steps": 0, "epochs": 4, **hyper}
    hyper_of = msgspec.structs.replace(spec.hyper, **settings)
    write_spec(folder.spec_file, msgspec.structs.replace(spec, hyper=hyper_of))
    write_plan(folder.plan_file, plan)
    return folder


def of(kind: type, told: Sequence[Event]) -> list[Event]:
    return [event for event in told if isinstance(event, kind)]


def losses(told: Sequence[Event]) -> list[float]:
    assert not of(Failed, told), told[-1]
    return [event.loss for event in told if isinstance(event, Step)]


def assert_close(ours: RunFolder, theirs: RunFolder) -> None:
    first, second = weights(ours), weights(theirs)
    assert list(first) == list(second)
    for name, array in first.items():
        np.testing.assert_allclose(array, second[name], rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.fixture
def read_rows(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The rows that are read from any store, as they are."""
    rows: list[tuple[int, int]] = []
    read = FeatureStore.read

    def counted(store: FeatureStore, row: tuple[int, int]) -> list[np.ndarray] | None:
        rows.append(row)
        return read(store, row)

    monkeypatch.setattr(FeatureStore, "read", counted)
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKES)
def test_losses_and_weights_are_those_of_the_plain_run(
    tmp_path: Path, make: Make, read_rows: list[tuple[int, int]]
) -> None:
    epochs: dict[str, object] = {"epochs": 30, "max_steps": STEPS, "validate_every": 9}
    plain = changed(make(tmp_path), cache="off", **epochs)
    cached = changed(make(tmp_path), cache="on", **epochs)
    expected, told = losses(carry_out(plain)), carry_out(cached)
    (caching,) = of(Caching, told)
    assert caching.active, caching.why_not
    found = losses(told)
    assert len(found) == len(expected) == STEPS
    assert len(read_rows) >= 3 * len(set(read_rows)) > 0, "most steps were on what was kept"
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert_close(cached, plain)
    (proof,) = of(Proof, told)
    assert not proof.broken
    assert proof.frozen_identical > 0


def test_each_picture_goes_through_the_frozen_side_once(
    tmp_path: Path, read_rows: list[tuple[int, int]]
) -> None:
    folder = changed(classifier(tmp_path), cache="on")
    carry_out(folder)
    pictures = len(set(read_rows))
    assert pictures == 10
    # In the three epochs after the first; and those of the first batch, which was looked at before.
    assert 3 * pictures <= len(read_rows) <= 4 * pictures
    assert not folder.features.exists(), "a run that is complete keeps none"


@pytest.mark.slow
@pytest.mark.parametrize("make", [detector, classifier])
def test_stopped_at_any_step_it_ends_the_same(tmp_path: Path, make: Make) -> None:
    calm = changed(make(tmp_path), cache="on")
    total = len(losses(carry_out(calm)))
    for step in (1, total // 2, total - 1):
        folder = changed(make(tmp_path), cache="on")
        carry_out(folder, stop_at=step)
        carry_out(folder)
        assert_identical(folder, calm)


@pytest.mark.slow
def test_what_was_kept_is_found_by_a_resume(tmp_path: Path) -> None:
    folder = changed(classifier(tmp_path), cache="on")
    carry_out(folder, stop_at=4)
    (caching,) = of(Caching, carry_out(folder))
    assert caching.found == 10


@pytest.mark.slow
def test_what_is_of_other_data_or_weights_is_not_used(tmp_path: Path) -> None:
    folder = changed(classifier(tmp_path), cache="on")
    carry_out(folder, stop_at=4)
    picture = next((tmp_path / "pets" / "train").rglob("*.JPG"))
    picture.touch()
    (caching,) = of(Caching, carry_out(folder))
    assert caching.active
    assert caching.found == 0


THAWING = FreezePlan((*HEAD_ONLY.rules, Rule("thaw", "all", epoch=3)))


@pytest.mark.slow
@pytest.mark.parametrize("make", [detector, classifier])
def test_a_plan_that_thaws_moves_the_frontier(tmp_path: Path, make: Make) -> None:
    plain = changed(make(tmp_path), THAWING, cache="off", epochs=5)
    cached = changed(make(tmp_path), THAWING, cache="on", epochs=5)
    expected, told = losses(carry_out(plain)), carry_out(cached)
    first, second = of(Caching, told)
    assert first.active
    assert not second.active
    assert "trains" in second.why_not
    assert of(PlanApplied, told)
    np.testing.assert_allclose(losses(told), expected, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("views", [0, 2])
@pytest.mark.parametrize("make", [classifier, detector, faster_rcnn])
def test_a_change_by_hand_within_an_epoch_and_a_resume_after_it(
    tmp_path: Path, make: Make, views: int
) -> None:
    """The next batch was read before the change, of what was kept."""
    settings = {"epochs": 4, "views": views, "augment": views > 0, "validate_every": 9}
    before = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))

    def thaw(run: Run, event: Event) -> None:
        if isinstance(event, Step) and event.step == 5 and not run.past.by_hand:
            assert run.plans is not None
            run.plans.offer(FreezePlan((Rule("thaw", "all"),)))

    plain, calm, stopped = (
        changed(make(tmp_path), before, cache=cache, **settings) for cache in ("off", "on", "on")
    )
    expected, told = losses(carry_out(plain, watch=thaw)), carry_out(calm, watch=thaw)
    assert [one.active for one in of(Caching, told)] == [True, False]
    np.testing.assert_allclose(losses(told), expected, rtol=1e-4)
    carry_out(stopped, watch=thaw, stop_at=7)
    carry_out(stopped)
    assert_identical(stopped, calm)


@pytest.mark.slow
def test_a_plan_that_freezes_more_in_mid_run(tmp_path: Path) -> None:
    plan = FreezePlan((Rule("freeze", "all", epoch=2), Rule("thaw", "block", "7", epoch=2)))
    plain = changed(classifier(tmp_path), plan, cache="off")
    cached = changed(classifier(tmp_path), plan, cache="on")
    expected, told = losses(carry_out(plain)), carry_out(cached)
    assert [one.active for one in of(Caching, told)] == [False, True]
    np.testing.assert_allclose(losses(told), expected, rtol=1e-5)
    assert_close(cached, plain)


def test_what_would_not_fit_is_said_and_not_begun(tmp_path: Path) -> None:
    folder = changed(classifier(tmp_path), cache="on", cache_limit=1e-6)
    (caching,) = of(Caching, carry_out(folder))
    assert not caching.active
    assert "more than the" in caching.why_not
    assert caching.total_bytes > 0
    assert not folder.features.exists()


def test_a_limit_that_is_reached_leaves_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = iter([True, True, True])
    add = FeatureStore.add
    monkeypatch.setattr(FeatureStore, "add", lambda *a: next(room, False) and add(*a))
    plain = changed(classifier(tmp_path), cache="off")
    cached = changed(classifier(tmp_path), cache="on")
    expected, told = losses(carry_out(plain)), carry_out(cached)
    ends = [n for n in of(Notice, told) if "feature cache ends at 3 pictures" in n.message]
    assert len(ends) == 1
    np.testing.assert_allclose(losses(told), expected, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("make", [detector, faster_rcnn])
def test_what_is_told_before_is_what_it_comes_to(tmp_path: Path, make: Make) -> None:
    folder = changed(make(tmp_path), cache="on", epochs=3, validate_every=9)
    (caching,) = of(Caching, carry_out(folder, stop_at=4))  # each picture was seen by then
    size = (folder.features / ROWS).stat().st_size
    # Pictures that are not all of one size, and the lines between rows.
    assert 0.7 * size < caching.total_bytes < 1.4 * size


def test_labels_that_cannot_be_kept_are_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = Beside.sample

    def with_polygons(task: Beside, index: int) -> object:
        found, beside = sample(task, index)
        polygons = np.empty(2, dtype=object)
        polygons[:] = [[np.zeros((4, 2))], [np.zeros((3, 2)), np.zeros((5, 2))]]
        return found, [*beside, polygons]

    monkeypatch.setattr(Beside, "sample", with_polygons)
    folder = changed(classifier(tmp_path), cache="on")
    told = carry_out(folder)
    (caching,) = of(Caching, told)
    assert "labels" in caching.why_not
    assert losses(told)
    assert not folder.features.exists()


def test_augmented_once_is_said(tmp_path: Path) -> None:
    told = carry_out(changed(classifier(tmp_path), cache="on", augment=True))
    assert any("augmented once" in notice.message for notice in of(Notice, told))


def test_half_precision_is_half_as_large(tmp_path: Path) -> None:
    sizes = []
    for precision in ("float32", "float16"):
        folder = changed(classifier(tmp_path), cache="on", cache_dtype=precision)
        told = carry_out(folder)
        assert losses(told)[-1] > 0
        sizes.append(of(Caching, told)[0].total_bytes)
    assert sizes[1] < 0.6 * sizes[0]


@pytest.mark.slow
def test_views_are_drawn_once_each(tmp_path: Path, read_rows: list[tuple[int, int]]) -> None:
    settings = {"augment": True, "views": 2, "epochs": 5}
    folder = changed(classifier(tmp_path), cache="on", **settings)
    told = carry_out(folder)
    assert {view for _, view in read_rows} == {0, 1}
    assert len(set(read_rows)) == 20
    total = len(losses(told))
    # A resume ends the same, and one whose features are gone draws the same views again.
    for gone in (False, True):
        again = changed(classifier(tmp_path), cache="on", **settings)
        carry_out(again, stop_at=total - 4)
        if gone:
            shutil.rmtree(again.features)
        carry_out(again)
        if gone:
            assert_close(again, folder)
        else:
            assert_identical(again, folder)


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKES)
def test_views_train_the_same_whether_or_not_they_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    settings = {"augment": True, "views": 2, "epochs": 6, "validate_every": 9, "max_steps": 14}
    kept = losses(carry_out(changed(make(tmp_path), cache="on", **settings)))
    monkeypatch.setattr(FeatureStore, "add", lambda *_: False)
    drawn = losses(carry_out(changed(make(tmp_path), cache="on", **settings)))
    off = losses(carry_out(changed(make(tmp_path), cache="off", **settings)))
    np.testing.assert_allclose(off, drawn, rtol=1e-5)
    # Also where targets are drawn anew (Faster R-CNN's): a flip is that of the features.
    np.testing.assert_allclose(kept, drawn, rtol=1e-5)


def test_auto_changes_nothing_of_what_training_means(tmp_path: Path) -> None:
    folder = changed(classifier(tmp_path), cache="auto", augment=True)
    (caching,) = of(Caching, carry_out(folder))
    assert not caching.active
    assert (
        caching.why_not
        == "augmentation changes the pictures in each epoch (views, or none, would not)"
    )


@pytest.mark.parametrize("hyper", [{"epochs": 1}, {"epochs": 9, "max_steps": 2}])
def test_a_run_that_sees_no_picture_twice_keeps_none(
    tmp_path: Path, hyper: dict[str, object]
) -> None:
    folder = changed(classifier(tmp_path), cache="auto", **hyper)
    (caching,) = of(Caching, carry_out(folder))
    assert caching.why_not == "no picture is seen twice"


@pytest.mark.slow
def test_a_picture_that_fails_has_another_in_its_place(tmp_path: Path) -> None:
    picture, aside = tmp_path / "pets/train/dog/3.JPG", tmp_path / "aside.JPG"

    def lose(_: object, event: Event) -> None:
        if isinstance(event, Prepared):
            picture.rename(aside)

    found = []
    for cache in ("off", "on"):
        folder = changed(classifier(tmp_path), cache=cache)
        told = carry_out(folder, watch=lose)
        aside.rename(picture)
        lost = [n for n in of(Notice, told) if "another takes its place" in n.message]
        assert len(lost) == 1
        found.append(losses(told))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)
