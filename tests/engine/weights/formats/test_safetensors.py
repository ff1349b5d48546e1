from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.weights.foreign_files import lying, safetensors
from tui.engine.refusal import Refusal
from tui.engine.weights.formats import read_foreign
from tui.engine.weights.formats.tensors import Tensors


def read(file: str) -> Tensors:
    found = read_foreign(file)
    assert isinstance(found, Tensors)
    return found


def test_what_was_written_is_read(tmp_path: Path) -> None:
    arrays = {
        "a.weight": np.arange(6, dtype="float32").reshape(2, 3),
        "b.running_mean": np.array([0.5, -2], "float16"),
        "b.num_batches_tracked": np.array(7, "int64"),
    }
    found = read(safetensors(tmp_path / "x.safetensors", arrays))
    assert found.widened == "fp16"
    assert found.arrays["b.running_mean"].dtype == np.float32
    assert found.arrays["b.num_batches_tracked"].dtype == np.int64
    for name, array in arrays.items():
        assert np.array_equal(found.arrays[name], array)


def test_bfloat16_is_widened(tmp_path: Path) -> None:
    values = np.array([1, -2.5, 3.140625, 0], np.float32)
    halves = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    header = {"w": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}}
    found = read(lying(tmp_path / "x.safetensors", header, halves))
    assert found.widened == "bf16"
    assert np.array_equal(found.arrays["w"], values)


def entry(dtype: object = "F32", shape: object = (2,), place: object = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": place}


@pytest.mark.parametrize(
    ("header", "data", "says"),
    [
        ({"w": entry(shape=[3])}, 8, "w needs 12 bytes for its shape, and has 8"),
        ({"w": entry(shape=[2**40, 2**40])}, 8, "bytes for its shape, and has 8"),
        ({"w": entry(shape=[-2])}, 8, "makes no sense"),
        ({"w": entry(shape=[2.0])}, 8, "makes no sense"),
        ({"w": entry(place=[0, 8, 9])}, 8, "makes no sense"),
        ({"w": entry(place=[8, 0])}, 8, "and has -8"),
        ({"w": entry(place=[8, 16])}, 8, "ends at byte 16, and there are 8"),
        ({"w": entry()}, 12, "4 bytes after the last tensor"),
        ({"w": entry(), "v": entry()}, 8, "v begins at byte 0: bytes that another has"),
        ({"w": entry(), "v": entry(place=[12, 20])}, 20, "after bytes that none has"),
        ({"w": entry(dtype=["F32"])}, 8, "makes no sense"),
        ({"w": {"dtype": "F32"}}, 8, "lacks its dtype, its shape or its place"),
        ({"w": 3}, 8, "lacks its dtype"),
        ({"__metadata__": {}}, 0, "holds no tensors"),
    ],
)
def test_a_header_that_lies(header: object, data: int, says: str, tmp_path: Path) -> None:
    file = lying(tmp_path / "x.safetensors", header, bytes(data))
    with pytest.raises(Refusal, match="damaged safetensors") as refused:
        read(file)
    assert says in str(refused.value)


def test_a_dtype_that_is_not_read(tmp_path: Path) -> None:
    file = lying(tmp_path / "x.safetensors", {"w": entry(dtype="F8_E4M3")}, bytes(8))
    with pytest.raises(Refusal, match="w is of dtype F8_E4M3, not read here"):
        read(file)


@pytest.mark.parametrize("length", [2**63, 10_000, 3])
def test_a_header_that_lies_about_its_length(length: int, tmp_path: Path) -> None:
    file = lying(tmp_path / "x.safetensors", {"w": entry()}, bytes(8), length=length)
    with pytest.raises(Refusal, match="damaged safetensors"):
        read(file)


def test_a_name_that_stands_twice(tmp_path: Path) -> None:
    text = '{"w": %s, "w": %s}' % ((json.dumps(entry()),) * 2)
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text.encode() + bytes(8))
    with pytest.raises(Refusal, match="twice"):
        read(str(path))


@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_never_worse(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "x.safetensors"
    arrays = {"a": np.ones((2, 3), "float32"), "b": np.ones(4, "float16")}
    whole = Path(safetensors(path, arrays)).read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255))
    path.write_bytes((whole[:at] + bytes([other]) + whole[at + 1 :])[:cut])
    try:
        found = read(str(path))
    except Refusal:
        return
    assert all(len(name) and array.size < 100 for name, array in found.arrays.items())
