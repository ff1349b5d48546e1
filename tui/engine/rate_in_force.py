"""The learning rate that a run goes by, while it goes: by schedule, and by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui.engine.learning_rate import learning_rates
from tui.runs.checkpoint import Outcome
from tui.runs.events import Event, LearningRateChanged
from tui.runs.spec import Hyperparameters


class RateInForce:
    """Each step's learning rate. What was set by hand stands in `outcome.rate_factor`, and so
    in every checkpoint. Whoever sets one in the warm-up ends that: it holds from now on.

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
        self._warmed_up = hyper.learning_rate
        self._warmup = min(hyper.warmup_steps, total_steps)
        self._outcome = outcome
        self._emit = emit
        self._replays = dict(replays or {})

    def at(self, step: int) -> float:
        """The rate of a step, which counts from 1."""
        return self._before_hand(step) * self._outcome.rate_factor

    def change(self, learning_rate: float) -> None:
        """Give the next step this rate; a schedule goes on from it, in proportion."""
        # Whoever changes it now has seen what is: older changes are not made again.
        self._replays.clear()
        self._outcome.rate_by_hand = True
        self._put(learning_rate / self._before_hand(self._outcome.steps + 1), replayed=False)

    def between_batches(self) -> None:
        """Make a change again that was made here before."""
        factor = self._replays.pop(self._outcome.steps, None)
        if factor is not None:
            self._outcome.rate_by_hand = True
            self._put(factor, replayed=True)

    def _before_hand(self, step: int) -> float:
        """What a factor set by hand multiplies."""
        if self._outcome.rate_by_hand and step <= self._warmup:
            return self._warmed_up
        return self._schedule(step)

    def _put(self, factor: float, *, replayed: bool) -> None:
        step = self._outcome.steps
        self._outcome.rate_factor = factor
        self._emit(LearningRateChanged(step, self.at(step + 1), factor, replayed))
