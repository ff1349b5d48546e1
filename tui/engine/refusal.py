"""The one exception that is meant for people, and others put into one line for them."""

from __future__ import annotations

LONGEST = 300
"""Characters of an error's own words that are worth showing."""


class Refusal(ValueError):
    """It cannot be done. The message is one line: what, why, what to do instead."""


class WeightsLacking(Refusal):
    """Weights are not on this disk, and there are places that may serve them. `kept_under` is the
    name under which the zoo keeps them: the model's, or its trunk's."""

    def __init__(self, message: str, kept_under: str) -> None:
        super().__init__(message)
        self.kept_under = kept_under


def in_one_line(error: BaseException) -> str:
    """The telling line of an error's message.

    MXNet's messages begin with a trace of C++ frames; what happened is told by the last line
    that names a failed check or an error. Others say it in their first line. A failed request
    is told by its kind: its own words are a nest of objects.
    """
    if isinstance(error, OSError) and error.errno is None:
        return f"no connection ({type(error).__name__})"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    telling = [line for line in lines if "Check failed" in line or "Error:" in line]
    return (telling[-1] if telling else lines[0])[:LONGEST]
