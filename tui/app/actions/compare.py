"""Runs held against each other."""

from __future__ import annotations

from tui.app.actions.action import Action

COMPARE: tuple[Action, ...] = (
    Action(
        "compare.every",
        ("a",),
        "every",
        "all settings",
        "show all settings, or only those that differ",
        "compare",
        rank=1,
    ),
    Action(
        "compare.curve",
        ("v",),
        "curve",
        "loss or metric",
        "draw the losses, or the validation metric",
        "compare",
        rank=1,
    ),
    Action(
        "compare.letters",
        ("l",),
        "letters",
        "letters",
        "draw each curve with its letter, or with dots",
        "compare",
        rank=3,
    ),
    Action(
        "compare.logarithmic",
        ("x",),
        "logarithmic",
        "log axis",
        "between a linear and a logarithmic axis",
        "compare",
        rank=3,
    ),
    Action(
        "compare.names",
        ("n",),
        "names",
        "names",
        "name the parameters of each block that differ, or count them",
        "compare",
        rank=2,
    ),
    Action(
        "compare.chart",
        ("1",),
        "pane('chart')",
        "chart",
        "show or hide the chart",
        "compare",
        rank=4,
    ),
    Action(
        "compare.tables",
        ("2",),
        "pane('tables')",
        "tables",
        "show or hide the tables",
        "compare",
        rank=4,
    ),
    Action("compare.up", ("up", "k"), "scroll(-1)", "up", "up", "compare", palette=False),
    Action("compare.down", ("down", "j"), "scroll(1)", "down", "down", "compare", palette=False),
    Action(
        "compare.page_up",
        ("pageup", "ctrl+b"),
        "page(-1)",
        "page up",
        "one page up",
        "compare",
        palette=False,
    ),
    Action(
        "compare.page_down",
        ("pagedown", "ctrl+f", "space"),
        "page(1)",
        "page down",
        "one page down",
        "compare",
        palette=False,
    ),
    Action("compare.first", ("home", "g"), "end(-1)", "top", "the top", "compare", palette=False),
    Action(
        "compare.last", ("end", "G"), "end(1)", "bottom", "the bottom", "compare", palette=False
    ),
    Action(
        "compare.leave",
        ("q", "escape"),
        "leave",
        "back",
        "leave the comparison",
        "compare",
        rank=1,
    ),
)
