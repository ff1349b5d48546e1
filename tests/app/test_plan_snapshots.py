"""How the plan pane and the list of presets look: compared with pictures that were looked at."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.models import cifar, layers, opened, ssd
from tests.app.showing import NARROW, WIDE, app_on, until
from tests.app.test_snapshots import model_open
from tui.app.glyphs import ASCII, use
from tui.app.screens.model import ModelScreen
from tui.app.screens.presets import PresetsScreen
from tui.model.plan import FreezePlan, Rule

SMALLEST = (60, 16)
SIZES = pytest.mark.parametrize(
    "size", [SMALLEST, NARROW, WIDE], ids=["smallest", "narrow", "wide"]
)

RULES = (
    Rule("freeze", "all"),
    Rule("thaw", "role", "head"),
    Rule("thaw", "structure", r"(^|[._])(gamma|beta)$", off=True),
    Rule("freeze statistics", "block", "features.1"),
    Rule("lr_mult", "glob", "features.3.*", value=0.385),
    Rule("wd_mult", "structure", r"(^|[._])(bias|gamma|beta)$", value=0.0),
    Rule("thaw", "block", "nowhere"),
    Rule("thaw", "block", "features.4", epoch=3),
)
"""One of most kinds: one misses, one is off, one comes later."""


async def plan_open(pilot: Pilot[Any], *rules: Rule) -> ModelScreen:
    """Open the pane on some rules, and wait until all is known of them."""
    screen = await model_open(pilot)
    for field in screen.plan_pane.query("Input"):
        field.cursor_blink = False  # type: ignore[attr-defined]
    screen.session.change(FreezePlan(rules, dropout_off=len(rules) > 2), "it", in_words=True)
    screen.show_plan()
    await pilot.press("r")
    await until(pilot, lambda: screen.plan_pane.found_out)
    return screen


@SIZES
def test_rules(snap_compare: Any, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        await plan_open(pilot, *RULES)
        await pilot.press("up")

    assert snap_compare(app_on(cifar()), terminal_size=size, run_before=shown)


@SIZES
def test_a_rule_being_typed(snap_compare: Any, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        screen = await plan_open(pilot, *RULES[:2])
        await pilot.press("a", "l", "tab", "s", "tab", *"conv", "tab", *"0.1")
        await until(pilot, lambda: screen.plan_pane.form.judged)

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=shown)


def test_rules_in_ascii(snap_compare: Any) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        await plan_open(pilot, *RULES)

    use(ASCII)
    try:
        assert snap_compare(app_on(cifar()), terminal_size=NARROW, run_before=shown)
    finally:
        use(None)


def test_no_rules_and_a_file_asked_for(snap_compare: Any) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        await plan_open(pilot)
        await pilot.press("l")

    assert snap_compare(app_on(ssd()), terminal_size=NARROW, run_before=shown)


def test_hostile_rules(snap_compare: Any) -> None:
    bad = "[red]a[/]\x1b[31m\u202e層"

    async def shown(pilot: Pilot[Any]) -> None:
        await plan_open(pilot, Rule("freeze", "block", bad), Rule("thaw", "structure", "[[]b"))
        await pilot.press("up")

    model = layers("[red]a[/]", "b", name="[b]\x1b]0;x\x07")
    assert snap_compare(app_on(opened(model)), terminal_size=NARROW, run_before=shown)


@SIZES
def test_presets(snap_compare: Any, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press("P")
        await until(pilot, lambda: isinstance(pilot.app.screen, PresetsScreen))
        await pilot.press("down")

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=shown)


def test_multipliers_and_statistics_in_the_tree(snap_compare: Any) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        screen = await plan_open(pilot, *RULES)
        await pilot.press("r")
        screen.parameter_tree.go_to(screen.session.tree.index_of["features.3"])

    assert snap_compare(app_on(cifar()), terminal_size=(140, 30), run_before=shown)
