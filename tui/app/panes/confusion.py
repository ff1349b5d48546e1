"""What a classifier takes for what, at its newest validation."""

from __future__ import annotations

from textual.content import Content

from tui.app.actions import key_of
from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, written
from tui.app.run_state import RunState
from tui.figures import percent
from tui.printable import printable
from tui.runs.folder import RunFolder

NAME_CELLS = 24


def confusion_lines(state: RunState, folder: RunFolder) -> list[Content]:
    """The pairs that are confused most, and where the whole table is."""
    newest = next((one for one in reversed(state.validations) if one.confusion), None)
    if newest is None:
        words = (
            "of classifiers only"
            if state.validations
            else f"no validation yet, {key_of('run.validate')} measures now"
        )
        return [written((f"nothing to show: {words}", FAINT))]
    lines = [written((f"epoch {newest.epoch}, after step {newest.step:,}", FAINT))]
    if newest.confused:
        names = f"{'class':<{NAME_CELLS}} {'taken for':<{NAME_CELLS}}"
        lines.append(written((f"{names} {'pictures':>9} {'of its':>7}", FAINT)))
    else:
        lines.append(written(("nothing was confused", "$text-success")))
    for pair in newest.confused:
        share = percent(pair.count / pair.pictures) if pair.pictures else ""
        lines.append(
            written(f"{_named(pair.real)} {_named(pair.found)} {pair.count:>9,} {share:>7}")
        )
    path = printable(str(folder.path / newest.confusion), ascii_only=glyphs().ascii_only)
    lines.append(written(("all of it  ", FAINT), path))
    return lines


def _named(name: str) -> str:
    shown = glyphs().cut(printable(name, ascii_only=glyphs().ascii_only), NAME_CELLS)
    return f"{shown:<{NAME_CELLS}}"
