"""The columns of the rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.model.models import random_models
from tests.model.plans import random_rules
from tui.app.glyphs import UNICODE, use
from tui.app.widgets.rule_list import RuleRow, rule_lines
from tui.model.plan import MULTIPLIERS, Rule


@st.composite
def rows(draw: st.DrawFn) -> list[RuleRow]:
    """Rules of some model, with any counts."""
    made = draw(random_models())
    found = []
    for _ in range(draw(st.integers(0, 12))):
        selected = draw(st.integers(0, 100_000))
        decided = draw(st.integers(0, selected))
        found.append(RuleRow(draw(random_rules(made)), selected, decided, draw(st.booleans())))
    return found


@given(rows(), st.integers(52, 200))
def test_each_line_fills_the_width_and_no_more(found: list[RuleRow], width: int) -> None:
    use(UNICODE)
    head, lines = rule_lines(found, width)
    use(None)
    assert {len(line) for line in (head, *lines)} == {width}


@given(rows(), st.integers(52, 200))
def test_what_a_rule_does_is_never_cut(found: list[RuleRow], width: int) -> None:
    _, lines = rule_lines(found, width)
    for number, (row, line) in enumerate(zip(found, lines, strict=True), start=1):
        words = line.split()
        assert words[:2] == [str(number), "off" if row.rule.off else "on"]
        assert words[2] == row.rule.action.split()[0]
        if row.rule.action in MULTIPLIERS:
            assert words[3] == f"{row.rule.value:.3g}"
        if not row.rule.off:
            assert int(words[-1]) + int(words[-2]) == int(words[-3]) == row.selected


def test_an_epoch_has_a_column_where_there_is_a_schedule() -> None:
    now, later = Rule("freeze", "all"), Rule("thaw", "role", "trunk", epoch=3)
    head, _ = rule_lines([RuleRow(now, 9, 4, False)], 60)
    assert "from" not in head
    head, lines = rule_lines([RuleRow(now, 9, 4, False), RuleRow(later, 5, 5, False)], 60)
    assert lines[1][head.index("from") : head.index("from") + 4].strip() == "3"
