"""Short trainings of which nothing is kept: one batch again and again, to see that a set-up can
learn at all, and a rising learning rate, to see which one it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tui.engine.divergence import Diverged
from tui.engine.plan_in_force import PlanInForce
from tui.engine.seeding import seed_everything
from tui.engine.set_up import build_network, read_data
from tui.engine.stepper import Stepper
from tui.model.plan import FreezePlan
from tui.runs.events import Event, Notice, Phase
from tui.runs.inspection import FindRate, LossCurve, OverfitBatch
from tui.runs.rate_finder import is_over, rates, smoothed
from tui.runs.spec import RunSpec

TELL_EVERY = 10
"""Steps between two words about how far it is."""


def overfit_batch(question: OverfitBatch, say: Callable[[str], None]) -> LossCurve:
    """Train on the first batch alone, with the run's own learning rate throughout.

    Raises:
        Refusal: the run cannot be set up.
        PatternError: one of the plan's patterns cannot be used.
    """
    stepper, batches = _set_up(question.spec, question.plan, say)
    batch = next(batches)
    rate = question.spec.hyper.learning_rate
    return _steps(stepper, lambda: [batch], [rate] * question.steps, say)


def find_rate(question: FindRate, say: Callable[[str], None]) -> LossCurve:
    """Train with a rate that rises from step to step, until the loss has grown too far.

    Raises:
        Refusal: the run cannot be set up.
        PatternError: one of the plan's patterns cannot be used.
    """
    stepper, batches = _set_up(question.spec, question.plan, say)
    count = question.spec.hyper.accumulate
    return _steps(
        stepper,
        lambda: [next(batches) for _ in range(count)],
        rates(question.steps),
        say,
        enough=lambda losses: is_over(smoothed(losses)),
    )


def _set_up(
    spec: RunSpec, plan: FreezePlan, say: Callable[[str], None]
) -> tuple[Stepper, Iterator[Any]]:
    def tell(event: Event) -> None:
        if isinstance(event, Phase):
            say(event.doing)
        elif isinstance(event, Notice):
            say(f"note: {event.message}")

    recipe, built = build_network(spec, tell)
    data = read_data(spec, recipe, built, tell)
    accumulate = spec.hyper.accumulate > 1
    PlanInForce(built.net, plan, 1, lambda _: None, accumulate=accumulate)
    say("preparing the first batch")
    task = recipe.prepare(built, data, spec.hyper)

    def batches() -> Iterator[Any]:
        epoch = 0
        while True:
            epoch += 1
            seed_everything(spec.seed, epoch)
            yield from task.batches()

    task.train_mode()
    return Stepper(task, spec.hyper), batches()


def _steps(
    stepper: Stepper,
    batches: Callable[[], list[Any]],
    learning_rates: list[float],
    say: Callable[[str], None],
    enough: Callable[[list[float]], bool] = lambda _: False,
) -> LossCurve:
    losses: list[float] = []
    for number, rate in enumerate(learning_rates, 1):
        if number % TELL_EVERY == 1:
            say(f"step {number} of {len(learning_rates)}")
        for batch in batches():
            stepper.add(batch)
        try:
            losses.append(stepper.step(number, rate).loss)
        except Diverged as error:
            return LossCurve(tuple(learning_rates[: len(losses)]), tuple(losses), str(error))
        if enough(losses):
            break
    return LossCurve(tuple(learning_rates[: len(losses)]), tuple(losses))
