"""The line above the tree that says what a filter shows of it; away while all is shown."""

from __future__ import annotations

from textual.widgets import Static

from tui.app.actions import key_of
from tui.app.glyphs import glyphs
from tui.app.session import Session


class FilterLine(Static):
    """Shows a session's filter, in words and with a count."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._session = session

    def on_mount(self) -> None:
        self.show()

    def show(self) -> None:
        """Show the filter as it is now."""
        told = self._session.shown.told(self._session.resolution.states)
        self.display = bool(told)
        if told:
            another, every = key_of("tree.filter"), key_of("tree.clear")
            line = f"{told} · {another} another, {every} all"
            self.update(glyphs().said(line), layout=False)
