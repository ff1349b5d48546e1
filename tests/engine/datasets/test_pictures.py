from __future__ import annotations

from pathlib import Path

import gluoncv.data  # noqa: F401  (lets Pillow pass truncated pictures, as in the real process)
import pytest
from PIL import Image

from tests.engine.voc_tree import write_picture
from tui.engine.datasets.pictures import picture_problem


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 0.99])
def test_a_jpeg_cut_anywhere_is_truncated(tmp_path: Path, share: float) -> None:
    file = tmp_path / "a.jpg"
    write_picture(file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert picture_problem(file) == "a truncated JPEG"


def test_the_end_of_a_preview_inside_is_not_the_end(tmp_path: Path) -> None:
    file, preview = tmp_path / "a.jpg", tmp_path / "b.jpg"
    write_picture(file)
    write_picture(preview, 16, 16)
    inside = preview.read_bytes()
    segment = b"\xff\xe1" + (len(inside) + 2).to_bytes(2, "big") + inside
    whole = file.read_bytes()
    file.write_bytes(whole[:2] + segment + whole[2:])
    assert picture_problem(file) is None
    file.write_bytes(file.read_bytes()[: len(segment) + 700])
    assert picture_problem(file) == "a truncated JPEG"


def test_bytes_after_the_end_mark_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    write_picture(file)
    for more in (b"\0" * 9, b"\r\n", b"made by a camera"):
        file.write_bytes(file.read_bytes() + more)
        assert picture_problem(file) is None


def test_a_png_cut_in_the_middle_is_truncated(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    Image.effect_noise((64, 64), 50).save(file)
    assert picture_problem(file) is None
    file.write_bytes(file.read_bytes()[:1000])
    assert picture_problem(file) == "a truncated PNG"
