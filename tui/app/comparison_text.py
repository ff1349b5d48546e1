"""A comparison in lines: who is who, and tables in which nothing is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, HEADING, written
from tui.app.run_signs import state_text
from tui.runs.compared_run import ComparedRun
from tui.runs.comparison import Comparison
from tui.runs.comparison_rows import (
    Row,
    block_notes,
    block_rows,
    outcome_rows,
    plan_rows,
    proof_rows,
    settings_rows,
)
from tui.runs.run_letters import LETTERS

STYLES = (
    *("$text-primary", "$text-warning", "$text-success", "$text-error", "$text-accent"),
    *("$text-secondary", "$foreground", "$foreground-muted"),
)
"""By run: colour only helps, the letter tells."""

GAP = 2


def models(found: Comparison) -> list[str]:
    """The models of the runs, each once."""
    told = dict.fromkeys(str(run.settings.get("model", "")) for run in found.runs)
    return [glyphs().safe(_last(model)) for model in told if model]


def legend(found: Comparison, width: int) -> list[Content]:
    """A line for each run: its letter, how it stands, what it trains, how far it is, its name, and
    its model where that is not the same for all."""
    signs = glyphs()
    several = len(models(found)) > 1
    told = [
        (
            state_text(run.state, signs),
            glyphs().safe(run.plan),
            f"{run.steps}/{run.total_steps}" if run.total_steps else f"{run.steps}",
            glyphs().safe(run.name),
            glyphs().safe(_last(str(run.settings.get("model", "")))) if several else "",
        )
        for run in found.runs
    ]
    widths = [max(map(len, column)) for column in zip(*told, strict=True)]
    lines = []
    for letter, style, run, cells in zip(LETTERS, STYLES, found.runs, told, strict=False):
        line = "  ".join(cell.ljust(size) for cell, size in zip(cells, widths, strict=True))
        line = signs.cut(f" {line}".rstrip(), width - 1)
        lines.append(written((letter, f"bold {style}"), line))
        if run.problem:
            problem = signs.said(run.problem)
            lines.append(written((f"  ! {problem}", "bold $text-error")))
    return lines


def tables(found: Comparison, width: int, *, every: bool, names: bool) -> list[Content]:
    """All that is told of the runs beside each other. `every` setting, or those that differ;
    `names` of the parameters of each block that differ, or how many they are."""
    letters = LETTERS[: len(found.runs)]
    same = f"{found.same_settings} are the same"
    lines: list[Content] = []
    settings = settings_rows(found, every=every)
    if every:
        differ = {row.name for row in found.settings}
        signs = glyphs()
        settings = [
            (f"{signs.match if name in differ else ' '} {name}", values)
            for name, values in settings
        ]
        lines += _table(f"all settings ({signs.match} differs)", letters, settings, width)
    elif settings:
        lines += _table(f"settings ({same})", letters, settings, width)
    else:
        lines.append(written(("settings", HEADING), (f" all {same}", FAINT)))
    lines.append(Content(""))
    plan = plan_rows(found)
    if plan:
        lines += _table("plan", letters, plan, width)
    else:
        lines.append(written(("plan", HEADING), (" the same", FAINT)))
    lines += _blocks(found, letters, width, names=names)
    lines.append(Content(""))
    lines += _table("what came of it", letters, outcome_rows(found.runs), width)
    lines.append(Content(""))
    proofs = proof_rows(found.runs)
    if proofs:
        lines += _table("proof", letters, proofs, width)
        lines += _broken(found.runs)
    else:
        lines.append(written(("proof", HEADING), (" none yet: a run proves at its end", FAINT)))
    return lines


def _blocks(found: Comparison, letters: str, width: int, *, names: bool) -> Iterator[Content]:
    rows = block_rows(found)
    notes = block_notes(found)
    if rows or notes:
        yield Content("")
    if rows and not names:
        yield from _table("what trains, by block", letters, rows, width)
    elif rows:
        for block, row in zip(found.blocks, rows, strict=True):
            yield from _table("what trains", letters, [row], width)
            for name in block.names:
                yield written((f"    {glyphs().safe(name)}", FAINT))
    elif not found.untold and len(found.runs) > 1:
        yield written(("what trains", HEADING), (" the same parameters", FAINT))
    for note in notes:
        yield written((note, FAINT))


def _broken(runs: Sequence[ComparedRun]) -> Iterator[Content]:
    for letter, run in zip(LETTERS, runs, strict=False):
        if run.proof is not None and run.proof.broken:
            named = ", ".join(glyphs().safe(name) for name in run.proof.broken[:3])
            more = f" and {len(run.proof.broken) - 3:,} more" if len(run.proof.broken) > 3 else ""
            line = f"! {letter}: frozen, and changed: {named}{more}"
            yield written((line, "bold $text-error"))


def _table(title: str, letters: str, rows: Sequence[Row], width: int) -> Iterator[Content]:
    """A heading and the rows. One that would be too wide stands below its name, a line a run."""
    told = [
        (glyphs().safe(name), [glyphs().safe(value) for value in values]) for name, values in rows
    ]
    most = max(width // 2, width - len(letters) * 9)
    name_width = min(most, max(len(title), *(len(name) for name, _ in told)))
    room = (width - name_width) // len(letters) - GAP
    fitting = [
        max(map(len, values))
        for name, values in told
        if len(name) <= name_width and max(map(len, values)) <= room
    ]
    cell = max(1, *fitting, 1)
    columns = [
        part
        for letter, style in zip(letters, STYLES, strict=False)
        for part in (" " * GAP, (letter.ljust(cell), f"bold {style}"))
    ]
    yield written((title.ljust(name_width), HEADING), *columns)
    for name, values in told:
        if len(name) <= name_width and max(map(len, values)) <= cell:
            yield written(name.ljust(name_width), *(" " * GAP + one.ljust(cell) for one in values))
            continue
        yield written(name)
        for letter, style, value in zip(letters, STYLES, values, strict=False):
            yield written((f"  {letter}", f"bold {style}"), f" {value}")


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]
