"""The commands. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING, Any

import click

from tui import __version__
from tui.commands.compare import compare
from tui.commands.completing import devices
from tui.commands.completing import runs as complete_runs
from tui.commands.completion import completion
from tui.commands.data import data as data_command
from tui.commands.data_option import data_option
from tui.commands.diff import diff
from tui.commands.doctor import doctor
from tui.commands.export import export
from tui.commands.helped import HelpedGroup
from tui.commands.keys import keys
from tui.commands.looks_options import looks_options
from tui.commands.order import pause, resume, stop
from tui.commands.params import params
from tui.commands.plan import plan
from tui.commands.plan_options import GivenPlan, only_one, plan_options
from tui.commands.predict import predict
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.runs import runs
from tui.commands.serve import serve
from tui.commands.showing import has_terminal, need_terminal, run_app
from tui.commands.snippet import snippet
from tui.commands.source_options import ctx_option, source_options
from tui.commands.train import read_run, train
from tui.commands.verify import verify
from tui.commands.weights import weights

if TYPE_CHECKING:
    from tui.app.tour import Tour
    from tui.model.source import ModelSource


PURPOSES = (
    ("Look and begin", "open demo attach serve"),
    ("Runs", "train runs stop pause resume compare export"),
    ("What trains, and what stayed", "params plan snippet diff verify"),
    ("Pictures and weights", "data predict weights"),
    ("Set-up", "doctor keys completion"),
)
"""What commands are for, in the order of `thaw --help`; one that is named nowhere stands last."""


class _Commands(HelpedGroup):
    """All commands, by what they are for. A mistake in a command's own words is one line too, as
    of all bad input."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A section for each purpose."""
        left = dict.fromkeys(self.list_commands(ctx))
        sections = [(title, names.split()) for title, names in PURPOSES]
        for _, names in sections:
            for name in names:
                left.pop(name, None)
        widest = max(map(len, self.commands))
        for title, names in (*sections, ("More", list(left))):
            found = [(name, self.commands[name]) for name in names if name in self.commands]
            if found:
                room = formatter.width - widest - 6
                with formatter.section(title):
                    formatter.write_dl(
                        [(f"{n:<{widest}}", c.get_short_help_str(room)) for n, c in found]
                    )

    def main(self, *arguments: Any, **options: Any) -> Any:
        if not options.pop("standalone_mode", True):
            return super().main(*arguments, **options, standalone_mode=False)
        try:
            sys.exit(super().main(*arguments, **options, standalone_mode=False) or 0)
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
        from tui.app.app import ThawApp

        run_app(ThawApp())


@main.command(
    name="open",
    examples=(
        (
            "thaw open ssd_512_mobilenet1.0_voc --classes fig,date,hazelnut --data VOCdevkit",
            "a detector, for classes of your own",
        ),
        (
            "thaw open resnet50_v1 --classes cat,dog --data pictures --ctx 'gpu(0)'",
            "a classifier, on a GPU",
        ),
        ("thaw open cifar_resnet20_v1 --weights model.params --preset head", "with a plan"),
        ("thaw open net.py:ConvNet --arg classes=10", "Python of yours"),
    ),
)
@source_options
@data_option
@plan_options
@looks_options
def open_(
    source: ModelSource, data: str | None, given: GivenPlan | None, preset: str | None
) -> None:
    """Open a model: see what trains, freeze and thaw, train.

    \b
    MODEL is one of
      resnet50_v1         a name in the GluonCV zoo; vision.NAME: in Gluon's own
      mynet.py:ConvNet    Python of yours, which is run; package.nets:make too
      model-symbol.json   an exported symbol, with its .params beside it
      model.params        a bare file of parameters, to look at

    Without --weights and --no-weights, the model's weights are loaded from the usual MXNet
    folder (~/.mxnet/models, or $MXNET_HOME/models). Where it has none you are asked before
    anything is fetched; `thaw weights get MODEL` fetches beforehand.
    """
    only_one(given, preset)
    _show(source, data, preset, given)


@main.command(
    short_help="A small detector and pictures drawn by thaw itself.",
    examples=(
        ("thaw demo", "press h, t and Enter, and watch"),
        ("thaw demo --tour", "with the line that says what to press, again"),
    ),
)
@click.option(
    "--ctx",
    callback=ctx_option,
    default="cpu",
    show_default=True,
    shell_complete=devices,
    help="cpu or gpu(0).",
)
@click.option(
    "--tour/--no-tour",
    default=None,
    help="A line that says what to press next; shown until it was seen once.",
)
@looks_options
def demo(ctx: str, tour: bool | None) -> None:
    """Open a small detector and pictures drawn by thaw itself. Nothing is downloaded.

    Press h (head only), then t (train), and watch it learn with its trunk frozen.
    """
    from tui.model.source import ModelSource

    _show(ModelSource(model="demo", ctx=ctx), "shapes", tour=tour)


@main.command(
    short_help="Show a run from its first event, live or afterwards.",
    examples=(
        ("thaw attach", "the only run that is going on, else the newest"),
        ("thaw attach 20261125", "the run whose name begins so"),
    ),
)
@click.argument("run", required=False, shell_complete=complete_runs)
@looks_options
def attach(run: str | None) -> None:
    """Show a run from its first event, whether it still goes on or not.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name. Without it, the
    only run that is going on is shown, else the one begun last.
    """
    folder = run_of(run)
    if not folder.events_file.exists():
        # Events speak for themselves. Without any, a run that cannot begin is not waited for.
        read_run(folder)
    need_terminal()
    from tui.app.app import ThawApp

    run_app(ThawApp(attach=folder))


main.add_command(compare)
main.add_command(completion)
main.add_command(data_command)
main.add_command(diff)
main.add_command(doctor)
main.add_command(export)
main.add_command(keys)
main.add_command(params)
main.add_command(pause)
main.add_command(plan)
main.add_command(predict)
main.add_command(resume)
main.add_command(runs)
main.add_command(serve)
main.add_command(snippet)
main.add_command(stop)
main.add_command(train)
main.add_command(verify)
main.add_command(weights)


def _show(
    source: ModelSource,
    data: str | None,
    preset: str | None = None,
    given: GivenPlan | None = None,
    *,
    tour: bool | None = False,
) -> None:
    need_terminal()
    from tui.app.app import ThawApp

    plan = given.plan if given else None
    run_app(ThawApp(source, data=data, preset=preset, plan=plan, tour=_tour(tour)))


def _tour(wanted: bool | None) -> Tour | None:
    """The guided tour; where nobody says whether it is wanted, until it was seen."""
    if wanted is False:
        return None
    from tui.app.tour import Tour, seen_file, was_seen

    return Tour(seen_file()) if wanted or not was_seen(seen_file()) else None
