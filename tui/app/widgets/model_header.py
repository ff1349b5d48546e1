"""The line or two above the tree: which model this is, and how much of it trains."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.app.cost_text import total_text
from tui.app.glyphs import glyphs
from tui.app.lines import in_lines
from tui.app.rule_text import schedule_words
from tui.app.session import Session
from tui.figures import counted, percent, short, size


def header_parts(session: Session) -> list[str]:
    """What the header says, part by part, as plain text."""
    model, totals = session.opened.model, session.totals
    signs = glyphs()
    at_least = "≥" if totals.unknown else ""
    parts = [signs.safe(model.name)]
    if model.classes:
        parts.append(f"{len(model.classes):,} {'class' if len(model.classes) == 1 else 'classes'}")
    parts.append(counted(totals.parameters, "parameter"))
    parts.append(f"{at_least}{short(totals.values)} values")
    parts.append(f"trainable {short(totals.trainable_values)} ({percent(totals.share)})")
    if later := schedule_words(session.plan):
        parts.append(f"+ {later}")
    parts.append(f"{at_least}{size(totals.nbytes)}")
    if totals.unknown:
        parts.append(f"{counted(totals.unknown, 'shape')} not known yet")
    if session.costs is not None:
        parts.append(total_text(session.costs))
    return [signs.text(part) for part in parts]


class ModelHeader(Static):
    """Shows a session's totals."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._session = session

    def on_mount(self) -> None:
        self.show()

    def on_resize(self) -> None:
        self.show()

    def show(self) -> None:
        """Show the totals as they are now."""
        lines = in_lines(header_parts(self._session), max(1, self.app.size.width - 2))
        name = len(header_parts(self._session)[0])
        text = Content("\n".join(lines)).stylize("bold", 0, min(name, len(lines[0])))
        self.update(text)
