"""GPU memory as the trainer tells it; CUDA is made up here."""

from __future__ import annotations

import mxnet as mx
import pytest

from tui.engine.device_memory import device_memory
from tui.runs.events import DeviceMemory


def test_of_each_gpu_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(device: int) -> tuple[int, int]:
        if device == 7:
            raise mx.MXNetError("CUDA: invalid device ordinal")
        return 300 + device, 1000

    monkeypatch.setattr(mx.context, "gpu_memory_info", told)
    assert device_memory("cpu") == ()
    assert device_memory("gpu") == (DeviceMemory(0, 700, 1000),)
    assert device_memory("gpu(1), gpu(7), GPU(3)") == (
        DeviceMemory(1, 699, 1000),
        DeviceMemory(3, 697, 1000),
    )


def test_a_build_without_cuda_tells_of_none() -> None:
    if mx.context.num_gpus():
        pytest.skip("there is a GPU here")
    assert device_memory("gpu(0)") == ()
