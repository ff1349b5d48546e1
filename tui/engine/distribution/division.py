"""How the pictures of a batch are divided: over devices, and over the processes of a run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from mxnet import autograd


def bounds(pictures: int, parts: int) -> list[tuple[int, int]]:
    """Where each part begins and ends, in order and as even as can be; the first are the larger
    ones, and where there are too few pictures, the last have none."""
    each, more = divmod(pictures, parts)
    starts = [number * each + min(number, more) for number in range(parts + 1)]
    return list(pairwise(starts))


def parts_of(batch: Sequence[Any], parts: int) -> list[Any]:
    """A recipe's batch in at most so many parts: arrays whose first axis is that of pictures, or
    pictures one by one. Never an empty one."""
    if parts == 1:
        return [batch]
    one_by_one = isinstance(batch[0], (tuple, list))
    pictures = len(batch) if one_by_one else batch[0].shape[0]
    with autograd.pause(train_mode=True):  # a cut is no step of the way back
        return [
            batch[start:stop] if one_by_one else [array[start:stop] for array in batch]
            for start, stop in bounds(pictures, parts)
            if stop > start
        ]
