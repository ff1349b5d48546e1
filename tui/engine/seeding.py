"""All random number generators that a run draws from, at once."""

from __future__ import annotations

import random

import mxnet as mx
import numpy as np


def seed_everything(seed: int, *more: int) -> None:
    """Seed Python's, NumPy's and MXNet's generators.

    `more` (an epoch's number, say) gives each its own stream under one seed: GluonCV's
    transforms draw from all three.
    """
    mixed = int(np.random.SeedSequence([seed, *more]).generate_state(1)[0]) if more else seed
    random.seed(mixed)
    np.random.seed(mixed % 2**32)
    mx.random.seed(mixed % 2**31)


def of_batch(epoch: int, number: int, rank: int = 0, *, step: bool = False) -> tuple[int, ...]:
    """The stream of a batch, or of the step on it, under a run's seed. Where a batch is divided
    over processes, each draws from a stream of its own for its part."""
    stream = 2 * rank + step
    return (epoch, number, stream) if stream else (epoch, number)


def generator(*numbers: int) -> np.random.RandomState:
    """A generator of its own that these numbers (none negative) determine. NumPy's legacy one: its
    stream is frozen (NEP 19)."""
    return np.random.RandomState(np.random.MT19937(np.random.SeedSequence(numbers)))
