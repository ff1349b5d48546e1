"""What a run's network says of pictures."""

from __future__ import annotations

import msgspec

from tui.runs.inspection.data import DrawnPicture


class Predict(msgspec.Struct, frozen=True, tag=True):
    """Draw what a run's network predicts on pictures, into a folder, which is made. `weights` are
    the run's own. Objects of a lower score than `threshold` are left out. The first `show` pictures
    are sent along, each at most `size` (width, height) pixels large."""

    run: str
    weights: str
    pictures: tuple[str, ...]
    out: str
    threshold: float = 0.5
    ctx: str = ""
    show: int = 0
    size: tuple[int, int] = (640, 480)


class Predictions(msgspec.Struct, frozen=True, tag=True):
    """What was written: PNG files and predictions.jsonl, of so many pictures; `unreadable` could
    not be read, one line each."""

    written: int
    unreadable: tuple[str, ...] = ()
    shown: tuple[DrawnPicture, ...] = ()
