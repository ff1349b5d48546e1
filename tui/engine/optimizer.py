"""The optimiser of a run, in one `Trainer` over all parameters."""

from __future__ import annotations

from typing import Any

from mxnet import gluon
from mxnet.gluon import Block

import tui.engine.adamw  # noqa: F401  (registers it)
from tui.runs.spec import Hyperparameters

STATES = {"sgd": 1, "nag": 1, "adam": 2, "adamw": 2}
"""Arrays of a parameter's size that an optimiser keeps for each that trains; sgd and nag keep
none without momentum."""


def make_trainer(net: Block, hyper: Hyperparameters) -> gluon.Trainer:
    """One `Trainer` over all parameters: frozen ones are skipped wholly, and one that is thawed
    later is there already. Gradients of several devices are not for it to add up: see
    `tui.engine.distribution.exchange`."""
    options: dict[str, Any] = {"learning_rate": hyper.learning_rate, "wd": hyper.weight_decay}
    if hyper.optimizer in ("sgd", "nag"):
        options["momentum"] = hyper.momentum
    return gluon.Trainer(net.collect_params(), hyper.optimizer, options, kvstore=None)


def states_kept(hyper: Hyperparameters) -> int:
    """How many arrays of its size the optimiser keeps for a parameter that trains."""
    if hyper.optimizer in ("sgd", "nag") and not hyper.momentum:
        return 0
    return STATES[hyper.optimizer]
