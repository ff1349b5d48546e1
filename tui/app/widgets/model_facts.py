"""The two lines below the list of models: all that is known of the one under the cursor."""

from __future__ import annotations

from textual.widgets import Static

from tui.app.glyphs import Glyphs, glyphs
from tui.app.lines import in_lines
from tui.app.model_rows import ModelRow
from tui.app.place_text import said_of
from tui.app.widgets.model_columns import at_home, shown_name
from tui.figures import counted, short
from tui.model.weight_sources import places_of, public, sources_of
from tui.model.zoo import ZooEntry

WIDE = 110
"""Cells from which on the file of the weights is named in full: it repeats the model's name."""


def facts(row: ModelRow, signs: Glyphs, width: int) -> list[str]:
    """What is known of a row, part by part, the name first and then what matters most."""
    said = []
    if row.own_python:
        said.append("Python of yours: opening it runs it")
    if row.recent is not None:
        said += _as_opened(row)
    if row.entry is not None:
        said += _of_the_zoo(row, row.entry)
        if row.recent is None and not row.entry.reason:
            said.append(_weights(row, row.entry, in_full=width >= WIDE))
    safe = [signs.said(part) for part in said]
    return [shown_name(row, signs), *safe]


def _as_opened(row: ModelRow) -> list[str]:
    source = row.source
    said = []
    if source.classes:
        said.append(f"{counted(len(source.classes), 'class')}: {', '.join(source.classes)}")
    if row.recent is not None and row.recent.data:
        said.append(f"data {at_home(row.recent.data)}")
    if source.weights:
        said.append(f"weights {at_home(source.weights)}")
    elif not source.pretrained:
        said.append("random weights")
    said += [f"{key}={value}" for key, value in source.arguments.items()]
    return said + ([f"on {source.ctx}"] if source.ctx != "cpu" else [])


def _of_the_zoo(row: ModelRow, entry: ZooEntry) -> list[str]:
    said = [f"{row.family} {entry.task}".lstrip()]
    if entry.input_size:
        said.append("×".join(map(str, entry.input_size)))
    if entry.reason:
        said.append(entry.reason.removeprefix(f"{entry.name} "))
    elif entry.parameters is not None and entry.values is not None:
        said.append(f"{counted(entry.parameters, 'parameter')}, {short(entry.values)} values")
    return said


def _weights(row: ModelRow, entry: ZooEntry, *, in_full: bool) -> str:
    kept_under = entry.trunk if entry.needs_classes else entry.name
    sources = sources_of(kept_under)
    whose = f"trunk {entry.trunk}, " if entry.needs_classes and entry.trunk else ""
    if not sources:
        return "made for classes of your own" if entry.needs_classes else "no place has weights"
    on = f" ({row.data_set})" if row.data_set else ""
    known = public(sources)
    if not row.on_disk and known:
        return f"{whose}weights not on this disk: {said_of(known[0])}{on}"
    file = sources[0].file.removesuffix(".params") if sources[0].place == "gluoncv" else kept_under
    short_name = file if in_full else f"…-{file.rpartition('-')[2]}"
    if row.on_disk:
        return f"{whose}weights {short_name}{on}, on this disk"
    return f"{whose}weights {short_name}{on}, not on this disk{_instead(entry)}"


def _instead(entry: ZooEntry) -> str:
    """What can be had where the weights themselves cannot: of the trunk, of the nearest model."""
    if entry.trunk and public(sources_of(entry.trunk)):
        return f"; its trunk {entry.trunk} can be had"
    places = places_of(entry.name)
    return f"; nearest to get: {places.nearest}" if places and places.nearest else ""


class ModelFacts(Static):
    """Shows the facts of one row, or nothing."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._row: ModelRow | None = None

    def show(self, row: ModelRow | None) -> None:
        """Show another row."""
        self._row = row
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        lines: list[str] = []
        if self._row is not None:
            width = max(1, self.app.size.width - 2)
            lines = in_lines(facts(self._row, glyphs(), width), width)
        self.update("\n".join(lines), layout=False)
