"""A run tried out before it is made."""

from __future__ import annotations

import msgspec

from tui.model.plan import FreezePlan
from tui.runs.spec import RunSpec


class OverfitBatch(msgspec.Struct, frozen=True, tag=True):
    """Set a run up and train on its first batch alone, for some steps. Nothing is kept."""

    spec: RunSpec
    plan: FreezePlan
    steps: int


class FindRate(msgspec.Struct, frozen=True, tag=True):
    """Set a run up and train with a learning rate that rises from step to step, for at most so
    many. Nothing is kept."""

    spec: RunSpec
    plan: FreezePlan
    steps: int


class LossCurve(msgspec.Struct, frozen=True, tag=True):
    """The loss of each step of a short training, and its learning rate. `diverged` says how it
    ended where a loss was no number."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    diverged: str = ""
