"""Memory: of the GPUs where there are any, else of the host; the trainer's and our own."""

from __future__ import annotations

from textual.content import Content

from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.run_state import RunState
from tui.figures import size
from tui.monitor.gpu import Gpu
from tui.monitor.memory import MemorySnapshot


class MemoryPane(LivePane):
    """One line a figure."""

    def show_run(self, state: RunState, snapshot: MemorySnapshot | None) -> None:
        """Show the newest snapshot, and what the trainer says of itself."""
        lines = [written(("memory", HEADING))]
        if snapshot is None:
            self.show(stacked([*lines, written(("reading", FAINT))]))
            return
        ours = frozenset({state.started.pid}) if state.started else frozenset[int]()
        for gpu in snapshot.gpu.gpus:
            lines += _gpu(gpu, ours)
        host = snapshot.host
        if not snapshot.gpu.gpus:
            lines.append(_line("host", f"{size(host.used)} of {size(host.total)}"))
            swap = f"{size(host.swap_used)} of {size(host.swap_total)}"
            lines.append(_line("swap", swap if host.swap_total else "none"))
        trainer = state.memory.resident if state.memory else host.trainer
        if not state.status.ended:
            lines.append(_line("trainer", size(trainer) if trainer is not None else "-"))
        lines.append(_line("this screen", size(host.own)))
        if snapshot.gpu.problem:
            lines.append(written((snapshot.gpu.problem, FAINT)))
        self.show(stacked(lines))


def _gpu(gpu: Gpu, ours: frozenset[int]) -> list[Content]:
    used = "?" if gpu.used is None else size(gpu.used)
    total = "?" if gpu.total is None else size(gpu.total)
    lines = [_line(f"GPU {gpu.index}", f"{used} of {total}")]
    mine = gpu.used_by(ours)
    busy = "" if gpu.utilisation is None else f"{gpu.utilisation} % busy"
    if mine is not None:
        lines.append(_line("  this run", size(mine)))
    degrees = "C" if glyphs().ascii_only else "°C"
    if busy or gpu.temperature is not None:
        heat = "" if gpu.temperature is None else f"{gpu.temperature} {degrees}"
        lines.append(_line(f"  {busy}", heat))
    return lines


def _line(name: str, value: str) -> Content:
    return written((f"{name:<11}", FAINT), f"{value:>17}")
