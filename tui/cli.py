"""The commands. Each is imported when it is asked for, and imports what is heavy when it runs."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from tui import __version__
from tui.commands.helped import HelpedGroup
from tui.commands.looks_options import looks_options
from tui.commands.problem import Problem
from tui.commands.showing import has_terminal, show_app

PURPOSES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "Look and begin",
        {"open": "open:open_", "demo": "demo", "attach": "attach", "serve": "serve"},
    ),
    (
        "Runs",
        {
            "train": "train",
            "runs": "runs",
            "stop": "order:stop",
            "pause": "order:pause",
            "resume": "order:resume",
            "compare": "compare",
            "export": "export",
        },
    ),
    (
        "What trains, and what stayed",
        {
            "params": "params",
            "plan": "plan",
            "snippet": "snippet",
            "diff": "diff",
            "verify": "verify",
        },
    ),
    ("Pictures and weights", {"data": "data", "predict": "predict", "weights": "weights"}),
    ("Set-up", {"doctor": "doctor", "keys": "keys", "completion": "completion"}),
)
"""What commands are for, in the order of `thaw --help`. A new command is one file in
`tui/commands` and one entry here: its name, and its module there; where the object in it is called
otherwise, that too."""

COMMANDS = {name: place for _, commands in PURPOSES for name, place in commands.items()}
"""All of them."""


class _Commands(HelpedGroup):
    """All commands, by what they are for. A mistake in a command's own words is one line too, as
    of all bad input."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported when it is asked for: the first frame waits for no other."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found: click.Command = getattr(import_module(f"tui.commands.{module}"), name or module)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A section for each purpose."""
        widest = max(map(len, COMMANDS))
        room = formatter.width - widest - 6
        for title, commands in PURPOSES:
            with formatter.section(title):
                found = [(name, self.get_command(ctx, name)) for name in commands]
                formatter.write_dl(
                    [(f"{n:<{widest}}", c.get_short_help_str(room)) for n, c in found if c]
                )

    def main(  # type: ignore[override]  # click's has two forms, of which ours is both
        self, args: Sequence[str] | None = None, standalone_mode: bool = True, **options: Any
    ) -> Any:
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **options)
        try:
            sys.exit(super().main(args, standalone_mode=False, **options) or 0)
        except click.UsageError as error:
            where = f" ({error.ctx.command_path} --help)" if error.ctx else ""
            Problem(f"{' '.join(error.format_message().split()).rstrip('.')}{where}").show()
            sys.exit(error.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EIO):
                raise
            Problem(f"the output cannot be written: {(error.strerror or '').lower()}").show()
            sys.exit(2)
        except click.Abort:
            sys.exit(130)  # Ctrl-C, as of a shell


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
    examples=(
        ("thaw", "every model by name, those opened last first"),
        ("thaw demo", "the whole thing, with nothing to download"),
        (
            "thaw open ssd_512_mobilenet1.0_voc --classes fig,date,hazelnut --data VOCdevkit",
            "then h (head only) and t (train)",
        ),
        ("thaw train --help", "each command has examples of its own"),
    ),
)
@click.version_option(__version__, prog_name="thaw")
@looks_options
@click.pass_context
def main(context: click.Context) -> None:
    """See exactly what trains: freeze, fine-tune and watch Gluon and GluonCV models.

    Without a command: every model of the zoo, to open with Enter.

    Runs are kept in ~/.local/share/thaw/runs (XDG_DATA_HOME), weights in ~/.mxnet/models
    (MXNET_HOME), what was opened last in ~/.local/state/thaw (XDG_STATE_HOME); settings are
    ~/.config/thaw/config.toml (XDG_CONFIG_HOME). On macOS all but weights are in ~/Library.
    NO_COLOR, HF_ENDPOINT, HF_HUB_OFFLINE and MXNET_GLUON_REPO are honoured. Exit code 2 is bad
    input, said in one line.
    """
    if context.invoked_subcommand is None:
        if not has_terminal():
            click.echo(context.get_help())
            return
        show_app()
