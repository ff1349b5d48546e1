"""How many processes read a run's batches, and their beginning."""

from __future__ import annotations

from collections.abc import Callable

from tui.engine.cores import processors
from tui.engine.cpu_quota import allowed
from tui.engine.datasets import builtin
from tui.engine.datasets.data import Data
from tui.engine.feature_cache.cached_task import CachedTask
from tui.engine.input.workers import BatchWorkers
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import TrainingTask
from tui.engine.refusal import in_one_line
from tui.runs.events import Event, Notice, Phase
from tui.runs.spec import RunSpec

FEW_PICTURES = 256
"""With fewer, the run is over before workers would have paid for their start."""
FEW_CORES = 2
"""Of a processor that trains: no more than that are better left to the steps."""
MOST = 8
"""Workers that are started without being asked for: each takes some 250 MB."""


def begin_workers(
    task: TrainingTask, spec: RunSpec, data: Data, emit: Callable[[Event], None]
) -> BatchWorkers | None:
    """Start what reads a run's batches; None where the trainer itself is to, on its own thread. A
    notice says so where workers were asked for."""
    count = how_many(spec, data)
    if not count:
        return None
    if isinstance(task, CachedTask):
        why_not = "each picture is read once, for the feature cache"
    elif not isinstance(task, LoaderTask):
        why_not = "what it trains on, as kept features, is not for others to read"
    else:
        emit(Phase(f"starting {count} {'worker' if count == 1 else 'workers'}"))
        try:
            return BatchWorkers(task.source(spec.seed), count, spec.hyper.epochs)
        except Exception as error:  # pickle, and what is pickled, raise what they like
            why_not = in_one_line(error)
    if spec.hyper.workers != "auto":
        emit(Notice(f"no workers, the trainer reads the pictures itself: {why_not}"))
    return None


def how_many(spec: RunSpec, data: Data) -> int:
    """The processes that a run asks for, or, left to us, that pay."""
    if spec.hyper.workers != "auto":
        return spec.hyper.workers
    if data.kind == builtin.KIND or len(data.train) < FEW_PICTURES:
        return 0
    return best_count(spec.model.ctx, allowed(len(processors())))


def best_count(ctx: str, cores: int) -> int:
    """Workers for a device: all cores but the trainer's own beside a GPU. On a processor the steps
    take every core, and the trainer reads the next batch while they go on: on two cores workers
    were measured to gain nothing, and each takes memory. With more, one is enough to be ahead."""
    if ctx.startswith("gpu"):
        return min(MOST, max(1, cores - 1))
    return int(cores > FEW_CORES)
