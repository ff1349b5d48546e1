"""What lasted of a run: its events without the steps that a resume has done again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui.runs.events import Envelope, LearningRateChanged, PlanApplied, Resumed, Step, Validated
from tui.runs.log import EventReader


def lasting_events(path: Path) -> Iterator[Envelope]:
    """The events of a log from its beginning, in their order, without the steps, validations and
    changes of the plan that came after the checkpoint from which the run went on later.

    The log is read twice, in slices; what is appended meanwhile is left out.

    Raises:
        OSError: it may not be read.
    """
    resumes = [
        (number, envelope.event.step)
        for number, envelope in enumerate(_events(path))
        if isinstance(envelope.event, Resumed)
    ]
    # Of all resumes still to come, the one that goes back furthest is what counts.
    least = [step for _, step in resumes]
    for index in reversed(range(len(least) - 1)):
        least[index] = min(least[index], least[index + 1])
    following = 0
    for number, envelope in enumerate(_events(path)):
        while following < len(resumes) and resumes[following][0] <= number:
            following += 1
        last = least[following] if following < len(resumes) else None
        if last is None or _lasts(envelope, last):
            yield envelope


def _lasts(envelope: Envelope, step: int) -> bool:
    match envelope.event:
        case Step(at) | Validated(step=at):
            return at <= step
        case PlanApplied(at) | LearningRateChanged(at):
            return at < step  # one that came just then is made again
    return True


def _events(path: Path) -> Iterator[Envelope]:
    reader = EventReader(path)
    while envelopes := reader.read():
        yield from envelopes
