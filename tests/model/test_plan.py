from __future__ import annotations

import pytest

from tui.model.plan import FreezePlan, Rule, describe


def test_rules_in_words() -> None:
    assert describe(Rule("freeze", "block", "features")) == "freeze block features"
    assert describe(Rule("thaw", "all")) == "thaw all"
    assert describe(Rule("lr_mult", "role", "trunk", value=0.1, epoch=3)) == (
        "lr_mult 0.1 role trunk from epoch 3"
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"action": "lr_mult"}, "lr_mult needs a value"),
        ({"action": "freeze", "value": 1.0}, "freeze takes no value"),
        ({"action": "wd_mult", "value": -1.0}, "wd_mult is a number from 0 up, not -1"),
        ({"action": "lr_mult", "value": float("nan")}, "lr_mult is a number from 0 up, not nan"),
        ({"action": "thaw", "epoch": 0}, "epochs count from 1, not 0"),
    ],
)
def test_rules_that_make_no_sense(rule: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Rule(by="all", **rule)  # type: ignore[arg-type]


def test_epochs_of_a_plan() -> None:
    assert FreezePlan().epochs == (1,)
    rules = (Rule("thaw", "all", epoch=4), Rule("freeze", "all", epoch=2, off=True))
    assert FreezePlan(rules).epochs == (1, 4)
