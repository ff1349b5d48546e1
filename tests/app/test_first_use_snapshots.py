"""How thaw looks to a newcomer: compared with pictures that were looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.models import ssd
from tests.app.showing import NARROW, WIDE, app_on, until
from tests.app.test_browser_snapshots import pressing
from tests.app.test_snapshots import model_open
from tui.app.app import ThawApp
from tui.app.tour import TRAIN, Tour
from tui.app.widgets.tour_line import TourLine

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE, (60, 16)], ids=["narrow", "wide", "small"])


@SIZES
def test_nothing_was_opened_yet(snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(ThawApp(), terminal_size=size, run_before=pressing())


@SIZES
def test_the_tour_after_its_first_step(
    snap_compare: Any, size: tuple[int, int], tmp_path: Path
) -> None:
    async def head_only(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        await pilot.press("h")
        await until(pilot, lambda: any(line.step is TRAIN for line in screen.query(TourLine)))

    app = app_on(ssd(), tour=Tour(tmp_path / "tour.toml"))
    assert snap_compare(app, terminal_size=size, run_before=head_only)
