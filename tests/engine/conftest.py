"""Tests of the engine run in a process that may import MXNet."""

from __future__ import annotations

import gc

import pytest

import tui.engine  # noqa: F401  (before any test imports mxnet: it puts NumPy's old names back)


@pytest.fixture(autouse=True)
def what_is_there_is_not_searched_for_garbage() -> None:
    """MXNet searches all that is alive each time that a `DataLoader` is made. With the modules and
    results that pile up while tests run, that took more than half of the time of the runs."""
    gc.collect()
    gc.freeze()
