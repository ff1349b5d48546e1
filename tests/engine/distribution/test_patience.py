"""Waiting that ends when there is nothing left to wait for."""

from __future__ import annotations

import threading

import pytest

from tui.engine.distribution.lost import TrainerLost, ending
from tui.engine.distribution.patience import Patience, TookTooLong


def test_what_is_done_is_returned_or_raised() -> None:
    patience = Patience()
    assert patience.do(lambda: threading.current_thread().name) == "patience"
    with pytest.raises(ZeroDivisionError):
        patience.do(lambda: 1 // 0)
    assert patience.do(lambda: 3) == 3


def test_what_takes_for_ever_is_left_when_one_is_lost() -> None:
    told = threading.Event()
    patience = Patience(told.set)
    for_ever = threading.Event()
    lost = TrainerLost("process 1 is gone")
    threading.Timer(0.05, patience.lose, [lost]).start()
    with pytest.raises(TrainerLost, match="process 1 is gone"):
        patience.do(for_ever.wait)
    assert told.wait(5)
    patience.lose(TrainerLost("process 2 is gone, as its peer was"))
    with pytest.raises(TrainerLost, match="process 1"):
        patience.check()
    with pytest.raises(TrainerLost, match="process 1"):
        patience.do(lambda: 3)
    with pytest.raises(TrainerLost, match="process 1"):
        patience.wait_for(lambda: False, 60)
    for_ever.set()


def test_a_limit_in_time() -> None:
    patience, for_ever = Patience(), threading.Event()
    with pytest.raises(TookTooLong):
        patience.wait_for(lambda: False, 0.01)
    with pytest.raises(TookTooLong):
        patience.do(for_ever.wait, 0.01)
    for_ever.set()


def test_what_others_do_is_seen() -> None:
    patience, there = Patience(), threading.Event()

    def come() -> None:
        there.set()
        patience.changed()

    threading.Timer(0.05, come).start()
    patience.wait_for(there.is_set, 60)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended with exit code 0; log.txt may say why"),
        (-9, "was ended by SIGKILL, as the system does when memory runs out"),
        (-11, "was ended by SIGSEGV"),
        (-99, "was ended by signal 99"),
    ],
)
def test_how_a_process_has_ended(code: int, words: str) -> None:
    assert ending(code) == words
