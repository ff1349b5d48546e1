"""Whether a run's task is to keep what its frozen side makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tui.engine.datasets.data import Data
from tui.engine.feature_cache.cached_task import CachedTask, draws_views
from tui.engine.feature_cache.identity import identity_of
from tui.engine.feature_cache.worth import DRAWS_ANEW
from tui.engine.plan_in_force import PlanInForce
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import TrainingTask
from tui.engine.sources.built import Built
from tui.runs.events import Caching, Event
from tui.runs.spec import RunSpec


def begin_caching(
    task: TrainingTask,
    spec: RunSpec,
    built: Built,
    data: Data,
    plans: PlanInForce,
    features: Path,
    emit: Callable[[Event], None],
    others: Sequence[Path] = (),
) -> TrainingTask:
    """The task that keeps features, in a folder, or `task` itself where none are to be kept and no
    views drawn: what is drawn anew for each epoch is read by workers, ahead of the steps."""
    hyper = spec.hyper
    if not isinstance(task, LoaderTask):
        return task
    if not draws_views(hyper):
        if hyper.cache == "off":
            return task
        if hyper.augment:
            emit(Caching(active=False, why_not=DRAWS_ANEW))
            return task
    return CachedTask(
        task,
        hyper,
        plans,
        features,
        lambda: identity_of(spec, built, data),
        spec.seed,
        emit,
        others,
    )
