"""How a run ended: what was done, where the weights are, and the proof in plain words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from textual.content import Content

from tui.app import readings
from tui.app.actions import key_of
from tui.app.file_names import from_home
from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, LivePane, stacked, written
from tui.app.run_state import RunState, Status
from tui.figures import counted
from tui.runs.events import Died, Failed, Finished, Proof
from tui.runs.folder import RunFolder

NAMED = 4
"""How many parameters are named; `thaw verify` names them all."""

ERROR = "bold $text-error"
LABEL = 12


class SummaryPane(LivePane):
    """Shown when a run has ended."""

    def show_run(self, state: RunState, folder: RunFolder, log: Sequence[str]) -> None:
        """Show how this run ended; `log` are the last lines of its log.txt."""
        lines: list[Content] = []
        if state.failed is not None:
            lines += _failed(state.failed)
        elif state.finished is not None:
            lines += _finished(state, state.finished, folder)
        elif state.gone:
            lines.append(written((f"! {state.gone}{_at(state)}", ERROR)))
        if state.proof is not None:
            lines += proof_lines(state.proof)
        elif state.finished is not None and not state.finished.steps:
            lines.append(written(("no step was made: there is nothing to prove", FAINT)))
        elif state.status in (Status.COMPLETE, Status.STOPPED):
            lines.append(written(("! no proof was written", ERROR)))
        lines.append(_line("run", _path(folder.path)))
        if state.sampled is not None and state.sampled.pictures:
            newest = folder.path / state.sampled.pictures[0].path
            lines.append(_line("pictures", _path(newest.parent)))
        if state.checkpoint is not None and state.status is not Status.COMPLETE:
            command = f"thaw train {shlex.quote(str(folder.path))}"
            step = f"{key_of('run.resume')} goes on after step {state.checkpoint.step:,}"
            lines.append(_line("go on", f"{step}; without a screen: {glyphs().safe(command)}"))
        if state.status in (Status.FAILED, Status.GONE):
            lines.append(_line("log", _path(folder.log_file)))
            lines += [written(("  " + glyphs().safe(text), FAINT)) for text in log if text.strip()]
        self.show(stacked(lines))


def proof_lines(proof: Proof) -> list[Content]:
    """The proof in words: what stayed, what moved, and each exception by name."""
    broken = len(proof.broken)
    lines: list[Content] = []
    if broken:
        lines.append(
            written((f"! {counted(broken, 'frozen thing')} changed: {_names(proof.broken)}", ERROR))
        )
    if proof.not_freezing:
        count = len(proof.not_freezing)
        lines.append(
            written((f"! {count:,} of it had only lr_mult 0, which is not freezing", ERROR))
        )
    if proof.frozen_identical:
        text = f"{counted(proof.frozen_identical, 'parameter')}: identical, bit for bit"
        lines.append(_line("frozen", text, "" if broken else "$text-success"))
    elif not broken:
        lines.append(_line("frozen", "none"))
    if proof.lr_mult_zero:
        lines.append(_line("lr_mult 0", f"{counted(proof.lr_mult_zero, 'parameter')}: identical"))
    statistics: list[str] = []
    if proof.statistics_identical:
        statistics.append(f"{proof.statistics_identical:,} fixed: identical")
    if proof.statistics_moved:
        statistics.append(f"{proof.statistics_moved:,} moved, as intended")
    if statistics:
        lines.append(_line("statistics", " · ".join(statistics)))
    changed = counted(proof.trainable_changed, "parameter")
    if not proof.unchanged:
        lines.append(_line("trainable", f"{changed}: all changed"))
    else:
        lines.append(_line("trainable", f"{changed} changed"))
        count = len(proof.unchanged)
        lines.append(
            written(
                (
                    f"! {counted(count, 'trainable parameter')} did not change: "
                    f"{_names(proof.unchanged)}",
                    "bold $text-warning",
                )
            )
        )
    if proof.frozen_at_times:
        lines.append(
            _line(
                "for a time",
                f"{proof.frozen_at_times:,} frozen for part of the run: identical then",
            )
        )
    return lines


def _finished(state: RunState, finished: Finished, folder: RunFolder) -> list[Content]:
    done = "stopped" if finished.stopped else "complete"
    text = f"{counted(finished.steps, 'step')}, {counted(finished.epochs, 'epoch')}"
    text += f" in {readings.duration(finished.seconds)}"
    if finished.value is not None:
        metric = glyphs().safe(finished.metric) or "metric"
        text += f" · {metric} {readings.loss(finished.value)}"
    style = "bold $text-warning" if finished.stopped else "bold $text-success"
    lines = [
        written((done, style), f" · {text}"),
        _line("weights", _path(folder.path / finished.weights)),
    ]
    if finished.best_weights:
        what = f"best, step {finished.best_step:,}: {_path(folder.path / finished.best_weights)}"
        lines.append(_line("", what))
    return lines


def _failed(failed: Failed | Died) -> list[Content]:
    lines = [written((f"! failed: {glyphs().safe(failed.message)}", ERROR))]
    if isinstance(failed, Failed) and failed.where:
        lines.append(_line("where", glyphs().safe(failed.where)))
    return lines


def _at(state: RunState) -> str:
    return f" at step {state.step.step:,}" if state.step else " before the first step"


def _line(label: str, text: str, style: str = "") -> Content:
    return written((f"{label:<{LABEL}}", FAINT), (text, style) if style else text)


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(glyphs().safe(name) for name in names[:NAMED])
    more = len(names) - NAMED
    return f"{shown} and {more:,} more (thaw verify names them)" if more > 0 else shown


def _path(path: Path) -> str:
    return glyphs().safe(from_home(path))
