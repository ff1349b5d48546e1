"""The memory of the GPUs that a run trains on, as CUDA tells its own process."""

from __future__ import annotations

import re

import mxnet as mx

from tui.runs.events import DeviceMemory


def device_memory(ctx: str) -> tuple[DeviceMemory, ...]:
    """Of the GPUs that are named, those that tell. Only for when they are in use: the first
    question to CUDA makes a process unable to fork."""
    found = []
    for number in re.findall(r"gpu(?:\((\d+)\))?", ctx.lower()):
        device = int(number or 0)
        try:
            free, total = mx.context.gpu_memory_info(device)
        except mx.MXNetError:
            continue
        found.append(DeviceMemory(device, total - free, total))
    return tuple(found)
