"""The themes: Textual's own, thaw's, one for people who tell few colours apart; and the one that
was chosen last.

Frozen is drawn in a theme's `primary`, trainable in its `success`, partial in its `warning`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES, Theme

from tui.app.config import nearest
from tui.toml import TomlError, read_toml, write_toml

if TYPE_CHECKING:
    from tui.app.looks import Looks

DEFAULT = "textual-dark"
ANSI = "ansi-dark"
"""The sixteen colours that the terminal itself is set up with."""

THAW = Theme(
    name="thaw",
    primary="#2f78b4",  # ice
    secondary="#5fb7c6",
    success="#9ccf6b",  # what has thawed
    warning="#e9b54a",
    error="#e8675f",
    accent="#c9a3f0",
    foreground="#dde6ee",
    background="#0e141a",
    surface="#141c24",
    panel="#1e2a35",
    dark=True,
)

# Okabe and Ito's colours, which people with any of the usual kinds of colour vision tell apart:
# sky blue and blue against orange, yellow and vermillion.
COLOUR_BLIND = Theme(
    name="blue-orange",
    primary="#0072b2",
    secondary="#56b4e9",
    success="#e69f00",
    warning="#f0e442",
    error="#d55e00",
    accent="#cc79a7",
    foreground="#e4e4e4",
    background="#101010",
    surface="#181818",
    panel="#242424",
    dark=True,
)

OWN = (THAW, COLOUR_BLIND)

HEADER = "# The theme that was chosen last in thaw. It may be deleted.\n"


def theme_names() -> list[str]:
    """All themes by name."""
    return sorted({*BUILTIN_THEMES, *(theme.name for theme in OWN)})


def theme_problem(name: str) -> str:
    """Why a theme cannot be used, or nothing."""
    names = theme_names()
    if name in names:
        return ""
    return f"there is no theme {name!r}{nearest(name, names)} (themes: {', '.join(names)})"


def first_theme(looks: Looks, last: str, colours: int) -> str:
    """The theme to begin with.

    What was asked for comes first; a slow link wants short colours; then what was chosen last.
    With sixteen colours or fewer only the terminal's own come out as they are meant. `colours` is
    how many the terminal has.
    """
    if looks.theme:
        return looks.theme
    if looks.slow:
        return ANSI
    if last:
        return last
    return DEFAULT if colours > 16 else ANSI


def theme_file() -> Path:
    """Where it is remembered which was chosen last."""
    from platformdirs import user_state_path

    return user_state_path("thaw") / "theme.toml"


def read_last(path: Path) -> str:
    """The theme that was chosen last; empty where none was, or it is gone."""
    if not os.path.exists(path):
        return ""
    try:
        name = read_toml(path).get("theme")
    except TomlError:
        return ""  # a convenience: it is written anew at the next choice
    return name if isinstance(name, str) and not theme_problem(name) else ""


def remember(path: Path, name: str) -> None:
    """Begin with this theme from now on.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_toml(path, {"version": 1, "theme": name}, HEADER)
