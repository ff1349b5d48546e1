"""What a run trains and on what: the network that its recipe fits, and its data."""

from __future__ import annotations

from collections.abc import Callable

from tui.engine import mixed_precision
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data
from tui.engine.recipes import recipe_named
from tui.engine.recipes.recipe import Recipe
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.runs.checks import contradiction, label_of
from tui.runs.events import Event, Notice, Phase
from tui.runs.spec import RunSpec

NOTICES = 10
"""How many problems of a data set become notices of their own."""


def build_network(spec: RunSpec, emit: Callable[[Event], None]) -> tuple[Recipe, Built]:
    """A run's recipe, and the network that it trains.

    Raises:
        Refusal: it cannot be built, the recipe is of another family, or what the run is told
            contradicts itself.
    """
    recipe = recipe_named(spec.recipe)
    name, problem = contradiction(spec.hyper, spec.model.ctx)
    if problem:
        raise Refusal(f"{label_of(name)} ({name}): {problem}")
    if spec.hyper.amp:
        mixed_precision.begin(spec.model.ctx)
    built = build(spec.model, lambda doing: emit(Phase(doing)))
    for note in built.notes:
        emit(Notice(note))
    if not recipe.fits(built):
        raise Refusal(
            f"the {spec.recipe} recipe does not train a {type(built.net).__name__}; "
            "open the model anew and press t, which takes the one that does"
        )
    if spec.model.classes:
        recipe.check_classes(built)
    return recipe, built


def read_data(spec: RunSpec, recipe: Recipe, built: Built, emit: Callable[[Event], None]) -> Data:
    """A run's data, as its recipe takes it.

    Raises:
        Refusal: nothing there, or nothing that fits.
    """
    emit(Phase("reading the data"))
    data = load_data(spec.data, recipe.task, built.classes)
    for problem in data.problems[:NOTICES]:
        emit(Notice(problem.line))
    if len(data.problems) > NOTICES:
        emit(Notice(f"{len(data.problems) - NOTICES} more problems in the data"))
    return data
