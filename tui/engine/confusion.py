"""What a classifier takes for what: the pairs that it confuses most, and the whole table."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui.runs.events import Confused
from tui.whole_file import whole_file

NAMED = 10
"""Pairs that an event tells."""
WIDEST = 1000
"""Classes up to which the file is a table; with more it has a line for each pair that occurs."""


@dataclass
class Confusion:
    """Counts of pictures by their class and the class that was found, by the names' numbers."""

    names: Sequence[str]
    counts: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, real: Iterable[int], found: Iterable[int]) -> None:
        """Count some pictures."""
        self.counts.update(zip(real, found, strict=True))

    def worst(self) -> tuple[Confused, ...]:
        """The pairs that are confused most often, those first; of as many, in the names' order."""
        pictures: Counter[int] = Counter()
        for (real, _), count in self.counts.items():
            pictures[real] += count
        wrong = [(-n, *pair) for pair, n in self.counts.items() if pair[0] != pair[1]]
        return tuple(
            Confused(self.names[real], self.names[found], -count, pictures[real])
            for count, real, found in sorted(wrong)[:NAMED]
        )

    def write(self, path: Path) -> None:
        """Write all of it as CSV, whole or not at all: a row for each class, a column for each that
        was found.

        Raises:
            OSError: it cannot be written.
        """
        with (
            whole_file(path) as temporary,
            temporary.open("w", encoding="utf-8", newline="") as file,
        ):
            csv.writer(file).writerows(self._rows())

    def _rows(self) -> Iterator[list[str | int]]:
        classes = range(len(self.names))
        if len(classes) > WIDEST:
            yield ["class", "found", "pictures"]
            for (real, found), count in sorted(self.counts.items()):
                yield [self.names[real], self.names[found], count]
            return
        yield ["class, and what was found", *self.names]
        for real in classes:
            yield [self.names[real], *(self.counts[real, found] for found in classes)]
