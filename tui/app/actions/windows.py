"""What stands over a screen: the Python window, questions, the list of keys."""

from __future__ import annotations

from tui.app.actions.action import Action

WINDOWS: tuple[Action, ...] = (
    Action(
        "snippet.copy",
        ("c",),
        "copy",
        "copy",
        "copy to the clipboard (over SSH too, where the terminal takes OSC 52)",
        "snippet",
        rank=1,
    ),
    Action(
        "snippet.write", ("w",), "write", "write to a file", "write it to a file", "snippet", rank=1
    ),
    Action(
        "snippet.close",
        ("escape", "q", "y"),
        "close",
        "close",
        "close the window",
        "snippet",
        rank=1,
        palette=False,
    ),
    Action(
        "learning_rate.set",
        ("enter",),
        "set",
        "set",
        "put it in force after this batch",
        "learning_rate",
        rank=1,
        palette=False,
    ),
    Action(
        "learning_rate.close",
        ("escape",),
        "dismiss",
        "back",
        "change nothing",
        "learning_rate",
        rank=1,
        palette=False,
    ),
    Action(
        "run_facts.close",
        ("escape", "q", "b", "m"),
        "dismiss",
        "close",
        "close the window",
        "run_facts",
        rank=1,
        palette=False,
    ),
    Action(
        "question.previous",
        ("up", "k", "left"),
        "app.focus_previous",
        "up",
        "the answer before",
        "question",
        palette=False,
    ),
    Action(
        "question.next",
        ("down", "j", "right"),
        "app.focus_next",
        "down",
        "the next answer",
        "question",
        palette=False,
    ),
    Action(
        "question.stay",
        ("escape",),
        "stay",
        "back",
        "change nothing",
        "question",
        palette=False,
    ),
    Action(
        "help.close",
        ("escape", "q", "question_mark"),
        "dismiss",
        "close",
        "close the list of keys",
        "help",
        rank=1,
        palette=False,
    ),
)
