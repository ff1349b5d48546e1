"""Two screens that command one run at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.app.run_screens import Host, following, until
from tests.faults.trainings import (
    assert_unbroken,
    events,
    kill_trainer,
    long_run,
    start,
    steps_of,
    stop,
    wait_for,
)
from tui.app.run_state import RunState, Status
from tui.runs.control import GoOn, Pause, SetLearningRate, send
from tui.runs.events import Commanded, Event, LearningRateChanged
from tui.runs.log import EventReader

COMMANDS = 20


def folded(path: Path) -> tuple[RunState, list[str]]:
    reader, state, commands = EventReader(path), RunState(), []
    while envelopes := reader.read(4096):
        state.apply_all(envelopes)
        commands += [e.event.command for e in envelopes if isinstance(e.event, Commanded)]
    return state, commands


def rates(told: list[Event]) -> list[str]:
    return [
        f"learning rate {e.learning_rate:g}" for e in told if isinstance(e, LearningRateChanged)
    ]


@pytest.mark.slow
def test_both_see_both_s_commands_in_one_order(tmp_path: Path) -> None:
    folder = long_run(tmp_path)
    trainer = start(folder)
    try:
        wait_for(lambda: steps_of(folder) > 0)
        replies: list[bool] = []

        def command(first: int) -> None:
            for number in range(COMMANDS):
                rate = 0.001 * (first + number)
                replies.append(send(folder.socket, SetLearningRate(rate)).accepted)

        hands = [threading.Thread(target=command, args=(first,)) for first in (100, 500)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        assert replies == [True] * (2 * COMMANDS)
        wait_for(lambda: len(rates(events(folder))) == 2 * COMMANDS)
        stop(folder)
    finally:
        kill_trainer(folder)
        trainer.wait()
    told = assert_unbroken(folder)
    (mine, commands), (theirs, again) = folded(folder.events_file), folded(folder.events_file)
    assert commands == again
    assert list(mine.marks) == list(theirs.marks)
    assert len(commands) == 2 * COMMANDS + 1
    # Each took its turn: what came into force is in the order in which it was commanded.
    assert rates(told) == commands[:-1]
    for first in (100, 500):
        own = [f"learning rate {0.001 * (first + number):g}" for number in range(COMMANDS)]
        assert [word for word in commands if word in own] == own


@pytest.mark.slow
async def test_what_one_screen_does_the_other_shows(tmp_path: Path) -> None:
    folder = long_run(tmp_path)
    trainer = start(folder)
    try:
        wait_for(lambda: steps_of(folder) > 0)
        one, other = following(folder), following(folder)
        async with (
            Host(one).run_test(size=(80, 24)) as mine,
            Host(other).run_test(size=(80, 24)) as theirs,
        ):
            await until(mine, lambda: one.state.status is Status.TRAINING)
            await mine.press("p")
            await until(theirs, lambda: other.state.status is Status.PAUSED)
            assert not send(folder.socket, Pause()).accepted, "it is paused already"
            await theirs.press("p")
            await until(mine, lambda: one.state.status is Status.TRAINING)
            assert not send(folder.socket, GoOn()).accepted
        stop(folder)
    finally:
        kill_trainer(folder)
        trainer.wait()
