from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from tests.model.models import parameter, random_models
from tui.model.description import ModelInfo, itemsize


@pytest.mark.parametrize(
    ("shape", "text", "count"),
    [
        ((64, 0, 3, 3), "64×?×3×3", None),
        ((10,), "10", 10),
        ((), "scalar", 1),
        (None, "?", None),
    ],
)
def test_shapes(shape: tuple[int, ...] | None, text: str, count: int | None) -> None:
    made = parameter("w", shape=shape, dtype="float16")
    assert made.shape_text == text
    assert made.count == count
    assert made.nbytes == (None if count is None else 2 * count)


@pytest.mark.parametrize(
    ("dtype", "size"),
    [("float32", 4), ("float16", 2), ("float64", 8), ("int8", 1), ("uint8", 1), ("bool", 1)],
)
def test_itemsize(dtype: str, size: int) -> None:
    assert itemsize(dtype) == size


@given(random_models())
def test_round_trip(made: ModelInfo) -> None:
    assert msgspec.json.decode(msgspec.json.encode(made), type=ModelInfo) == made
