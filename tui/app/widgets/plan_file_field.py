"""The field that asks for a file: to write the plan to, or to load one from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.app.actions import bindings
from tui.app.file_names import in_the_way, why_not_written
from tui.app.session import Session
from tui.model.plan import FreezePlan
from tui.model.plan_file import read_plan, write_plan
from tui.toml import TomlError

Purpose = Literal["write", "load"]

FILE = "plan.toml"
"""The name that is offered."""

_PROMPTS: dict[Purpose, str] = {"write": "write to:", "load": "load from:"}


class PlanFileField(Horizontal):
    """A prompt and an input. It stays open until it is closed: a name may not do."""

    BINDINGS = bindings("file")

    class Loaded(Message):
        """A plan has been read from a file."""

        def __init__(self, plan: FreezePlan, path: Path) -> None:
            super().__init__()
            self.plan = plan
            self.path = path

    class Written(Message):
        """The plan as it stands is in a file."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class Refused(Message):
        """The file will not do, and why."""

        def __init__(self, problem: str) -> None:
            super().__init__()
            self.problem = problem

    class Cancelled(Message):
        """No file is named."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._purpose: Purpose = "write"
        self._overwrite: Path | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="file-prompt", markup=False)
        yield Input(FILE, id="file-name", compact=True, select_on_focus=False)

    @property
    def field(self) -> Input:
        """The input."""
        return self.query_one("#file-name", Input)

    def open(self, purpose: Purpose) -> None:
        """Ask; what was named before is offered again."""
        self._purpose = purpose
        self._overwrite = None
        self.query_one("#file-prompt", Static).update(_PROMPTS[purpose])
        self.display = True
        self.screen.set_focus(self.field)
        self.field.action_end()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._overwrite = None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if not name:
            self.post_message(self.Refused("a file name is needed"))
        elif self._purpose == "write":
            self._write(name)
        else:
            self._load(name)

    def _write(self, name: str) -> None:
        try:
            path = Path(name).expanduser()
            problem = in_the_way(path, self._overwrite)
            if problem:
                self._overwrite = path
            else:
                write_plan(path, self._session.plan)
        except (OSError, ValueError, RuntimeError) as error:
            problem = why_not_written(name, error)
        if problem:
            self.post_message(self.Refused(problem))
        else:
            self.post_message(self.Written(path))

    def _load(self, name: str) -> None:
        try:
            path = Path(name).expanduser()
            # A pipe would be waited for.
            if path.exists() and not path.is_file():
                raise TomlError(f"{path}: not a file; name the file of a plan")
            plan = read_plan(path)
        except (OSError, ValueError, RuntimeError) as error:
            self.post_message(self.Refused(str(error)))
        else:
            self.post_message(self.Loaded(plan, path))

    def action_cancel(self) -> None:
        """Name none."""
        self.post_message(self.Cancelled())
