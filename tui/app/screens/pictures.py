"""The pictures that a run draws after each validation, with what is predicted and what is true."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from tui.app import readings
from tui.app.actions import Where, bindings
from tui.app.glyphs import glyphs
from tui.app.picture_terminal import TERMINAL, PictureTerminal
from tui.app.run_state import RunState
from tui.app.screens.stacked_screen import StackedScreen
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.picture import PictureFile
from tui.app.widgets.picture_tile import PictureTile
from tui.picture_cells import Way
from tui.runs.events import Sampled
from tui.runs.folder import RunFolder

WIDE, HIGH = 100, 30
"""Columns and lines from which on all pictures of a sample stand beside each other."""

LEGENDS = {
    "classification": "",
    "segmentation": "left: predicted, right: true",
    "simple_pose": "dots: predicted joints",
}
"""What the lines and areas are, by recipe; of the others boxes."""
BOXES = "solid lines: predicted, dashed: true"


class PicturesScreen(StackedScreen[None]):
    """Shows the newest sample of a run, as `state` tells of it, or an older one."""

    CSS_PATH = "../styles/pictures.tcss"
    BINDINGS = bindings("pictures")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("pictures", "app")

    def __init__(
        self,
        folder: RunFolder,
        state: RunState,
        *,
        terminal: PictureTerminal = TERMINAL,
        interval: float = 1.0,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._state = state
        self._terminal = terminal
        self._interval = interval
        self._step: int | None = None  # that of an older sample; None: the newest, whichever it is
        self._number = 0
        self._enlarged = False
        self._way: Way | None = None
        self._seen: tuple[Sampled, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield Container(id="tiles")
        yield Static(id="where", markup=False)
        yield KeyLine(id="keys")

    async def on_mount(self) -> None:
        await self._show()
        self.set_interval(self._interval, self._follow)

    async def on_resize(self) -> None:
        await self._show()

    async def _follow(self) -> None:
        if tuple(self._state.samples) != self._seen:
            await self._show()

    # What is shown

    @property
    def way(self) -> Way:
        """How pictures are drawn: as was chosen, else the best way that the terminal knows."""
        ways = self._terminal.ways()
        return self._way if self._way in ways else ways[0]

    @property
    def _samples(self) -> list[Sampled]:
        return [one for one in self._state.samples if one.pictures]

    @property
    def _at(self) -> int:
        """Which of the samples; the newest where that which was looked at is no more."""
        steps = [one.step for one in self._samples]
        return steps.index(self._step) if self._step in steps else len(steps) - 1

    @property
    def _all(self) -> bool:
        """Whether all pictures of a sample stand beside each other."""
        several = self._at >= 0 and len(self._samples[self._at].pictures) > 1
        return (
            several and not self._enlarged and self.size.width >= WIDE and self.size.height >= HIGH
        )

    async def _show(self) -> None:
        self._seen = tuple(self._state.samples)
        if not self._samples:
            self.query_one("#title", Static).update("no pictures yet: they come with a validation")
            self.query_one("#where", Static).update("")
            await self.query_one("#tiles").remove_children()
            self.refresh_bindings()
            return
        sample = self._samples[self._at]
        self._number = min(self._number, len(sample.pictures) - 1)
        tiles = self.query_one("#tiles", Container)
        shown = list(tiles.query_children(PictureTile))
        if len(shown) < len(sample.pictures):
            new = [PictureTile() for _ in range(len(sample.pictures) - len(shown))]
            await tiles.mount(*new)
            shown += new
        self.set_class(self._enlarged, "-enlarged")
        tiles.set_class(self._all, "-all")
        for number, tile in enumerate(shown):
            there = number < len(sample.pictures)
            tile.display = there and (self._all or number == self._number)
            if not tile.display:
                continue
            one = sample.pictures[number]
            small = self._folder.path / one.small if one.small else None
            tile.show(
                PictureFile(self._folder.path / one.path, small),
                self.way,
                f"{number + 1} of {len(sample.pictures)}",
                one.caption,
                marked=self._all and number == self._number,
            )
        self.query_one("#title", Static).update(self._title(sample))
        started = self._state.started
        legend = LEGENDS.get(started.recipe if started else "", BOXES)
        path = glyphs().safe(sample.pictures[self._number].path)
        where = glyphs().text(f"{path} · {legend}" if legend else path)
        self.query_one("#where", Static).update(where)
        self.refresh_bindings()

    def _title(self, sample: Sampled) -> str:
        parts = [f"pictures after step {sample.step:,}"]
        for validated in reversed(self._state.validations):
            if validated.step == sample.step:
                metric = glyphs().safe(validated.metric)
                parts.append(f"{metric} {readings.loss(validated.value)}")
                break
        samples = len(self._samples)
        newest = self._at == samples - 1
        parts.append("the newest" if newest else f"older, {self._at + 1} of {samples}")
        return glyphs().text(" · ").join([*parts, self.way])

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        if action == "enlarge":
            return bool(self._samples)
        if action in ("picture", "sample") and not self._samples:
            return False
        if action == "picture":
            return len(self._samples[self._at].pictures) > 1
        if action == "sample":
            return 0 <= self._at + int(str(parameters[0])) < len(self._samples)
        if action == "way":
            return len(self._terminal.ways()) > 1
        return True

    async def action_picture(self, by: int) -> None:
        """To the next picture of the sample, or the one before; round and round."""
        self._number = (self._number + by) % len(self._samples[self._at].pictures)
        await self._show()

    async def action_sample(self, by: int) -> None:
        """To the pictures of a later validation, or an earlier one."""
        at = self._at + by
        self._step = None if at == len(self._samples) - 1 else self._samples[at].step
        await self._show()

    async def action_enlarge(self) -> None:
        """One picture on the whole screen, or back."""
        self._enlarged = not self._enlarged
        await self._show()

    async def action_way(self) -> None:
        """Draw them in the next way that there is."""
        ways = self._terminal.ways()
        self._way = ways[(ways.index(self.way) + 1) % len(ways)]
        await self._show()

    async def action_back(self) -> None:
        """Back: from one picture to what was there before it, from there to the run."""
        if self._enlarged:
            await self.action_enlarge()
        else:
            self.dismiss()
