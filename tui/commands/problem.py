"""Bad input, as the command line says it."""

from __future__ import annotations

import click

from tui.commands.saying import say


class Problem(click.ClickException):
    """Bad input: one line, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """The line, without a usage text around it."""
        say(f"thaw: {self.format_message()}")
