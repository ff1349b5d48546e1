"""The weights that a run has to offer: the best, the last, or those of its newest checkpoint."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tui.runs.checkpoint import WEIGHTS, CheckpointError, newest_checkpoint
from tui.runs.events import Finished
from tui.runs.folder import RunFolder
from tui.runs.log_ends import last_of


class NoWeights(ValueError):
    """A run has none; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A file of weights, and which ones they are, in words."""

    path: Path
    what: str


def trained_weights(folder: RunFolder, *, best: bool) -> Trained:
    """The weights of a run that has ended, the best by metric if so wished, else those of its
    newest checkpoint.

    Raises:
        NoWeights: there are none yet, or they cannot be used.
    """
    try:
        last = last_of(folder.events_file, "RunStarted", "Finished")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise NoWeights(f"{folder.events_file}: {why}") from None
    if last is not None and isinstance(last.event, Finished):
        return _ended(folder, last.event, best=best)
    try:
        found = newest_checkpoint(folder, set())
    except (CheckpointError, OSError) as error:
        raise NoWeights(f"{folder.path}: {error}") from None
    if found.checkpoint is None:
        because = f" ({found.problems[0]})" if found.problems else ""
        raise NoWeights(
            f"{folder.path}: this run has no weights yet{because}; they come with its first "
            "checkpoint, or when it ends"
        )
    step = found.checkpoint.outcome.steps
    chosen = found.checkpoint.outcome.best_step
    if best and chosen not in (None, step):
        path = folder.checkpoints / f"{chosen:08d}" / WEIGHTS
        if path.is_file():
            return Trained(path, f"the best so far, of step {chosen:,}")
    return Trained(found.path / WEIGHTS, f"the newest checkpoint, of step {step:,}")


def _ended(folder: RunFolder, finished: Finished, *, best: bool) -> Trained:
    which = [(finished.weights, f"the last, of step {finished.steps:,}")]
    if best and finished.best_weights:
        which.insert(0, (finished.best_weights, f"the best, of step {finished.best_step:,}"))
    for name, what in which:
        path = folder.path / name
        if os.path.isfile(path):
            return Trained(path, what)
    raise NoWeights(f"{folder.path / which[0][0]}: the run's weights are gone; give --weights FILE")
