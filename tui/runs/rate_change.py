"""A run's learning rate, changed while it goes on, in words."""

from __future__ import annotations

from tui.runs.events import LearningRateChanged


def rate_in_words(event: LearningRateChanged) -> str:
    """One line for a change of the learning rate by hand."""
    again = ", as before the resume" if event.replayed else ""
    return f"learning rate {event.learning_rate:g}, by hand{again}"
