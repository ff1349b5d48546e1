"""How the screen is to look, and what it may cost: what a person asked for, in force from the
command's start to its end.

Textual is not imported here, since it reads its environment variables when it is: a slow link has
to be known before.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tui.app.config import Config

SLOW_REDRAW_SECONDS = 2.0
"""How often at most a live pane is drawn again on a slow link."""

_SLOW_ENVIRONMENT = {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    # A key that is held down is answered ten times a second, not sixty.
    "TEXTUAL_FPS": "10",
}


@dataclass(frozen=True, slots=True)
class Looks:
    """What was asked for. An empty `theme` leaves it to what the terminal can; `chosen` is
    whether it was named for this time alone. `problems` are lines about entries of the
    configuration that cannot be used. `follows_terminal` is whether what the terminal is like
    decides what was left open."""

    theme: str = ""
    chosen: bool = False
    ascii: bool = False
    slow: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    config_file: Path | None = None
    problems: tuple[str, ...] = ()
    follows_terminal: bool = False


def looks_of(
    config: Config,
    problems: tuple[str, ...] = (),
    config_file: Path | None = None,
    *,
    theme: str | None = None,
    ascii_only: bool = False,
    slow: bool = False,
) -> Looks:
    """What the configuration says, and over it what the command line says."""
    return Looks(
        theme=theme or config.theme,
        chosen=theme is not None,
        ascii=ascii_only or config.ascii,
        slow=slow or config.slow,
        keys=config.keys,
        config_file=config_file,
        problems=problems,
        follows_terminal=True,
    )


_in_force: list[Looks] = []


def looks() -> Looks:
    """What is in force; where nothing was taken up, nothing was asked for."""
    return _in_force[0] if _in_force else Looks()


def take_up(asked: Looks | None) -> None:
    """Put it in force, before Textual is imported; None puts nothing in force any more."""
    from tui.app import glyphs

    _in_force[:] = [asked] if asked else []
    glyphs.use(glyphs.ASCII if asked and asked.ascii else None)
    if asked and asked.slow:
        for name, value in _SLOW_ENVIRONMENT.items():
            os.environ.setdefault(name, value)


def be_slow() -> None:
    """From now on the link is a slow one."""
    _in_force[:] = [replace(looks(), slow=True)]


def redraw_seconds(usual: float) -> float:
    """How often a live pane is drawn again that usually is each `usual` seconds."""
    return max(usual, SLOW_REDRAW_SECONDS) if looks().slow else usual
