"""The rules of a plan, one a row, in the order in which they apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.app.glyphs import glyphs
from tui.app.rule_text import action_text, selector_text
from tui.model.plan import Rule
from tui.printable import plain

GUTTER = 2
"""Cells for the cursor and the mark of a finding."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule and what became of it. `decided` is at its own epoch; `marked` is whether there is
    something to say of it."""

    rule: Rule
    selected: int
    decided: int
    marked: bool

    def cells(self, number: int) -> tuple[str, ...]:
        """The texts of its columns."""
        rule = self.rule
        overruled = self.selected - self.decided
        return (
            str(number),
            "off" if rule.off else "on",
            action_text(rule),
            selector_text(rule),
            str(rule.epoch) if rule.epoch > 1 else "",
            str(self.selected),
            "" if rule.off else str(self.decided),
            "" if rule.off else str(overruled),
        )


_HEADS = ("", "", "action", "selector", "epoch", "selects", "decides", "overruled")
_SHORT_HEADS = ("", "", "action", "selector", "from", "sel", "dec", "over")
_RIGHT = (0, 4, 5, 6, 7)
_SELECTOR, _EPOCH = 3, 4
_ROOMY = 70


def rule_lines(rows: Sequence[RuleRow], width: int) -> tuple[str, list[str]]:
    """The heads, and a line a rule, each `width` cells; without the gutter."""
    heads = _HEADS if width >= _ROOMY else _SHORT_HEADS
    gap = 2 if width >= _ROOMY else 1
    table = [heads, *(row.cells(number) for number, row in enumerate(rows, start=1))]
    widths = [max(len(line[place]) for line in table) for place in range(len(heads))]
    if not any(row.rule.epoch > 1 for row in rows):
        widths[_EPOCH] = 0
    widths[_SELECTOR] = 0
    taken = sum(cells + gap for cells in widths if cells)
    widths[_SELECTOR] = max(4, width - taken)
    signs = glyphs()

    def line(cells: Sequence[str]) -> str:
        texts = []
        for place, (text, room) in enumerate(zip(cells, widths, strict=True)):
            if room:
                safe = signs.cut(plain(text, ascii_only=signs.ascii_only), room)
                texts.append(safe.rjust(room) if place in _RIGHT else safe.ljust(room))
        return (" " * gap).join(texts)

    head, *lines = map(line, table)
    return head, lines


class RuleList(OptionList):
    """Shows the rules. It decides nothing: its pane hears which key was pressed on which rule."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._rows: list[tuple[str, bool]] = []

    def show(self, lines: Sequence[tuple[str, bool]], cursor: int) -> None:
        """Show other lines, each with whether it is marked; the cursor on a place that there is."""
        self._rows = list(lines)
        with self.prevent(OptionList.OptionHighlighted):
            self.set_options(Option(self._content(i, -1)) for i in range(len(self._rows)))
            self.highlighted = max(0, min(cursor, len(lines) - 1)) if lines else None
        self._draw_cursor()

    def _content(self, place: int, cursor: int) -> Content:
        line, marked = self._rows[place]
        signs = glyphs()
        sign = signs.cursor if place == cursor else " "
        return Content(f"{sign}{signs.warning if marked else ' '}{line}")

    def watch_highlighted(self, highlighted: int | None) -> None:
        super().watch_highlighted(highlighted)
        self._draw_cursor()

    def _draw_cursor(self) -> None:
        for place in range(min(len(self._rows), self.option_count)):
            cursor = -1 if self.highlighted is None else self.highlighted
            content = self._content(place, cursor)
            if self.get_option_at_index(place).prompt != content:
                self.replace_option_prompt_at_index(place, content)
