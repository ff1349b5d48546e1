"""Some steps of a run, in bounded memory: those whose loss was no number, and their like."""

from __future__ import annotations

from dataclasses import dataclass, field

CAPACITY = 256
"""Spans: as many as a wide chart can show apart."""


@dataclass(slots=True)
class StepSpans:
    """Steps as spans, first and last, of steps that follow on each other. Where there would be
    more than `capacity`, neighbours are joined: no step is lost, some are added."""

    capacity: int = CAPACITY
    spans: list[tuple[int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        """How many spans there are."""
        return len(self.spans)

    def add(self, step: int) -> None:
        """Add a step, which comes after all so far."""
        if self.spans and step <= self.spans[-1][1] + 1:
            self.spans[-1] = (self.spans[-1][0], step)
            return
        if len(self.spans) == self.capacity:
            spans = self.spans
            spans[:] = [(spans[i][0], spans[i + 1][1]) for i in range(0, len(spans) - 1, 2)]
        self.spans.append((step, step))

    def forget_from(self, step: int) -> None:
        """Take back what came at and after a step."""
        while self.spans and self.spans[-1][0] >= step:
            self.spans.pop()
        if self.spans and self.spans[-1][1] >= step:
            self.spans[-1] = (self.spans[-1][0], step - 1)
