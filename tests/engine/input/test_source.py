"""What another process is given to read batches from, for recipes whose pictures are drawn."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import pytest

from tests.engine.recipes import test_faster_rcnn as regions
from tests.engine.recipes import test_simple_pose as poses
from tui.engine.datasets import load_data
from tui.engine.input.wire import opened, packed
from tui.engine.recipes import recipe_for
from tui.engine.sources import build
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters


def bytes_of(batch: Any) -> Any:
    """A batch's arrays as bytes, in the form of the batch."""
    if isinstance(batch, mx.nd.NDArray):
        return batch.dtype, batch.shape, batch.asnumpy().tobytes()
    return [bytes_of(part) for part in batch]


@pytest.mark.slow
@pytest.mark.parametrize(
    "source", [regions.source_of("mask"), poses.source_of()], ids=["mask", "pose"]
)
@pytest.mark.parametrize("augment", [True, False])
def test_a_source_that_was_sent_reads_the_same(source: ModelSource, augment: bool) -> None:
    built = build(source, lambda _: None)
    recipe = recipe_for(built)
    assert recipe is not None
    data = load_data("shapes", recipe.task, built.classes)
    task: Any = recipe.prepare(built, data, Hyperparameters(batch_size=2, augment=augment))
    ours = task.source(7)
    theirs = opened([bytes(part) for part in packed(ours)])
    read = [bytes_of(ours.read(*where)) for where in ((1, 0), (1, 3), (2, 1))]
    assert read[0] != read[1]
    # Each in another order, since neither may lean on what was read before.
    assert [bytes_of(theirs.read(*where)) for where in ((2, 1), (1, 3), (1, 0))] == read[::-1]
    # Once more after it was used: what a transform was compiled to is left behind.
    again = opened([bytes(part) for part in packed(ours)])
    assert bytes_of(again.read(1, 3)) == read[1]
