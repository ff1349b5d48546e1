from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mxnet as mx
import pytest

from tui.engine.saving import save_arrays, save_parameters


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As on a full disk: a longer write fails (Python ignores the signal that comes with it)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_written_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.params"
    save_arrays({"a": mx.nd.ones((2, 3))}, path)
    assert mx.nd.load(str(path))["a"].asnumpy().sum() == 6
    save_arrays({}, path)
    assert mx.nd.load(str(path)) == []


@pytest.mark.parametrize("missing", [1, 40, 3000, 39_000])
def test_a_file_without_its_end_is_an_error(tmp_path: Path, missing: int) -> None:
    net = mx.gluon.nn.Dense(100, in_units=100)
    net.initialize()
    whole = tmp_path / "whole.params"
    save_parameters(net, whole)
    full = pytest.raises(OSError, match="No space left on device")
    with no_file_longer_than(whole.stat().st_size - missing), full:
        save_parameters(net, tmp_path / "torn.params")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        save_arrays({"a": mx.nd.ones(3)}, tmp_path / "gone" / "a.params")
