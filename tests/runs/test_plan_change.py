"""A run's plan, changed while it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runs.test_control import accepted, listening
from tui.model.plan import FreezePlan, Rule
from tui.runs.control import LONGEST_COMMAND, ControlError
from tui.runs.events import PlanApplied
from tui.runs.folder import RunFolder
from tui.runs.plan_change import change_in_words, change_plan

RULES = tuple(Rule("thaw", "block", f"stage{n}", epoch=3) for n in range(4))


def test_a_plan_is_sent_whole(tmp_path: Path) -> None:
    plan = FreezePlan((Rule("freeze", "all"), *RULES), dropout_off=True)
    folder = RunFolder(tmp_path)
    with listening(folder.socket, accepted) as heard:
        assert change_plan(folder, plan).accepted
    assert b'"type":"ChangePlan"' in heard[0]
    assert heard[0].count(b"stage") == 4


def test_a_plan_that_is_too_large_is_not_sent(tmp_path: Path) -> None:
    plan = FreezePlan((Rule("freeze", "structure", "x" * LONGEST_COMMAND),))
    with pytest.raises(ControlError, match="too much for a command"):
        change_plan(RunFolder(tmp_path), plan)


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ((), ""),
        (RULES[:1], " (thaw block stage0)"),
        (RULES, " (thaw block stage0; thaw block stage1; 2 more)"),
    ],
)
def test_a_change_in_words(rules: tuple[Rule, ...], words: str) -> None:
    change = PlanApplied(12, 3, "schedule", 48, 97, 10, 20, rules)
    assert change_in_words(change) == f"epoch 3, by schedule: 48 parameters train, 97 frozen{words}"
