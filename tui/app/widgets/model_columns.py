"""The columns of the list of models for a width, and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui.app.glyphs import Glyphs
from tui.app.model_rows import ModelRow
from tui.figures import counted, short

GUTTER = 2
GAP = 2
NAME_LEAST = 34
WEIGHTS = 8
RECENT_LEAST = 16


@dataclass(frozen=True, slots=True)
class _Column:
    head: str
    width: int
    to_the_right: bool = False

    def pad(self, text: str, signs: Glyphs) -> str:
        text = signs.cut(text, self.width)
        return text.rjust(self.width) if self.to_the_right else text.ljust(self.width)


TASK = _Column("task", 14)
FAMILY = _Column("family", 14)
DATA_SET = _Column("trained on", 12)
INPUT = _Column("input", 5, True)
PARAMETERS = _Column("params", 6, True)
VALUES = _Column("values", 7, True)

_ORDER = (TASK, FAMILY, DATA_SET, INPUT, PARAMETERS, VALUES)
_FIRST_TO_STAY = (VALUES, TASK, INPUT, DATA_SET, FAMILY, PARAMETERS)


@dataclass(frozen=True, slots=True)
class ModelColumns:
    """A name, the columns that there is room for, and the state of the weights."""

    name: int
    between: tuple[_Column, ...]

    @property
    def _between_width(self) -> int:
        return sum(column.width + GAP for column in self.between) - GAP

    def heads(self) -> str:
        """The headings."""
        gap = " " * GAP
        between = gap.join(
            c.head.rjust(c.width) if c.to_the_right else c.head.ljust(c.width) for c in self.between
        )
        return " " * GUTTER + "model".ljust(self.name) + gap + between + gap + "weights"

    def cells(self, row: ModelRow, signs: Glyphs) -> tuple[str, str, str]:
        """A row: its name, what is between, the weights; padded, to be put side by side."""
        gap = " " * GAP
        name = _cut(shown_name(row, signs), self.name, signs).ljust(self.name)
        if row.recent is not None:
            # Where there is no room to say it, the two lines below the list do.
            room = self._between_width if self._between_width >= RECENT_LEAST else 0
            text = signs.cut(_as_opened(row, signs), room)
            return name, gap + text.ljust(self._between_width) + gap, "recent".ljust(WEIGHTS)
        between = gap.join(c.pad(_cell(c, row), signs) for c in self.between)
        return name, gap + between + gap, row.weights_word.ljust(WEIGHTS)


def fit(width: int) -> ModelColumns:
    """The columns for a width in cells."""
    left = width - GUTTER - GAP - WEIGHTS
    chosen: set[_Column] = set()
    for column in _FIRST_TO_STAY:
        if left - column.width - GAP >= NAME_LEAST or not chosen:
            left -= column.width + GAP
            chosen.add(column)
    return ModelColumns(max(8, left), tuple(column for column in _ORDER if column in chosen))


def _cut(name: str, width: int, signs: Glyphs) -> str:
    # Both ends tell names apart: center_net_… and …_coco, a folder and a file.
    end = min(width // 2, 16)
    if len(name) <= width:
        return name
    return signs.cut(name[: -end or None], width - end) + name[-end:]


def shown_name(row: ModelRow, signs: Glyphs) -> str:
    """The name of a row, safe to draw."""
    return signs.safe(at_home(row.source.model))


def at_home(path: str) -> str:
    """A path with `~` for the user's own folder."""
    home = f"{Path.home()}/"
    return f"~/{path.removeprefix(home)}" if home != "//" and path.startswith(home) else path


def _as_opened(row: ModelRow, signs: Glyphs) -> str:
    recent = row.recent
    assert recent is not None
    said = ["runs your Python"] if row.own_python else []
    if row.source.classes:
        said.append(counted(len(row.source.classes), "class"))
    if recent.data:
        said.append(signs.safe(Path(recent.data).name))
    if row.source.weights:
        said.append(signs.safe(Path(row.source.weights).name))
    elif not row.source.pretrained:
        said.append("random weights")
    return signs.text(" · ".join(said))


def _cell(column: _Column, row: ModelRow) -> str:
    entry = row.entry
    if entry is None:
        return ""
    if column is INPUT:
        size = entry.input_size
        return (
            "" if size is None else str(size[0]) if size[0] == size[1] else f"{size[0]}x{size[1]}"
        )
    if column is PARAMETERS:
        return "" if entry.parameters is None else f"{entry.parameters:,}"
    if column is VALUES:
        return "" if entry.values is None else short(entry.values)
    if column is DATA_SET:
        return row.data_set
    return entry.task if column is TASK else row.family
