"""What the demo shows is true: a pretrained, frozen trunk is what makes the head learn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.test_train import HEAD_ONLY, carry_out, only
from tui.engine.demo.network import DEFAULTS
from tui.model.source import ModelSource
from tui.runs.events import Finished, Proof, Validated
from tui.runs.folder import create_run
from tui.runs.spec import RunSpec


def map_after(tmp_path: Path, source: ModelSource) -> float:
    folder = create_run(RunSpec(source, "ssd", "shapes", DEFAULTS), HEAD_ONLY, tmp_path)
    code, told = carry_out(folder)
    assert code == 0, told
    proof = only(Proof, told)
    assert proof.broken == ()
    assert proof.statistics_moved == 0
    assert proof.frozen_identical > 0
    value = [event.value for event in told if isinstance(event, Validated)][-1]
    assert only(Finished, told).value == value
    return value


@pytest.mark.slow
def test_a_random_frozen_trunk_does_not_get_there_in_the_same_steps(tmp_path: Path) -> None:
    pretrained = map_after(tmp_path / "pretrained", ModelSource("demo"))
    by_chance = map_after(tmp_path / "random", ModelSource("demo", pretrained=False))
    assert pretrained > 0.8
    assert by_chance < 0.3
