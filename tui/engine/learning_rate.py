"""The learning rate of each step, by GluonCV's own schedulers.

It is given to the `Trainer` step by step. MXNet would ask a scheduler by the count of updates of
the parameter that was updated most, which stands still for as long as that one is frozen and
others train.
"""

from __future__ import annotations

from collections.abc import Callable

from gluoncv.utils import LRScheduler, LRSequential

from tui.runs.spec import Hyperparameters


def learning_rates(
    hyper: Hyperparameters, steps_per_epoch: int, total_steps: int
) -> Callable[[int], float]:
    """The learning rate by step, which counts from 1.

    The warm-up of W steps rises in equal parts: step n has n/W of the rate. Of the R steps after
    it, the t-th (from 0) has `(1 + cos(π t/R)) / 2` of it under `cosine`, `(1 - t/R) ^ power`
    under `poly`, and under `step` the factor once for each epoch that is over.
    """
    rate, warmup = hyper.learning_rate, min(hyper.warmup_steps, total_steps)
    parts = []
    if warmup > 1:
        parts.append(LRScheduler("linear", rate / warmup, rate, niters=warmup))
    elif warmup:
        parts.append(LRScheduler("constant", rate, niters=1))
    parts.append(
        LRScheduler(
            hyper.schedule,
            rate,
            # One more than there are, or the last would be a step with a rate of 0.
            niters=total_steps - warmup + 1,
            power=hyper.poly_power,
            step_iter=[epoch * steps_per_epoch - warmup for epoch in hyper.decay_epochs],
            step_factor=hyper.decay_factor,
        )
    )
    schedule = LRSequential(parts)

    def at(step: int) -> float:
        return float(schedule(step - 1))

    return at
