"""`thaw train --find-lr` and `--overfit-batch`: a short training, and what it shows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

from tui.commands.new_run import answer_of
from tui.commands.saying import echo, is_unicode, say

if TYPE_CHECKING:
    from tui.model.plan import FreezePlan
    from tui.runs.ask import Asking
    from tui.runs.inspection import LossCurve
    from tui.runs.spec import RunSpec

RATE_STEPS = 100
"""Steps of `--find-lr`, at most."""

LEARNT = 0.5
"""A batch is learnt when its loss has come down to this share of what it began with."""


def try_out(trial: str, spec: RunSpec, plan: FreezePlan, steps: int, asking: Asking) -> NoReturn:
    """Train for a moment, keep nothing, and show what came of it."""
    from tui.runs.inspection import FindRate, LossCurve, OverfitBatch

    if trial == "--find-lr":
        _tell_rate(answer_of(asking, FindRate(spec, plan, steps), LossCurve))
    _tell_batch(answer_of(asking, OverfitBatch(spec, plan, steps), LossCurve), spec)


def _tell_rate(curve: LossCurve) -> NoReturn:
    from tui.commands.loss_curve import rate_curve
    from tui.runs.rate_finder import smoothed, suggested

    if len(curve.losses) > 1:
        click.echo(rate_curve(curve, ascii_only=not is_unicode(sys.stdout)))
    if curve.diverged:
        say(f"it ended there: {curve.diverged}")
    rate = suggested(curve.rates, smoothed(curve.losses))
    if rate is None:
        click.echo(
            "no rate is suggested: the loss fell at none; thaw train … --overfit-batch 50 shows "
            "whether the set-up can learn"
        )
        sys.exit(1)
    click.echo(f"suggested: --learning-rate {rate:.2g} (where the loss falls fastest)")
    sys.exit(0)


def _tell_batch(curve: LossCurve, spec: RunSpec) -> NoReturn:
    from tui.commands.loss_curve import step_curve

    if len(curve.losses) > 1:
        click.echo(step_curve(curve, ascii_only=not is_unicode(sys.stdout)))
    if curve.diverged:
        echo(f"it cannot learn so: {curve.diverged}")
        sys.exit(1)
    first, last = curve.losses[0], curve.losses[-1]
    told = f"the loss of one batch went from {first:.4g} to {last:.4g} in {len(curve.losses)} steps"
    if last <= LEARNT * first:
        click.echo(f"it can learn: {told}")
        sys.exit(0)
    click.echo(
        f"it has not learnt the batch: {told}, and at most half is wanted; try more steps, a rate "
        f"other than {spec.hyper.learning_rate:g} (--find-lr suggests one), or thaw more"
    )
    sys.exit(1)
