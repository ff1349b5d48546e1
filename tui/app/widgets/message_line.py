"""One line that says what the last key did, or why it did nothing."""

from __future__ import annotations

from textual.widgets import Static

from tui.app.glyphs import glyphs


class MessageLine(Static):
    """Shows one message until the next."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self.message = ""

    def say(self, message: str) -> None:
        """Say what was done."""
        self._show(message, warning=False)

    def warn(self, message: str) -> None:
        """Say why something was not done, and what to do."""
        self._show(message, warning=True)

    def _show(self, message: str, *, warning: bool) -> None:
        self.message = message
        signs = glyphs()
        self.set_class(warning, "-warning")
        line = signs.text(f"{signs.warning} {message}" if warning else message)
        self.update(signs.said(line), layout=False)
