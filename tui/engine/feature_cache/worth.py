"""Whether it pays to keep what the frozen side makes, and how much may be kept."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import mxnet as mx

from tui.engine.feature_cache.split import Split
from tui.runs.spec import Hyperparameters

READ_RATE = 5e8
"""Bytes a second at which rows are read and put together, at the least."""
WORTH = 3
"""How many times longer the frozen side must take than to read what it has made."""
SHARE_OF_DISK = 0.5
DRAWS_ANEW = "augmentation changes the pictures in each epoch (views, or none, would not)"
"""Why a run keeps no features unless it is asked to."""
GIGABYTE = 1_000_000_000


def limit_of(folder: Path, hyper: Hyperparameters) -> int:
    """The most bytes that a store in a folder may take."""
    if hyper.cache_limit:
        return int(hyper.cache_limit * GIGABYTE)
    there = next(one for one in (folder, *folder.parents) if one.exists())
    taken = sum(file.stat().st_size for file in folder.glob("*") if file.is_file())
    return int((shutil.disk_usage(there).free + taken) * SHARE_OF_DISK)


def why_not_kept(
    hyper: Hyperparameters, total: int, each: int, seconds: float, limit: int, passes: float
) -> str:
    """Why nothing is kept, in one line; empty where it is. `total` and `each` are bytes, in all
    and of a picture, `seconds` what the frozen side takes for one, and `passes` how often each
    view of a picture is still to be seen."""
    if total > limit:
        return (
            f"its {total / GIGABYTE:.1f} GB are more than the {limit / GIGABYTE:.1f} GB that "
            "it may take"
        )
    if hyper.cache == "on":
        return ""
    if passes <= 1:
        return "no picture is seen twice"
    if seconds * READ_RATE < WORTH * each:
        return "to read what it keeps would take as long as to compute it"
    return ""


def epochs_begun(hyper: Hyperparameters, steps_per_epoch: int) -> int:
    """How many epochs a run begins, with its limit on steps."""
    limit = -(-hyper.max_steps * hyper.accumulate // steps_per_epoch)
    return min(hyper.epochs, limit) if hyper.max_steps else hyper.epochs


def seconds_of(split: Split, pictures: mx.nd.NDArray) -> float:
    """How long the frozen side takes for some pictures."""
    mx.nd.waitall()
    began = time.perf_counter()
    split.features(pictures)
    mx.nd.waitall()
    return time.perf_counter() - began
