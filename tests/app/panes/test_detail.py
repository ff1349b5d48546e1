"""The detail pane behind `v` and `V`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.app.looking import block_facts, looking_app, parameter_facts
from tests.app.models import cifar, large, opened, ssd
from tests.app.showing import NARROW, WIDE, text_of, until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.glyphs import ASCII, use
from tui.app.screens.model import ModelScreen
from tui.runs.inspection import (
    Answer,
    LookAtBlock,
    LookAtParameter,
    NothingOpen,
    Opened,
    OpenModel,
    ParameterFacts,
    Refused,
)

SMALLEST = (60, 16)


@asynccontextmanager
async def looking(
    answer: Opened, size: tuple[int, int] = NARROW, **replies: object
) -> AsyncIterator[tuple[Pilot[int], ModelScreen, StandInInspector]]:
    """The model screen of an app whose inspector tells."""
    app, inspector = looking_app(answer, **replies)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
        assert isinstance(app.screen, ModelScreen)
        yield pilot, app.screen, inspector


def asked(inspector: StandInInspector) -> list[str]:
    """What the inspector was asked to look at."""
    return [
        question.path if isinstance(question, LookAtBlock) else question.structure_name
        for question in inspector.questions
        if isinstance(question, (LookAtBlock, LookAtParameter))
    ]


@pytest.mark.parametrize("size", [SMALLEST, NARROW, WIDE])
async def test_opens_follows_and_closes(size: tuple[int, int]) -> None:
    async with looking(cifar(), size) as (pilot, screen, _):
        await pilot.press("v")
        await until(pilot, lambda: "2D convolution layer" in text_of(pilot))
        assert "the whole model" in text_of(pilot)
        await pilot.press("end")
        await until(pilot, lambda: screen.parameter_tree.cursor in screen.session.facts)
        assert "output.bias" in text_of(pilot)
        assert ("Xavier(magnitude=2)" in text_of(pilot)) is (size != SMALLEST)
        assert screen.parameter_tree.has_focus
        assert screen.parameter_tree.size.height >= 3
        tree, pane = screen.parameter_tree.region, screen.detail.region
        assert not tree.overlaps(pane)
        assert (pane.x > tree.x) is (size == WIDE)
        assert (pane.y > tree.y) is (size != WIDE)
        row = tree.y + screen.parameter_tree.cursor_row - screen.parameter_tree.scroll_offset.y
        assert tree.y <= row < tree.bottom
        await pilot.press("v")
        assert not screen.detail.display
        assert "Xavier" not in text_of(pilot)


async def test_resizing_moves_the_pane() -> None:
    async with looking(cifar(), WIDE) as (pilot, screen, _):
        await pilot.press("v")
        await until(pilot, lambda: "2D convolution" in text_of(pilot))
        await pilot.resize_terminal(*NARROW)
        await until(pilot, lambda: screen.detail.region.y > screen.parameter_tree.region.y)
        await until(pilot, lambda: "2D convolution layer (e.g. spatial" in text_of(pilot))


async def test_the_inspector_is_asked_once_the_cursor_rests_and_once_only() -> None:
    async with looking(cifar()) as (pilot, screen, inspector):
        tree = screen.parameter_tree
        await pilot.press("v")
        for _ in range(8):
            tree.action_move(1)
        await until(pilot, lambda: tree.cursor in screen.session.facts)
        # The root may have been asked about, where the cursor was; nothing in between.
        rested = asked(inspector)
        assert [path for path in rested if path] == [screen.session.tree.nodes[tree.cursor].path]
        await pilot.press("v", "v")
        assert "Xavier(magnitude=2)" in text_of(pilot)
        assert asked(inspector) == rested


async def test_a_stale_answer_is_dropped_and_keys_never_wait() -> None:
    class Slow(StandInInspector):
        """Answers about the root only when it is told to."""

        async def ask(self, question: object) -> AsyncIterator[Answer]:  # type: ignore[override]
            if question == LookAtBlock(""):
                self.questions.append(question)
                await self.go_on.wait()
                yield block_facts(question)
                return
            async for answer in super().ask(question):  # type: ignore[arg-type]
                yield answer

    app, quick = looking_app(cifar())
    inspector = Slow(cifar())
    inspector.replies = quick.replies
    app._inspector = inspector
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
        screen = app.screen
        assert isinstance(screen, ModelScreen)
        await pilot.press("v")
        await until(pilot, lambda: asked(inspector) == [""])
        await pilot.press("end", "space")
        assert screen.message.message.startswith("froze output.bias")
        await until(pilot, lambda: "Xavier(magnitude=2)" in text_of(pilot))
        inspector.go_on.set()
        await asyncio.sleep(0)
        await pilot.pause()
        assert "Xavier(magnitude=2)" in text_of(pilot)
        assert "2D convolution" not in text_of(pilot)
        assert 0 not in screen.session.facts


async def test_a_change_of_the_plan_shows() -> None:
    async with looking(cifar()) as (pilot, _, _):
        await pilot.press("v", "end")
        await until(pilot, lambda: "grad_req write" in text_of(pilot))
        await pilot.press("space")
        assert "○ frozen · grad_req null (was write)" in text_of(pilot)
        await pilot.press("u")
        assert "● trainable · grad_req write" in text_of(pilot)


async def test_values_on_demand() -> None:
    async with looking(cifar()) as (pilot, screen, inspector):
        await pilot.press("V")
        assert screen.message.message.startswith("V reads the values of a parameter")
        assert not screen.detail.display
        await pilot.press("end", "V")
        await until(pilot, lambda: "norm 4.4 · zeros 10.0 %" in text_of(pilot))
        shown = text_of(pilot)
        assert "█" in shown
        assert "-0.4                         0.5" in shown
        assert asked(inspector) == ["output.bias"]
        # They stay for whoever comes back.
        await pilot.press("up", "down")
        assert "norm 4.4" in text_of(pilot)


async def test_values_that_there_are_none_of() -> None:
    def without(question: LookAtParameter) -> ParameterFacts:
        return parameter_facts(LookAtParameter(question.structure_name))

    async with looking(cifar(), parameter=without) as (pilot, _, _):
        await pilot.press("end", "V")
        await until(pilot, lambda: "it has no values yet" in text_of(pilot))


@pytest.fixture
def in_ascii() -> Iterator[None]:
    """A terminal that is not UTF-8."""
    use(ASCII)
    yield
    use(None)


@pytest.mark.usefixtures("in_ascii")
@pytest.mark.parametrize("size", [SMALLEST, NARROW, WIDE])
async def test_ascii(size: tuple[int, int]) -> None:
    async with looking(cifar(), size) as (pilot, screen, _):
        await pilot.press("end", "V")
        await until(pilot, lambda: "norm 4.4" in text_of(pilot))
        assert "####" in text_of(pilot)
        assert text_of(pilot).isascii()
        if size == SMALLEST:
            await pilot.press("tab", *["pagedown"] * 3)
            await until(pilot, lambda: "Xavier(magnitude=2)" in text_of(pilot))
        await pilot.press("c")
        await until(pilot, lambda: screen.session.costs)
        assert text_of(pilot).isascii()


async def test_tab_scrolls_and_comes_back() -> None:
    async with looking(cifar(), SMALLEST) as (pilot, screen, _):
        await pilot.press("end", "V")
        await until(pilot, lambda: "tab scrolls" in text_of(pilot))
        await pilot.press("tab")
        assert "tab goes back" in text_of(pilot)
        await pilot.press(*["pagedown"] * 3)
        await until(pilot, lambda: "Xavier(magnitude=2)" in text_of(pilot))
        await pilot.press("tab")
        assert screen.parameter_tree.has_focus
        await pilot.press("tab", "v")
        assert screen.parameter_tree.has_focus


async def test_an_inspector_that_cannot_say() -> None:
    def refuse(_: object) -> Refused:
        return Refused("the inspector ended by signal 9; its output is in \x1b[31mlog")

    async with looking(cifar(), block=refuse, parameter=refuse) as (pilot, _, inspector):
        await pilot.press("v")
        await until(pilot, lambda: "ended by signal 9" in text_of(pilot))
        assert r"\x1b[31mlog" in text_of(pilot).replace("\n", "")
        asked = len(inspector.questions)
        # Of another row it is asked again, and says so again.
        await pilot.press("end")
        await until(pilot, lambda: len(inspector.questions) > asked)
        await until(pilot, lambda: "ended by signal 9" in text_of(pilot))


async def test_an_inspector_that_was_started_again_opens_the_model_first() -> None:
    reopened = False

    def block(question: LookAtBlock) -> Answer:
        return block_facts(question) if reopened else NothingOpen()

    def reopen(_: OpenModel) -> Answer:
        nonlocal reopened
        reopened = True
        return cifar()

    async with looking(cifar(), block=block) as (pilot, screen, inspector):
        inspector.replies[OpenModel] = reopen
        await pilot.press("v")
        await until(pilot, lambda: "2D convolution" in text_of(pilot))
        assert inspector.questions[-2] == OpenModel(screen.session.opened.source)


async def test_a_group_of_names_needs_no_inspector() -> None:
    async with looking(ssd()) as (pilot, screen, inspector):
        screen.parameter_tree.go_to(screen.session.tree.index_of["features.mobilenet0"])
        await pilot.press("v")
        await until(pilot, lambda: "regex   .*mobilenet" in text_of(pilot))
        assert "a group made from names inside features" in text_of(pilot)
        assert asked(inspector) == []


async def test_a_hundred_thousand_parameters() -> None:
    async with looking(opened(large())) as (pilot, _, _):
        await pilot.press("v", "down")
        await until(pilot, lambda: "2D convolution" in text_of(pilot))
        assert "none that is short selects" in text_of(pilot)
