"""The learning rate that a run goes by, while it goes: by schedule, and by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui.engine.learning_rate import learning_rates
from tui.runs.checkpoint import Outcome
from tui.runs.events import Event, LearningRateChanged
from tui.runs.spec import Hyperparameters


class RateInForce:
    """Each step's learning rate. What was set by hand stands in `outcome.rate_factor`, and so
    in every checkpoint.

    `replays` are changes of before a resume, as factors, to be made again by how many steps have
    been done then.
    """

    def __init__(
        self,
        hyper: Hyperparameters,
        steps_per_epoch: int,
        total_steps: int,
        outcome: Outcome,
        emit: Callable[[Event], None],
        replays: Mapping[int, float] | None = None,
    ) -> None:
        self._schedule = learning_rates(hyper, steps_per_epoch, total_steps)
        self._outcome = outcome
        self._emit = emit
        self._replays = dict(replays or {})

    def at(self, step: int) -> float:
        """The rate of a step, which counts from 1."""
        return self._schedule(step) * self._outcome.rate_factor

    def change(self, learning_rate: float) -> None:
        """Give the next step this rate; a schedule goes on from it, in proportion."""
        # Whoever changes it now has seen what is: older changes are not made again.
        self._replays.clear()
        self._put(learning_rate / self._schedule(self._outcome.steps + 1), replayed=False)

    def between_batches(self) -> None:
        """Make a change again that was made here before."""
        factor = self._replays.pop(self._outcome.steps, None)
        if factor is not None:
            self._put(factor, replayed=True)

    def _put(self, factor: float, *, replayed: bool) -> None:
        step = self._outcome.steps
        self._outcome.rate_factor = factor
        self._emit(LearningRateChanged(step, self.at(step + 1), factor, replayed))
