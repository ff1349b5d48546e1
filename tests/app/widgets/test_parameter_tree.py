"""The tree under the keys and the mouse."""

from __future__ import annotations

import msgspec
import pytest

from tests.app.models import cifar, large, layers, opened, ssd
from tests.app.showing import NARROW, WIDE, model_screen, text_of
from tui.app.glyphs import ASCII, use
from tui.app.widgets.parameter_tree import ParameterTree


def path(tree: ParameterTree) -> str:
    """Where the cursor is."""
    return tree._tree.nodes[tree.cursor].path


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_moving(size: tuple[int, int]) -> None:
    async with model_screen(cifar(), size) as (pilot, screen):
        tree = screen.parameter_tree
        for keys, at in (
            ("down", "features"),
            ("j", "features.0"),
            ("k", "features"),
            ("up", ""),
            ("up", ""),
            ("end", "output.bias"),
            ("g", ""),
            ("G", "output.bias"),
            ("p", "output"),
            ("backspace", ""),
            ("right", "features"),
            ("l", "features.0"),
            ("left", "features.0"),
            ("left", "features"),
            ("home", ""),
        ):
            await pilot.press(keys)
            assert path(tree) == at, keys


async def test_blocks_beside_each_other() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        tree = screen.parameter_tree
        for keys, at in (
            ("j", "features"),
            ("J", "class_predictors"),
            ("J", "box_predictors"),
            ("K", "class_predictors"),
            ("K", "features"),
            ("K", "features"),
        ):
            await pilot.press(keys)
            assert path(tree) == at, keys
        await pilot.press("J", "S")
        for block in ("features", "class_predictors", "box_predictors"):
            assert tree._folds.is_unfolded(screen.session.tree.index_of[block])
        await pilot.press("s")
        assert {screen.session.tree.nodes[node].depth for node in tree.rows} == {0, 1}
        assert path(tree) == "class_predictors"


async def test_digits_show_so_many_levels() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        tree = screen.parameter_tree
        for key in "3192":
            await pilot.press(key)
            depths = {screen.session.tree.nodes[node].depth for node in tree.rows}
            assert max(depths) == min(int(key), max(n.depth for n in screen.session.tree.nodes))


async def test_pages_stay_on_the_screen() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        tree = screen.parameter_tree
        await pilot.press("Z")
        for key in ("pagedown", "pagedown", "pageup"):
            await pilot.press(key)
            await pilot.pause()
            assert 0 <= tree.cursor_row - tree.scroll_offset.y < tree.size.height
        assert tree.cursor_row == tree.size.height - 1
        assert "›" in text_of(pilot)


async def test_folding() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        tree = screen.parameter_tree
        opened_rows = len(tree.rows)
        await pilot.press("down", "enter")
        assert "▸ features" in text_of(pilot)
        await pilot.press("enter")
        assert len(tree.rows) == opened_rows
        await pilot.press("shift+left", "right")
        assert "▸ 2" in text_of(pilot)
        await pilot.press("shift+right")
        assert len(tree.rows) > opened_rows
        await pilot.press("z")
        assert len(tree.rows) == 3
        await pilot.press("Z")
        assert len(tree.rows) == len(screen.session.tree.nodes)


async def test_the_cursor_stays_on_its_node_when_rows_come_and_go() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        tree = screen.parameter_tree
        await pilot.press("end")
        assert path(tree) == "output.bias"
        await pilot.press("Z")
        assert path(tree) == "output.bias"
        await pilot.press("z")
        assert path(tree) == "output"


async def test_resizing_keeps_the_cursor_in_view() -> None:
    async with model_screen(cifar(), WIDE) as (pilot, screen):
        tree = screen.parameter_tree
        await pilot.press("Z", "pagedown")
        await pilot.resize_terminal(80, 20)
        await pilot.pause()
        assert 0 <= tree.cursor_row - tree.scroll_offset.y < tree.size.height


async def test_mouse() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        tree = screen.parameter_tree
        await pilot.click("#tree", offset=(20, 1))
        assert path(tree) == "features"
        rows = len(tree.rows)
        lines = text_of(pilot).splitlines()
        top = tree.region.y
        await pilot.click("#tree", offset=(lines[top + 1].index("▾"), 1))
        assert len(tree.rows) < rows


async def test_states_are_words_and_glyphs() -> None:
    async with model_screen(cifar()) as (pilot, _):
        await pilot.press("shift+right", "j", "j", "j", "space")
        shown = text_of(pilot)
        for state in ("○ frozen", "● trainable", "◐ partial", "· auxiliary moving"):
            assert state in shown


async def test_frozen_norms_statistics_are_fixed() -> None:
    async with model_screen(cifar()) as (pilot, _):
        await pilot.press("h", "Z")
        assert "· auxiliary fixed" in text_of(pilot)


async def test_at_80_columns_all_that_is_needed_can_be_read() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("Z")
        line = next(row for row in text_of(pilot).splitlines() if "32×3×3×3" in row)
        assert line.split() == ["weight", "32×3×3×3", "864", "●", "trainable"]
        assert screen.parameter_tree._cells.columns.label >= 30


async def test_of_a_place_in_a_sequence_it_is_said_what_stands_there() -> None:
    async with model_screen(cifar(), NARROW) as (pilot, _):
        await pilot.press("S")
        text = text_of(pilot)
        assert "0 Conv2D" in text
        assert "1 BatchNorm" in text
        assert "output Dense" not in text
    async with model_screen(opened(layers("0", "café")), NARROW) as (pilot, _):
        assert "0 Dense" in text_of(pilot)


async def test_more_columns_at_120() -> None:
    async with model_screen(ssd(), WIDE) as (pilot, _):
        await pilot.press("Z")
        line = next(row for row in text_of(pilot).splitlines() if "32×3×3×3" in row)
        assert "float32" in line
        assert "3.5 KB" in line
        assert "conv0_weight" in line


async def test_hostile_names_are_escaped() -> None:
    model = layers("[red]a[/]", "\x1b[31mb", "\u202ec", "層")
    async with model_screen(opened(model)) as (pilot, _):
        shown = text_of(pilot)
        for text in ("[red]a[/]", r"\x1b[31mb", r"\u202ec", r"\u5c64"):
            assert text in shown
        await pilot.press("down", "space")
        assert "[red]a[/]: " in text_of(pilot)


async def test_unknown_shapes() -> None:
    known = layers("a", "b", "c")
    parameters = [
        msgspec.structs.replace(known.parameters[0], shape=(4, 0)),
        msgspec.structs.replace(known.parameters[1], shape=None),
        known.parameters[2],
    ]
    model = msgspec.structs.replace(known, parameters=tuple(parameters))
    async with model_screen(opened(model), WIDE) as (pilot, _):
        await pilot.press("Z")
        shown = text_of(pilot)
        assert "4×?" in shown
        assert "≥12 values" in shown
        assert "2 shapes not known yet" in shown


async def test_ascii() -> None:
    use(ASCII)
    try:
        async with model_screen(ssd()) as (pilot, screen):
            await pilot.press("h", "Z", "slash", *".*conv")
            await screen.workers.wait_for_complete()
            await pilot.pause()
            assert text_of(pilot).isascii()
            await pilot.press("escape", "f1")
            await pilot.pause()
            assert text_of(pilot).isascii()
    finally:
        use(None)


async def test_a_hundred_thousand_parameters() -> None:
    async with model_screen(opened(large())) as (pilot, screen):
        tree = screen.parameter_tree
        await pilot.press("Z", "end")
        assert len(tree.rows) == 101_001
        assert path(tree) == "features.999.p99"
        assert tree.cursor_row == 101_000
