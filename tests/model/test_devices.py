"""Devices as people name them."""

from __future__ import annotations

import pytest

from tui.model.devices import canonical, first_device, parse_devices


@pytest.mark.parametrize(
    ("text", "devices"),
    [
        ("cpu", (("cpu", 0),)),
        ("gpu", (("gpu", 0),)),
        (" GPU(1) ", (("gpu", 1),)),
        ("gpu(0),gpu(1)", (("gpu", 0), ("gpu", 1))),
        ("cpu(0), cpu(12)", (("cpu", 0), ("cpu", 12))),
    ],
)
def test_devices(text: str, devices: tuple[tuple[str, int], ...]) -> None:
    assert parse_devices(text) == devices


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a device"),
        ("tpu", "not a device"),
        ("gpu(0),", "not a device"),
        ("gpu(-1)", "not a device"),
        ("cpu,gpu(0)", "two kinds"),
        ("gpu,gpu(0)", "twice"),
    ],
)
def test_no_devices(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_devices(text)


def test_the_usual_form() -> None:
    assert canonical(" GPU(0), gpu(1) ") == "gpu(0),gpu(1)"
    assert first_device("gpu(2),gpu(1)") == "gpu(2)"
    assert first_device("cpu") == "cpu"
