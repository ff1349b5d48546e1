"""Letters that tell curves apart."""

from __future__ import annotations

from tui.app.panes.legend import marks, shown_losses
from tui.app.run_state import RunState
from tui.runs.events import Envelope, Step


def letters(*names: str) -> str:
    return "".join(mark.letter for mark in marks(names))


def test_letters_come_from_the_names_and_are_never_shared() -> None:
    assert letters("sum", "class", "box") == "SCB"
    assert letters("sum", "score", "scale") == "SCA"
    assert letters("类", "类2") == "A2"
    many = letters(*("rpn_cls", "rpn_box", "rcnn_cls", "rcnn_box", "mask", "sum", "rr", "r"))
    assert len(set(many)) == 8


def test_a_loss_of_one_part_is_shown_once() -> None:
    state = RunState()
    state.apply(Envelope(0, 0.0, Step(1, 1, 2.0, {"cross-entropy": 2.0}, 0.1, 1.0)))
    assert [name for name, _ in shown_losses(state)] == ["cross-entropy"]


def test_a_loss_of_several_parts_is_shown_with_its_sum_first() -> None:
    state = RunState()
    state.apply(Envelope(0, 0.0, Step(1, 1, 3.0, {"class": 2.0, "box": 1.0}, 0.1, 1.0)))
    assert [name for name, _ in shown_losses(state)] == ["sum", "class", "box"]
