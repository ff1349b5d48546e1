"""What keeping features would take and spare, from one batch of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mxnet as mx
import numpy as np

from tui.engine.feature_cache.split import Split
from tui.engine.feature_cache.store import bytes_kept
from tui.engine.feature_cache.worth import limit_of, seconds_of, why_not_kept
from tui.runs.spec import Hyperparameters


@dataclass(frozen=True, slots=True)
class Weighed:
    """Bytes kept of a picture (`each`), in all (`total`) and at the most (`limit`); `seconds` is
    what the frozen side takes for a picture; `why_not` is empty where features are kept."""

    each: int
    total: int
    limit: int
    seconds: float
    why_not: str


def weigh(
    split: Split,
    pictures: mx.nd.NDArray,
    features: Sequence[mx.nd.NDArray],
    beside: Sequence[np.ndarray],
    hyper: Hyperparameters,
    folder: Path,
    rows: int,
    passes: float,
) -> Weighed:
    """Weigh a store in `folder` of so many `rows`, each of which is still to be read `passes`
    times. `features` are those of `pictures`, `beside` is what is kept of one beside them."""
    first = [one[:1].asnumpy().astype(hyper.cache_dtype, copy=False) for one in features]
    each = bytes_kept([*first, *beside])
    seconds = seconds_of(split, pictures) / pictures.shape[0]
    limit = limit_of(folder, hyper)
    why_not = why_not_kept(hyper, each * rows, each, seconds, limit, passes)
    return Weighed(each, each * rows, limit, seconds, why_not)
