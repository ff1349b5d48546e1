"""Every hyper-parameter as an option, with the checks of the form."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from tui.commands.helped import Helped
from tui.commands.problem import Problem

if TYPE_CHECKING:
    from tui.runs.checks import Field


class WithHyperparameters(Helped):
    """A command with an option for each field of the form, given to it by the field's name; None
    where it was not given. The fields are read when the command is used, not before."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The command's own, then the fields, then `--help`."""
        own = super().get_params(ctx)
        return [*own[: len(self.params)], *_options(), *own[len(self.params) :]]


@functools.cache
def _options() -> tuple[click.Option, ...]:
    from tui.runs.checks import FIELDS

    return tuple(
        click.Option(
            ["--" + field.name.replace("_", "-")],
            metavar="VALUE",
            callback=_checked(field),
            help=f"{field.label}: {field.help}." if field.help else field.label,
        )
        for field in FIELDS
    )


def _checked(field: Field) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    def check(_: click.Context, option: click.Parameter, text: str | None) -> Any:
        from tui.runs.checks import ValueProblem

        if text is None:
            return None
        try:
            return field.parse(text)
        except ValueProblem as problem:
            raise Problem(f"{option.opts[0]} {text[:40]}: {problem}") from None

    return check
