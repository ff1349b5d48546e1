"""What whole blocks have in common, held against a look at every parameter."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.model.models import model, random_models, tree
from tests.model.plans import models_and_plans
from tui.model.description import ModelInfo
from tui.model.multiplier_roll_up import MultiplierRollUp
from tui.model.origins import Origins
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import resolve
from tui.model.states import Statistic
from tui.model.statistics_roll_up import StatisticsRollUp
from tui.model.tree import ModelTree


@given(models_and_plans())
def test_statistics_by_hand(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    statistics = resolve(plan, made).statistics
    roll_up = StatisticsRollUp(made, statistics)
    for node in range(len(made.nodes)):
        here = {statistics[index] for index in made.under(node) if index in statistics}
        words = {one.word for one in here}
        wanted = "mixed" if len(words) == 2 else "".join(words)
        assert roll_up.word(node) == wanted
    fixed = [statistics[norm.statistics[0]] is Statistic.FIXED for norm in made.norms]
    assert roll_up.layers == (fixed.count(True), fixed.count(False))


@given(random_models(), st.data())
def test_origins_by_hand(described: ModelInfo, data: st.DataObject) -> None:
    parameters = tuple(
        msgspec.structs.replace(parameter, pretrained=data.draw(st.booleans()))
        for parameter in described.parameters
    )
    made = ModelTree(msgspec.structs.replace(described, parameters=parameters))
    origins = Origins(made)
    assert origins.any is any(parameter.pretrained for parameter in parameters)
    for node in range(len(made.nodes)):
        words = {"file" if parameters[i].pretrained else "new" for i in made.under(node)}
        wanted = "both" if len(words) == 2 else "".join(words)
        assert origins.word(node) == (wanted if origins.any else "")


def test_multipliers_of_a_block_and_of_what_is_in_it() -> None:
    made = tree("a.weight", "a.bias", "b.weight", "b.running_mean")
    plan = FreezePlan(
        (
            Rule("lr_mult", "block", "a", value=0.1),
            Rule("wd_mult", "parameter", "a.bias", value=0.0),
            Rule("lr_mult", "block", "b", value=1.0),
        )
    )
    roll_up = MultiplierRollUp(made, resolve(plan, made))
    assert roll_up.any
    told = {path: (roll_up.rate(node), roll_up.decay(node)) for path, node in made.index_of.items()}
    assert told == {
        "": ("mixed", "mixed"),
        "a": ("0.1", "mixed"),
        "a.weight": ("0.1", ""),
        "a.bias": ("0.1", "0"),
        "b": ("", ""),
        "b.weight": ("", ""),
        "b.running_mean": ("", ""),
    }


def test_without_multipliers_nothing_is_said() -> None:
    made = ModelTree(model("a.weight"))
    roll_up = MultiplierRollUp(made, resolve(FreezePlan(), made))
    assert not roll_up.any
    assert (roll_up.rate(0), roll_up.decay(0)) == ("", "")
