"""Devices in words, as `--ctx` and run.toml name them: `cpu`, `gpu(1)`, `gpu(0),gpu(1)`."""

from __future__ import annotations

import re

_DEVICE = re.compile(r"(cpu|gpu)(?:\((\d{1,4})\))?")


def parse_devices(text: str) -> tuple[tuple[str, int], ...]:
    """The kind and the number of each device that a text names; a kind alone is its first.

    Raises:
        ValueError: one is no device, there are several kinds, or one is named twice.
    """
    found = []
    for part in text.lower().split(","):
        device = _DEVICE.fullmatch(part.strip())
        if not device:
            raise ValueError("not a device; use cpu, gpu(0), or several: gpu(0),gpu(1)")
        found.append((device[1], int(device[2] or 0)))
    if len({kind for kind, _ in found}) > 1:
        raise ValueError("devices of two kinds; a network trains on those of one")
    if len(set(found)) < len(found):
        raise ValueError("a device stands there twice")
    return tuple(found)


def canonical(text: str) -> str:
    """The same text in its usual form.

    Raises:
        ValueError: as `parse_devices`.
    """
    parse_devices(text)
    return ",".join(part.strip().lower() for part in text.split(","))


def first_device(text: str) -> str:
    """The first of the devices that a text names."""
    return text.split(",")[0].strip()
