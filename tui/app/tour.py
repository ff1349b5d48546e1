"""The guided tour of `thaw demo`: what to press next, told from what is on the screen.

Each step is known by what the screen shows, not by what came before it: whoever goes another way,
or back, is told what leads on from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.screen import Screen

from tui.app.run_state import Status
from tui.app.widgets.tour_line import TourLine
from tui.model.states import State
from tui.toml import write_toml

SEEN_VERSION = 1

HEADER = "# The tour of thaw demo was seen. Without this file it is shown again.\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; what it says fits into two lines of 58 cells, with the words before it. An
    action's id in it, as in `<model.train>`, stands for its key."""

    number: int
    says: str


HEAD = Step(
    1,
    "all rows are trainable: all would move. Press <model.head_only>: train the last layers alone",
)
THAW = Step(
    1, "all is frozen: nothing could train. Press <model.head_only>: train the last layers alone"
)
TRAIN = Step(
    2, "the header counts what is left to train; the rest is frozen. Press <model.train>: train"
)
START = Step(3, "all is filled in, as the recipe has it. Press Enter: start the run")
WATCH = Step(4, "it trains in its own process, which outlives this screen. Watch the losses fall")
MEASURE = Step(5, "validation is on pictures that it never trains on. Watch: it ends by itself")
PROOF = Step(6, "the proof: each frozen value is what it was, bit for bit. Press <run.back>: back")
ENDED = Step(6, "it ended before its time: the lines below say why. Press <run.back>: back")
YOURS = Step(7, "now yours: thaw open MODEL --classes a,b --data PATH. Press <model.quit>: leave")

LAST = YOURS.number


class Tour:
    """The tour while it lasts: a line on each screen that it leads over, and what was reached."""

    def __init__(self, seen: Path) -> None:
        self._seen = seen
        self._run_ended = False

    def go_with(self, screen: Screen[Any]) -> None:
        """Lead on on this screen, where the tour has something to say there."""
        if _place(screen) in ("model", "train", "run"):
            screen.call_later(self._join, screen)

    async def _join(self, screen: Screen[Any]) -> None:
        if screen.is_attached and not screen.query(TourLine):
            await screen.mount(TourLine(self))

    def step_on(self, screen: Screen[Any]) -> Step | None:
        """What there is to do on a screen now; None where that is not for the tour to say."""
        match _place(screen):
            case "model":
                step = _of_model(screen)
                return YOURS if self._run_ended and step is TRAIN else step
            case "train":
                return START
            case "run":
                step = _of_run(screen)
                self._run_ended = self._run_ended or step.number == PROOF.number
                return step
        return None

    def reached(self, step: Step) -> None:
        """A step was shown: whoever has seen the proof has seen the tour."""
        if step.number >= PROOF.number:
            self.remember()

    def end(self, screens: Iterable[Screen[Any]]) -> None:
        """Say no more, on any of these screens, and do not come back."""
        self.remember()
        for screen in screens:
            screen.query(TourLine).remove()

    def remember(self) -> None:
        """Keep in mind that it was seen. Where that cannot be written it is shown again."""
        if was_seen(self._seen):
            return
        try:
            self._seen.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_toml(self._seen, {"version": SEEN_VERSION}, HEADER)
        except OSError:
            return


def seen_file() -> Path:
    """Where it is remembered that the tour was seen."""
    from platformdirs import user_state_path

    return user_state_path("thaw") / "tour.toml"


def was_seen(file: Path) -> bool:
    """Whether the tour was seen, or left."""
    return file.exists()


def _place(screen: Screen[Any]) -> str:
    places: tuple[str, ...] = getattr(screen, "HELP_PLACES", ())
    return places[0] if places else ""


def _of_model(screen: Any) -> Step:
    states = screen.session.resolution.states
    if State.TRAINABLE not in states:
        return THAW
    return TRAIN if State.FROZEN in states else HEAD


def _of_run(screen: Any) -> Step:
    state = screen.state
    if state.status in (Status.COMPLETE, Status.STOPPED):
        return PROOF
    if state.status.ended:
        return ENDED
    return MEASURE if state.validations else WATCH
