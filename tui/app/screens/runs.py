"""The list of runs: how each stands, live, and what a key does with the one under the cursor."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tui.app.actions import Where, bindings, key_of
from tui.app.glyphs import glyphs
from tui.app.key_words import with_keys
from tui.app.run_rows import ORDERS, Field, RunRow, in_order, narrowed, run_row
from tui.app.screens.listed_run_orders import ListedRunOrders
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.app.widgets.run_line import RunLine
from tui.app.widgets.run_list import RunList
from tui.app.widgets.runs_filter import RunsFilter
from tui.figures import counted
from tui.runs.folder import RunFolder, runs_home
from tui.runs.watch import RunsWatch, Seen

LOOK_SECONDS = 1.0
"""Between two looks at the runs."""

REST = 10
MOST_REST = 3.0
"""How much longer than a look took is waited until the next, and so many seconds at most: a
thousand runs must not keep a core busy."""

RESUMABLE = ("new", "stopped", "failed", "lost")
"""States in which a trainer can be started."""


NO_RUN = (
    "no run yet",
    "",
    "thaw demo     then <model.head_only> (head only) and <model.train> (train) makes one",
    "thaw          opens any model; <model.train> there trains it",
    "thaw train    does it without a screen",
)
"""What the list says while it is empty."""


class RunsScreen(ListedRunOrders):
    """Lists the runs in some folders, by default the user's own.

    `clock` and `interval` are what a test replaces.
    """

    CSS_PATH = "../styles/runs.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-small"), (80, "-usual")]  # noqa: RUF012
    BINDINGS = bindings("runs")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("runs", "runs_filter", "app")
    AUTO_FOCUS = ""

    def __init__(
        self,
        homes: Sequence[Path] = (),
        *,
        clock: Callable[[], float] = time.time,
        interval: float = LOOK_SECONDS,
    ) -> None:
        super().__init__()
        self._homes = list(homes) or [runs_home()]
        self._watch = RunsWatch(self._homes)
        self._clock = clock
        self._interval = interval
        self._rows: dict[str, RunRow] = {}
        self._marked: set[str] = set()
        self._by: Field = "age"
        self._turned = False
        self._looking = False
        self.looks = 0
        """How often all runs have been looked at."""
        self._next_look = 0.0
        self._said_problem = ""
        self._about = ""
        self._possible: tuple[bool, ...] = ()

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-line"):
            yield Static("runs", id="filter-prompt", markup=False)
            yield RunsFilter(id="filter")
            yield Static("reading them", id="about", markup=False)
        yield Static(id="heads", markup=False)
        yield RunList(id="runs")
        yield RunLine(id="facts")
        yield MessageLine(id="message")
        yield KeyLine(id="keys")

    @property
    def filter(self) -> RunsFilter:
        """Where it is typed."""
        return self.query_one("#filter", RunsFilter)

    @property
    def runs(self) -> RunList:
        """The list."""
        return self.query_one("#runs", RunList)

    @property
    def _there(self) -> bool:
        """Whether there is a list: not before it is mounted, and not while the app closes."""
        return bool(self.query("#runs"))

    @property
    def current(self) -> RunRow | None:
        """The run under the cursor."""
        return self.runs.current

    @property
    def marked(self) -> list[RunRow]:
        """The runs that have a mark, in the order of the list."""
        return [row for row in self._sorted() if row.run.path in self._marked]

    def on_mount(self) -> None:
        self.filter.display = False
        self.set_interval(self._interval, self._tick)
        self._look()

    def on_screen_resume(self) -> None:
        # What another screen has done to a run is seen at once.
        self.look_now()

    # Looking

    def look_now(self) -> None:
        """Look at all runs, unless that is being done."""
        self._next_look = 0.0
        self._tick()

    def _tick(self) -> None:
        if self.is_current and not self._looking and time.monotonic() >= self._next_look:
            self._look()

    @work(group="look")
    async def _look(self) -> None:
        """Read what may have changed, in slices between which keys are served."""
        if self._looking:
            return
        self._looking = True
        began = time.monotonic()
        try:
            looking = self._watch.look()
            while (seen := await asyncio.to_thread(next, looking, None)) is not None:
                if not self._there:
                    return
                self._take(seen)
            self.looks += 1
        finally:
            self._looking = False
            self._next_look = began + min(MOST_REST, REST * (time.monotonic() - began))
        for trainer in self.trainers.values():
            trainer.poll()  # one that has ended is let go of
        if not self._rows:
            self._show()  # only now is it known that there is none

    def _take(self, seen: Seen) -> None:
        known = self._rows
        self._rows = {
            run.path: row
            if (row := known.get(run.path)) is not None and (row.run is run or row.run == run)
            else run_row(run)
            for run in seen.runs
        }
        self._marked &= self._rows.keys()
        if seen.problem != self._said_problem:
            self._said_problem = seen.problem
            self.message.warn(seen.problem)
        about = self._said_of(seen)
        if about != self._about:
            self._about = about
            self.query_one("#about", Static).update(about, layout=False)
        self._show()

    def _said_of(self, seen: Seen) -> str:
        signs = glyphs()
        count = Counter(run.state for run in seen.runs)
        parts = [counted(seen.folders, "run")]
        if len(seen.runs) < seen.folders:
            parts = [f"{len(seen.runs):,} of {parts[0]} read"]
        parts += [f"{count[state]} {state}" for state in ("running", "paused") if count[state]]
        if self._homes != [runs_home()]:
            parts.append(", ".join(str(home) for home in self._homes))
        return signs.said(" · ".join(parts))

    # Showing

    def _sorted(self) -> list[RunRow]:
        return in_order(list(self._rows.values()), self._by, turned=self._turned)

    def _show(self, *, first: bool = False) -> None:
        """Show the rows as they are now; with `first` the cursor goes to the first."""
        if not self._there:
            return
        typed = self.filter.value.strip()
        every = self._sorted()
        rows = narrowed(every, typed) if typed else every
        now = self._clock()
        self.runs.show_runs(
            rows,
            None if first else self.current,
            every=every,
            now=now,
            marked=self._marked,
            by=self._by,
            turned=self._turned,
        )
        self.query_one(RunLine).show(self.current, now)
        if not rows:
            self._say_why_empty(typed)
        self._refresh_keys()

    def _say_why_empty(self, typed: str) -> None:
        signs = glyphs()
        lines: list[str] = []
        if typed:
            lines = [f"nothing matches {typed}: {key_of('runs_filter.clear')} shows all"]
        elif self.looks and not self._said_problem:
            lines = [with_keys(line) for line in NO_RUN]
        self.runs.say_instead([signs.said(line) for line in lines])

    def _refresh_keys(self) -> None:
        """Have the footer drawn again, where other keys work now."""
        actions = ("open", "mark", "stop_run", "pause", "resume", "delete", "compare")
        possible = tuple(bool(self.check_action(action, ())) for action in actions)
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def on_row_list_moved(self, event: RunList.Moved) -> None:
        self.query_one(RunLine).show(event.row, self._clock())
        self._refresh_keys()

    def on_row_list_refitted(self, event: RunList.Refitted) -> None:
        self.query_one("#heads", Static).update(event.heads, layout=False)

    def on_row_list_clicked(self) -> None:
        self.action_open()

    def on_click(self, event: events.Click) -> None:
        """A click on a heading sorts by it, or turns its order round."""
        if event.widget is not self.query_one("#heads"):
            return
        column = self.runs.column_at(event.x)
        if column is None or column not in ORDERS:
            return
        if column == self._by:
            self.action_turn()
        else:
            self._sort(column)

    # Keys of the list

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        row = self.current if self._there else None
        state = row.run.state if row else ""
        match action:
            case "open" | "mark":
                return row is not None
            case "stop_run":
                return state in ("running", "paused")
            case "pause":
                return state in ("running", "paused")
            case "resume":
                return state in RESUMABLE or state == "paused"
            case "delete":
                return row is not None and not row.active
            case "compare":
                return len(self._rows) > 1
        return True

    def action_filter(self) -> None:
        """Type what to show."""
        self._show_filter(True)
        self.filter.focus()

    def _show_filter(self, shown: bool) -> None:
        self.filter.display = shown
        self.query_one("#about").display = not shown
        self.query_one("#filter-prompt", Static).update("runs:" if shown else "runs")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        # The list's own order holds; without a filter the cursor stays on its run.
        self._show(first=bool(event.value.strip()))
        shown = len(self.runs.rows)
        if event.value.strip() and shown:
            self.message.say(f"{shown:,} of {counted(len(self._rows), 'run')}")
        elif shown:
            self.message.say("")

    def on_descendant_blur(self) -> None:
        if not self.filter.value.strip():
            self._show_filter(False)

    def action_sort(self) -> None:
        """Sort by the next column."""
        fields = list(ORDERS)
        self._sort(fields[(fields.index(self._by) + 1) % len(fields)])

    def _sort(self, by: Field) -> None:
        self._by, self._turned = by, False
        self._show()
        self.message.say(f"sorted by {by}")

    def action_turn(self) -> None:
        """Turn the order round."""
        self._turned = not self._turned
        self._show()

    def action_mark(self) -> None:
        """Mark the run, or take its mark away, and go on to the next."""
        row = self.current
        if row is None:
            return
        self._marked ^= {row.run.path}
        self.runs.move(1)
        self._show()
        count = len(self._marked)
        compares = f"{key_of('runs.compare')} compares"
        how = f"{compares} them" if count > 1 else f"{compares} it with the one under the cursor"
        self.message.say(f"{counted(count, 'run')} marked: {how}" if count else "no run marked")

    def action_leave(self) -> None:
        """Show all; then take the marks away; then leave."""
        if self.filter.value:
            self.filter.clear()
            self._show_filter(False)
        elif self._marked:
            self._marked.clear()
            self._show()
            self.message.say("no run marked")
        else:
            self.dismiss()

    # Other screens

    def action_open(self) -> None:
        """Show the run under the cursor."""
        row = self.current
        if row is None:
            return
        if row.run.state == "broken":
            self.message.warn(f"{row.run.name} cannot be shown: {row.run.problem}")
            return
        from tui.app.screens.listed_run import ListedRunScreen

        trainer = self.trainers.get(row.run.path)
        self.app.push_screen(ListedRunScreen(RunFolder(row.path), trainer))

    def action_compare(self) -> None:
        """Hold the marked runs against each other."""
        from tui.runs.run_letters import MOST

        rows, current = self.marked, self.current
        if len(rows) == 1 and current is not None and current is not rows[0]:
            rows.append(current)
        if len(rows) < 2:
            mark, compare = key_of("runs.mark"), key_of("runs.compare")
            self.message.warn(f"mark two runs or more with {mark}; then {compare} compares them")
        elif len(rows) > MOST:
            self.message.warn(
                f"at most {MOST} runs at once; {key_of('runs.mark')} takes a mark away"
            )
        else:
            from tui.app.screens.compare import CompareScreen

            self.app.push_screen(CompareScreen([RunFolder(row.path) for row in rows]))
