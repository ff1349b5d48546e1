"""Rules in words."""

from __future__ import annotations

import pytest

from tests.app.models import layers
from tui.app.rule_text import (
    action_text,
    count_words,
    missed_words,
    plan_title,
    rule_words,
    schedule_words,
)
from tui.model.plan import ACTIONS, MULTIPLIERS, FreezePlan, Rule
from tui.model.resolution import resolve
from tui.model.tree import ModelTree

FREEZE, HEAD = Rule("freeze", "all"), Rule("thaw", "role", "head")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (FREEZE, "freezes everything"),
        (HEAD, "thaws the head"),
        (Rule("freeze", "block", "features.0"), "freezes block features.0"),
        (Rule("freeze statistics", "role", "trunk"), "fixes the statistics of the trunk"),
        (Rule("thaw statistics", "block", "bn"), "lets the statistics move of block bn"),
        (
            Rule("lr_mult", "glob", "*.bias", value=0.1),
            "multiplies by 0.1 the learning rate of structure names like *.bias",
        ),
        (
            Rule("wd_mult", "structure", "bias$", value=0),
            "multiplies by 0 the weight decay of what bias$ finds in structure names",
        ),
        (
            Rule("thaw", "names", ".*dense", ("output",)),
            "thaws what .*dense matches in collect_params(), as it was when the rule was made",
        ),
    ],
)
def test_a_rule(rule: Rule, words: str) -> None:
    assert rule_words(rule) == words


def test_every_action_fits_its_column() -> None:
    for action in ACTIONS:
        value = 0.385123 if action in MULTIPLIERS else None
        assert len(action_text(Rule(action, "all", value=value))) <= 13


def test_how_far_a_rule_reaches() -> None:
    assert count_words(175, 97, FREEZE) == "selects 175, decides 97, overruled on 78"
    assert count_words(24, 24, HEAD) == "selects 24, decides 24"
    assert count_words(24, 0, Rule("thaw", "all", off=True)) == "selects 24, switched off"
    later = Rule("thaw", "all", epoch=3)
    assert count_words(5, 4, later) == "selects 5, from epoch 3 decides 4, overruled on 1"


def test_what_comes_later() -> None:
    at_3, at_8 = Rule("thaw", "block", "b", epoch=3), Rule("thaw", "block", "a", epoch=8)
    assert schedule_words(FreezePlan((FREEZE,))) == ""
    assert schedule_words(FreezePlan((FREEZE, Rule("thaw", "all", epoch=2, off=True)))) == ""
    assert schedule_words(FreezePlan((FREEZE, at_3, at_3))) == "2 rules from epoch 3"
    assert schedule_words(FreezePlan((at_3, at_8))) == "2 rules from epoch 3, the last from 8"
    assert plan_title(FreezePlan((FREEZE, at_3), dropout_off=True)) == (
        "plan: 2 rules · 1 rule from epoch 3 · dropout off in frozen blocks"
    )


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (("a", "b"), ""),
        (("a", "x"), "rule 2 selects nothing in made_up"),
        (("x", "a", "y", "z"), "rules 1, 3 and 4 select nothing in made_up"),
        (("x", "y"), "none of its 2 rules selects anything in made_up: it is for another model"),
    ],
)
def test_which_rules_miss(blocks: tuple[str, ...], words: str) -> None:
    tree = ModelTree(layers("a", "b"))
    plan = FreezePlan(tuple(Rule("freeze", "block", block) for block in blocks))
    assert missed_words(plan, resolve(plan, tree), tree) == words
