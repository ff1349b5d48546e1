"""`thaw train`: make a run, or take one that is there, and carry it out without a screen."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tui.commands.data_option import data_option
from tui.commands.distribution_options import Divided, distribution_options, refuse_launched
from tui.commands.hyper_options import WithHyperparameters
from tui.commands.new_run import (
    GivenPlans,
    checked_folder,
    inspector,
    made,
    options_given,
    spec_of_file,
    spec_of_model,
)
from tui.commands.plan_options import GivenPlan, plan_options
from tui.commands.problem import Problem
from tui.commands.run_argument import read_run, run_of
from tui.commands.saying import echo_path, say
from tui.commands.source_options import source_or_run
from tui.commands.trials import RATE_STEPS, try_out

if TYPE_CHECKING:
    from tui.model.source import ModelSource
    from tui.runs.events import Event
    from tui.runs.folder import RunFolder


@click.command(
    cls=WithHyperparameters,
    short_help="Train without a screen: a new run, or one that goes on.",
    examples=(
        (
            "thaw train ssd_512_mobilenet1.0_voc --classes fig,date,hazelnut "
            "--data VOCdevkit --preset head",
            "only the last layers of a detector",
        ),
        (
            "thaw train resnet50_v1 --classes cat,dog --data pictures --epochs 5 --schedule cosine",
            "a classifier, all of it",
        ),
        ("thaw train run.toml --run-dir second --learning-rate 0.01", "as before, but for this"),
        ("thaw train RUN_DIR", "start a run, or go on where it stopped"),
        ("thaw train demo --data shapes --processes 2", "each on its part of every batch"),
        ("thaw train demo --data shapes --find-lr", "suggest a learning rate"),
    ),
)
@source_or_run
@data_option
@plan_options
@click.option(
    "--freeze",
    multiple=True,
    metavar="REGEX",
    help="Freeze what collect_params(REGEX) selects; may be given again.",
)
@click.option(
    "--run-dir",
    metavar="DIR",
    help="The run's folder, which is made; without it, a new one in the user's data folder.",
)
@distribution_options
@click.option(
    "--only-make",
    is_flag=True,
    help="Make the run's folder, print its path, and train nothing yet.",
)
@click.option(
    "--find-lr",
    is_flag=True,
    help="Train for a moment with a rising learning rate, show the loss, suggest one.",
)
@click.option(
    "--overfit-batch",
    type=click.IntRange(2, 100_000),
    metavar="N",
    help="Train N steps on one batch alone, to see that the set-up can learn. Exit code 1 if not.",
)
@click.option(
    "--tensorboard",
    is_flag=True,
    help="Write event files for TensorBoard while it trains, into RUN_DIR/tensorboard.",
)
@click.pass_context
def train(
    ctx: click.Context,
    /,
    source: ModelSource,
    data: str | None,
    given: GivenPlan | None,
    preset: str | None,
    freeze: tuple[str, ...],
    run_dir: str | None,
    find_lr: bool,
    overfit_batch: int | None,
    tensorboard: bool,
    only_make: bool,
    processes: int | None,
    hostfile: str | None,
    kvstore: str | None,
    port: int | None,
    **typed: Any,
) -> None:
    """Train without a screen: make a run and carry it out, or go on with one.

    A folder is a run, and so is its name in `thaw runs`, or the beginning of that: exactly what
    its run.toml and plan.toml say is carried out. A .toml file is made into a new run, with the
    plan.toml that lies beside it unless another is given. Anything else is a model, as for
    `thaw open`, and needs --data. A hyper-parameter that is not given is the recipe's. Before the
    first step one batch is sent through and looked at.

    Several processes make the same steps by MXNet's parameter server, from the weights of the
    first; running statistics that move are the first one's too. A cluster's own launcher (DMLC_ROLE
    and the like in the environment, or horovodrun) starts `thaw train RUN_DIR` itself, on every
    machine, as scheduler, server and worker: make the run with --only-make before.

    SIGTERM, and Ctrl-C once: finish the step, write a checkpoint, leave; Ctrl-C again ends it at
    once. The same run started again goes on from its newest checkpoint, and ends as if nothing
    had happened.

    \b
    Exit codes: 0 complete (early stopping included)
                1 an error (no memory, a full disk); started again it goes on
                2 bad input: nothing was trained
                3 stopped by a signal or a command; started again it goes on
                4 the loss was NaN or infinite; the last good checkpoint is there
              130 ended at once by a second Ctrl-C
    """
    plans = GivenPlans(given, preset, freeze)
    hyper = {name: value for name, value in typed.items() if value is not None}
    divided = Divided(processes, hostfile, kvstore, port)
    _serve_if_told()
    if find_lr and overfit_batch:
        raise Problem("--find-lr and --overfit-batch: give one of them")
    trial = "--find-lr" if find_lr else "--overfit-batch" if overfit_batch else ""
    if trial and (run_dir or tensorboard or only_make):
        useless = "--run-dir" if run_dir else "--tensorboard" if tensorboard else "--only-make"
        raise Problem(f"{trial} keeps nothing, so {useless} is of no use")
    if trial and (processes or hostfile):
        useless = "--processes" if processes else "--hostfile"
        raise Problem(f"{trial} trains in one process, so {useless} is of no use")
    text = source.model
    folder = _run_folder(text)
    if folder is not None and not trial:
        # Not of the run itself: how it is watched.
        options = [one for one in options_given(ctx) if one != "--tensorboard"]
        if options:
            raise Problem(
                f"{options[0]}: {text} is a run already, and its run.toml says all; "
                f"thaw train {folder.spec_file} {options[0]} … makes a new one of it"
            )
        _carry_out(folder, tensorboard=tensorboard)
    refuse_launched(text)
    target = checked_folder(run_dir)
    if folder is not None or text.endswith(".toml"):
        file = folder.spec_file if folder else Path(text).expanduser()
        spec, plan = spec_of_file(ctx, file, data, plans, hyper, divided)
        if trial:
            with inspector() as asking:
                try_out(trial, spec, plan, overfit_batch or RATE_STEPS, asking)
    else:
        with inspector() as asking:
            spec, plan = spec_of_model(source, data, plans, hyper, asking, divided)
            if trial:
                try_out(trial, spec, plan, overfit_batch or RATE_STEPS, asking)
    folder = made(spec, plan, target)
    if only_make:
        echo_path(str(folder.path))
        return
    _carry_out(folder, tensorboard=tensorboard)


def _run_folder(text: str) -> RunFolder | None:
    """The run that the argument names, or None where it names something else."""
    from tui.model.zoo import find_entry
    from tui.runs.folder import RunFolder

    path = Path(text).expanduser()
    names_path = os.sep in text and not text.endswith((".json", ".params", ".toml"))
    # mynet.py:ConvNet stands for no folder, even where it begins with one.
    names_path = names_path and ":" not in text
    if path.is_dir() and not (find_entry(text) and not (path / "run.toml").exists()):
        return RunFolder(path)
    if names_path:
        return RunFolder(path)
    return _named_run(text)


def _named_run(text: str) -> RunFolder | None:
    """The run in the user's data folder that goes by a word, unless the word is a model's."""
    from tui.model.zoo import find_entry
    from tui.runs.finding import begun_so
    from tui.runs.folder import runs_home

    if text == "demo" or ":" in text or Path(text).suffix or find_entry(text) or not text.strip():
        return None
    with contextlib.suppress(OSError):  # a home that may not be read names no run
        return run_of(text) if begun_so(text, runs_home()) else None
    return None


def _serve_if_told() -> None:
    """Where a launcher has started this as a process of the parameter server, be that."""
    from tui.runs.launched import launched_as

    if launched_as() in ("scheduler", "server"):
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "tui.engine", "node"])


def _carry_out(folder: RunFolder, *, tensorboard: bool = False) -> NoReturn:
    import shlex

    from tui.commands.following import Following
    from tui.runs.events import RunStarted
    from tui.runs.exit_codes import STOPPED
    from tui.runs.headless import follow
    from tui.runs.launched import launched_as
    from tui.runs.past import read_past, why_not_started

    read_run(folder)
    if not launched_as() and (why_not := why_not_started(folder, read_past(folder))):
        raise Problem(why_not)
    with Following() as following:

        def hear(event: Event) -> None:
            if tensorboard and isinstance(event, RunStarted):
                from tui.commands.event_files import event_folder, start_following

                start_following(folder)
                following.say(f"event files: {event_folder(folder)}")
            following.hear(event)

        following.say(f"run folder: {folder.path}")
        code = follow(folder, hear, following.say)
    if code == STOPPED:
        say(f"stopped; thaw train {shlex.quote(str(folder.path))} goes on")
    sys.exit(code)
