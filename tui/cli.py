"""The commands. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING, Any

import click

from tui import __version__
from tui.commands.compare import compare
from tui.commands.data import data as data_command
from tui.commands.data_option import data_option
from tui.commands.diff import diff
from tui.commands.doctor import doctor
from tui.commands.export import export
from tui.commands.order import pause, resume, stop
from tui.commands.params import params
from tui.commands.plan import plan
from tui.commands.plan_options import GivenPlan, only_one, plan_options
from tui.commands.predict import predict
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.runs import runs
from tui.commands.saying import echo
from tui.commands.snippet import snippet
from tui.commands.source_options import ctx_option, source_options
from tui.commands.train import read_run, train
from tui.commands.verify import verify
from tui.commands.weights import weights

if TYPE_CHECKING:
    from tui.app.app import ThawApp
    from tui.model.source import ModelSource


class _Commands(click.Group):
    """A mistake in the command's own words is one line too, as of all bad input."""

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
)
@click.version_option(__version__, prog_name="thaw")
@click.pass_context
def main(context: click.Context) -> None:
    """See exactly what trains: freeze, fine-tune and watch Gluon and GluonCV models.

    \b
    thaw                                        every model by name, the last ones first
    thaw demo                                   the whole thing, with nothing to download
    thaw open ssd_512_mobilenet1.0_voc \\
        --classes fig,date,hazelnut --data PATH  then h (head only) and t (train)
    """
    if context.invoked_subcommand is None:
        if not _has_terminal():
            click.echo(context.get_help())
            return
        from tui.app.app import ThawApp

        _run(ThawApp())


@main.command(name="open")
@source_options
@data_option
@plan_options
def open_(
    source: ModelSource, data: str | None, given: GivenPlan | None, preset: str | None
) -> None:
    """Open a model: see what trains, freeze and thaw, train.

    \b
    thaw open ssd_512_mobilenet1.0_voc --classes fig,date,hazelnut --data VOCdevkit
    thaw open resnet50_v1 --classes cat,dog --data pictures --ctx 'gpu(0)'
    thaw open cifar_resnet20_v1 --weights cifar_resnet20_v1.params

    \b
    MODEL is one of
      a name in the GluonCV zoo, or vision.NAME in Gluon's own   resnet50_v1
      Python of yours, which is run                              mynet.py:ConvNet, package.nets:make
      an exported symbol, with its .params beside it             model-symbol.json
      a bare file of parameters, to look at                      model.params

    Without --weights and --no-weights, the model's weights are loaded from the usual MXNet
    folder (~/.mxnet/models, or $MXNET_HOME/models). Where it has none you are asked before
    anything is fetched; `thaw weights get MODEL` fetches beforehand.
    """
    only_one(given, preset)
    _show(source, data, preset, given)


@main.command()
@click.option("--ctx", callback=ctx_option, default="cpu", show_default=True, help="cpu or gpu(0).")
def demo(ctx: str) -> None:
    """Open a small detector and pictures drawn by thaw itself. Nothing is downloaded.

    Press h (head only), then t (train), and watch it learn with its trunk frozen.
    """
    from tui.model.source import ModelSource

    _show(ModelSource(model="demo", ctx=ctx), "shapes")


@main.command()
@click.argument("run", required=False)
def attach(run: str | None) -> None:
    """Show a run from its first event, whether it still goes on or not.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name. Without it, the
    only run that is going on is shown, else the one begun last.
    """
    folder = run_of(run)
    if not folder.events_file.exists():
        # Events speak for themselves. Without any, a run that cannot begin is not waited for.
        read_run(folder)
    _need_terminal()
    from tui.app.app import ThawApp

    _run(ThawApp(attach=folder))


main.add_command(compare)
main.add_command(data_command)
main.add_command(diff)
main.add_command(doctor)
main.add_command(export)
main.add_command(params)
main.add_command(pause)
main.add_command(plan)
main.add_command(predict)
main.add_command(resume)
main.add_command(runs)
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
) -> None:
    _need_terminal()
    from tui.app.app import ThawApp

    _run(ThawApp(source, data=data, preset=preset, plan=given.plan if given else None))


def _run(app: ThawApp) -> None:
    code = app.run(mouse=True)
    # What the screen said last is gone with it: say it where it stays.
    for line in app.last_words:
        echo(line, err=bool(code))
    sys.exit(code or app.return_code or 0)


def _has_terminal() -> bool:
    # Textual draws on standard error, so that has to be a terminal too.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _need_terminal() -> None:
    if not _has_terminal():
        raise Problem("no terminal here to show it in; `thaw train RUN_DIR` needs none")
