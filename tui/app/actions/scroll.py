"""What is longer than its place: help, code, facts, the panes of a run."""

from __future__ import annotations

from tui.app.actions.action import Action

SCROLL: tuple[Action, ...] = (
    Action("scroll.up", ("up", "k"), "scroll_up", "up", "a line up", "scroll", palette=False),
    Action(
        "scroll.down", ("down", "j"), "scroll_down", "down", "a line down", "scroll", palette=False
    ),
    Action(
        "scroll.page_up",
        ("pageup", "ctrl+b"),
        "page_up",
        "page up",
        "a page up",
        "scroll",
        palette=False,
    ),
    Action(
        "scroll.page_down",
        ("pagedown", "ctrl+f"),
        "page_down",
        "page down",
        "a page down",
        "scroll",
        palette=False,
    ),
    Action(
        "scroll.first",
        ("home", "g"),
        "scroll_home",
        "first",
        "to the first line",
        "scroll",
        palette=False,
    ),
    Action(
        "scroll.last",
        ("end", "G"),
        "scroll_end",
        "last",
        "to the last line",
        "scroll",
        palette=False,
    ),
)
