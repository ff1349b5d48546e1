"""The panes of a run, made from their registry, and how they share the room."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from tui.app.actions import BY_ID, keys_of, keys_text
from tui.app.pane_layout import PaneLayout
from tui.app.panes.registry import BY_NAME, PANES, PaneKind, Place, RunView
from tui.app.widgets.key_scroll import KeyScroll

LOW = 32
"""Rows of a terminal below which what stands below takes the room of all else."""

NARROW = 110
"""Columns of a terminal below which the columns beside the middle are one."""


class PaneFrame(KeyScroll):
    """Scrolls a pane of lines."""


class RunBody(Vertical):
    """All panes. What is shown follows `layout`, the size of the terminal, and whether the run has
    ended."""

    def __init__(self, layout: PaneLayout, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.pane_layout = layout
        self.below_in_front = False
        """On a low terminal: whether what stands below is shown, and not the rest."""
        self.whole: PaneKind | None = None
        """The pane that has all the room to itself."""
        self._ended = False
        self._room = Size(80, 24)
        self._panes = {kind.name: kind.make() for kind in PANES}
        self._frames: dict[str, Widget] = {}

    def compose(self) -> ComposeResult:
        """The middle and the columns beside it, above what is below."""
        with Horizontal(id="above"):
            with Vertical(id="main"):
                yield from self._framed("main")
            with Container(id="side"):
                # They scroll as one where their panes are too many; a pane has the focus.
                with VerticalScroll(id="near", can_focus=False):
                    yield from self._framed("near")
                with VerticalScroll(id="far", can_focus=False):
                    yield from self._framed("far")
        with Vertical(id="below"):
            yield from self._framed("below")
        actions = (BY_ID[f"run.pane_{kind.name}"] for kind in PANES)
        keys = keys_text(key for action in actions for key in keys_of(action))
        yield Static(f"All panes are hidden; {keys} show them.", id="no-pane", markup=False)

    def _framed(self, place: Place) -> ComposeResult:
        for kind in PANES:
            if kind.place != place:
                continue
            pane = self._panes[kind.name]
            frame = pane if not kind.framed else PaneFrame(pane, id=f"{kind.name}-frame")
            self._frames[kind.name] = frame.add_class("pane")
            yield frame

    def show_run(self, view: RunView) -> None:
        """Give all panes that are on the screen something to show."""
        for kind in PANES:
            if self.is_seen(kind):
                kind.feed(self._panes[kind.name], view)

    # What is shown

    def fit(self, room: Size, ended: bool) -> None:
        """Lay the panes out for a terminal of this size."""
        self._room, self._ended = room, ended
        self._lay_out()

    def use_layout(self, layout: PaneLayout) -> None:
        """Lay the panes out in another way."""
        self.pane_layout = layout
        self._lay_out()

    def is_seen(self, kind: PaneKind) -> bool:
        """Whether a pane is to be seen now."""
        if self.whole is not None:
            return kind is self.whole
        return self._is_wanted(kind) and (
            not self._is_low or (kind.place == "below") == self._below_shows
        )

    @property
    def focused_kind(self) -> PaneKind | None:
        """The pane that has the focus."""
        focused = self.screen.focused
        for node in focused.ancestors_with_self if focused else ():
            for name, frame in self._frames.items():
                if node is frame:
                    return BY_NAME[name]
        return None

    def bring(self, kind: PaneKind) -> None:
        """Show a pane, whatever is in its way, and give it the focus."""
        if self.whole is not kind:
            self.whole = None
        if not self.pane_layout.shows(kind):
            self.pane_layout = self.pane_layout.toggled(kind)
        self.below_in_front = kind.place == "below"
        self._lay_out()
        self.call_after_refresh(self._frames[kind.name].focus)

    def toggle(self, kind: PaneKind) -> None:
        """Show a pane that is not to be seen, hide one that is."""
        if not self.is_seen(kind):
            self.bring(kind)
            return
        self.whole = None
        if self.is_in_front:
            self.to_the_back()
            return
        self.use_layout(self.pane_layout.toggled(kind))

    @property
    def is_in_front(self) -> bool:
        """Whether what stands below has taken the room of all else."""
        return self._is_low and self._below_shows and self.whole is None

    def to_the_back(self) -> None:
        """Put it behind the others again."""
        self.below_in_front = False
        self._lay_out()
        self.call_after_refresh(self._focus_first)

    def _focus_first(self) -> None:
        places = self.places()
        if places:
            places[0][2].focus()

    def toggle_whole(self) -> None:
        """Give the pane that has the focus all the room, or give the others theirs back."""
        self.whole = None if self.whole else self.focused_kind
        self._lay_out()

    def resize_pane(self, steps: int) -> None:
        """Make the pane that has the focus larger, or smaller."""
        kind = self.focused_kind
        if kind is None or self.whole:
            return
        frame = self._frames[kind.name]
        room = self.query_one("#above").size.width if kind.place == "main" else self.size.height
        taken = frame.size.width if kind.place == "main" else frame.size.height
        percent = 100 * taken / max(1, room)
        self.use_layout(self.pane_layout.resized(kind, percent, steps))

    def places(self) -> list[tuple[int, PaneKind, Widget]]:
        """The panes that are on the screen, with their numbers and frames."""
        return [
            (number, kind, self._frames[kind.name])
            for number, kind in enumerate(PANES, 1)
            if self.is_seen(kind)
        ]

    @property
    def _is_low(self) -> bool:
        return self._room.height < LOW

    @property
    def _below_shows(self) -> bool:
        return self.below_in_front and any(
            kind.place == "below" and self._is_wanted(kind) for kind in PANES
        )

    def _is_wanted(self, kind: PaneKind) -> bool:
        gone = kind.live and self._ended and self._room.width < NARROW
        return self.pane_layout.shows(kind) and not gone

    def _lay_out(self) -> None:
        shown = [kind for kind in PANES if self.is_seen(kind)]
        places = {kind.place for kind in shown}
        for kind in PANES:
            frame = self._frames.get(kind.name)
            if frame is not None:
                frame.display = kind in shown
                self._give_size(frame, kind)
        beside = places & {"near", "far"}
        for id, display in (
            ("main", "main" in places),
            ("side", bool(beside)),
            ("near", "near" in places),
            ("far", "far" in places),
            ("above", bool(places - {"below"})),
            ("below", "below" in places),
            ("no-pane", not shown),
        ):
            self.query_one(f"#{id}").display = display
        self.set_class(self.whole is not None, "-whole")
        self.set_class("main" not in places, "-no-main")
        self.set_class(places == {"below"}, "-below-only")
        self.set_class(len(beside) < 2, "-one-column")

    def _give_size(self, frame: Widget, kind: PaneKind) -> None:
        size = None if self.whole else self.pane_layout.sizes.get(kind.name)
        if kind.place == "main":
            # Both columns share what the middle leaves.
            side = self.query_one("#side")
            side.styles.width = None if size is None else f"{100 - size}%"
        elif kind.place == "below":
            low = self._is_low or self.whole
            self.query_one("#below").styles.height = None if size is None or low else f"{size}%"
        else:
            frame.styles.height = None if size is None else max(2, self.size.height * size // 100)
