"""What a run would gain from keeping features, told before it is made: measured on one batch, by
the run's own recipe, on a network of its own. Nothing is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mxnet as mx
from mxnet import autograd

from tui.engine.devices import parse_ctx
from tui.engine.feature_cache.beside import NO_FORM, Beside, can_be_kept
from tui.engine.feature_cache.cached_task import draws_views
from tui.engine.feature_cache.frontier import NoFrontier
from tui.engine.feature_cache.split import Split
from tui.engine.feature_cache.weighing import weigh
from tui.engine.feature_cache.worth import DRAWS_ANEW, READ_RATE, epochs_begun
from tui.engine.freezing import apply_plan
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import Losses
from tui.engine.seeding import seed_everything
from tui.engine.set_up import build_network, read_data
from tui.runs.events import Event, Phase
from tui.runs.inspection import CacheEstimate, EstimateCache

LEAST_REST = 0.01
"""The share of a pass that is not the frozen side's, at the least: both are measured, with their
errors."""


def estimate_cache(question: EstimateCache, say: Callable[[str], None]) -> CacheEstimate:
    """Send one batch through the network as the plan leaves it for the first epoch, weigh what its
    frozen side makes, and time both.

    Raises:
        Refusal: the run cannot be set up.
        PatternError: one of the plan's patterns cannot be used.
    """
    hyper = question.spec.hyper
    if hyper.augment and not draws_views(hyper):
        return CacheEstimate(why_not=DRAWS_ANEW)
    try:
        return _measured(question, say)
    except NoFrontier as error:
        return CacheEstimate(why_not=str(error))
    finally:
        # What a batch took is given back: the trainer may need it.
        if question.spec.model.ctx.startswith("gpu"):
            mx.nd.waitall()
            parse_ctx(question.spec.model.ctx).empty_cache()


def _measured(question: EstimateCache, say: Callable[[str], None]) -> CacheEstimate:
    spec, hyper = question.spec, question.spec.hyper

    def tell(event: Event) -> None:
        if isinstance(event, Phase):
            say(event.doing)

    recipe, built = build_network(spec, tell)
    data = read_data(spec, recipe, built, tell)
    apply_plan(built.net, question.plan, accumulate=hyper.accumulate > 1)
    task = recipe.prepare(built, data, hyper)
    if not isinstance(task, LoaderTask):
        return CacheEstimate(why_not="this recipe reads its pictures in a way of its own")
    say("sending one batch through")
    seed_everything(spec.seed, 1)
    began = time.perf_counter()
    batch = next(iter(task.batches()))
    mx.nd.waitall()
    reading = time.perf_counter() - began
    task.train_mode()
    given: list[list[Any]] = []

    def forward(pictures: Any, *more: Any) -> Any:
        given.append([pictures, *more])
        return built.net(pictures, *more)

    task.forward = forward  # type: ignore[method-assign]
    # The first pass traces the network and takes its memory.
    losses, _ = _pass(task, batch)
    inputs = given[0]
    split = Split(built.net, inputs, dict(task.hybridized))
    features = split.features(inputs[0])
    split.refuse_mixed(inputs[0], features)
    _, beside = Beside(task).sample(0)
    if not can_be_kept(beside):
        return CacheEstimate(why_not=NO_FORM)
    views = max(1, hyper.views) if draws_views(hyper) else 1
    epochs = epochs_begun(hyper, task.steps_per_epoch)
    rows = len(task.training) * views
    folder = Path(question.folder)
    weighed = weigh(split, inputs[0], features, beside, hyper, folder, rows, epochs / views)
    _, seconds = _pass(task, batch)
    whole = seconds / losses.pictures
    # Beside a GPU pictures are read while it works; on a CPU both take the same cores.
    reading /= losses.pictures
    plain = max(reading, whole) if built.ctx.device_type == "gpu" else reading + whole
    rest = max(whole - weighed.seconds, LEAST_REST * whole)
    return CacheEstimate(
        why_not=weighed.why_not,
        tensors=len(split.tensors),
        picture_bytes=weighed.each,
        total_bytes=weighed.total,
        limit_bytes=weighed.limit,
        picture_seconds=plain,
        kept_seconds=rest + weighed.each / READ_RATE,
        pictures=len(task.training),
        views=views,
        epochs=epochs,
    )


def _pass(task: LoaderTask, batch: Any) -> tuple[Losses, float]:
    """A batch forth and back, and the seconds that it took."""
    mx.nd.waitall()
    began = time.perf_counter()
    with autograd.record():
        losses = task.losses(batch)
        autograd.backward(losses.backward)
    mx.nd.waitall()
    return losses, time.perf_counter() - began
