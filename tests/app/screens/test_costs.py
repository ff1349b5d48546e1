"""Counting shapes and costs from the model screen: `c`."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tests.app.looking import costs_of
from tests.app.models import cifar, layers, opened
from tests.app.panes.test_detail import SMALLEST, looking
from tests.app.showing import NARROW, WIDE, text_of, until
from tui.runs.inspection import CountCosts, Opened, Refused


def sized(answer: Opened, size: tuple[int, int] = (32, 32)) -> Opened:
    """A model whose input size is known."""
    return msgspec.structs.replace(
        answer, source=msgspec.structs.replace(answer.source, input_size=size)
    )


@pytest.mark.parametrize("size", [SMALLEST, NARROW, WIDE])
async def test_a_column_and_a_total(size: tuple[int, int]) -> None:
    async with looking(sized(cifar()), size) as (pilot, screen, inspector):
        await pilot.press("c")
        await until(pilot, lambda: screen.session.costs)
        shown = text_of(pilot)
        assert "mult-add  state" in shown
        line = next(line for line in shown.splitlines() if " features " in line)
        assert "27.2 M" in line
        assert ("64×112×112" in line) is (size != SMALLEST)
        assert screen.message.message == "27.2 M mult-adds at 32×32"
        assert inspector.questions[-1] == CountCosts((32, 32))
        if size != SMALLEST:
            assert "27.2 M mult-adds at 32×32" in "".join(shown.splitlines()[:2])
        count = len(inspector.questions)
        await pilot.press("c")
        await pilot.pause()
        assert "mult-add  state" not in text_of(pilot)
        await pilot.press("c")
        await pilot.pause()
        assert "mult-add  state" in text_of(pilot)
        assert len(inspector.questions) == count


async def test_shapes_that_become_known_show_everywhere() -> None:
    answer = sized(opened(layers("a", "b", shape=(4, 0))))
    shapes = {"a.weight": (4, 3), "b.weight": (4, 7)}
    costs = costs_of(answer, shapes=shapes)
    async with looking(answer, WIDE, costs=costs) as (pilot, screen, _):
        await pilot.press("v", "Z", "down", "down", "space")
        plan = screen.session.plan
        assert "4×?" in text_of(pilot)
        await pilot.press("c")
        await until(pilot, lambda: screen.session.costs)
        shown = text_of(pilot)
        for text in ("4×7", "shape   4×3 · float32 · 12 values", "trainable 28 (70.0 %)"):
            assert text in shown
        assert "?" not in shown.replace("? help", "")
        assert "2 shapes are known now" in screen.message.message
        assert screen.session.plan == plan
        await pilot.press("u")
        assert "trainable 40 (100 %)" in text_of(pilot)


async def test_what_was_not_counted_is_said() -> None:
    answer = sized(cifar())
    costs = costs_of(answer, uncounted=("Own",))
    async with looking(answer, costs=costs) as (pilot, screen, _):
        await pilot.press("c")
        await until(pilot, lambda: screen.session.costs)
        assert "not counted: Own" in screen.message.message
        assert "≥27.2M mult-adds" in text_of(pilot)


async def test_an_unknown_size_is_asked_for() -> None:
    answer = opened(layers("a", "b"))
    async with looking(answer) as (pilot, screen, inspector):
        await pilot.press("c")
        assert screen.costs_field.field.has_focus
        await pilot.press(*"30x", "enter")
        await until(pilot, lambda: "! give one side (300)" in text_of(pilot))
        await pilot.press("4")
        await until(pilot, lambda: "! give one side" not in text_of(pilot))
        await pilot.press("0", "enter")
        await until(pilot, lambda: screen.session.costs)
        assert inspector.questions[-1] == CountCosts((30, 40))
        assert screen.parameter_tree.has_focus
        assert not screen.costs_field.display
        assert "mult-adds at 30×40" in screen.message.message


async def test_asking_for_a_size_can_be_left() -> None:
    async with looking(opened(layers("a", "b"))) as (pilot, screen, inspector):
        await pilot.press("c", "escape")
        assert not screen.costs_field.display
        assert screen.message.display
        assert screen.parameter_tree.has_focus
        await pilot.press("down", "space")
        assert screen.message.message.startswith("froze a")
        assert not any(isinstance(question, CountCosts) for question in inspector.questions)


async def test_a_failure_is_one_line_and_another_size_can_be_tried() -> None:
    answer = sized(cifar())

    def count(question: CountCosts) -> object:
        if question.input_size == (32, 32):
            return Refused("one picture of 32×32 does not go through: Kernel size\x1b exceeds")
        return costs_of(answer)(question)

    async with looking(answer, costs=count) as (pilot, screen, _):
        await pilot.press("c")
        await until(pilot, lambda: "does not go through" in screen.message.message)
        assert r"! one picture of 32×32 does not go through: Kernel size\x1b" in text_of(pilot)
        assert screen.session.costs is None
        await pilot.press("c")
        assert screen.costs_field.field.value == "32x32"
        await pilot.press("ctrl+u", *"64", "enter")
        await until(pilot, lambda: screen.session.costs)
        assert "mult-adds at 64×64" in text_of(pilot)


async def test_keys_do_not_wait_for_the_count() -> None:
    answer = sized(cifar())
    async with looking(answer) as (pilot, screen, inspector):
        inspector.replies.pop(CountCosts)
        inspector._answers = (costs_of(answer)(CountCosts((32, 32))),)
        inspector._held = True
        inspector.go_on = asyncio.Event()
        await pilot.press("c")
        assert screen.message.message == "a picture of 32×32 goes through …"
        await pilot.press("c")
        assert screen.message.message == "a picture is still on its way through"
        await pilot.press("end", "space")
        assert screen.message.message.startswith("froze output.bias")
        assert len([q for q in inspector.questions if isinstance(q, CountCosts)]) == 1
        inspector.go_on.set()
        await until(pilot, lambda: screen.session.costs)
        assert screen.session.plan.rules
