"""Training loops as people write them, small enough for a test."""

from __future__ import annotations

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon


def steps(
    net: gluon.Block,
    count: int = 3,
    size: int = 128,
    *,
    trainer: gluon.Trainer | None = None,
    ctx: list[mx.Context] | None = None,
) -> gluon.Trainer:
    """A few real optimiser steps on a surrogate loss that every output has a part in."""
    if trainer is None:
        trainer = gluon.Trainer(
            net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9}
        )
    random = np.random.RandomState(0)
    for _ in range(count):
        losses = []
        for device in ctx or [mx.cpu()]:
            pictures = mx.nd.array(random.uniform(-1, 1, (2, 3, size, size)), ctx=device)
            with autograd.record():
                out = net(pictures)
                outs = out[:2] if isinstance(out, (list, tuple)) else [out]
                losses.append(
                    sum(
                        (o * mx.nd.array(random.normal(size=o.shape), ctx=device)).sum()
                        for o in outs
                    )
                )
        autograd.backward(losses)
        trainer.step(1000)
    return trainer
