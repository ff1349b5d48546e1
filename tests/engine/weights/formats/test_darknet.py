from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tui.engine.refusal import Refusal
from tui.engine.weights.formats.darknet import read_darknet


@pytest.mark.parametrize(("version", "seen"), [((0, 1), "i"), ((0, 2), "q"), ((1, 0), "q")])
def test_both_headers(version: tuple[int, int], seen: str, tmp_path: Path) -> None:
    path = tmp_path / "x.weights"
    path.write_bytes(struct.pack(f"<iii{seen}ff", *version, 0, 9, 1.5, -2))
    assert read_darknet(str(path)).values.tolist() == [1.5, -2]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"123", "too short"),
        (struct.pack("<iiiqf", 0, 2, 0, 9, 1.5)[:-1], "broken off"),
        (struct.pack("<iiiqf", 0x6E6F, 2000, 0, 9, 1.5), "no file of darknet"),
    ],
)
def test_what_is_none(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.weights"
    path.write_bytes(data)
    with pytest.raises(Refusal, match=says):
        read_darknet(str(path))
