from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.model.plan import FreezePlan, Rule
from tui.model.rule_edits import inserted, moved, replaced, switched, without

NEW = Rule("thaw", "all")


@st.composite
def places(draw: st.DrawFn) -> tuple[FreezePlan, int]:
    """A plan, and the place of one of its rules."""
    count = draw(st.integers(1, 6))
    rules = tuple(Rule("freeze", "block", f"b{number}") for number in range(count))
    return FreezePlan(rules, dropout_off=draw(st.booleans())), draw(st.integers(0, count - 1))


@given(places())
def test_what_is_put_in_can_be_taken_out(case: tuple[FreezePlan, int]) -> None:
    plan, place = case
    longer = inserted(plan, place, NEW)
    assert longer.rules[place] == NEW
    assert without(longer, place) == plan


@given(places(), st.integers(-7, 7))
def test_a_move_keeps_the_order_of_the_others(case: tuple[FreezePlan, int], by: int) -> None:
    plan, place = case
    after = moved(plan, place, by)
    if not 0 <= place + by < len(plan.rules):
        assert after is plan
        return
    assert after.rules[place + by] == plan.rules[place]
    assert without(after, place + by) == without(plan, place)
    assert moved(after, place + by, -by) == plan


@given(places())
def test_switched_twice_is_as_before(case: tuple[FreezePlan, int]) -> None:
    plan, place = case
    assert switched(plan, place).rules[place].off
    assert switched(switched(plan, place), place) == plan


@given(places())
def test_only_one_rule_is_replaced(case: tuple[FreezePlan, int]) -> None:
    plan, place = case
    after = replaced(plan, place, NEW)
    assert after.rules[place] == NEW
    assert without(after, place) == without(plan, place)
    assert after.dropout_off is plan.dropout_off
