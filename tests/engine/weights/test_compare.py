from __future__ import annotations

from pathlib import Path

import msgspec
import mxnet as mx
import pytest

from tui.engine.weights.compare import compare
from tui.runs.inspection import Differences


def test_each_way_to_differ(tmp_path: Path) -> None:
    a, b = str(tmp_path / "a.params"), str(tmp_path / "b.params")
    nan = mx.nd.array([float("nan"), 1])
    mx.nd.save(a, {"s": nan, "c": mx.nd.array([3, 4]), "r": mx.nd.zeros(2), "f": mx.nd.zeros(1)})
    mx.nd.save(b, {"s": nan, "c": mx.nd.array([3, 5]), "r": mx.nd.zeros(3), "g": mx.nd.zeros(1)})
    rows = {row.name: row for row in compare(a, b).rows}
    assert {name: row.how for name, row in rows.items()} == {
        "s": "same",
        "c": "changed",
        "r": "reshaped",
        "f": "first only",
        "g": "second only",
    }
    assert rows["c"].largest == 1
    assert rows["c"].relative == pytest.approx(0.2)


def test_from_zeros_not_finite_and_another_dtype(tmp_path: Path) -> None:
    a, b = str(tmp_path / "a.params"), str(tmp_path / "b.params")
    inf = float("inf")
    mx.nd.save(a, {"z": mx.nd.zeros(2), "i": mx.nd.array([1, 2, inf]), "t": mx.nd.ones(2)})
    mx.nd.save(
        b,
        {
            "z": mx.nd.ones(2),
            "i": mx.nd.array([1, 4, 3]),
            "t": mx.nd.ones(2, dtype="float16"),
        },
    )
    rows = {row.name: row for row in compare(a, b).rows}
    assert (rows["z"].largest, rows["z"].relative) == (1, None)
    assert (rows["i"].largest, rows["i"].not_finite) == (2, 1)
    assert (rows["t"].how, rows["t"].largest) == ("retyped", 0)
    # What goes to the screen's process must come back as it was: JSON knows neither NaN nor Inf.
    answer = compare(a, b)
    assert msgspec.json.decode(msgspec.json.encode(answer), type=Differences) == answer
