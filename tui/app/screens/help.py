"""The list of keys behind `?`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.app.actions import bindings
from tui.app.glyphs import glyphs
from tui.app.key_help import Section
from tui.app.screens.window import Window
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.key_scroll import KeyScroll


class HelpScreen(Window[None]):
    """Shows the keys of the screen from which it was called."""

    CSS_PATH = "../styles/help.tcss"
    BINDINGS = bindings("help")

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            with KeyScroll(id="scroll"):
                yield Static(help_table(self._sections))
            yield KeyLine(id="keys")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """This is the list."""
        return action != "list_keys" and super().check_action(action, parameters)

    def on_mount(self) -> None:
        self.query_one("#window").border_title = "Keys"
        self.query_one("#scroll").focus()


def help_table(sections: Sequence[Section]) -> Table:
    """All sections, one under the other; a description that is too long goes on in its column."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for title, keys in sections:
        if table.row_count:
            table.add_row()
        table.add_row(Text(""), Text(title, style="bold underline"))
        for key, description in keys:
            table.add_row(Text(key), Text(glyphs().text(description)))
    return table
