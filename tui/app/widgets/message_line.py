"""A line that says what the last key did, or why it did nothing; two where one is too short."""

from __future__ import annotations

from rich.cells import cell_len
from textual.widgets import Static

from tui.app.glyphs import glyphs


class MessageLine(Static):
    """Shows one message until the next."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self.message = ""
        self._tall = False

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
        said = signs.said(line)
        self.update(said, layout=False)
        # What stands around it moves only where it has to.
        tall = cell_len(said) > (self.content_size.width or self.app.size.width)
        if tall or self._tall:
            self.refresh(layout=True)
        self._tall = tall
