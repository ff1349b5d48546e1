"""Runs as lines: what `thaw runs` shows a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from tui.figures import age
from tui.printable import plain, printable
from tui.runs.listed import ListedRun, RunOutside

_STYLES: dict[RunOutside, str] = {
    "running": "green",
    "paused": "yellow",
    "failed": "red",
    "lost": "red",
    "broken": "red",
}
_HEADINGS = ("run", "state", "model", "data", "step", "epoch", "metric", "best", "age")
_RIGHT = {"step", "epoch", "metric", "best", "age"}
_LEAST = {"run": 15, "model": 10, "data": 6}
"""Columns that are cut where a line would not fit, and what is left of each at least."""


def run_lines(
    runs: Sequence[ListedRun], now: float, width: int | None, *, ascii_only: bool
) -> Iterator[Text]:
    """A heading, and a line for each run in at most `width` cells (None: in as many as it takes).
    What failed, and what cannot be read, stands below its run."""
    if not runs:
        return
    names = _short_names(runs) if width else [run.name for run in runs]
    rows = [_cells(run, name, now, ascii_only) for run, name in zip(runs, names, strict=True)]
    columns = list(zip(_HEADINGS, *rows, strict=True))
    widths = _widths([max(map(len, column)) for column in columns], width)
    end = "~" if ascii_only else "…"
    yield _line(_HEADINGS, widths, end, "bold")
    for run, row in zip(runs, rows, strict=True):
        line = _line(row, widths, end)
        start = widths[0] + 1
        line.stylize(_STYLES.get(run.state, ""), start, start + len(run.state))
        yield line
        for said in (run.message, run.problem):
            if said:
                text = f"  {plain(said, ascii_only=ascii_only)}"
                yield Text(_cut(text, width, end) if width else text)


def _cells(run: ListedRun, name: str, now: float, ascii_only: bool) -> tuple[str, ...]:
    def shown(text: str) -> str:
        return printable(text, ascii_only=ascii_only)

    return (
        shown(name),
        run.state,
        shown(Path(run.model).name),
        shown(Path(run.data).name),
        f"{run.step}/{run.total_steps}" if run.total_steps else "",
        f"{run.epoch}/{run.epochs}" if run.total_steps else "",
        "" if run.value is None else f"{run.value:.3f}",
        "" if run.best is None else f"{run.best:.3f}",
        age(now - run.begun) if run.begun else "",
    )


def _short_names(runs: Sequence[ListedRun]) -> list[str]:
    """A name that was made of the time and the model is shown as the time, by which it can be
    named too; its model has a column of its own."""
    stamps = [re.match(r"\d{8}-\d{6}(?=-|$)", run.name) for run in runs]
    told = [stamp[0] if stamp else "" for stamp in stamps]
    return [
        stamp if stamp and told.count(stamp) == 1 else run.name
        for run, stamp in zip(runs, told, strict=True)
    ]


def _widths(needed: list[int], width: int | None) -> list[int]:
    found = list(needed)
    if width is None:
        return found
    over = sum(found) + len(found) - 1 - width
    for heading in ("data", "model", "run"):
        index = _HEADINGS.index(heading)
        given = max(0, min(over, found[index] - _LEAST[heading]))
        found[index] -= given
        over -= given
    return found


def _line(cells: Sequence[str], widths: Sequence[int], end: str, style: str = "") -> Text:
    told = [
        text.rjust(width) if heading in _RIGHT else _cut(text, width, end).ljust(width)
        for heading, text, width in zip(_HEADINGS, cells, widths, strict=True)
    ]
    return Text(" ".join(told).rstrip(), style=style)


def _cut(text: str, width: int, end: str) -> str:
    return text if len(text) <= width else text[: width - 1] + end
