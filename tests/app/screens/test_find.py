"""Finding and filtering on the model screen."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.app.models import cifar, large, opened, ssd
from tests.app.showing import NARROW, WIDE, model_screen, text_of, until
from tui.app.screens.model import ModelScreen
from tui.model.states import State

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE])


def path(screen: ModelScreen) -> str:
    """Where the cursor is."""
    return screen.session.tree.nodes.paths[screen.parameter_tree.cursor]


def shown(screen: ModelScreen) -> set[str]:
    """The parameters that have a row, by structure name."""
    nodes = screen.session.tree.nodes
    return {nodes.paths[row] for row in screen.parameter_tree.rows if nodes.blocks[row] < 0}


async def find(pilot: Pilot[int], screen: ModelScreen, typed: str) -> None:
    """Open the field, type, and wait until it is known where that is found."""
    await pilot.press("f", *typed)
    await until(pilot, lambda: screen.find_field.found is not None)


async def accepted(pilot: Pilot[int], screen: ModelScreen, typed: str) -> None:
    """Find, and stay there."""
    await find(pilot, screen, typed)
    await pilot.press("enter")
    await until(pilot, lambda: not screen.find_field.display)


@SIZES
async def test_the_cursor_goes_along(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        await find(pilot, screen, "box_p")
        assert path(screen) == "box_predictors"
        await pilot.press(*"redictors.3.predictor.b")
        await until(pilot, lambda: screen.find_field.found)
        assert path(screen) == "box_predictors.3.predictor.bias"
        assert "1 found" in text_of(pilot)
        assert "esc back" in text_of(pilot)


async def test_matched_letters_are_set_off() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await find(pilot, screen, "boxpred")
        tree = screen.parameter_tree
        strip = tree.render_line(tree.cursor_row - tree.scroll_offset.y)
        lines = "".join(s.text for s in strip if s.style is not None and s.style.underline)
        assert lines == "boxpred"
        await pilot.press("escape")
        await pilot.pause()
        assert not any(
            segment.style is not None and segment.style.underline
            for row in range(tree.size.height)
            for segment in tree.render_line(row)
        )


async def test_escape_goes_back_to_where_the_cursor_was() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("2", "j", "j")
        before = path(screen), list(screen.parameter_tree.rows)
        await find(pilot, screen, "box_predictors.3.predictor.b")
        assert path(screen) != before[0]
        await pilot.press("escape")
        await pilot.pause()
        assert (path(screen), list(screen.parameter_tree.rows)) == before
        assert screen.focused is screen.parameter_tree


async def test_enter_stays_and_n_goes_on() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await accepted(pilot, screen, "expand_conv")
        places = [screen.session.tree.nodes.paths[n] for n in screen.find_field.found.nodes]  # type: ignore[union-attr]
        assert len(places) > 2
        at = places.index(path(screen))
        for key, step in (("n", 1), ("n", 2), ("N", 1), ("N", 0), ("N", -1)):
            await pilot.press(key)
            assert path(screen) == places[(at + step) % len(places)]
        assert "found" in screen.message.message
        await pilot.press("escape")
        await pilot.press("n")
        assert screen.message.message.startswith("nothing was found yet")


async def test_enter_right_after_typing_waits() -> None:
    async with model_screen(opened(large(200, 50))) as (pilot, screen):
        await pilot.press("f", *"s.150.p4", "enter")
        await until(pilot, lambda: not screen.find_field.display)
        assert path(screen) == "features.150.p4"


async def test_nothing_is_found() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await pilot.press("j", "j")
        before = path(screen)
        await find(pilot, screen, "zzz")
        assert "nothing found" in text_of(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert path(screen) == before
        assert screen.message.message.startswith("nothing is named like zzz: f tries")


async def test_an_empty_field_goes_back() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await find(pilot, screen, "output")
        await pilot.press(*["backspace"] * 6)
        await pilot.pause()
        assert path(screen) == ""
        await pilot.press("enter")
        await until(pilot, lambda: not screen.find_field.display)


async def test_what_other_letters_unfolded_is_folded_again() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("1")
        rows = list(screen.parameter_tree.rows)
        await find(pilot, screen, "box_predictors.3.predictor.b")
        assert len(screen.parameter_tree.rows) > len(rows)
        screen.find_field.field.value = "box_predictors"
        await until(pilot, lambda: screen.find_field.found)
        assert path(screen) == "box_predictors"
        assert list(screen.parameter_tree.rows) == rows


# Filtering


@SIZES
async def test_filter_says_what_it_shows(size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size) as (pilot, screen):
        await pilot.press("h", "F")
        assert "24 of 205 parameters shown: trainable" in text_of(pilot)
        await pilot.press("Z")
        assert len(shown(screen)) == 24
        await pilot.press("F")
        assert "parameters shown: frozen" in text_of(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert "parameters shown" not in text_of(pilot)
        assert len(shown(screen)) == len(screen.session.tree.parameters)


async def test_filter_to_what_was_found() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await accepted(pilot, screen, "box_predictors")
        await pilot.press("F", "Z")
        assert "12 of 205 parameters shown: matching box_predictors" in text_of(pilot)
        assert {name.split(".")[0] for name in shown(screen)} == {"box_predictors"}


async def test_filter_to_what_a_regex_matched() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("slash", *".*expand")
        await until(pilot, lambda: screen.pattern_field.matched is not None)
        await pilot.press("enter", "F", "Z")
        await pilot.pause()
        assert len(shown(screen)) == 40
        assert "matching .*expand" in text_of(pilot)


async def test_filter_is_right_after_the_plan_changes() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("Z", "F")
        for key in ("h", "i", "u", "a", "u"):
            await pilot.press(key)
            session = screen.session
            assert shown(screen) == {
                name
                for parameter, state in zip(
                    session.tree.parameters, session.resolution.states, strict=True
                )
                for name in parameter.structure_names
                if state is State.TRAINABLE
            }, key


async def test_toggling_under_a_filter_goes_to_what_took_its_place() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        tree = screen.parameter_tree
        await pilot.press("Z", "F", "pagedown", "pagedown")
        await pilot.pause()
        for _ in range(8):
            here, row = tree.cursor, tree.cursor_row
            height = row - tree.scroll_offset.y
            await pilot.press("space")
            await pilot.pause()
            assert here not in tree.rows
            assert abs(tree.cursor_row - row) <= 3
            assert abs(tree.cursor_row - tree.scroll_offset.y - height) <= 3


async def test_regex_marks_under_a_filter_and_steps_over_what_is_hidden() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "F", "slash", *".*weight")
        await until(pilot, lambda: screen.pattern_field.matched is not None)
        for _ in range(3):
            await pilot.press("down")
            await pilot.pause()
            assert path(screen).split(".")[0] in ("class_predictors", "box_predictors")
        assert "◆" in text_of(pilot)
        assert "shown: trainable" in text_of(pilot)


async def test_find_looks_only_at_what_is_shown() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "F")
        await find(pilot, screen, "features")
        assert "nothing found in what is shown" in text_of(pilot)


async def test_folds_cursor_and_filter_outlive_changes_and_resizing() -> None:
    async with model_screen(ssd(), WIDE) as (pilot, screen):
        await pilot.press("2", "F", "J", "J")
        before = path(screen), set(screen.parameter_tree.rows), screen.session.shown.name
        await pilot.press("h", "u")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert (
            path(screen),
            set(screen.parameter_tree.rows),
            screen.session.shown.name,
        ) == before
