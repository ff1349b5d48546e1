"""What is being fetched, on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from tui.printable import plain
from tui.runs.inspection import Phase


class Fetching:
    """Shows what it is told for as long as it is open."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._doing = ""

    def __enter__(self) -> Fetching:
        if sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=20),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, phase: Phase) -> None:
        """Show what is being done, and how far it is."""
        new, self._doing = phase.doing != self._doing, phase.doing
        utf = (sys.stderr.encoding or "").lower().startswith("utf")
        line = plain(phase.doing, ascii_only=not utf)
        if self._bar is None:
            if new:
                click.echo(line, err=True)
            return
        if new and self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None
        if phase.done and self._task is None:
            self._task = self._bar.add_task(line.rpartition("/")[2], total=phase.total or None)
        if self._task is not None:
            self._bar.update(self._task, completed=phase.done, total=phase.total or None)
        elif new:
            self._bar.console.print(Text(line))
