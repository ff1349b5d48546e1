from __future__ import annotations

from pathlib import Path

import mxnet as mx
import pytest

from tui.engine.weights.compare import compare


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
