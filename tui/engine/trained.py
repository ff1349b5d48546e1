"""A run's network as training left it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from tui.engine.recipes import recipe_named
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.engine.weights.load import load_weights
from tui.runs.folder import RunFolder
from tui.runs.spec import RunSpec
from tui.toml import TomlError


def trained_network(
    run: str, weights: str, ctx: str, say: Callable[[str], None]
) -> tuple[RunSpec, Built]:
    """The run's network on a device (empty: the run's own), with these weights in it, and what
    the run is. The weights that the run began with need not be there any more.

    Raises:
        Refusal: it cannot be built, or the weights do not fit.
    """
    try:
        spec, _ = RunFolder(Path(run)).read()
    except TomlError as error:
        raise Refusal(str(error)) from None
    source = msgspec.structs.replace(
        spec.model, weights=None, pretrained=False, ctx=ctx or spec.model.ctx
    )
    built = build(source, say)
    if not recipe_named(spec.recipe).fits(built):
        raise Refusal(
            f"the {spec.recipe} recipe does not train a {type(built.net).__name__}, which is what "
            f"{spec.model.model} makes now"
        )
    say(f"loading {Path(weights).name}")
    load_weights(built.net, weights, built.ctx)
    built.weights = weights
    return spec, built
