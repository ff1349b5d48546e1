"""Memory: of the GPUs where there are any, of the host, the trainer's and our own, and what frozen
layers save."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.panes.meter import bar, history, signs
from tui.app.run_state import RunState
from tui.figures import percent, size
from tui.monitor.gpu import Gpu
from tui.monitor.memory import MemorySnapshot
from tui.monitor.past import HOST, Past

WIDTH, LEAST, MOST = 28, 24, 56
"""Cells of a line as long as it is not known how many there are; where there are fewer, and more.
"""
NAME = 11
"""Cells of a name before a row of heights."""
TALL = 30
"""Lines of the terminal from which on everything is shown, as it is where the pane stands alone."""
FEW = 2
"""GPUs that have lines of their own where there is little room."""
NOT_TOLD = "N/A"


class MemoryPane(LivePane):
    """A line a figure; where there is room, bars and what was before as well."""

    def show_run(self, state: RunState, snapshot: MemorySnapshot | None) -> None:
        """Show the newest snapshot, and what the trainer says of itself."""
        if snapshot is None:
            self.show(stacked([written(("memory", HEADING)), written(("reading", FAINT))]))
            return
        alone = any(node.has_class("-whole") for node in self.ancestors if isinstance(node, Widget))
        roomy = self.app.size.height >= TALL or alone
        lines = _Lines(self.content_size.width or WIDTH, roomy)
        self.show(stacked(lines.of(state, snapshot)))


class _Lines:
    """What stands in the pane, in lines of `width` cells."""

    def __init__(self, width: int, roomy: bool) -> None:
        self.width = min(MOST, max(LEAST, width))
        self.roomy = roomy

    def of(self, state: RunState, snapshot: MemorySnapshot) -> list[Content]:
        gpus, problem = snapshot.gpu.gpus, snapshot.gpu.problem
        none = not gpus and problem.startswith("no GPU") and not self.roomy
        lines = [written(("memory", HEADING), ("   no GPU" if none else "", FAINT))]
        if problem and not none:
            lines.append(written(("" if problem.startswith("no GPU") else "! ", "bold"), problem))
        if len(gpus) > FEW and not self.roomy:
            lines += self._table(gpus, snapshot.ours)
        else:
            for gpu in gpus:
                past = snapshot.past.get(gpu.label, Past())
                lines += self._gpu(gpu, snapshot.ours, past, state)
        if not gpus and state.memory is not None and not state.status.ended:
            for device in state.memory.devices:
                told = _of(device.used, device.total)
                lines.append(self._line(f"GPU {device.device}", told))
        if self.roomy or not gpus:
            lines += self._host(snapshot)
        trainer = state.memory.resident if state.memory else snapshot.host.trainer
        if not state.status.ended:
            lines.append(self._line("trainer", size(trainer) if trainer is not None else "-"))
        lines.append(self._line("this screen", size(snapshot.host.own)))
        return lines + self._saved(state)

    def _gpu(self, gpu: Gpu, ours: frozenset[int], past: Past, state: RunState) -> list[Content]:
        mine = gpu.used_by(ours)
        if not self.roomy:
            lines = [self._line(f"GPU {gpu.label}", _of(gpu.used, gpu.total))]
            if mine is not None:
                rest = f"others {size(max(0, (gpu.used or mine) - mine))}"
                lines.append(self._line(f" run {size(mine)}", rest))
            return [*lines, self._line(f" {_busy(gpu)}", _heat(gpu, limit=False))]
        name = glyphs().safe(gpu.name)
        title = f"GPU {gpu.label}  "
        lines = [written((title, FAINT), glyphs().cut(name, self.width - len(title)))]
        told = _of(gpu.used, gpu.total)
        room = self.width - len(told) - 1
        lines.append(written(bar(room, *_shares(gpu, mine)), f" {told}"))
        lines += self._users(gpu, ours, mine, state)
        if gpu.total and any(one is not None for one in past.used):
            shares = [None if one is None else one / gpu.total for one in past.used]
            lines.append(self._past("memory", shares))
        lines.append(self._past(_busy(gpu), past.busy))
        heat = _heat(gpu, limit=True)
        return [*lines, written(heat)] if heat else lines

    def _users(
        self, gpu: Gpu, ours: frozenset[int], mine: int | None, state: RunState
    ) -> list[Content]:
        """Who has how much of a GPU."""
        sign, other, _ = signs()
        lines = []
        if mine is not None:
            lines = [self._line(f"this run {sign}", size(mine)), *self._pool(mine, state)]
        elif not state.status.ended:
            lines = [self._line("this run", "-")]
        rest = max(0, (gpu.used or 0) - (mine or 0))
        if rest:
            lines.append(self._line(f"others {other}", size(rest)))
        for one in gpu.others(ours)[:3]:
            who = glyphs().safe(one.name or "process")
            who = f"  {glyphs().cut(who, self.width - 20)} {one.pid}"
            lines.append(self._line(who, NOT_TOLD if one.used is None else size(one.used)))
        return lines

    def _pool(self, mine: int, state: RunState) -> list[Content]:
        """MXNet does not tell how much its pool holds: it is what is in no array that lasts."""
        check, savings = state.checked, state.savings
        if check is None or savings is None:
            return []
        arrays = check.parameter_bytes + savings.gradients_taken + savings.optimizer_taken
        if arrays >= mine:
            return []
        return [
            self._line("  weights, gradients", size(arrays)),
            self._line("  MXNet's pool, CUDA", size(mine - arrays)),
        ]

    def _table(self, gpus: Sequence[Gpu], ours: frozenset[int]) -> list[Content]:
        """Many GPUs, a line each."""
        room = self.width - 18
        sign, other, _ = signs()
        lines = [written((f"{'GPU':<{room + 4}} {'memory':>6} {'busy':>6}", FAINT))]
        known = False
        for gpu in gpus:
            mine = gpu.used_by(ours)
            known = known or mine is not None
            full = percent(gpu.used / gpu.total) if gpu.used is not None and gpu.total else NOT_TOLD
            busy = NOT_TOLD if gpu.utilisation is None else f"{gpu.utilisation} %"
            cells = bar(room, *_shares(gpu, mine))
            lines.append(written(f"{gpu.label:<4}{cells} {full:>6} {busy:>6}"))
        return [*lines, written((f"{sign} this run, {other} others", FAINT))] if known else lines

    def _host(self, snapshot: MemorySnapshot) -> list[Content]:
        host = snapshot.host
        lines = [self._line("host", _of(host.used, host.total))]
        past = snapshot.past.get(HOST, Past())
        if self.roomy and len(past.used) > 1:
            lines.append(self._past("  memory", [(one or 0) / host.total for one in past.used]))
        swap = _of(host.swap_used, host.swap_total) if host.swap_total else "none"
        lines.append(self._line("swap", swap))
        if host.cores:
            busy = f"{percent(sum(host.cores) / len(host.cores))} busy"
            lines.append(self._line(f"{len(host.cores)} cores", busy))
            if self.roomy:
                lines.append(self._each("  each", host.cores))
        return lines

    def _saved(self, state: RunState) -> list[Content]:
        saved = state.savings
        if saved is None or not saved.total:
            return []
        lines = [self._line("frozen layers save", size(saved.total))]
        if self.roomy:
            lines.append(self._line("  gradients", size(saved.gradients)))
            lines.append(self._line("  optimizer", size(saved.optimizer)))
        return lines

    def _past(self, name: str, shares: Sequence[float | None]) -> Content:
        return written((f"{name:<{NAME}}", FAINT), history(self.width - NAME, shares))

    def _each(self, name: str, shares: Sequence[float]) -> Content:
        """As many as there is room for; of more cores the busiest."""
        room = self.width - NAME
        shown = shares if len(shares) <= room else sorted(shares)[-room:]
        return written((f"{name:<{NAME}}", FAINT), history(len(shown), shown))

    def _line(self, name: str, value: str) -> Content:
        return written((name, FAINT), f" {value:>{max(0, self.width - len(name) - 1)}}")


def _shares(gpu: Gpu, mine: int | None) -> tuple[float, ...]:
    if not gpu.total or gpu.used is None:
        return ()
    if mine is None:
        return (0.0, gpu.used / gpu.total)
    return (mine / gpu.total, max(0, gpu.used - mine) / gpu.total)


def _of(used: int | None, total: int | None) -> str:
    if used is None and total is None:
        return NOT_TOLD
    return f"{'?' if used is None else size(used)} of {'?' if total is None else size(total)}"


def _busy(gpu: Gpu) -> str:
    return f"{NOT_TOLD if gpu.utilisation is None else f'{gpu.utilisation} %'} busy"


def _heat(gpu: Gpu, *, limit: bool) -> str:
    degrees = "C" if glyphs().ascii_only else "°C"
    parts = []
    if gpu.temperature is not None:
        parts.append(f"{gpu.temperature} {degrees}")
    if gpu.power is not None:
        most = f" of {gpu.power_limit:.0f}" if limit and gpu.power_limit is not None else ""
        parts.append(f"{gpu.power:.0f}{most} W")
    return "  ".join(parts)
