"""The events of a run in words: a line each, for whoever reads lines."""

from __future__ import annotations

from tui.figures import size
from tui.runs import events
from tui.runs.events import (
    Caching,
    Checked,
    Checkpointed,
    Continued,
    Died,
    Failed,
    Finished,
    LearningRateChanged,
    Notice,
    Paused,
    Phase,
    PlanApplied,
    Prepared,
    Proof,
    Resumed,
    Step,
    Validated,
)
from tui.runs.plan_change import change_in_words

NAMED_PAIRS = 3
"""Of classes that are confused."""


def in_words(event: events.Event) -> str:
    """One line for an event; empty for those that say nothing to a reader of lines."""
    match event:
        case Phase(doing):
            return doing
        case Notice(message):
            return f"note: {message}"
        case Prepared():
            return (
                f"{event.train_pictures} pictures to train on, {event.validation_pictures} to "
                f"validate; {event.total_steps} steps; {event.trainable_parameters} parameters "
                f"train ({event.trainable_values:,} of {event.values:,} values), "
                f"{event.frozen_parameters} frozen"
            )
        case Caching():
            return caching_in_words(event)
        case Checked():
            return in_words_of_check(event)
        case Step():
            parts = " ".join(f"{name} {number(n)}" for name, n in event.losses.items())
            return (
                f"epoch {event.epoch} step {event.step} loss {number(event.loss)} ({parts}) "
                f"rate {event.learning_rate:.3g} {event.pictures_per_second:.1f} pictures/s"
                f"{in_words_of_processes(event)}"
            )
        case Validated():
            return in_words_of_validation(event)
        case PlanApplied():
            return f"plan: {change_in_words(event)}"
        case Checkpointed():
            best = ", the best so far" if event.best else ""
            return f"checkpoint after step {event.step}: {event.path}{best}"
        case Resumed(0):
            return "no checkpoint to go on from: the run begins anew"
        case Resumed():
            return f"going on after step {event.step}, in epoch {event.epoch}"
        case Proof():
            return in_words_of_proof(event)
        case Finished():
            how = "stopped" if event.stopped else "done"
            line = f"{how} after {event.steps} steps, {event.seconds:.0f} s: {event.weights}"
            if event.best_weights:
                line += f"; the best, of step {event.best_step}: {event.best_weights}"
            return line
        case Failed() | Died():
            return f"failed: {event.message}"
        case Paused(step):
            return f"paused after step {step}; its memory stays taken"
        case Continued(step):
            return f"going on after step {step}"
        case LearningRateChanged():
            return f"after step {event.step}: {rate_in_words(event)}"
        case _:
            return ""


def in_words_of_processes(step: Step) -> str:
    """How fast each process of a step is by itself, in brackets; empty where it had one."""
    if not step.by_process:
        return ""
    rates = (f"{rate:.1f}" if rate else "-" for rate in step.by_process)
    return f" (each process by itself: {', '.join(rates)})"


def number(value: float | None, form: str = ".4g") -> str:
    """A number as it is formed; one that is not finite was read as None."""
    return "NaN" if value is None else format(value, form)


def in_words_of_validation(validated: Validated) -> str:
    """What was measured, and what a classifier confuses most, in one line."""
    line = f"epoch {validated.epoch} {validated.metric} {number(validated.value, '.4f')}"
    pairs = [f"{one.real} as {one.found}, {one.count}" for one in validated.confused[:NAMED_PAIRS]]
    return f"{line}; most confused: {'; '.join(pairs)}" if pairs else line


def in_words_of_check(check: Checked) -> str:
    """What one batch through the network has shown, in one line."""
    parts = " ".join(f"{name} {value:.4g}" for name, value in check.losses.items())
    held = f"{check.labels} labels in range, " if check.labels else ""
    known = [
        (check.parameter_bytes, "parameters"),
        (check.gradient_bytes, "gradients"),
        (check.optimizer_bytes, "optimizer"),
        (check.activation_bytes or 0, "a batch on its way"),
    ]
    memory = " + ".join(f"{what} {count / 1e6:.1f}" for count, what in known if count)
    line = (
        f"first batch of {check.pictures}: loss {check.loss:.4g} ({parts}), {held}"
        f"{check.seconds:.1f} s; memory about {sum(count for count, _ in known) / 1e6:.0f} MB: "
        f"{memory}"
    )
    if check.statistics:
        line += f"; {check.statistics_fixed} of {check.statistics} statistics fixed"
    return line


def in_words_of_proof(proof: Proof) -> str:
    """What moved and what did not, in one line."""
    parts = [
        f"{proof.frozen_identical} frozen parameters identical",
        f"{proof.statistics_identical} statistics identical",
        f"{proof.trainable_changed} trainable changed",
    ]
    if proof.processes > 1:
        parts[0] += f", in each of {proof.processes} processes"
    if proof.lr_mult_zero:
        parts.append(f"{proof.lr_mult_zero} with lr_mult 0 identical")
    if proof.frozen_at_times:
        parts.append(f"{proof.frozen_at_times} frozen for a part of the run and identical in it")
    if proof.unchanged:
        parts.append(f"{len(proof.unchanged)} trainable unchanged: {', '.join(proof.unchanged)}")
    if proof.broken:
        parts.append(f"BROKEN, changed though frozen: {', '.join(proof.broken)}")
    if proof.not_freezing:
        parts.append(f"lr_mult=0 is not freezing: {', '.join(proof.not_freezing)}")
    return "proof: " + " · ".join(parts)


def caching_in_words(event: Caching) -> str:
    """One line: `the frozen side is computed once a picture: 6 tensors, 1.4 MB a picture, 1.1 GB
    in all`, or why it is not."""
    if not event.active:
        return f"the frozen side is computed at each step: {event.why_not}"
    tensors = f"{event.tensors} tensor{'s' * (event.tensors != 1)}"
    line = (
        f"the frozen side is computed once a picture: {tensors}, {size(event.picture_bytes)} a "
        f"picture, {size(event.total_bytes)} in all; it takes {event.picture_seconds * 1e3:.3g} ms "
        "a picture"
    )
    return f"{line}; {event.found:,} are there already" if event.found else line


def rate_in_words(event: LearningRateChanged) -> str:
    """One line for a change of the learning rate by hand."""
    again = ", as before the resume" if event.replayed else ""
    return f"learning rate {event.learning_rate:g}, by hand{again}"
