"""What one batch through the network has shown, before the first step: loss, memory, and what the
plan does."""

from __future__ import annotations

from textual.content import Content

from tui.app import readings
from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.run_state import RunState
from tui.figures import counted, short, size
from tui.runs.events import Checked, Prepared

LABEL = 12


class FirstBatchPane(LivePane):
    """There from the check until the first step is made; a key shows it afterwards."""

    def show_run(self, state: RunState) -> None:
        """Show what was found, while no step has been made."""
        check = state.checked
        self.display = check is not None and state.step is None and not state.status.ended
        if check is not None and self.display:
            self.show(stacked(lines_of_check(check, state.prepared)))


def lines_of_check(check: Checked, prepared: Prepared | None) -> list[Content]:
    """The first batch in a few lines."""
    parts = " · ".join(
        f"{glyphs().safe(name)} {readings.loss(n)}" for name, n in check.losses.items()
    )
    labels = f", {counted(check.labels, 'label')} in range" if check.labels else ""
    lines = [
        written(
            ("first batch", HEADING),
            f"  {counted(check.pictures, 'picture')}{labels}, forward and backward in "
            f"{check.seconds:.2f} s",
        ),
        _line("loss", f"{readings.loss(check.loss)}  ({parts})" if parts else ""),
    ]
    if prepared is not None:
        parameters = prepared.trainable_parameters + prepared.frozen_parameters
        text = (
            f"{prepared.trainable_parameters:,} of {parameters:,} parameters, "
            f"{short(prepared.trainable_values)} of {short(prepared.values)} values"
        )
        lines.append(_line("trains", text))
    if check.statistics:
        fixed = f"{check.statistics_fixed:,} of {check.statistics:,} fixed"
        lines.append(_line("statistics", fixed))
    total = check.parameter_bytes + check.gradient_bytes + check.optimizer_bytes
    # What fits into memory that the process had already is not seen.
    activations = size(check.activation_bytes) if check.activation_bytes else "not seen"
    lines += [
        _line(
            "memory",
            f"about {size(total + (check.activation_bytes or 0))}: "
            f"parameters {size(check.parameter_bytes)} · gradients {size(check.gradient_bytes)}",
        ),
        _line("", f"optimizer {size(check.optimizer_bytes)} · activations {activations}"),
    ]
    return lines


def _line(label: str, text: str) -> Content:
    return written((f"{label:<{LABEL}}", FAINT), text)
