"""The one exception that is meant for people."""

from __future__ import annotations


class Refusal(ValueError):
    """It cannot be done. The message is one line: what, why, what to do instead."""
