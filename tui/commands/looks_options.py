"""The options of commands that show a screen: how it looks, and what it may cost."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from tui.commands.problem import Problem
from tui.commands.showing import put_in_force

_ASKED = "thaw.looks"


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    # One dictionary for the group and its command: `thaw --slow demo` is `thaw demo --slow`.
    if value:
        context.meta.setdefault(_ASKED, {})[parameter.name] = value


_OPTIONS = (
    click.option(
        *("--theme", "theme"),
        metavar="NAME",
        expose_value=False,
        callback=_keep,
        help="Colours for this time, by name: thaw, blue-orange, ansi-light, …",
    ),
    click.option(
        *("--ascii", "ascii_only"),
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Draw in ASCII alone.",
    ),
    click.option(
        *("--slow", "slow"),
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="For a slow link: short colours, fewer redraws, no motion of the mouse.",
    ),
)


_OPTION_NAMES = {"theme": "--theme", "ascii_only": "--ascii", "slow": "--slow"}


def looks_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--theme`, `--ascii` and `--slow`, and puts them in force, with what `config.toml`
    says, before the command runs: so before it imports Textual."""

    @functools.wraps(command)
    def looked(*arguments: Any, **values: Any) -> Any:
        context = click.get_current_context()
        asked = context.meta.get(_ASKED, {})
        if context.invoked_subcommand is None:
            put_in_force(asked)
        elif asked:
            _refuse_unheard(context, context.invoked_subcommand, asked)
        return command(*arguments, **values)

    for option in reversed(_OPTIONS):
        looked = option(looked)
    return looked


def _refuse_unheard(context: click.Context, name: str, asked: dict[str, Any]) -> None:
    """See that a command hears what was asked for before its name."""
    group = context.command
    assert isinstance(group, click.Group)
    command = group.get_command(context, name)
    heard = {one.name for one in command.params} if command else asked
    for option in _OPTION_NAMES:
        if option in asked and option not in heard:
            raise Problem(
                f"{_OPTION_NAMES[option]}: {context.command_path} {name} does not take it"
            )
