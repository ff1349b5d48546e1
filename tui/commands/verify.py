"""`thaw verify`: did what was frozen stay as it was?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.asking import answer_to
from tui.commands.completing import files, models, runs
from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import is_unicode, print_json

if TYPE_CHECKING:
    from tui.runs.folder import RunFolder
    from tui.runs.proof_file import ProofFile
    from tui.runs.verdict import Verdict

JSON_VERSION = 1


@click.command(
    cls=Helped,
    examples=(
        ("thaw verify RUN", "a run, by its own plan"),
        ("thaw verify before.params after.params --plan plan.toml", "a script of yours"),
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="RUN | BEFORE AFTER", shell_complete=runs)
@click.option(
    "--plan",
    metavar="FILE",
    shell_complete=files,
    help="The plan.toml that two files are held against.",
)
@click.option(
    "--model",
    metavar="MODEL",
    shell_complete=models,
    help="The model of two files, as for `thaw open`.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def verify(paths: tuple[str, ...], plan: str | None, model: str | None, as_json: bool) -> None:
    """Prove that what was frozen did not move.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name.
    Of a run, the digests of every parameter and statistic, before and after, are in its
    proof.json; its weights are read again, and must be the ones that the digests are of. Of a
    script of your own, give the weights that it began with, those that it ended with, and the
    plan that it was to keep to; --model names the model where the plan speaks of roles.

    Exit code 0: it held. 1: something frozen changed, a statistic of a frozen norm layer moved,
    lr_mult=0 did not hold what it was to hold, or the weights are others; each is named. 2:
    there is nothing to judge by.

    --json prints one object: version (1), holds, verdict (structure names by what became of
    them: frozen, statistics_fixed, lr_mult_zero, changed, unchanged, statistics_moved,
    statistics_unmoved, constants, frozen_at_times, and broken with name, why, first_step and
    last_step), of a run also run, weights, other_weights (names) and intervals, of two files also
    before, after and missed_rules.
    """
    if len(paths) == 1:
        if plan or model:
            raise Problem("--plan and --model are for two files of weights; a run has its own plan")
        _verify_run(paths[0], as_json)
    elif len(paths) == 2:
        _verify_files(paths[0], paths[1], plan, model, as_json)
    else:
        raise Problem("give one run folder, or two .params files: before and after")


def _verify_run(run: str, as_json: bool) -> None:
    from tui.runs.inspection import DigestWeights, WeightDigests
    from tui.runs.proof_file import differing
    from tui.runs.verdict import judge

    if Path(run).expanduser().is_file():
        raise Problem(f"{run}: a file; give a run, or two .params files and --plan")
    folder = run_of(run)
    proof = _proof_of(folder, run)
    weights = folder.path / proof.weights
    if not weights.is_file():
        raise Problem(f"{weights}: there is no such file, so the proof is of nothing that is here")
    verdict = judge(proof.intervals)
    answer = answer_to(DigestWeights(str(weights)))
    assert isinstance(answer, WeightDigests)
    others = differing(proof, answer.digests)
    steps = [(interval.first_step, interval.last_step) for interval in proof.intervals]
    lines = []
    if len(steps) > 1:
        told = ", ".join(f"{first:,}-{last:,}" for first, last in steps)
        lines.append(f"{'plans':<12}{len(steps)} in turn: steps {told}")
    if others:
        lines += [f"! {name}: not what the run ended with, in {proof.weights}" for name in others]
    else:
        lines.append(f"{'weights':<12}{proof.weights}: the ones that the digests are of")
    about = {"run": run, "weights": proof.weights, "other_weights": others, "intervals": steps}
    _tell(verdict, lines, about, as_json, holds=verdict.holds and not others)


def _proof_of(folder: RunFolder, run: str) -> ProofFile:
    from tui.runs.proof_file import NoProof, read_proof

    if not folder.proof_file.exists():
        raise Problem(
            f"{run}: no proof.json; it is written when a run ends, and this one has not, or "
            "failed, or took no step"
        )
    try:
        proof = read_proof(folder.proof_file)
    except NoProof as error:
        raise Problem(str(error)) from None
    if not proof.intervals:
        raise Problem(f"{folder.proof_file}: holds no digests")
    return proof


def _verify_files(
    before: str, after: str, plan: str | None, model: str | None, as_json: bool
) -> None:
    from tui.model.plan_file import read_plan
    from tui.model.source import ModelSource
    from tui.runs.inspection import FilesVerified, VerifyFiles
    from tui.toml import TomlError

    if plan is None:
        raise Problem("two files need --plan FILE, which says what was to stay as it was")
    for file in (before, after):
        if not Path(file).expanduser().is_file():
            raise Problem(f"{file}: there is no such file")
    try:
        kept = read_plan(Path(plan).expanduser())
    except TomlError as error:
        raise Problem(str(error)) from None
    source = ModelSource(model, pretrained=False) if model else None
    files = [str(Path(file).expanduser()) for file in (before, after)]
    answer = answer_to(VerifyFiles(files[0], files[1], kept, source))
    assert isinstance(answer, FilesVerified)
    lines = [f"! {rule} selects nothing here" for rule in answer.missed]
    about = {"before": before, "after": after, "missed_rules": answer.missed}
    _tell(answer.verdict, lines, about, as_json, holds=answer.verdict.holds)


def _tell(
    verdict: Verdict, lines: list[str], about: Mapping[str, object], as_json: bool, *, holds: bool
) -> None:

    from tui.printable import plain
    from tui.runs.verdict import in_words

    if as_json:
        told = {"version": JSON_VERSION, "holds": holds, **about, "verdict": verdict}
        print_json(told)
    else:
        # Names come from models and files: never an escape sequence.
        for line in (*in_words(verdict), *lines):
            click.echo(plain(line, ascii_only=not is_unicode(sys.stdout)))
        click.echo("it held" if holds else "IT DID NOT HOLD")
    sys.exit(0 if holds else 1)
