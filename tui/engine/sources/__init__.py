"""Where networks come from. A new source is one new file and one line in `SOURCES`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tui.engine.seeding import seed_everything
from tui.engine.sources import demo, factory, params_file, symbol, zoo
from tui.engine.sources.built import Built, Say
from tui.engine.symbols import pin_fixed_gammas
from tui.engine.weights.own_names import has_own_names
from tui.engine.weights.provenance import listening
from tui.model.source import ModelSource

SOURCES: tuple[tuple[Callable[[str], bool], Callable[[ModelSource, Say], Built]], ...] = (
    (demo.accepts, demo.build),
    (symbol.accepts, symbol.build),
    (params_file.accepts, params_file.build),
    (factory.accepts, factory.build),
    (zoo.accepts, zoo.build),
)
"""Each source: whether a MODEL argument is meant for it, and how it builds the network. The
last takes what no other does, and names the nearest models if it knows none of that name."""


def build(source: ModelSource, say: Say) -> Built:
    """Build the network that a source names, with its weights, its classes and known shapes.

    The same source gives the same network, number by number, in every process on the CPU.

    Raises:
        Refusal: it cannot be built; the message is one line for people.
    """
    seed_everything(source.seed)
    for accepts, make in SOURCES:
        if accepts(source.model):
            with listening() as loaded:
                built = make(source, say)
            built.pretrained = loaded.names_in(built.net)
            if source.weights and built.weights and not has_own_names(built.weights, built.net):
                built.foreign = built.weights
            _make_targets(built)
            pin_fixed_gammas(built.net)
            return built
    raise AssertionError("the last source accepts every name")


def _make_targets(built: Built) -> None:
    """An R-CNN of GluonCV's makes its target generator, which has constants, in its first
    training step: here it has it from the start, for the plan and the checkpoints to know."""
    if isinstance(getattr(type(built.net), "target_generator", None), property):
        with suppress(ValueError):  # one that is made for export has none
            built.net.target_generator.collect_params().reset_ctx(built.ctx)
