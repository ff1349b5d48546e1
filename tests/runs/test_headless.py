"""Events as plain lines."""

from __future__ import annotations

import pytest

from tui.runs.event_words import in_words
from tui.runs.events import (
    Checked,
    Checkpointed,
    Confused,
    Event,
    Finished,
    PlanApplied,
    Resumed,
    Step,
    Validated,
)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            PlanApplied(12, 3, "by hand", 48, 97, 10, 20),
            "plan: epoch 3, by hand: 48 parameters train, 97 frozen",
        ),
        (
            Checkpointed(12, 3, "checkpoints/00000012"),
            "checkpoint after step 12: checkpoints/00000012",
        ),
        (
            Checkpointed(12, 3, "checkpoints/00000012", best=True),
            "checkpoint after step 12: checkpoints/00000012, the best so far",
        ),
        (
            Checked(3.5, {"a": 2.5, "b": 1.0}, 0.52, 8, 20, 2_000_000, 400_000, 0, 10**7, 3, 7),
            "first batch of 8: loss 3.5 (a 2.5 b 1), 20 labels in range, 0.5 s; memory about "
            "12 MB: parameters 2.0 + gradients 0.4 + a batch on its way 10.0; "
            "3 of 7 statistics fixed",
        ),
        (
            Finished(
                False, 9, 3, 4.0, "weights/final.params", "mAP", 0.5, "weights/best.params", 6
            ),
            "done after 9 steps, 4 s: weights/final.params; the best, of step 6: "
            "weights/best.params",
        ),
        (Validated(2, 9, "accuracy", 0.5), "epoch 2 accuracy 0.5000"),
        (
            Validated(
                2, 9, "accuracy", 0.5, confused=tuple(Confused("a", b, 7, 9) for b in "bcde")
            ),
            "epoch 2 accuracy 0.5000; most confused: a as b, 7; a as c, 7; a as d, 7",
        ),
        (Validated(2, 9, "accuracy", None), "epoch 2 accuracy NaN"),
        (
            Step(3, 1, None, {"a": None, "b": 0.5}, 0.1, 8.0),
            "epoch 1 step 3 loss NaN (a NaN b 0.5) rate 0.1 8.0 pictures/s",
        ),
        (Resumed(12, 3, 4.0), "going on after step 12, in epoch 3"),
        (Resumed(0, 1), "no checkpoint to go on from: the run begins anew"),
    ],
)
def test_in_words(event: Event, line: str) -> None:
    assert in_words(event) == line
