"""A run that goes on, on standard output: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tui.commands.saying import is_unicode
from tui.printable import plain

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from tui.runs.events import Event, Step


class Following:
    """Shows the events of a run for as long as it is open."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._epochs = 0
        self._first = True

    def __enter__(self) -> Following:
        if sys.stdout.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=12),
                MofNCompleteColumn(),
                TimeRemainingColumn(compact=True),
                console=Console(highlight=False),
                transient=True,
                refresh_per_second=2,
            )
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, line: str) -> None:
        """One line. Names in it are shown, and do nothing."""
        line = plain(line, ascii_only=not is_unicode(sys.stdout))
        if self._bar is None:
            click.echo(line)
            sys.stdout.flush()  # into a file too, for whoever looks at it meanwhile
        else:
            from rich.text import Text

            self._bar.console.print(Text(line))

    def hear(self, event: Event) -> None:
        """Show one event."""
        from tui.runs.event_words import in_words
        from tui.runs.events import Phase, Prepared, Resumed, Step

        shown = self._bar is not None and isinstance(event, Step | Phase)
        if not shown and (line := in_words(event)):
            self.say(line)
        if self._bar is None:
            return
        match event:
            case Prepared():
                self._epochs = event.epochs
                self._task = self._bar.add_task("", total=event.total_steps)
            case Resumed(step) if self._task is not None:
                self._bar.reset(self._task, completed=step)
            case Step():
                self._advance(event)
            case Phase(doing) if self._task is not None:
                self._bar.update(self._task, description=doing)
            case Phase(doing):
                self.say(doing)

    def _advance(self, step: Step) -> None:
        from tui.runs.event_words import number

        if self._bar is None or self._task is None:
            return
        description = f"epoch {step.epoch}/{self._epochs} loss {number(step.loss)}"
        if step.pictures_per_second:
            description += f" {step.pictures_per_second:.3g} pictures/s"
            if step.by_process:
                rates = (f"{rate:.3g}" if rate else "-" for rate in step.by_process)
                description += f" ({', '.join(rates)})"
        self._bar.update(self._task, completed=step.step, description=description)
