"""What the session takes in from a forward pass."""

from __future__ import annotations

from tests.app.looking import costs_of
from tests.app.models import cifar, layers, opened
from tui.app.session import Session
from tui.model.presets import PRESETS
from tui.runs.inspection import CountCosts


def test_shapes_that_become_known_change_totals_but_not_the_plan() -> None:
    answer = opened(layers("a", "b", "output", shape=(4, 0)))
    session = Session.of(answer)
    head = PRESETS["head"].on(session.plan, session.tree, session.roles)
    session.change(head, "head only")
    before = (session.plan, session.resolution, session.tree.nodes)
    assert (session.totals.values, session.totals.unknown) == (0, 3)
    shapes = {"a.weight": (4, 3), "b.weight": (4, 4), "output.weight": (4, 5)}
    session.count(costs_of(answer, shapes=shapes)(CountCosts((8, 9))))
    assert (session.plan, session.resolution, session.tree.nodes) == before
    assert (session.totals.values, session.totals.unknown) == (48, 0)
    assert session.totals.trainable_values == 20
    assert session.roll_up.values(session.tree.index_of["b"]) == 16
    assert session.opened.model is session.tree.model
    assert session.input_size == (8, 9)
    # What was learnt holds for plans to come.
    session.undo()
    assert session.totals.trainable_values == 48


def test_costs_by_node() -> None:
    answer = cifar()
    session = Session.of(answer)
    output = session.tree.index_of["output"]
    assert session.cost_of(output) is None
    session.count(costs_of(answer)(CountCosts((32, 32))))
    cost = session.cost_of(output)
    assert cost is not None
    assert cost.multiply_adds == 65_000
    assert session.cost_of(output + 1) is None
