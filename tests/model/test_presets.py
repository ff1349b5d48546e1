from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from tests.model.models import parameter, tree
from tui.model.families import find_roles
from tui.model.plan import FreezePlan, Rule
from tui.model.presets import PRESETS, PresetError, head_only
from tui.model.resolution import Resolution, resolve
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree

T, F, A = State.TRAINABLE, State.FROZEN, State.AUXILIARY


def by(name: str, made: ModelTree, before: FreezePlan | None = None) -> Resolution:
    """What a preset makes of a model."""
    plan = PRESETS[name].on(before or FreezePlan(), made, find_roles(made))
    return resolve(plan, made)


def detector(**how: object) -> ModelTree:
    return tree(
        *("stages.0.weight", "stages.1.gamma", "stages.1.beta", "stages.1.running_mean"),
        *("transitions.0.weight", "yolo_outputs.0.prediction.weight"),
        "yolo_outputs.0.prediction.bias",
        root="YOLOV3",
        **how,
    )


def test_head_only() -> None:
    assert by("head", detector()).states == (F, F, F, A, F, T, T)


def test_head_only_needs_to_know_the_head() -> None:
    made = tree("weight")
    with pytest.raises(PresetError, match="last layers") as raised:
        head_only(made, find_roles(made))
    assert "space" in str(raised.value)


def test_head_and_neck() -> None:
    assert by("neck", detector()).states == (F, F, F, A, T, T, T)
    with pytest.raises(PresetError, match="has no neck"):
        by("neck", tree("features.weight", "output.weight"))


def test_everything() -> None:
    assert by("all", detector()).states == (T, T, T, A, T, T, T)


def test_norms_only_lets_their_statistics_move() -> None:
    found = by("norms", detector())
    assert found.states == (F, T, T, A, F, F, F)
    assert found.statistics == {3: Statistic.MOVING}
    with pytest.raises(PresetError, match="no norm layers"):
        by("norms", tree("features.weight"))


def test_biases_only_fixes_statistics() -> None:
    found = by("biases", detector())
    assert found.states == (F, F, T, A, F, F, T)
    assert found.statistics == {3: Statistic.FIXED}


def test_the_models_own() -> None:
    made = detector()
    with pytest.raises(PresetError, match="R-CNN models do"):
        by("own", made)
    own = ModelTree(msgspec.structs.replace(made.model, train_pattern=".*prediction|.*gamma"))
    assert by("own", own).states == (F, T, F, A, F, T, T)


def test_pretrained_part_frozen() -> None:
    came = [
        msgspec.structs.replace(parameter(name), pretrained=True)
        for name in ("features.0.weight", "features.1.gamma", "features.1.running_mean")
    ]
    made = tree(*came, "features.2.weight", "output.weight")
    assert by("pretrained", made).states == (F, F, A, T, T)
    with pytest.raises(PresetError, match="nothing here came from a file"):
        by("pretrained", detector())
    with pytest.raises(PresetError, match="everything came from the file"):
        by("pretrained", tree(*came))


def test_discriminative_rates_are_geometric_by_stage() -> None:
    made = tree(
        *("conv1.weight", "layer1.0.weight", "layer2.0.weight", "layer3.0.weight", "fc.weight"),
    )
    found = by("discriminative", made)
    rates = [found.lr_mults.get(index, 1.0) for index in range(5)]
    assert rates == sorted(rates)
    assert rates[-1] == 1
    for slow, fast in pairwise(rates):
        assert slow / fast == pytest.approx(1 / 2.6, rel=0.01)
    assert found.states == (T,) * 5
    # Many stages: the first one still learns.
    deep = tree(*(f"features.{n}.weight" for n in range(30)), "output.weight")
    assert by("discriminative", deep).lr_mults[0] == pytest.approx(0.01, rel=0.01)


def test_no_decay() -> None:
    assert by("no-decay", detector()).wd_mults == {1: 0.0, 2: 0.0, 6: 0.0}


def test_additions_leave_what_trains_and_take_the_place_of_their_like() -> None:
    made = tree("features.0.weight", "features.1.weight", "output.weight")
    roles = find_roles(made)
    plan = PRESETS["head"].on(FreezePlan(), made, roles)
    mine = Rule("wd_mult", "all", value=3.0)
    plan = PRESETS["discriminative"].on(plan.with_rules(mine), made, roles)
    again = PRESETS["discriminative"].on(plan, made, roles)
    assert again == plan
    assert resolve(plan, made).states == (F, F, T)
    # And a preset leaves what additions say.
    thawed = PRESETS["all"].on(plan, made, roles)
    assert resolve(thawed, made).lr_mults == resolve(plan, made).lr_mults
    assert mine in thawed.rules


@pytest.mark.parametrize("name", sorted(set(PRESETS) - {"all"}))
def test_on_an_empty_model_each_says_in_one_line_what_is_missing(name: str) -> None:
    with pytest.raises(PresetError) as raised:
        by(name, tree())
    assert "\n" not in str(raised.value)
