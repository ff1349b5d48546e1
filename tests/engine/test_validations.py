"""Validations each so many steps: when they are, and that training does not notice them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.run_again import assert_identical, carry_out, classifier, detector, events
from tui.runs.events import Checkpointed, Event, Finished, Step, Validated
from tui.runs.folder import RunFolder
from tui.runs.spec import write_spec

Make = Callable[[Path], RunFolder]


def with_hyper(folder: RunFolder, **hyper: object) -> RunFolder:
    """The same run with other settings."""
    spec, _ = folder.read()
    write_spec(folder.spec_file, replace(spec, hyper=replace(spec.hyper, **hyper)))
    return folder


def validated(told: list[Event]) -> list[Validated]:
    return [event for event in told if isinstance(event, Validated)]


def losses(told: list[Event]) -> list[tuple[int, float | None]]:
    return [(event.step, event.loss) for event in told if isinstance(event, Step)]


@pytest.mark.slow
@pytest.mark.parametrize(("make", "every", "steps"), [(detector, 1, 10), (classifier, 2, 15)])
def test_training_does_not_notice(make: Make, every: int, steps: int, tmp_path: Path) -> None:
    """A detector that has been validated would give detections, and dropout draws."""
    plain = with_hyper(make(tmp_path), validate_every=99)
    told = carry_out(plain)
    assert [event.step for event in validated(told)] == [steps]
    often = with_hyper(make(tmp_path), validate_every_steps=every)
    told = carry_out(often)
    at = [event.step for event in validated(told)]
    assert at == sorted({*range(every, steps + 1, every), steps})
    assert losses(told) == losses(events(plain))
    assert_identical(plain, often)


@pytest.mark.slow
@pytest.mark.parametrize("stop", [4, 7])
def test_patience_is_the_same_after_a_stop(stop: int, tmp_path: Path) -> None:
    """The stop at step 4 comes before the validation that is due there."""
    hyper = {"epochs": 30, "patience": 3, "learning_rate": 1e-6, "validate_every_steps": 2}
    whole, folder = classifier(tmp_path, **hyper), classifier(tmp_path, **hyper)
    told = carry_out(whole)
    values = [event.value or 0.0 for event in validated(told)]
    best = values.index(max(values))
    assert len(values) == best + 4
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert (finished.best_step, finished.steps) == (2 * (best + 1), 2 * len(values))
    kept = [event.step for event in told if isinstance(event, Checkpointed) and event.best]
    assert kept[-1] == finished.best_step
    carry_out(folder, stop_at=stop)
    carry_out(folder)
    assert validated(events(folder)) == validated(told)
    assert_identical(whole, folder)


@pytest.mark.slow
def test_what_a_classifier_confuses(tmp_path: Path) -> None:
    folder = classifier(tmp_path, epochs=1)
    told = carry_out(folder)
    (event,) = validated(told)
    spec, _ = folder.read()
    with (folder.path / event.confusion).open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    table = [[int(count) for count in row[1:]] for row in rows]
    assert [row[0] for row in rows] == list(spec.model.classes)
    right, pictures = sum(table[n][n] for n in range(2)), sum(map(sum, table))
    assert event.value == pytest.approx(right / pictures)
    assert sum(pair.count for pair in event.confused) == pictures - right > 0
    for pair in event.confused:
        real, found = (spec.model.classes.index(name) for name in (pair.real, pair.found))
        assert (pair.count, pair.pictures) == (table[real][found], sum(table[real]))
