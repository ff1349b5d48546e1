"""A row of the parameter tree as it is drawn: its cells, its marks, and the letters found in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.app.glyphs import glyphs
from tui.app.widgets.tree_cells import TreeCells
from tui.model.states import State


def row_strip(
    cells: TreeCells, node: int, state: State, is_cursor: bool, style: Callable[..., Style]
) -> Strip:
    """The row of a node. `style` is that of some component classes laid over each other."""
    signs = glyphs()
    matches = cells.matches_below(node)
    label, middle, state_text = cells.row(node, state, signs)
    cursor = ("tree--cursor",) if is_cursor else ()
    found = cells.matches is None and cells.found_below(node)
    is_block = cells.is_block(node)
    mark = " "
    if matches or found:
        own = cells.is_found(node) if found else not is_block
        mark = signs.match if own else signs.holds_match
    block = ("tree--block",) if is_block else ()
    marked = ("tree--match",) if matches or found else ()
    names = (*block, *(marked if matches else ()), *cursor)
    figures = cursor or ("tree--figures",)
    label_marks = cells.label_marks(node, signs) if found else ()
    name_marks = cells.name_marks(node, signs) if found else ()
    return Strip(
        [
            Segment((signs.cursor if is_cursor else " ") + mark, style(*block, *marked, *cursor)),
            *_lettered(label, label_marks, style(*names), style(*names, "tree--found")),
            *_lettered(middle, name_marks, style(*figures), style(*figures, "tree--found")),
            Segment(state_text, style(f"tree--{state.word}", *cursor)),
        ]
    )


def _lettered(text: str, marks: Sequence[int], plain: Style, set_off: Style) -> list[Segment]:
    """A text with the letters at some places set off."""
    segments, start = [], 0
    for mark in marks:
        segments.append(Segment(text[start:mark], plain))
        segments.append(Segment(text[mark : mark + 1], set_off))
        start = mark + 1
    segments.append(Segment(text[start:], plain))
    return [segment for segment in segments if segment.text]
