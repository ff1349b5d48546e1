"""The learning rate of each step, held against its formula."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.learning_rate import learning_rates
from tui.runs.spec import Hyperparameters


def plain(hyper: Hyperparameters, per_epoch: int, total: int) -> list[float]:
    """The same as a person would write it."""
    found = []
    warmup = min(hyper.warmup_steps, total)
    for step in range(total):
        if step < warmup:
            share = (step + 1) / warmup
        else:
            done = (step - warmup) / (total - warmup)
            over = sum(step >= epoch * per_epoch for epoch in hyper.decay_epochs)
            share = {
                "constant": 1.0,
                "cosine": (1 + math.cos(math.pi * done)) / 2,
                "poly": (1 - done) ** hyper.poly_power,
                "step": hyper.decay_factor**over,
            }[hyper.schedule]
        found.append(hyper.learning_rate * share)
    return found


@given(
    st.sampled_from(["constant", "step", "cosine", "poly"]),
    st.integers(0, 12),
    st.sets(st.integers(1, 6), max_size=3),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_it_is_that_of_the_formula(
    schedule: str, warmup: int, decays: set[int], per_epoch: int, epochs: int
) -> None:
    hyper = Hyperparameters(
        learning_rate=0.25,
        schedule=schedule,  # type: ignore[arg-type]
        warmup_steps=warmup,
        decay_epochs=tuple(sorted(decays)),
        decay_factor=0.3,
        poly_power=1.7,
    )
    total = per_epoch * epochs
    at = learning_rates(hyper, per_epoch, total)
    wanted = plain(hyper, per_epoch, total)
    assert [at(step) for step in range(1, total + 1)] == pytest.approx(wanted, rel=1e-12)
    assert all(rate > 0 for rate in wanted)
    # Asked in any order, as by a run that goes on.
    assert at(total) == pytest.approx(wanted[-1], rel=1e-12)
    assert at(1) == pytest.approx(wanted[0], rel=1e-12)
