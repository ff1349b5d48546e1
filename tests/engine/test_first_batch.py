"""One batch before the first step: what it finds, and that it leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest

from tests.engine.run_again import carry_out, classifier, events
from tui.engine.datasets.data import Data
from tui.engine.first_batch import check_labels
from tui.engine.refusal import Refusal
from tui.engine.run import Run
from tui.model.plan import FreezePlan, Rule
from tui.runs.events import Checked, Event, Failed, Phase, Step

DETECTION = Data("boxes", ("cat", "dog"), [], [], "", (1, 1))
CLASSES = Data("folders", ("cat", "dog"), [], [], "", (1, 1))


def boxes(*rows: list[float]) -> Data:
    return replace(DETECTION, train=[(None, np.array(rows))])


def labels(*found: float) -> Data:
    return replace(CLASSES, train=[(None, label) for label in found])


def mask(*found: int) -> Data:
    return replace(CLASSES, train=[(None, mx.nd.array([found], dtype="int32"))])


def test_labels_in_range_are_counted() -> None:
    data = boxes([1, 1, 9, 9, 0, 0], [2, 2, 5, 7, 1, 0])
    assert check_labels(data, "detection", 1) == 2
    assert check_labels(labels(0, 1, 1, 7), "classification", 3) == 3  # no more is looked at
    assert check_labels(mask(0, 1, 1, -1), "segmentation", 1) == 2
    instances = replace(DETECTION, train=[(None, np.array([[1, 1, 9, 9, 1, 0]]), [[]])])
    assert check_labels(instances, "instance segmentation", 1) == 1
    assert check_labels(replace(DETECTION, train=[(None, {}, 0)]), "pose", 1) == 0


@pytest.mark.parametrize(
    ("data", "task", "says"),
    [
        (labels(0, 2), "classification", "picture 2 of the training data has a label of class 2"),
        (labels(-1), "classification", "class -1, and there are 2 (0 to 1)"),
        (labels(0.5), "classification", "class 0.5"),
        (mask(0, -1, 5), "segmentation", "class 5, and there are 2"),
        (boxes([1, 1, 9, 9, 2, 0]), "detection", "class 2, and there are 2"),
        (boxes([1, 1, 9, 9, float("nan"), 0]), "detection", "class nan"),
        (boxes([9, 1, 1, 9, 0, 0]), "detection", r"a box from (9, 1) to (1, 9), which holds no"),
        (boxes([1, 1, float("nan"), 9, 0, 0]), "detection", "which holds nothing"),
    ],
)
def test_a_label_out_of_range_is_refused(data: Data, task: Any, says: str) -> None:
    with pytest.raises(Refusal) as raised:
        check_labels(data, task, len(data.train))
    assert says in str(raised.value)


@pytest.mark.slow
def test_it_leaves_nothing_behind_and_tells_sizes(tmp_path: Path) -> None:
    plan = FreezePlan((Rule("freeze", "block", "7"),))  # the statistics move
    before: dict[str, np.ndarray] = {}

    def values(run: Run) -> dict[str, np.ndarray]:
        assert run.plans is not None
        found = run.plans.net._collect_params_with_prefix().items()
        return {name: one.data().asnumpy() for name, one in found}

    def watch(run: Run, event: Event) -> None:
        if event == Phase("checking the first batch"):
            before.update(values(run))
        elif isinstance(event, Checked):
            for name, array in values(run).items():
                assert array.tobytes() == before[name].tobytes(), name

    told = carry_out(classifier(tmp_path, plan, epochs=1), watch=watch)
    assert before
    (checked,) = [event for event in told if isinstance(event, Checked)]
    values_in_all = 6 * 27 + 4 * 6 + 8 * 6 + 8 + 2 * 8 + 2
    training = 6 * 27 + 2 * 6 + 8 * 6 + 8
    assert checked.parameter_bytes == 4 * values_in_all
    assert checked.gradient_bytes == 4 * training
    assert checked.optimizer_bytes == 2 * 4 * training  # Adam's
    assert checked.saved_gradient_bytes == 4 * (2 * 8 + 2)
    assert checked.saved_optimizer_bytes == 2 * 4 * (2 * 8 + 2)
    assert (checked.statistics_fixed, checked.statistics) == (0, 2)
    assert (checked.pictures, checked.labels) == (4, 4)
    first = next(event for event in told if isinstance(event, Step))
    # The same first batch; the dropout is drawn alike too.
    assert checked.loss == pytest.approx(first.loss, rel=1e-6)


@pytest.mark.slow
def test_a_loss_that_is_no_number_is_told_before_the_first_step(tmp_path: Path) -> None:
    folder = classifier(tmp_path, epochs=1)

    def spoil(run: Run, event: Event) -> None:
        if event == Phase("checking the first batch"):
            assert run.plans is not None
            run.plans.net[7].weight.data()[:] = mx.nd.array([np.nan])

    with pytest.raises(Refusal, match=r"the loss is nan at step 1 .*7.weight is not finite"):
        carry_out(folder, watch=spoil)
    told = events(folder)
    assert not any(isinstance(event, Step | Failed) for event in told)
