"""Numbers of a run as text."""

from __future__ import annotations

import math

import pytest

from tui.app import readings


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.23456, "1.2346"),
        (0.0312, "0.0312"),
        (0.0, "0.0000"),
        (0.00031, "3.10e-04"),
        (12.345, "12.35"),
        (12345.6, "12346"),
        (3.2e9, "3.20e+09"),
        (math.nan, "NaN"),
        (None, "NaN"),
        (math.inf, "Inf"),
        (-math.inf, "-Inf"),
    ],
)
def test_loss(value: float | None, text: str) -> None:
    assert readings.loss(value) == text
    assert len(text) <= 9


@pytest.mark.parametrize(
    ("value", "text"), [(3.14159, "3.14"), (31.4159, "31.4"), (314.159, "314"), (math.inf, "?")]
)
def test_rate(value: float, text: str) -> None:
    assert readings.rate(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (67.9, "1:07"), (3599, "59:59"), (11112, "3:05:12"), (187_800, "2 d 04:10")],
)
def test_duration(seconds: float, text: str) -> None:
    assert readings.duration(seconds) == text
