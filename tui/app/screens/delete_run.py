"""Whether a run is to be deleted, asked with all that goes with it."""

from __future__ import annotations

from tui.app.glyphs import glyphs
from tui.app.screens.question import Choice, Question
from tui.figures import counted, size
from tui.runs.listed import ListedRun
from tui.runs.pruning import Contents

DELETE = "delete"
KEEP = "keep"


class DeleteRun(Question):
    """Asked by `x`: `delete` or `keep`, which has the focus: what is deleted is gone for good."""

    AUTO_FOCUS = "#c1"

    def __init__(self, run: ListedRun, holds: Contents) -> None:
        super().__init__(
            f"Delete {glyphs().safe(run.name)}?",
            f"{_what(run, holds)}\nThis cannot be undone.",
            [Choice("d", f"delete it, {size(holds.size)}", DELETE), Choice("n", "keep it", KEEP)],
        )


def _what(run: ListedRun, holds: Contents) -> str:
    weights = [name for name in holds.written if name.startswith("weights/")]
    checkpoints = {name.split("/")[1] for name in holds.written if name.startswith("checkpoints/")}
    parts = [
        f"{counted(len(weights), 'file')} of weights" if weights else "",
        counted(len(checkpoints), "checkpoint") if checkpoints else "",
        f"the log of {counted(run.step, 'step')}" if run.step else "",
    ]
    told = [part for part in parts if part]
    gone = (
        f"With it go {', '.join(told)}, and its settings." if told else "Its settings go with it."
    )
    if not holds.others:
        return gone
    return f"{gone}\n{counted(len(holds.others), 'file')} that thaw did not write will stay."
