from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.model.history import PlanHistory
from tui.model.plan import FreezePlan, Rule

PLANS = [FreezePlan(), FreezePlan((Rule("freeze", "all"),)), FreezePlan((Rule("thaw", "all"),))]


def test_undo_and_redo_name_the_step() -> None:
    history = PlanHistory()
    assert history.undo() is None
    assert history.redo() is None
    assert history.change(PLANS[1], "freeze all")
    assert history.change(PLANS[2], "thaw all")
    assert history.undo() == "thaw all"
    assert history.plan == PLANS[1]
    assert history.undo() == "freeze all"
    assert history.plan == PLANS[0]
    assert history.redo() == "freeze all"
    assert history.redo() == "thaw all"
    assert history.plan == PLANS[2]
    assert history.redo() is None


def test_a_change_to_the_same_is_none() -> None:
    history = PlanHistory()
    assert not history.change(FreezePlan(), "nothing")
    assert history.undo() is None
    history.change(PLANS[1], "freeze all")
    history.undo()
    # What can be done again stays, since nothing was changed.
    assert not history.change(FreezePlan(), "nothing")
    assert history.redo() == "freeze all"


def test_a_change_after_undo_drops_what_was_undone() -> None:
    history = PlanHistory()
    history.change(PLANS[1], "freeze all")
    history.undo()
    history.change(PLANS[2], "thaw all")
    assert history.redo() is None


@given(st.lists(st.sampled_from([*range(3), "undo", "redo"])))
def test_like_a_list_with_a_place_in_it(steps: list[int | str]) -> None:
    history = PlanHistory()
    past, place = [FreezePlan()], 0
    for step in steps:
        if step == "undo":
            history.undo()
            place = max(0, place - 1)
        elif step == "redo":
            history.redo()
            place = min(len(past) - 1, place + 1)
        elif isinstance(step, int) and history.change(PLANS[step], "step"):
            past, place = [*past[: place + 1], PLANS[step]], place + 1
        assert history.plan == past[place]
