"""What works on every screen, and the ways out, which stand last."""

from __future__ import annotations

from tui.app.actions.action import Action

EVERYWHERE: tuple[Action, ...] = (
    Action("loading.quit", ("q",), "quit", "quit", "leave thaw", "loading", rank=1),
    Action("app.help", ("question_mark", "f1"), "keys", "help", "all keys", "app", rank=1),
    Action(
        "window.help",
        ("f1",),
        "list_keys",
        "help",
        "all keys",
        "window",
        rank=2,
        palette=False,
    ),
    Action(
        "app.palette",
        ("ctrl+p",),
        "command_palette",
        "palette",
        "find any action by its name",
        "app",
        rank=6,
        palette=False,
        priority=True,
    ),
    Action(
        "app.redraw",
        ("ctrl+l",),
        "redraw",
        "redraw",
        "draw the screen anew, where something else has written over it",
        "app",
    ),
    Action(
        "app.quit",
        ("ctrl+q",),
        "quit",
        "leave thaw",
        "leave thaw from wherever you are; it asks where that would lose something",
        "app",
        priority=True,
    ),
    Action("model.quit", ("q",), "leave", "quit", "leave thaw", "model", rank=1),
)
