"""`thaw compare`: in what runs differ, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from tui.commands.completing import runs
from tui.commands.helped import Helped
from tui.commands.looks_options import looks_options
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import is_ascii, print_json, print_table
from tui.runs.run_letters import LETTERS, MOST

if TYPE_CHECKING:
    from rich.table import Table
    from textual.screen import Screen

    from tui.commands.curves import Curve
    from tui.runs.comparison import Comparison
    from tui.runs.comparison_rows import Row

JSON_VERSION = 1


@click.command(
    cls=Helped,
    short_help="In what runs differ, and what came of each.",
    examples=(
        ("thaw compare RUN RUN", "settings, plans, curves, metrics and proofs"),
        ("thaw compare 20261124 20261125 --json", "by the beginnings of their names"),
    ),
)
@click.argument("words", nargs=-1, required=True, metavar="RUN RUN...", shell_complete=runs)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
@click.option("--screen", "on_screen", is_flag=True, help="Show it live, with one large chart.")
@looks_options
def compare(words: tuple[str, ...], as_json: bool, on_screen: bool) -> None:
    """In what runs differ, and what came of each: settings, plans, curves over each other, metrics
    and proofs.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name. A run that goes
    on is compared as far as it has come. The loss is the mean of the last 50 steps; its curve is
    smoothed.

    --json prints one object: version (1), runs (name, path, state, settings, rules, trains, steps,
    total_steps, seconds, loss, metric, value, best, best_step, per_class, beside, losses and
    metrics as points of step and value, proof, problem, plan in a word, elapsed in seconds,
    pictures_per_second), settings, rules and trains that differ (name, and values by run in their
    order), same_settings, how many do not, blocks in which parameters train in one run and not in
    another (path, trains by run, count of total, names), untold and elsewhere (the places of runs
    of which that is not known; how many parameters a run has that others have not). The values of
    a rule are its places in the plans, null where it is not in one.
    """
    if len(words) < 2:
        raise Problem("compare: name two runs or more")
    folders = [run_of(word) for word in words]
    if len({folder.path.resolve() for folder in folders}) < len(folders):
        raise Problem("compare: the same run is named twice")
    if as_json and on_screen:
        raise Problem("compare: --json and --screen go each alone")
    if len(folders) > MOST and not as_json:
        raise Problem(f"compare: at most {MOST} runs at once; --json takes any number")
    if on_screen:
        from tui.commands.showing import need_terminal, show_app

        need_terminal("without --screen it needs none")

        def make() -> Screen[None]:
            from tui.app.screens.compare import CompareScreen

            return CompareScreen(folders)

        show_app(first=make, title=f"Comparing {len(folders)} runs")
        return
    from tui.runs.comparison import compare as compared

    if as_json:
        import msgspec

        print_json({"version": JSON_VERSION, **msgspec.structs.asdict(compared(folders))})
        return
    for part in _parts(compared(folders), ascii_only=is_ascii()):
        if isinstance(part, str):
            click.echo(part)
        else:
            print_table(part)


def _parts(found: Comparison, *, ascii_only: bool) -> Iterator[Table | str]:
    from tui.commands.curves import Curve, drawn, means
    from tui.printable import plain, printable
    from tui.runs.comparison_rows import (
        block_notes,
        block_rows,
        metric_names,
        outcome_rows,
        plan_rows,
        proof_rows,
        settings_rows,
    )

    letters = LETTERS[: len(found.runs)]

    def shown(text: str) -> str:
        return printable(text, ascii_only=ascii_only)

    for letter, run in zip(letters, found.runs, strict=True):
        yield f"{letter}  {shown(run.name)}  {run.state}"
        if run.problem:
            yield f"   ! {plain(run.problem, ascii_only=ascii_only)}"
    same = f"{found.same_settings} are the same"
    if settings := settings_rows(found):
        yield ""
        yield _table(f"settings ({same})", letters, settings, shown)
    else:
        yield f"\nsettings: all {same}"
    if plan := plan_rows(found):
        yield ""
        yield _table("plan", letters, plan, shown)
    else:
        yield "plans: the same"
    if blocks := block_rows(found):
        yield ""
        yield _table("what trains, by block", letters, blocks, shown)
    yield from block_notes(found)
    for title, points in (
        ("loss, smoothed", [run.losses for run in found.runs]),
        (shown(" / ".join(metric_names(found.runs))), [run.metrics for run in found.runs]),
    ):
        curves = [
            Curve([x for x, _ in one], [y for _, y in one], letter)
            for letter, one in zip(letters, points, strict=True)
        ]
        if any(len(curve.across) > 1 for curve in curves):
            yield f"\n{title}, by step"
            yield drawn(curves, means(ascii_only=ascii_only), _step_ticks(curves))
    yield ""
    outcome = [*outcome_rows(found.runs), *proof_rows(found.runs)]
    yield _table("what came of it", letters, outcome, shown)


def _step_ticks(curves: Sequence[Curve]) -> dict[float, str]:
    steps = [step for curve in curves for step in (curve.across[:1], curve.across[-1:])]
    first, last = min(one[0] for one in steps if one), max(one[0] for one in steps if one)
    marks = {round(first + (last - first) * share / 4) for share in range(5)}
    return {float(step): f"{step:,}" for step in sorted(marks)}


def _table(
    title: str,
    letters: str,
    rows: Sequence[Row],
    shown: Callable[[str], str],
) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, overflow="fold")
    for letter in letters:
        table.add_column(letter, overflow="fold", min_width=6)
    for name, values in rows:
        table.add_row(Text(shown(name)), *(Text(shown(value)) for value in values))
    return table
