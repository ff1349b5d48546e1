"""A run without a screen: its trainer as a child, its events as plain lines."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import Event as Flag

from tui.runs import events
from tui.runs.events import (
    Checkpointed,
    Failed,
    Finished,
    Notice,
    Phase,
    PlanApplied,
    Prepared,
    Proof,
    Resumed,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder
from tui.runs.log import EventReader
from tui.runs.plan_change import change_in_words
from tui.runs.trainer import last_lines, start_trainer

POLL = 0.25
"""Seconds between two looks at the event log."""


def follow(folder: RunFolder, say: Callable[[str], None]) -> int:
    """Start the trainer of a run, tell what happens, and return its exit code.

    SIGTERM and SIGINT are handed on: the trainer stops after its batch and finishes.
    """
    reader = EventReader(folder.events_file)
    while reader.read():
        pass  # what an earlier trainer of this folder said
    trainer = start_trainer(folder)
    ended = Flag()

    def hand_on(number: int, _: object) -> None:
        trainer.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGTERM, signal.SIGINT)}
    told = False
    try:
        while not ended.is_set():
            if trainer.poll() is not None:
                ended.set()  # but once more for what it said last
            while envelopes := reader.read():
                for envelope in envelopes:
                    told |= isinstance(envelope.event, (Finished, Failed))
                    line = in_words(envelope.event)
                    if line:
                        say(line)
            ended.wait(POLL)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    code = trainer.returncode
    if not told:
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        say(f"the trainer ended {how}; the last lines of {folder.log_file}:")
        for line in last_lines(folder, 5):
            say(f"  {line}")
    return code if code >= 0 else 128 - code


def in_words(event: events.Event) -> str:
    """One line for an event; empty for those that say nothing to a reader of lines."""
    match event:
        case Phase(doing):
            return doing
        case Notice(message):
            return f"note: {message}"
        case Prepared():
            return (
                f"{event.train_pictures} pictures, {event.total_steps} steps; "
                f"{event.trainable_parameters} parameters train, {event.frozen_parameters} frozen"
            )
        case Step():
            parts = " ".join(f"{name} {value:.4g}" for name, value in event.losses.items())
            return (
                f"epoch {event.epoch} step {event.step} loss {event.loss:.4g} ({parts}) "
                f"{event.pictures_per_second:.1f} pictures/s"
            )
        case Validated():
            return f"epoch {event.epoch} {event.metric} {event.value:.4f}"
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
            return f"{how} after {event.steps} steps, {event.seconds:.0f} s: {event.weights}"
        case Failed():
            return f"failed: {event.message}"
        case _:
            return ""


def in_words_of_proof(proof: Proof) -> str:
    """What moved and what did not, in one line."""
    parts = [
        f"{proof.frozen_identical} frozen parameters identical",
        f"{proof.statistics_identical} statistics identical",
        f"{proof.trainable_changed} trainable changed",
    ]
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
