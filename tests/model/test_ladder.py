from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.model.models import tree
from tui.model.description import ModelInfo
from tui.model.families import find_roles
from tui.model.ladder import Ladder
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import resolve
from tui.model.states import State
from tui.model.tree import ModelTree

DESCRIPTIONS = Path(__file__).parent.parent / "descriptions"
T, F = State.TRAINABLE, State.FROZEN


def ladder_of(made: ModelTree) -> Ladder:
    return Ladder(made, find_roles(made))


def yolo() -> Ladder:
    return ladder_of(
        tree(
            *("stages.0.0.weight", "stages.1.0.weight", "transitions.0.weight"),
            *("yolo_blocks.0.weight", "yolo_outputs.0.prediction.weight", "scale"),
            root="YOLOV3",
        )
    )


def test_head_neck_stages_all() -> None:
    ladder = yolo()
    assert [ladder.title(rung) for rung in range(len(ladder.rungs))] == [
        "head only",
        "head and neck",
        "from stages.1 up",
        "from stages.0 up",
        "all",
    ]
    states = [resolve(ladder.plan(rung), ladder.tree).states for rung in range(5)]
    assert states == [
        (F, F, F, F, T, F),
        (F, F, T, T, T, F),
        (F, T, T, T, T, F),
        (T, T, T, T, T, F),
        (T, T, T, T, T, T),
    ]
    assert ladder.plan(4) == FreezePlan((Rule("thaw", "all"),))


@pytest.mark.parametrize("name", ["ssd_512_mobilenet1.0_custom", "cifar_resnet20_v1"])
def test_down_and_up_again(name: str) -> None:
    info = msgspec.json.decode((DESCRIPTIONS / f"{name}.json").read_bytes(), type=ModelInfo)
    ladder = ladder_of(ModelTree(info))
    for rung in range(len(ladder.rungs)):
        states = resolve(ladder.plan(rung), ladder.tree).states
        assert ladder.rung_of(states) == rung
        assert ladder.stands_on(rung, states)
        assert ladder.next_rung(states, 1) == (rung + 1 if rung + 1 < len(ladder.rungs) else None)
        assert ladder.next_rung(states, -1) == (rung - 1 if rung else None)


def test_stages_are_named_where_that_takes_no_more_rules() -> None:
    info = msgspec.json.decode(
        (DESCRIPTIONS / "ssd_512_mobilenet1.0_custom.json").read_bytes(), type=ModelInfo
    )
    ladder = ladder_of(ModelTree(info))
    assert [rule.select for rule in ladder.plan(2).rules] == [
        *("", "head", "features.expand_conv3", "features.expand_bn3"),
        *("features.expand_conv2", "features.expand_bn2"),
    ]
    # All of the expansions: one group.
    deep = next(r for r, paths in enumerate(ladder.rungs) if paths == ("features.expand_trans",))
    assert [rule.select for rule in ladder.plan(deep).rules] == ["", "head", "features.expand"]


def test_from_between_two_rungs() -> None:
    ladder = yolo()
    # The head and the neck, and one of the trunk's two stages by hand: the one at the far end.
    states = (T, F, T, T, T, F)
    assert ladder.rung_of(states) == 1
    assert ladder.next_rung(states, 1) == 2
    assert ladder.next_rung(states, -1) == 1
    # Not even the head.
    assert ladder.rung_of((F,) * 6) == -1
    assert ladder.next_rung((F,) * 6, 1) == 0
    assert ladder.next_rung((F,) * 6, -1) is None


def test_where_nothing_tells_the_head() -> None:
    ladder = ladder_of(tree("weight"))
    assert ladder.rungs == ()
    assert ladder.next_rung((T,), 1) is None
