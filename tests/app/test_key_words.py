"""A sentence names the keys that there are, not those that there were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.app.fake_trainer import sample_events
from tests.app.models import layers, opened, ssd
from tests.app.panes.test_detail import looking
from tests.app.run_screens import Host, living, screen_of
from tests.app.screens.test_plan_keys import partly_pretrained
from tests.app.showing import model_screen, until
from tui.app.actions import remapped
from tui.app.detail_text import detail_lines
from tui.app.key_words import with_keys
from tui.app.panes.registry import PANES
from tui.app.pattern_match import hinted, match_pattern
from tui.app.session import Session
from tui.model.tree import ModelTree
from tui.runs.inspection import Refused


@pytest.fixture(autouse=True)
def back_again() -> Iterator[None]:
    yield
    remapped.use({})


def test_keys_as_they_are_and_as_they_were_changed() -> None:
    text = "Press <model.train>, then <run.back>"
    assert with_keys(text) == "Press t, then esc"
    remapped.use({"model.train": ("ctrl+t",)})
    assert with_keys(text) == "Press ^t, then esc"
    remapped.use({"model.train": ()})
    assert with_keys(text) == "Press train in the palette, then esc"


def test_what_is_no_action_stays() -> None:
    assert with_keys("<b> a < b.c") == "<b> a < b.c"


# Sentences of single places


async def test_thawing_where_nothing_would_train() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        remapped.use({"model.toggle": ("f5",), "model.head_only": ("f6",), "model.all": ()})
        await pilot.press("a", "space", "t")
        assert screen.message.message.endswith("thaw something (f5, f6 or (all))")


async def test_the_ends_of_the_ladder() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        remapped.use({"model.invert": ("f5",), "model.unfreeze_stage": ("f6",)})
        await pilot.press("h", "left_square_bracket")
        assert screen.message.message.endswith("f5 inverts")
        await pilot.press("a", "space", "left_square_bracket")
        assert screen.message.message.endswith("f6 thaws it")


async def test_what_was_never_pretrained() -> None:
    async with model_screen(partly_pretrained()) as (pilot, screen):
        remapped.use({"model.presets": ("f5",)})
        await pilot.press("h")
        assert screen.message.message.endswith("; f5, pretrained part frozen")


async def test_another_size_of_picture() -> None:
    remapped.use({"model.costs": ("f5",)})
    lines = detail_lines(session := Session.of(opened(layers("a", shape=(4, 0)))), 2, 76, "")
    assert session.tree.nodes[2].path == "a.weight"
    assert any("before a picture goes through (f5)" in text for _, text in lines)
    answer = msgspec.structs.replace(
        ssd(), source=msgspec.structs.replace(ssd().source, input_size=(32, 32))
    )
    refused = {"costs": lambda _: Refused("it does not go through")}
    async with looking(answer, **refused) as (pilot, screen, _):
        remapped.use({"model.costs": ("f5",)})
        await pilot.press("c")
        await until(pilot, lambda: "go through;" in screen.message.message)
        assert screen.message.message.endswith("; f5 asks for another size")


async def test_the_pattern_that_was_probably_meant() -> None:
    remapped.use({"pattern.take_hint": ("ctrl+o",)})
    matched = await match_pattern("mobilenet0", "names", ModelTree(ssd().model))
    assert hinted(matched, ()).startswith("^o: ")


async def test_panes_that_are_all_hidden(tmp_path: Path) -> None:
    remapped.use({"run.pane_charts": ("f5",), "run.pane_memory": ()})
    screen = screen_of(list(sample_events(1)), tmp_path / "run", process=living())
    async with Host(screen).run_test():
        line = str(screen.query_one("#no-pane").render())
    numbers = [str(number) for number, kind in enumerate(PANES, 1) if kind.name != "memory"]
    assert line == f"All panes are hidden; {', '.join(['f5', *numbers[1:]])} show them."
