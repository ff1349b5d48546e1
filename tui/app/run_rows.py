"""The rows of the list of runs: what is told of each, how they are narrowed and sorted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui.app import readings
from tui.app.glyphs import glyphs
from tui.app.model_rows import folded
from tui.app.run_signs import state_text
from tui.runs.listed import ACTIVE, ListedRun, RunOutside

# fmt: off
Field = Literal[
    "state", "run", "model", "recipe", "trains", "epoch", "step", "loss", "best", "age",
]
# fmt: on
"""What a column can show."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. `cells` are what its columns show, safe to draw, but for its age, which changes by
    itself; `words` is what typing is held against."""

    run: ListedRun
    cells: dict[Field, str]
    words: str

    @property
    def path(self) -> Path:
        """Its folder."""
        return Path(self.run.path)

    @property
    def active(self) -> bool:
        """Whether a trainer is at work on it."""
        return self.run.state in ACTIVE


def run_row(run: ListedRun) -> RunRow:
    """The row of a run."""
    signs = glyphs()
    shown = signs.safe
    about = (run.name, run.model, run.recipe, run.state, run.plan, Path(run.data).name)
    return RunRow(
        run,
        {
            "state": state_text(run.state, signs),
            "run": shown(run.name),
            "model": shown(Path(run.model).name),
            "recipe": shown(run.recipe),
            "trains": f"{shown(run.plan)}{'' if run.trainable is None else f' {run.trainable:,}'}",
            "epoch": f"{run.epoch}/{run.epochs}" if run.epochs else "",
            "step": f"{run.step}/{run.total_steps}" if run.total_steps else "",
            "loss": "" if run.loss is None else readings.loss(run.loss),
            "best": "" if run.best is None else f"{run.best:.3f}",
        },
        folded(" ".join(about)),
    )


def narrowed(rows: Sequence[RunRow], typed: str) -> Sequence[RunRow]:
    """The rows that match all words of what was typed, in their order. A word that stands anywhere
    means that; of any other the letters have to come in a name in this order, as in the list of
    models."""
    found = rows
    for word in re.split(r"[\s,]+", folded(typed).strip(" ,\t")):
        standing = [row for row in found if word in row.words]
        found = standing or [row for row in found if _by_letters(word, row)]
    return found


def _by_letters(word: str, row: RunRow) -> bool:
    for name in (row.run.name, row.run.model):
        letters = iter(folded(name))
        if all(letter in letters for letter in word):
            return True
    return False


_MOST_WANTED: tuple[RunOutside, ...] = (
    *("running", "paused", "failed", "lost", "broken"),
    *("stopped", "done", "new"),
)
"""Runs by state: what goes on, then what wants looking at."""

_Key = Callable[[ListedRun], "float | str | None"]

ORDERS: dict[Field, tuple[_Key, bool]] = {
    "age": (lambda run: run.begun, True),
    "state": (lambda run: float(_MOST_WANTED.index(run.state)), False),
    "model": (lambda run: Path(run.model).name.lower(), False),
    "trains": (lambda run: run.plan.lower(), False),
    "step": (lambda run: run.step / run.total_steps if run.total_steps else None, True),
    "loss": (lambda run: run.loss, False),
    "best": (lambda run: run.best, True),
}
"""By which column rows are sorted, and whether the greatest comes first; in the order in which one
follows another."""


def in_order(rows: Sequence[RunRow], by: Field, *, turned: bool = False) -> list[RunRow]:
    """The rows sorted by a column; those that have nothing there stand last, and of equals the one
    begun last first."""
    key, greatest = ORDERS[by]
    newest = sorted(rows, key=lambda row: (-row.run.begun, row.run.name))
    have = [(value, row) for row in newest if (value := key(row.run)) is not None]
    have.sort(key=lambda one: one[0], reverse=greatest != turned)
    return [row for _, row in have] + [row for row in newest if key(row.run) is None]
