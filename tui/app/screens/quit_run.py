"""What becomes of a run when its screen is left, or when it is stopped."""

from __future__ import annotations

from tui.app.screens.question import Choice, Question

LEAVE = "leave"
STOP = "stop"
STAY = "stay"


class QuitRun(Question):
    """Asked by `q` with a run going: `leave` (the default), `stop` or `stay`."""

    def __init__(self, come_back: str) -> None:
        super().__init__(
            "A run is going.",
            f"It goes on without this screen; come back with\n{come_back}",
            [
                Choice("l", "leave it running and quit", LEAVE),
                Choice("s", "stop it, keep the weights, then quit", STOP),
                Choice("n", "stay here", STAY),
            ],
        )

    def may_quit(self) -> bool:
        """It is being asked."""
        return False


class StopRun(Question):
    """Asked by `s`: `stop` or `stay`."""

    def __init__(self) -> None:
        super().__init__(
            "Stop this run?",
            "It ends between two batches, keeps the weights so far,\n"
            "and proves what moved and what did not.",
            [Choice("s", "stop", STOP), Choice("n", "let it go on", STAY)],
        )
