"""`thaw compare`: in what runs differ, and what came of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import is_unicode, print_json, print_table

if TYPE_CHECKING:
    from rich.table import Table

    from tui.commands.curves import Curve
    from tui.runs.comparison import ComparedRun, Comparison
    from tui.runs.events import Proof

JSON_VERSION = 1
MOST = 8
"""Runs that a terminal has letters and colours for."""


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="RUN RUN...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def compare(words: tuple[str, ...], as_json: bool) -> None:
    """In what runs differ, and what came of each: settings, plans, curves over each other, metrics
    and proofs.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name. A run that goes
    on is compared as far as it has come. The loss is the mean of the last 50 steps; its curve is
    smoothed.

    --json prints one object: version (1), runs (name, path, state, settings, rules, trains, steps,
    total_steps, seconds, loss, metric, value, best, best_step, per_class, beside, losses and
    metrics as points of step and value, proof, problem), settings, rules and trains that differ
    (name, and values by run in their order), and same_settings, how many do not. The values of a
    rule are its places in the plans, null where it is not in one.
    """
    if len(words) < 2:
        raise Problem("compare: name two runs or more")
    folders = [run_of(word) for word in words]
    if len({folder.path.resolve() for folder in folders}) < len(folders):
        raise Problem("compare: the same run is named twice")
    from tui.runs.comparison import compare as compared

    if as_json:
        import msgspec

        print_json({"version": JSON_VERSION, **msgspec.structs.asdict(compared(folders))})
        return
    if len(folders) > MOST:
        raise Problem(f"compare: at most {MOST} runs at once; --json takes any number")
    for part in _parts(compared(folders), ascii_only=not is_unicode(sys.stdout)):
        if isinstance(part, str):
            click.echo(part)
        else:
            print_table(part)


def _parts(found: Comparison, *, ascii_only: bool) -> Iterator[Table | str]:
    from tui.commands.curves import Curve, drawn, means
    from tui.printable import plain, printable

    letters = "ABCDEFGH"[: len(found.runs)]

    def shown(text: str) -> str:
        return printable(text, ascii_only=ascii_only)

    for letter, run in zip(letters, found.runs, strict=True):
        yield f"{letter}  {shown(run.name)}  {run.state}"
        if run.problem:
            yield f"   ! {plain(run.problem, ascii_only=ascii_only)}"
    same = f"{found.same_settings} are the same"
    settings = [(row.name, row.values) for row in found.settings]
    if settings:
        yield ""
        yield _table(f"settings ({same})", letters, settings, shown)
    else:
        yield f"\nsettings: all {same}"
    rules = [(row.name, [_place(value) for value in row.values]) for row in found.rules]
    trains = [(row.name.replace("_", " "), row.values) for row in found.trains]
    if rules or trains:
        yield ""
        yield _table("plan", letters, [*rules, *trains], shown)
    else:
        yield "plans: the same"
    for title, points in (
        ("loss, smoothed", [run.losses for run in found.runs]),
        (shown(" / ".join(_metrics(found.runs))), [run.metrics for run in found.runs]),
    ):
        curves = [
            Curve([x for x, _ in one], [y for _, y in one], letter)
            for letter, one in zip(letters, points, strict=True)
        ]
        if any(len(curve.across) > 1 for curve in curves):
            yield f"\n{title}, by step"
            yield drawn(curves, means(ascii_only=ascii_only), _step_ticks(curves))
    yield ""
    yield _table("what came of it", letters, _outcome(found.runs), shown)


def _step_ticks(curves: Sequence[Curve]) -> dict[float, str]:
    steps = [step for curve in curves for step in (curve.across[:1], curve.across[-1:])]
    first, last = min(one[0] for one in steps if one), max(one[0] for one in steps if one)
    marks = {round(first + (last - first) * share / 4) for share in range(5)}
    return {float(step): f"{step:,}" for step in sorted(marks)}


def _table(
    title: str,
    letters: str,
    rows: Sequence[tuple[str, Sequence[Any]]],
    shown: Callable[[str], str],
) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, overflow="fold")
    for letter in letters:
        table.add_column(letter, overflow="fold", min_width=6)
    for name, values in rows:
        table.add_row(Text(shown(name)), *(Text(shown(_text(value))) for value in values))
    return table


def _outcome(runs: Sequence[ComparedRun]) -> list[tuple[str, Sequence[Any]]]:
    rows: list[tuple[str, Sequence[Any]]] = [
        ("steps", [f"{run.steps}/{run.total_steps}" if run.total_steps else None for run in runs]),
        ("seconds", [None if run.seconds is None else f"{run.seconds:.0f}" for run in runs]),
        ("loss", [run.loss for run in runs]),
    ]
    for metric in _metrics(runs):
        of = [run if run.metric == metric else None for run in runs]
        rows.append((metric, [run.value if run else None for run in of]))
        rows.append(("  best", [_best(run) if run else None for run in of]))
    for kind in ("per_class", "beside"):
        names = dict.fromkeys(name for run in runs for name in getattr(run, kind))
        rows += [(f"  {name}", [getattr(run, kind).get(name) for run in runs]) for name in names]
    if any(run.proof for run in runs):
        proofs = [run.proof for run in runs]
        rows.append(("freeze", [_held(one) if one else None for one in proofs]))
        rows += [
            (f"  {label}", [getattr(one, field) if one else None for one in proofs])
            for label, field in (
                ("frozen, identical", "frozen_identical"),
                ("statistics, identical", "statistics_identical"),
                ("trainable, changed", "trainable_changed"),
            )
        ]
    return rows


def _metrics(runs: Sequence[ComparedRun]) -> list[str]:
    return list(dict.fromkeys(run.metric for run in runs if run.metric)) or ["metric"]


def _best(run: ComparedRun) -> str | None:
    return None if run.best is None else f"{run.best:.4g} at {run.best_step}"


def _held(proof: Proof) -> str:
    return f"BROKE: {len(proof.broken)}" if proof.broken else "held"


def _place(value: int | None) -> str:
    return "no" if value is None else f"rule {value}"


def _text(value: Any) -> str:
    match value:
        case None | [] | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ",".join(map(str, value))
        case dict():
            return ", ".join(f"{key}={one}" for key, one in value.items()) or "-"
    return str(value)
