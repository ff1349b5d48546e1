"""Every action of the app in one table: it makes the bindings, the footer, `?` and the palette.

A binding carries its action's id, so that a keymap can give it other keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

Where = Literal[
    "app",
    "loading",
    "model",
    "tree",
    "pattern",
    "size",
    "find",
    "snippet",
    "train",
    "run",
    "question",
    "help",
    "browser",
    "browsed",
    "class_names",
]
"""What has to be on the screen, or to have the focus, for an action to work."""

TITLES: dict[Where, str] = {
    "model": "What trains",
    "tree": "Moving and folding",
    "pattern": "In the pattern field",
    "find": "In the find field",
    "snippet": "In the Python window",
    "train": "In the training form",
    "run": "Watching a run",
    "browser": "The list of models",
    "browsed": "Opened from the list of models",
    "app": "Everywhere",
}
"""Headings of the help screen, in its order."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action.

    `keys` are Textual's names, the first is the one that is shown. `run` is what Textual calls;
    `{key}` in it stands for the key that was pressed.
    `label` is a word for the footer, `description` a sentence for help and palette. `rank` is how
    much the footer needs it: 1 stays longest, 0 is never shown. `palette` is whether it makes
    sense when chosen from a list.
    """

    id: str
    keys: tuple[str, ...]
    run: str
    label: str
    description: str
    where: Where
    rank: int = 0
    palette: bool = True
    priority: bool = False


ACTIONS: tuple[Action, ...] = (
    Action(
        "model.toggle",
        ("space",),
        "freeze_or_thaw",
        "toggle",
        "freeze the parameter or the whole block under the cursor, or thaw it",
        "model",
        rank=1,
    ),
    Action(
        "model.head_only",
        ("h",),
        "preset('head')",
        "head",
        "head only: freeze everything but the last layers",
        "model",
        rank=1,
    ),
    Action(
        "model.all",
        ("a",),
        "preset('all')",
        "all",
        "thaw everything that can train",
        "model",
        rank=2,
    ),
    Action(
        "model.invert",
        ("i",),
        "invert",
        "invert",
        "turn trainable and frozen around",
        "model",
        rank=5,
    ),
    Action(
        "model.pattern",
        ("slash",),
        "pattern",
        "regex",
        "freeze or thaw what a regular expression matches, shown as it is typed",
        "model",
        rank=2,
    ),
    Action(
        "model.train",
        ("t",),
        "train",
        "train",
        "fine-tune the model as it is frozen now",
        "model",
        rank=1,
    ),
    Action(
        "model.snippet",
        ("y",),
        "snippet",
        "code",
        "the Python that does the same: read, copy, write to a file",
        "model",
        rank=3,
    ),
    Action("model.undo", ("u",), "undo", "undo", "undo the last change", "model", rank=3),
    Action(
        "model.redo", ("U", "ctrl+y"), "redo", "redo", "do again what was undone", "model", rank=6
    ),
    Action(
        "model.detail",
        ("v",),
        "detail",
        "detail",
        "what the block or parameter under the cursor is; tab scrolls it",
        "model",
        rank=4,
    ),
    Action(
        "model.values",
        ("V",),
        "values",
        "values",
        "what the values of the parameter under the cursor are like, with a histogram",
        "model",
        rank=6,
    ),
    Action(
        "model.costs",
        ("c",),
        "costs",
        "costs",
        "output shapes and multiply-adds, from one forward pass; again: hide or show them",
        "model",
        rank=5,
    ),
    Action("tree.up", ("up", "k"), "move(-1)", "up", "one row up", "tree", palette=False),
    Action("tree.down", ("down", "j"), "move(1)", "down", "one row down", "tree", palette=False),
    Action(
        "tree.page_up",
        ("pageup", "ctrl+b"),
        "page(-1)",
        "page up",
        "one page up",
        "tree",
        palette=False,
    ),
    Action(
        "tree.page_down",
        ("pagedown", "ctrl+f"),
        "page(1)",
        "page down",
        "one page down",
        "tree",
        palette=False,
    ),
    Action("tree.first", ("home", "g"), "first", "first", "the first row", "tree"),
    Action("tree.last", ("end", "G"), "last", "last", "the last row", "tree"),
    Action(
        "tree.fold",
        ("enter",),
        "fold_or_unfold",
        "fold",
        "fold or unfold the block under the cursor",
        "tree",
    ),
    Action(
        "tree.out",
        ("left",),
        "out",
        "out",
        "fold the block, or go to the block around it",
        "tree",
        palette=False,
    ),
    Action(
        "tree.into",
        ("right", "l"),
        "into",
        "into",
        "unfold the block, or go to what is in it",
        "tree",
        palette=False,
    ),
    Action(
        "tree.parent",
        ("backspace", "p"),
        "parent",
        "parent",
        "go to the block around this one",
        "tree",
    ),
    Action(
        "tree.fold_below",
        ("shift+left",),
        "fold_below",
        "fold below",
        "fold this block and every block in it",
        "tree",
    ),
    Action(
        "tree.unfold_below",
        ("shift+right",),
        "unfold_below",
        "unfold below",
        "unfold this block and every block in it",
        "tree",
    ),
    Action("tree.fold_all", ("z",), "fold_all", "fold all", "fold every block", "tree"),
    Action("tree.unfold_all", ("Z",), "unfold_all", "unfold all", "unfold every block", "tree"),
    Action(
        "pattern.freeze",
        ("enter",),
        "apply('freeze')",
        "freeze",
        "freeze what the pattern matches",
        "pattern",
        rank=1,
        palette=False,
        priority=True,
    ),
    Action(
        "pattern.thaw",
        ("ctrl+t", "alt+enter"),
        "apply('thaw')",
        "thaw",
        "thaw what the pattern matches",
        "pattern",
        rank=1,
        palette=False,
        priority=True,
    ),
    Action(
        "pattern.take_hint",
        ("tab", "ctrl+o"),
        "take_hint",
        "take hint",
        "take the pattern that was probably meant",
        "pattern",
        palette=False,
        priority=True,
    ),
    Action(
        "pattern.names",
        ("ctrl+r",),
        "switch_names",
        "other names",
        "match structure names instead of those of collect_params(), or back",
        "pattern",
        rank=3,
        palette=False,
        priority=True,
    ),
    Action(
        "pattern.next",
        ("down",),
        "match(1)",
        "next",
        "go to the next match",
        "pattern",
        rank=4,
        palette=False,
        priority=True,
    ),
    Action(
        "pattern.previous",
        ("up",),
        "match(-1)",
        "previous",
        "go to the match before",
        "pattern",
        palette=False,
        priority=True,
    ),
    Action(
        "pattern.cancel",
        ("escape",),
        "cancel",
        "cancel",
        "leave all as it was",
        "pattern",
        rank=1,
        palette=False,
        priority=True,
    ),
    Action(
        "size.cancel",
        ("escape",),
        "cancel",
        "cancel",
        "leave all as it was",
        "size",
        rank=1,
        palette=False,
        priority=True,
    ),
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
        "train.start",
        ("ctrl+s", "ctrl+t"),
        "start",
        "start",
        "start the run, once everything is right",
        "train",
        rank=1,
        priority=True,
    ),
    Action(
        "train.next",
        ("down",),
        "app.focus_next",
        "next field",
        "go to the next field",
        "train",
        palette=False,
    ),
    Action(
        "train.previous",
        ("up",),
        "app.focus_previous",
        "previous field",
        "go to the field before",
        "train",
        palette=False,
    ),
    Action(
        "train.close",
        ("escape",),
        "close",
        "back",
        "go back to the model; what was typed is kept",
        "train",
        rank=1,
        palette=False,
    ),
    Action(
        "run.stop",
        ("s",),
        "stop_run",
        "stop",
        "stop the run between two batches and keep its weights",
        "run",
        rank=1,
    ),
    Action(
        "run.leave",
        ("d",),
        "leave",
        "leave it running",
        "leave this screen; the run goes on",
        "run",
        rank=2,
    ),
    Action("run.back", ("escape",), "back", "back", "leave this screen", "run", rank=1),
    Action(
        "run.smoother",
        ("plus", "equals_sign"),
        "smooth(1)",
        "smoother",
        "smooth the curves more",
        "run",
        rank=4,
    ),
    Action(
        "run.rougher",
        ("minus",),
        "smooth(-1)",
        "rougher",
        "smooth the curves less",
        "run",
        rank=4,
    ),
    Action(
        "run.logarithmic",
        ("x",),
        "logarithmic",
        "log axis",
        "between a linear and a logarithmic axis of losses",
        "run",
        rank=5,
    ),
    Action(
        "run.quit",
        ("q",),
        "ask_quit",
        "quit",
        "leave thaw; with a run going it asks what becomes of it",
        "run",
        rank=1,
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
    Action(
        "browser.open",
        ("enter",),
        "open",
        "open",
        "open the model under the cursor",
        "browser",
        rank=1,
        priority=True,
    ),
    Action(
        "browser.up",
        ("up",),
        "move(-1)",
        "up",
        "one model up",
        "browser",
        palette=False,
        priority=True,
    ),
    Action(
        "browser.down",
        ("down",),
        "move(1)",
        "down",
        "one model down",
        "browser",
        palette=False,
        priority=True,
    ),
    Action(
        "browser.page_up",
        ("pageup",),
        "page(-1)",
        "page up",
        "one page up",
        "browser",
        palette=False,
        priority=True,
    ),
    Action(
        "browser.page_down",
        ("pagedown",),
        "page(1)",
        "page down",
        "one page down",
        "browser",
        palette=False,
        priority=True,
    ),
    Action(
        "browser.first",
        ("home",),
        "first",
        "first",
        "the first model",
        "browser",
        palette=False,
        priority=True,
    ),
    Action(
        "browser.last",
        ("end",),
        "last",
        "last",
        "the last model",
        "browser",
        palette=False,
        priority=True,
    ),
    Action(
        "browser.help",
        ("question_mark",),
        "app.keys",
        "help",
        "all keys",
        "browser",
        palette=False,
        priority=True,
    ),
    Action(
        "browser.leave",
        ("escape",),
        "leave",
        "leave",
        "clear what is typed; where nothing is, leave thaw",
        "browser",
        rank=1,
    ),
    Action(
        "browsed.back",
        ("escape", "q"),
        "leave",
        "back",
        "go back to the list of models",
        "browsed",
        rank=1,
    ),
    Action(
        "class_names.open",
        ("enter",),
        "open",
        "open",
        "open the model for these classes",
        "class_names",
        rank=1,
        palette=False,
        priority=True,
    ),
    Action(
        "class_names.back",
        ("escape",),
        "dismiss",
        "back",
        "go back to the list of models",
        "class_names",
        rank=1,
        palette=False,
    ),
    Action("loading.quit", ("q",), "quit", "quit", "leave thaw", "loading", rank=1),
    Action("app.help", ("question_mark", "f1"), "keys", "help", "all keys", "app", rank=1),
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
    Action("model.quit", ("q",), "leave", "quit", "leave thaw", "model", rank=1),
    Action(
        "model.find",
        ("f",),
        "find",
        "find",
        "find by a few letters of a name; the cursor goes along as they are typed",
        "model",
        rank=3,
    ),
    Action(
        "tree.found_next", ("n",), "go_to_found(1)", "next", "the next of what was found", "tree"
    ),
    Action(
        "tree.found_previous",
        ("N",),
        "go_to_found(-1)",
        "previous",
        "the one before of what was found",
        "tree",
    ),
    Action(
        "tree.filter",
        ("F",),
        "turn_filter",
        "filter",
        "show only what was last found or matched, is trainable, frozen, auxiliary; or all again",
        "tree",
        rank=5,
    ),
    Action(
        "tree.clear",
        ("escape",),
        "clear",
        "show all",
        "show all again; then take the marks of a find away",
        "tree",
    ),
    Action(
        "tree.depth",
        tuple("123456789"),
        "unfold_to({key})",
        "to depth",
        "show so many levels, and fold all below them",
        "tree",
        palette=False,
    ),
    Action(
        "tree.fold_siblings",
        ("s",),
        "fold_siblings",
        "fold siblings",
        "fold all blocks beside this one",
        "tree",
    ),
    Action(
        "tree.unfold_siblings",
        ("S",),
        "unfold_siblings",
        "unfold siblings",
        "unfold all blocks beside this one",
        "tree",
    ),
    Action(
        "tree.sibling_next", ("J",), "sibling(1)", "next block", "the next block beside it", "tree"
    ),
    Action(
        "tree.sibling_previous",
        ("K",),
        "sibling(-1)",
        "previous block",
        "the block before, beside this one",
        "tree",
    ),
    Action(
        "find.accept",
        ("enter",),
        "accept",
        "stay here",
        "close the field and stay; n and N go on",
        "find",
        rank=1,
        palette=False,
        priority=True,
    ),
    Action(
        "find.next",
        ("down",),
        "step(1)",
        "next",
        "go to the next that was found",
        "find",
        rank=2,
        palette=False,
        priority=True,
    ),
    Action(
        "find.previous",
        ("up",),
        "step(-1)",
        "previous",
        "go to the one before",
        "find",
        rank=3,
        palette=False,
        priority=True,
    ),
    Action(
        "find.cancel",
        ("escape",),
        "cancel",
        "back",
        "go back to where the cursor was",
        "find",
        rank=1,
        palette=False,
        priority=True,
    ),
)

BY_ID = {action.id: action for action in ACTIONS}

_KEY_TEXT = {
    "question_mark": "?",
    "slash": "/",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "backspace": "bksp",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
}


def at(*places: Where) -> tuple[Action, ...]:
    """The actions of these places, in the table's order."""
    return tuple(action for action in ACTIONS if action.where in places)


def bindings(*places: Where) -> list[BindingType]:
    """Textual's bindings for the actions of these places."""
    return [
        Binding(
            keys,
            run,
            action.label,
            show=action.rank > 0,
            priority=action.priority,
            tooltip=action.description,
            id=id,
            system=not action.rank,
        )
        for action in at(*places)
        for keys, run, id in _calls(action)
    ]


def _calls(action: Action) -> list[tuple[str, str, str]]:
    """Keys, what they call, and the id to remap them by."""
    if "{key}" not in action.run:
        return [(",".join(action.keys), action.run, action.id)]
    return [(key, action.run.format(key=key), f"{action.id}_{key}") for key in action.keys]


def key_text(key: str) -> str:
    """A key as people read it, in ASCII: `^t`, `alt+enter`, `?`."""
    *modifiers, name = key.split("+")
    name = _KEY_TEXT.get(name, name)
    if modifiers == ["ctrl"]:
        return f"^{name}"
    return "+".join([*modifiers, name])


def keys_text(keys: Iterable[str]) -> str:
    """All keys of an action: `up, k`; a row of digits as `1..9`."""
    texts = [key_text(key) for key in keys]
    if len(texts) > 2 and "".join(texts).isdigit():
        return f"{texts[0]}..{texts[-1]}"
    return ", ".join(texts)
