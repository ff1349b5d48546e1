"""What is known of one network that others have written too: which of their blocks is which."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Rule = tuple[str, str | Callable[[re.Match[str]], str]]
"""A pattern for the whole path of a block as its source names it, and the path in Gluon: a
template as of re.sub, or what makes it out of the match."""

Arrays = dict[str, np.ndarray]

Adapt = Callable[[Arrays, frozenset[str]], tuple[str, ...]]
"""Changes arrays under their names in Gluon; told the names of the source, too. Returns lines that
should be said."""


@dataclass(frozen=True)
class Architecture:
    """The zoo names of one or more networks whose blocks are told apart by the same rules.

    `head` is the block in Gluon whose outputs are the classes. `unused` matches blocks of the
    source that have no place in Gluon. `new` matches structure names that no source has. `adapt` is
    for numbers that are not the same on both sides.
    """

    family: str
    models: tuple[str, ...]
    rules: tuple[Rule, ...]
    head: str
    unused: str = r"(?!)"
    new: str = r"(?!)"
    adapt: Adapt | None = None

    def place(self, block: str) -> str | None:
        """Where a block of the source stands in Gluon; None where no rule knows it."""
        for pattern, place in self.rules:
            if match := re.fullmatch(pattern, block):
                return match.expand(place) if isinstance(place, str) else place(match)
        return None


def same(name: str) -> Rule:
    """Blocks that are named alike on both sides."""
    return name, r"\g<0>"


def conv_and_norm(kind: str) -> int:
    """The place of a convolution, or of the norm behind it, in a Sequential of the two."""
    return 1 if kind == "bn" else 0
