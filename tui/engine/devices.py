"""`--ctx` as MXNet contexts."""

from __future__ import annotations

import re

import mxnet as mx

from tui.engine.refusal import Refusal


def parse_ctx(text: str) -> mx.Context:
    """`cpu`, `gpu` or `gpu(0)` as a context that is there.

    Raises:
        Refusal: it is neither, or MXNet sees no such GPU.
    """
    found = re.fullmatch(r"(cpu|gpu)(?:\((\d+)\))?", text.strip().lower())
    if not found:
        raise Refusal(f"--ctx {text}: not a device; use cpu or gpu(0)")
    kind, number = found[1], int(found[2] or 0)
    if kind == "cpu":
        return mx.cpu()
    there = mx.context.num_gpus()
    if number >= there:
        raise Refusal(
            f"--ctx {text}: MXNet sees {there} GPUs here (a build with CUDA and its driver are "
            "needed); use --ctx cpu"
        )
    return mx.gpu(number)
