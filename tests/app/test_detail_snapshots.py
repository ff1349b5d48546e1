"""How the detail pane and the costs look: compared with pictures that were looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from tests.app.looking import block_facts, looking_app
from tests.app.models import cifar, layers, opened, ssd
from tests.app.screens.test_costs import sized
from tests.app.showing import NARROW, WIDE, until
from tests.app.test_snapshots import SIZES, model_open
from tui.app.glyphs import ASCII, use
from tui.app.screens.model import ModelScreen
from tui.runs.inspection import Answer, BlockFacts, LookAtBlock, Opened

SMALLEST = (60, 16)


async def at(pilot: Pilot[Any], path: str, *keys: str) -> ModelScreen:
    """Open the pane at a row and press keys there; wait until all is told."""
    screen = await model_open(pilot)
    node = screen.session.tree.index_of[path]
    screen.parameter_tree.go_to(node)
    await pilot.press("v")
    await until(pilot, lambda: node in screen.session.facts)
    if screen.session.tree.nodes[node].is_block:
        await until(pilot, lambda: node in screen.session.patterns)
    await pilot.press(*keys)
    return screen


def app(answer: Opened, **replies: Callable[..., Answer]) -> Any:
    """An app whose inspector tells."""
    return looking_app(answer, **replies)[0]


def values_read(screen: ModelScreen) -> Callable[[], object]:
    """Whether the values at the cursor are known."""
    return lambda: getattr(screen.session.facts[screen.parameter_tree.cursor], "values", None)


@SIZES
def test_a_block(snap_compare: Any, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        screen = await at(pilot, "class_predictors.0.predictor", "h", "c")
        await until(pilot, lambda: screen.session.costs)

    assert snap_compare(app(sized(ssd(), (512, 512))), terminal_size=size, run_before=shown)


@pytest.mark.parametrize("size", [SMALLEST, NARROW, WIDE], ids=["smallest", "narrow", "wide"])
def test_a_parameter_with_its_values(snap_compare: Any, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        screen = await at(pilot, "features.2.0.body.0.weight", "V")
        await until(pilot, values_read(screen))

    assert snap_compare(app(cifar()), terminal_size=size, run_before=shown)


@SIZES
def test_costs(snap_compare: Any, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        await pilot.press("h", "c")
        await until(pilot, lambda: screen.session.costs)

    assert snap_compare(app(sized(ssd(), (512, 512))), terminal_size=size, run_before=shown)


def test_asking_for_a_size(snap_compare: Any) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        screen.costs_field.field.cursor_blink = False
        await pilot.press("c", *"12", "enter")

    assert snap_compare(app(opened(layers("a", "b"))), terminal_size=NARROW, run_before=shown)


def test_a_parameter_in_ascii(snap_compare: Any) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        screen = await at(pilot, "output.weight", "V")
        await until(pilot, values_read(screen))

    use(ASCII)
    try:
        assert snap_compare(app(cifar()), terminal_size=NARROW, run_before=shown)
    finally:
        use(None)


def test_hostile_words(snap_compare: Any) -> None:
    def block(question: LookAtBlock) -> BlockFacts:
        bad = "\x1b]0;gone\x07[red]not red[/] \u202edesrever 層"
        return msgspec.structs.replace(
            block_facts(question), class_name=f"[b]{bad}", docstring=bad, written=bad
        )

    async def shown(pilot: Pilot[Any]) -> None:
        await at(pilot, "[red]a[/]\x1b[31m")

    model = layers("[red]a[/]\x1b[31m", "\u202eb", name="[b]n")
    assert snap_compare(app(opened(model), block=block), terminal_size=NARROW, run_before=shown)
