"""What a classifier takes for what, at its newest validation."""

from __future__ import annotations

from textual.content import Content

from tui.app.actions import key_of
from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, written
from tui.app.run_state import RunState
from tui.figures import percent
from tui.runs.folder import RunFolder

NAME_CELLS = 24
"""The most that a name is given, if the line has them."""

FIGURES = "{pictures:>9} {share:>7}"


def confusion_lines(state: RunState, folder: RunFolder, width: int) -> list[Content]:
    """The pairs that are confused most, each in one line of so many cells, and where the whole
    table is."""
    newest = next((one for one in reversed(state.validations) if one.confusion), None)
    if newest is None:
        words = (
            "of classifiers only"
            if state.validations
            else f"no validation yet, {key_of('run.validate')} measures now"
        )
        return [written((f"nothing to show: {words}", FAINT))]
    lines = [written((f"epoch {newest.epoch}, after step {newest.step:,}", FAINT))]
    heads = FIGURES.format(pictures="pictures", share="share")
    cells = min(NAME_CELLS, (width - len(heads) - 2) // 2)
    if newest.confused:
        names = f"{'class':<{cells}} {'taken for':<{cells}}"
        lines.append(written((f"{names} {heads}", FAINT)))
    else:
        lines.append(written(("nothing was confused", "$text-success")))
    for pair in newest.confused:
        share = percent(pair.count / pair.pictures) if pair.pictures else ""
        figures = FIGURES.format(pictures=f"{pair.count:,}", share=share)
        lines.append(written(f"{_named(pair.real, cells)} {_named(pair.found, cells)} {figures}"))
    path = glyphs().safe(str(folder.path / newest.confusion))
    lines.append(written(("all of it  ", FAINT), path))
    return lines


def _named(name: str, cells: int) -> str:
    shown = glyphs().cut(glyphs().safe(name), cells)
    return f"{shown:<{cells}}"
