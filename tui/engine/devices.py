"""`--ctx` as MXNet contexts."""

from __future__ import annotations

import mxnet as mx

from tui.engine.refusal import Refusal
from tui.model.devices import parse_devices


def parse_contexts(text: str) -> tuple[mx.Context, ...]:
    """`cpu`, `gpu(0)` or several, with commas between, as contexts that are there.

    Raises:
        Refusal: it is none of them, or MXNet sees no such GPU.
    """
    try:
        devices = parse_devices(text)
    except ValueError as error:
        raise Refusal(f"--ctx {text}: {error}") from None
    there = mx.context.num_gpus() if devices[0][0] == "gpu" else 0
    for kind, number in devices:
        if kind == "gpu" and number >= there:
            raise Refusal(
                f"--ctx {text}: MXNet sees {there} GPUs here (a build with CUDA and its driver "
                "are needed); use --ctx cpu"
            )
    return tuple(mx.Context(kind, number) for kind, number in devices)


def parse_ctx(text: str) -> mx.Context:
    """The first of them: what a network is built on, and looked at.

    Raises:
        Refusal: as `parse_contexts`.
    """
    return parse_contexts(text)[0]
