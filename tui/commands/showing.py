"""A screen, shown from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.commands.problem import Problem
from tui.commands.saying import echo

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.app.app import ThawApp
    from tui.app.tour import Tour
    from tui.model.plan import FreezePlan
    from tui.model.source import ModelSource


def has_terminal() -> bool:
    """Whether there is a terminal to show a screen in, and to press keys in."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return True  # a browser's, by thaw serve
    # Textual draws on standard error, so that has to be a terminal too.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def need_terminal(instead: str = "`thaw train RUN_DIR` needs none") -> None:
    """Where there is none, that is a problem; `instead` is what does without."""
    if not has_terminal():
        raise Problem(f"no terminal here to show it in; {instead}")


def run_app(app: ThawApp) -> None:
    """Show the app until it is left, and exit as it says."""
    code = app.run(mouse=True)
    # What the screen said last is gone with it: say it where it stays.
    for line in app.last_words:
        echo(line, err=bool(code))
    sys.exit(code or app.return_code or 0)


def show_model(
    source: ModelSource,
    data: str | None,
    *,
    preset: str | None = None,
    plan: FreezePlan | None = None,
    tour: Tour | None = None,
) -> None:
    """Open a model and show it."""
    need_terminal()
    from tui.app.app import ThawApp

    run_app(ThawApp(source, data=data, preset=preset, plan=plan, tour=tour))


def show_screen(title: str, make: Callable[[], Screen[None]]) -> None:
    """Show one screen that needs no model; it is made after the first frame, which has a title."""
    from tui.app.app import ThawApp

    run_app(ThawApp(first=make, title=title))
