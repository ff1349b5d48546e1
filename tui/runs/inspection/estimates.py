"""What a run would keep and spare, before it is made."""

from __future__ import annotations

import msgspec

from tui.model.plan import FreezePlan
from tui.runs.spec import RunSpec


class EstimateCache(msgspec.Struct, frozen=True, tag=True):
    """Set a run up and weigh, on one batch, what its feature cache would take and spare. `folder`
    is where the run is to be. Nothing is kept."""

    spec: RunSpec
    plan: FreezePlan
    folder: str


class CacheEstimate(msgspec.Struct, frozen=True, tag=True):
    """What the feature cache of a run would come to; `why_not` says in a line why none would be
    kept, and is empty where one would.

    Bytes of a picture's features, in all, and at the most; seconds that a picture takes in a plain
    epoch, read and there and back, and once its features are kept; the pictures, the views kept of
    each, and the epochs. All are 0 where it was not measured.
    """

    why_not: str = ""
    tensors: int = 0
    picture_bytes: int = 0
    total_bytes: int = 0
    limit_bytes: int = 0
    picture_seconds: float = 0.0
    kept_seconds: float = 0.0
    pictures: int = 0
    views: int = 1
    epochs: int = 0

    @property
    def faster(self) -> float:
        """How many times as fast an epoch is, once features are kept."""
        return self.picture_seconds / self.kept_seconds if self.kept_seconds else 1.0

    @property
    def plain_seconds(self) -> float:
        """Seconds that the run would train for without it."""
        return self.picture_seconds * self.pictures * self.epochs

    @property
    def spared_seconds(self) -> float:
        """Seconds of those that are spared."""
        kept = max(0, self.epochs - self.views) * self.pictures
        return max(0.0, self.picture_seconds - self.kept_seconds) * kept
