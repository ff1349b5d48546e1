"""What a pattern selects, and what is said of it."""

from __future__ import annotations

import re

import pytest

from tests.app.models import cifar, layers, ssd
from tests.app.showing import turns_during
from tui.app.pattern_match import SLICE, hinted, match_pattern, refusal, told
from tui.model.plan import FreezePlan
from tui.model.resolution import resolve
from tui.model.tree import ModelTree

SSD = ModelTree(ssd().model)
CIFAR = ModelTree(cifar().model)


@pytest.mark.parametrize("pattern", [".*conv", "(?!.*expand).*", "ssd0_.*_weight$", "x", "ssd0"])
async def test_matches_as_collect_params_does(pattern: str) -> None:
    matched = await match_pattern(pattern, "names", SSD)
    # The definition of Block.collect_params, which uses re.match on prefixed names.
    by_gluon = [i for i, p in enumerate(SSD.parameters) if re.compile(pattern).match(p.name)]
    assert list(matched.parameters) == by_gluon


async def test_structure_names_are_searched() -> None:
    matched = await match_pattern(r"_predictors\.0", "structure", SSD)
    assert {SSD.parameters[i].structure_name for i in matched.parameters} == {
        f"{kind}_predictors.0.predictor.{name}"
        for kind in ("class", "box")
        for name in ("weight", "bias")
    }


async def test_more_names_than_a_slice() -> None:
    tree = ModelTree(layers(*(f"d{number}" for number in range(2 * SLICE + 5))))
    last = 2 * SLICE + 3
    matched = await match_pattern(f".*d1_|.*d{last}_", "names", tree)
    assert matched.parameters == (1, last)


async def test_loop_goes_on_while_it_matches() -> None:
    tree = ModelTree(layers(*(f"d{number}" for number in range(5 * SLICE))))
    _, turns = await turns_during(match_pattern(".*weight", "names", tree))
    assert turns >= 5


async def test_does_not_compile() -> None:
    matched = await match_pattern("(conv", "names", SSD)
    assert (
        matched.error
        == "the pattern does not compile at character 1: missing ), unterminated subpattern"
    )
    assert refusal(matched, "freeze", confirmed=True, can_train=True).startswith("does not compile")


async def test_backtracking_is_stopped() -> None:
    tree = ModelTree(layers("a" * 40))
    matched = await match_pattern(r"net0_(a|aa)+$", "names", tree)
    assert "backtracks" in matched.error


async def test_everything_says_so_and_suggests() -> None:
    matched = await match_pattern("(?!dense).*", "names", CIFAR)
    assert matched.everything
    assert told(matched, CIFAR, resolve(FreezePlan(), CIFAR).states).startswith(
        "all 107 parameters"
    )
    assert hinted(matched, ["output"]).startswith("tab: (?!.*dense).* ")
    assert "enter again" in refusal(matched, "freeze", confirmed=False, can_train=True)
    assert not refusal(matched, "freeze", confirmed=True, can_train=True)
    assert not refusal(matched, "thaw", confirmed=False, can_train=True)


async def test_everything_where_no_pattern_is_better_names_the_head() -> None:
    matched = await match_pattern("(?!dense).*", "names", SSD)
    assert matched.everything
    assert matched.hint is None
    assert hinted(matched, ["class_predictors"]) == (
        "last layers: class_predictors; esc, then h leaves them out"
    )


async def test_nothing_says_so_and_suggests() -> None:
    matched = await match_pattern("dense0", "names", CIFAR)
    assert matched.nothing
    assert hinted(matched, []).startswith("tab: .*dense0 ")
    assert refusal(matched, "thaw", confirmed=True, can_train=False).startswith("nothing matches")


async def test_statistics_alone_cannot_be_frozen_by_a_pattern() -> None:
    matched = await match_pattern(".*running_", "names", SSD)
    states = resolve(FreezePlan(), SSD).states
    assert told(matched, SSD, states).endswith("auxiliary")
    assert "can train" in refusal(matched, "freeze", confirmed=False, can_train=False)
