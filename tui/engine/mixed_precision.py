"""Mixed precision, as MXNet's `amp` has it: half precision on a GPU, with a loss that is scaled
so that small gradients do not vanish."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import mxnet as mx
from mxnet import gluon

from tui.engine.refusal import Refusal


def begin(ctx: str) -> None:
    """Before a network is built: let MXNet's operators choose their precision, in all of this
    process from here on.

    Raises:
        Refusal: the device has no half precision.
    """
    if not ctx.startswith("gpu"):
        raise Refusal(
            f"mixed precision needs a GPU, and the model is on {ctx}: set amp to false, or give "
            "--ctx 'gpu(0)'"
        )
    from mxnet.contrib import amp

    amp.init()


def prepare(trainer: gluon.Trainer) -> None:
    """Give a trainer the factor by which losses are scaled, which it then keeps fitting."""
    from mxnet.contrib import amp

    amp.init_trainer(trainer)


def scaled(
    losses: list[mx.nd.NDArray], trainer: gluon.Trainer
) -> AbstractContextManager[list[mx.nd.NDArray]]:
    """What to go back from: the losses, scaled where the trainer was prepared for it."""
    if getattr(trainer, "_amp_loss_scaler", None) is None:
        return nullcontext(losses)
    from mxnet.contrib import amp

    return amp.scale_loss(losses, trainer)


def loss_scale(trainer: gluon.Trainer) -> float:
    """How much too large the gradients are that came of `scaled`."""
    scaler = getattr(trainer, "_amp_loss_scaler", None)
    return float(scaler.loss_scale) if scaler is not None else 1.0
