"""How long a terminal takes to answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import events

from tests.app.models import ssd
from tests.app.showing import model_screen, until
from tui.app.link import QUESTION, ROUNDS, Link
from tui.app.looks import looks, take_up


@pytest.fixture(autouse=True)
def nothing_asked() -> Iterator[None]:
    yield
    take_up(None)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def times(*each: float) -> tuple[float | None, list[str]]:
    """What comes out where each answer takes so long, and what was written."""
    clock, written = Clock(), list[str]()
    link = Link(written.append, clock)
    link.ask()
    found: float | None = None
    for seconds in each:
        clock.now += seconds
        found = link.answered()
    return found, written


def test_a_quick_answer_is_enough() -> None:
    assert times(0.01) == (0.01, [QUESTION])


def test_slow_ones_are_asked_again_and_the_quickest_counts() -> None:
    found, written = times(0.9, 0.3, 0.5)
    assert found == pytest.approx(0.3)
    assert written == [QUESTION] * ROUNDS


def test_a_machine_that_was_busy_is_no_slow_link() -> None:
    assert times(0.9, 0.02)[0] == pytest.approx(0.02)


def test_nothing_is_known_before_the_answer_or_of_what_was_not_asked() -> None:
    assert times(0.9)[0] is None
    assert Link(lambda _: None).answered() is None


@pytest.mark.parametrize(("seconds", "offers"), [(0.02, 0), (0.5, 1)])
async def test_a_slow_link_is_offered_to_be_spared(seconds: float, offers: int) -> None:
    async with model_screen(ssd()) as (pilot, _):
        clock = Clock()
        pilot.app._link = Link(lambda _: None, clock)  # type: ignore[attr-defined]
        pilot.app._link.ask()  # type: ignore[attr-defined]
        for _ in range(ROUNDS):
            clock.now += seconds
            pilot.app.post_message(events.CursorPosition(0, 0))
            await pilot.pause()
        said = [one.message for one in pilot.app._notifications]
        assert len(said) == offers
        assert all("answers after 0.5 s" in one and "thaw --slow" in one for one in said)


async def test_it_can_be_spared_at_once() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        commands = {one.title: one for one in pilot.app.get_system_commands(screen)}
        commands["slow link"].callback()
        await until(pilot, lambda: pilot.app.theme == "ansi-dark")
        assert looks().slow
        assert pilot.app.animation_level == "none"
        assert "slow link" not in {one.title for one in pilot.app.get_system_commands(screen)}
