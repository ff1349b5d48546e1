"""A comparison as rows of words: a name, and what stands under each run's letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.runs.compared_run import ComparedRun
from tui.runs.comparison import Comparison
from tui.runs.events import Proof
from tui.runs.run_letters import LETTERS

Row = tuple[str, tuple[str, ...]]
"""Neither is made safe to draw here: names in them come from models and files."""

NOTHING = "-"
"""What stands where a run has none."""


def settings_rows(found: Comparison, *, every: bool = False) -> list[Row]:
    """The settings that differ, or `every` one."""
    if not every:
        return [_row(row.name, row.values) for row in found.settings]
    names = dict.fromkeys(name for run in found.runs for name in run.settings)
    return [_row(name, [run.settings.get(name) for run in found.runs]) for name in names]


def plan_rows(found: Comparison) -> list[Row]:
    """Rules that are not in all plans at the same place, and the counts that differ."""
    rules = [_row(row.name, [_place(value) for value in row.values]) for row in found.rules]
    if any(run.changed for run in found.runs):
        changed = [", ".join(map(str, run.changed)) or None for run in found.runs]
        rules.append(_row("changed after step", changed))
    return rules + [_row(row.name.replace("_", " "), row.values) for row in found.trains]


def block_rows(found: Comparison) -> list[Row]:
    """By block: what trains in one run and not in another."""
    return [
        (
            f"{block.path or 'the whole model'} ({_share(block.count, block.total)})",
            tuple(_trains(one) for one in block.trains),
        )
        for block in found.blocks
    ]


def block_notes(found: Comparison) -> list[str]:
    """What is to be said of parameters besides."""
    notes = []
    if found.untold:
        letters = ", ".join(LETTERS[place] for place in found.untold)
        notes.append(f"which parameters train in {letters} is not known yet")
    told = [
        f"{count:,} only in {letter}"
        for letter, count in zip(LETTERS, found.elsewhere, strict=False)
        if count
    ]
    if told:
        notes.append(f"other models: {', '.join(told)} and not in all")
    return notes


def outcome_rows(runs: Sequence[ComparedRun]) -> list[Row]:
    """Steps, time, pictures a second, loss and metrics."""
    rows = [
        _row("steps", [f"{r.steps}/{r.total_steps}" if r.total_steps else None for r in runs]),
        _row("seconds", [None if r.elapsed is None else f"{r.elapsed:.0f}" for r in runs]),
        _row("pictures/s", [_rate(r.pictures_per_second) for r in runs]),
        _row("loss at the end", [run.loss for run in runs]),
    ]
    for metric in metric_names(runs):
        of = [run if run.metric == metric else None for run in runs]
        rows.append(_row(metric, [run.value if run else None for run in of]))
        rows.append(_row("  best", [_best(run) if run else None for run in of]))
    for kind, said in (("per_class", "class "), ("beside", "")):
        names = dict.fromkeys(name for run in runs for name in getattr(run, kind))
        rows += [
            _row(f"  {said}{name}", [getattr(run, kind).get(name) for run in runs])
            for name in names
        ]
    return rows


def proof_rows(runs: Sequence[ComparedRun]) -> list[Row]:
    """What moved and what did not; empty where no run has a proof."""
    proofs = [run.proof for run in runs]
    if not any(proofs):
        return []
    rows = [_row("freeze", [_held(one) if one else None for one in proofs])]
    rows += [
        _row(f"  {label}", [getattr(one, field) if one else None for one in proofs])
        for label, field in (
            ("frozen, identical", "frozen_identical"),
            ("statistics, identical", "statistics_identical"),
            ("trainable, changed", "trainable_changed"),
        )
    ]
    idle = [len(one.unchanged) if one else None for one in proofs]
    return rows + ([_row("  trainable, unchanged", idle)] if any(idle) else [])


def metric_names(runs: Sequence[ComparedRun]) -> list[str]:
    """What the runs are measured by, each once."""
    return list(dict.fromkeys(run.metric for run in runs if run.metric)) or ["metric"]


def _row(name: str, values: Sequence[Any]) -> Row:
    return name, tuple(_text(value) for value in values)


def _share(count: int, total: int) -> str:
    return f"all {total:,}" if count == total else f"{count:,} of {total:,}"


def _trains(value: bool | None) -> str:
    return "?" if value is None else "trains" if value else "frozen"


def _rate(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.1f}"


def _best(run: ComparedRun) -> str | None:
    return None if run.best is None else f"{run.best:.4g} at {run.best_step}"


def _held(proof: Proof) -> str:
    return f"BROKE: {len(proof.broken)}" if proof.broken else "held"


def _place(value: int | None) -> str:
    return "no" if value is None else f"rule {value}"


def _text(value: Any) -> str:
    match value:
        case None | [] | ():
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ",".join(map(str, value))
        case dict():
            return ", ".join(f"{key}={one}" for key, one in value.items()) or NOTHING
    return str(value)
