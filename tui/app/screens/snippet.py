"""The Python that does the same as the plan: to read, to copy, to write to a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.highlight import highlight
from textual.widgets import Input, Static

from tui.app.actions import Where, bindings, key_of
from tui.app.file_names import in_the_way, why_not_written
from tui.app.screens.window import Window
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.key_scroll import KeyScroll
from tui.app.widgets.message_line import MessageLine
from tui.printable import plain


def default_name(model: str) -> str:
    """The file that is offered: `freeze_<model>.py`."""
    return f"freeze_{re.sub(r'[^A-Za-z0-9_.-]+', '_', model).strip('_') or 'model'}.py"


class SnippetScreen(Window["Path | str | None"]):
    """Returns the file that was written, the text that was copied, or None where it was only
    read."""

    CSS_PATH = "../styles/snippet.tcss"
    BINDINGS = bindings("snippet")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("snippet", "scroll", "window")

    def __init__(self, code: str, model: str) -> None:
        super().__init__()
        self._code = code
        self._model = model
        self._kept: Path | str | None = None
        self._overwrite: Path | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            with KeyScroll(id="scroll"):
                shown = "\n".join(map(plain, self._code.split("\n")))
                yield Static(highlight(shown, language="python"), id="code")
            yield Input(default_name(self._model), id="file", compact=True, select_on_focus=False)
            yield MessageLine(id="said")
            yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.query_one("#window").border_title = "The Python that does the same"
        self._file.display = False
        self.query_one("#scroll").focus()

    @property
    def _file(self) -> Input:
        return self.query_one("#file", Input)

    @property
    def said(self) -> MessageLine:
        """The line that says what was done."""
        return self.query_one("#said", MessageLine)

    def action_copy(self) -> None:
        """Copy it, by OSC 52."""
        self.app.copy_to_clipboard(self._code)
        self._kept = self._kept or self._code
        writes = key_of("snippet.write")
        self.said.say(
            f"sent to the terminal's clipboard; if it does not arrive, {writes} writes a file"
        )

    def action_write(self) -> None:
        """Ask for a file name."""
        self._file.display = True
        self._file.focus()
        self.said.say(f"enter writes this file, {key_of('snippet.close')} goes back")

    def on_input_changed(self) -> None:
        self._overwrite = None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if not name:
            self.said.warn("a file name is needed")
            return
        path = Path(name).expanduser()
        try:
            problem = in_the_way(path, self._overwrite)
            if problem:
                self._overwrite = path
                self.said.warn(problem)
                return
            path.write_text(self._code, encoding="utf-8")
        except (OSError, ValueError) as error:
            self.said.warn(why_not_written(name, error))
            return
        self._kept = path
        self._overwrite = None
        self._leave_file()
        self.said.say(f"written to {path}")

    def _leave_file(self) -> None:
        self._file.display = False
        self.query_one("#scroll").focus()

    def action_close(self) -> None:
        """Leave the file name, or the window."""
        if self._file.display:
            self._leave_file()
            self.said.say("")
        else:
            self.dismiss(self._kept)
