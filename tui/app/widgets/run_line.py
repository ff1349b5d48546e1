"""The lines below the list of runs: all that is known of the one under the cursor."""

from __future__ import annotations

from textual.widgets import Static

from tui.app.actions import key_of
from tui.app.glyphs import Glyphs, glyphs
from tui.app.lines import in_lines
from tui.app.run_rows import RunRow
from tui.app.widgets.model_columns import at_home
from tui.figures import age, counted


def run_facts(row: RunRow, now: float, signs: Glyphs) -> list[str]:
    """What is known of a run, part by part: its name, what is wrong, then what matters most."""
    run = row.run
    said = [f"! {one}" for one in (run.problem, run.message) if one]
    if run.model:
        said.append(f"{run.model}, {run.recipe} recipe" if run.recipe else run.model)
    if run.plan:
        trains = "" if run.trainable is None else f": {counted(run.trainable, 'parameter')} train"
        said.append(f"plan {run.plan}{trains}")
    if run.total_steps:
        said.append(f"epoch {run.epoch}/{run.epochs}, step {run.step:,}/{run.total_steps:,}")
    elif run.state == "new":
        epochs = counted(run.epochs, "epoch")
        said.append(f"never started, {epochs}: {key_of('runs.resume')} starts it")
    if run.best is not None:
        last = "" if run.value in (None, run.best) else f"{run.value:.4g}, "
        said.append(f"{run.metric or 'metric'} {last}best {run.best:.4g}")
    if run.data:
        said.append(f"data {at_home(run.data)}")
    if run.last and not row.active:
        said.append(f"last heard from {age(now - run.last)} ago")
    safe = [signs.said(part) for part in said]
    return [signs.safe(run.name), *safe]


class RunLine(Static):
    """Shows the facts of one run, or nothing."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(markup=False, id=id)
        self._shown: tuple[RunRow | None, float] = (None, 0.0)
        self._text = ""

    def show(self, row: RunRow | None, now: float) -> None:
        """Show another run, or the same as of now; nothing is drawn where it says the same."""
        self._shown = row, now
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        row, now = self._shown
        lines: list[str] = []
        if row is not None:
            width = max(1, self.app.size.width - 2)
            lines = in_lines(run_facts(row, now, glyphs()), width, max(1, self.size.height))
        if (text := "\n".join(lines)) != self._text:
            self._text = text
            self.update(text, layout=False)
