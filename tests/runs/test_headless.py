"""Events as plain lines."""

from __future__ import annotations

import pytest

from tui.runs.events import Checkpointed, Event, PlanApplied, Resumed
from tui.runs.headless import in_words


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
        (Resumed(12, 3, 4.0), "going on after step 12, in epoch 3"),
        (Resumed(0, 1), "no checkpoint to go on from: the run begins anew"),
    ],
)
def test_in_words(event: Event, line: str) -> None:
    assert in_words(event) == line
