"""`demo`: the small detector that ships with thaw, for the built-in shapes."""

from __future__ import annotations

from tui.engine.devices import parse_ctx
from tui.engine.sources.built import Built, Say
from tui.engine.sources.shapes import infer_shapes, initialize
from tui.engine.weights.load import load_weights
from tui.model.source import ModelSource

NAME = "demo"


def accepts(model: str) -> bool:
    """The one name."""
    return model == NAME


def build(source: ModelSource, say: Say) -> Built:
    """Build the demo detector: a pretrained trunk and a new head.

    Raises:
        Refusal: `source.weights` does not fit.
    """
    from tui.engine.datasets.shapes import CLASSES
    from tui.engine.demo.network import DEFAULTS, INPUT_SIZE, TRUNK_FILE, demo_ssd

    ctx = parse_ctx(source.ctx)
    classes = source.classes or CLASSES
    say("building the demo detector")
    pretrained = source.pretrained and source.weights is None
    net = demo_ssd(classes=list(classes), pretrained=pretrained, ctx=ctx)
    initialize(net, ctx)
    size = source.input_size or (INPUT_SIZE, INPUT_SIZE)
    infer_shapes(net, size)
    built = Built(net, ctx, classes=tuple(classes), input_size=size, defaults=DEFAULTS)
    if source.weights is not None:
        load_weights(net, source.weights, ctx)
        built.weights = source.weights
    elif pretrained:
        built.weights = str(TRUNK_FILE)
        built.notes.append("trunk pretrained on other shapes; head new")
    else:
        built.notes.append("random weights (--no-weights)")
    return built
