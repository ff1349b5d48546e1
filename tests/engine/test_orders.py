from __future__ import annotations

import threading

from tui.engine.orders import Orders
from tui.runs.control import GoOn, KeepCheckpoint, Pause, SetLearningRate, Validate
from tui.runs.events import Commanded, Event, Notice


def test_orders_come_out_in_the_order_of_their_events() -> None:
    told: list[Event] = []
    orders = Orders(told.append)
    given = [KeepCheckpoint(), SetLearningRate(0.5), Validate()]
    assert [orders.give(one) for one in given] == ["", "", ""]
    assert [orders.take() for _ in range(4)] == [*given, None]
    assert told == [
        Commanded("write a checkpoint"),
        Commanded("learning rate 0.5"),
        Commanded("validate"),
    ]


def test_a_pause_ends_when_told() -> None:
    orders = Orders()
    assert orders.give(GoOn()) == "the run is not paused"
    assert orders.give(Pause()) == ""
    assert orders.paused
    assert orders.give(Pause()) == "the run is paused already"
    threading.Thread(target=orders.give, args=(GoOn(),)).start()
    orders.wait()
    assert not orders.paused


def test_a_pause_ends_when_the_run_is_stopped() -> None:
    told: list[Event] = []
    orders = Orders(told.append)
    orders.give(Pause())
    assert orders.stop("stop", checkpoint=False)
    orders.wait()
    assert not orders.paused
    assert orders.stopping
    assert not orders.checkpoint_at_stop
    assert not orders.stop("again")
    assert orders.give(Validate()) == "the run is stopping"


def test_in_a_pause_there_is_work() -> None:
    orders = Orders()
    orders.give(Pause())
    threading.Thread(target=orders.give, args=(Validate(),)).start()
    orders.wait()
    assert orders.take() == Validate()
    threading.Thread(target=orders.wake).start()
    orders.wait()
    assert orders.paused


def test_after_the_last_batch_nothing_is_taken() -> None:
    orders = Orders()
    orders.close()
    assert orders.give(Pause()) == "the last batch is done; there is nothing left to change"


def test_what_was_told_too_late_is_said() -> None:
    told: list[Event] = []
    orders = Orders(told.append)
    orders.give(Validate())
    orders.give(SetLearningRate(0.5))
    orders.give(Pause())
    orders.close()
    assert told[-1] == Notice(
        "told after the last batch, and not done: validate, learning rate 0.5, pause"
    )
    assert orders.take() is None
    assert not orders.stop("stop")
    assert not orders.stopping


def test_what_was_done_in_time_needs_no_word() -> None:
    told: list[Event] = []
    orders = Orders(told.append)
    orders.give(Validate())
    orders.take()
    orders.close()
    assert told == [Commanded("validate")]
