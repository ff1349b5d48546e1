"""The input size of a classifier that does not say its own: one of the usual ones that it takes."""

from __future__ import annotations

import mxnet as mx
from mxnet.gluon import Block, HybridBlock

from tui.engine.sources.built import Built
from tui.engine.sources.shapes import infer_shapes

USUAL = (224, 32, 28, 64, 96, 128, 256, 299, 320, 384, 448, 512)
"""Sides in pixels: ImageNet's first, which a network that takes any size is given."""


def assume_size(built: Built) -> None:
    """Where a network of one's own has one output of pictures × classes, and nothing says how large
    pictures are, take a usual size and say so: it can be trained as it stands."""
    side = next((side for side in USUAL if classes_out(built.net, (side, side))), 0)
    if side:
        built.input_size = (side, side)
        infer_shapes(built.net, built.input_size)
        built.notes.append(
            f"it does not say how large its pictures are: {side}×{side} is taken "
            "(--input-size N sets another)"
        )


def classes_out(net: Block, input_size: tuple[int, int]) -> int:
    """How many classes a network tells apart in pictures of height × width; 0 where it is no
    classifier, or does not take them."""
    if not isinstance(net, HybridBlock):
        return 0
    try:
        out = net(mx.sym.var("data"))
        if isinstance(out, (list, tuple)):
            return 0
        inputs = set(out.list_inputs())
        # The symbol of an exported network does not say the shapes of its parameters.
        known = {
            name: parameter.shape
            for name, parameter in net.collect_params().items()
            if name in inputs and parameter.shape and all(size > 0 for size in parameter.shape)
        }
        shapes = out.infer_shape_partial(data=(1, 3, *input_size), **known)[1]
    except Exception:  # MXNet raises what it likes when it cannot trace
        return 0
    finally:
        net._clear_cached_op()
    return int(shapes[0][1]) if len(shapes) == 1 and shapes[0] and len(shapes[0]) == 2 else 0
