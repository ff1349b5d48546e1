"""What goes between a trainer and its workers arrives as it was."""

from __future__ import annotations

import threading
from multiprocessing import Pipe

import mxnet as mx
import numpy as np
import pytest

from tui.engine.input.wire import opened, packed, receive, send


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int32", "float16", "int64"])
def test_arrays_arrive_with_their_types(dtype: str) -> None:
    values = np.arange(24).reshape(2, 3, 4).astype(dtype)
    batch = [(mx.nd.array(values, dtype=dtype), {"boxes": values}), 7, "name"]
    ours, theirs = Pipe()
    sender = threading.Thread(target=send, args=(ours, packed(batch)))
    sender.start()
    ((array, beside), number, name) = opened(receive(theirs))
    sender.join()
    assert isinstance(array, mx.nd.NDArray)
    assert array.asnumpy().dtype == dtype
    assert array.asnumpy().tobytes() == values.tobytes() == beside["boxes"].tobytes()
    assert (number, name) == (7, "name")


def test_what_cannot_be_pickled_is_said_before_anything_is_sent() -> None:
    with pytest.raises(Exception, match="pickle"):
        packed(lambda: None)
