"""Pictures of every kind that people have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.engine.voc_tree import usual_tree, write_annotation, write_picture
from tui.engine.datasets import load_data
from tui.engine.datasets.pictures import LARGEST, look_at
from tui.engine.datasets.reading import turned

CLASSES = ("cat", "dog")
ORIENTATION = 0x0112


def halves(width: int = 96, height: int = 80) -> Image.Image:
    """Red above, blue below on the right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2] = (250, 0, 0)
    pixels[height // 2 :, width // 2 :] = (0, 0, 250)
    return Image.fromarray(pixels)


def classes_with(root: Path, name: str = "odd one ü.jpg") -> Path:
    """A folder for each class; where the odd picture goes, which is the first."""
    for part in ("train", "val"):
        for folder in CLASSES:
            write_picture(root / part / folder / "usual.jpg")
    return root / "train" / "cat" / name


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_is_as_pillow_turns(orientation: int) -> None:
    image = halves(7, 5)
    image.getexif()[ORIENTATION] = orientation
    assert (turned(np.array(image), orientation) == np.array(ImageOps.exif_transpose(image))).all()


def test_a_picture_that_a_camera_turned_is_read_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    halves().save(classes_with(tmp_path), exif=exif, quality=95)
    data = load_data(str(tmp_path), "classification", CLASSES)
    picture = data.train[0][0].asnumpy()
    assert picture.shape == (96, 80, 3)
    assert picture[5, 75, 0] > 200  # what was above is now on the right
    assert picture[90, 5, 2] > 200


@pytest.mark.parametrize(("size", "shape"), [((96, 80), (80, 96, 3)), ((80, 96), (96, 80, 3))])
def test_boxes_tell_whether_they_are_of_the_turned_picture(
    tmp_path: Path, size: tuple[int, int], shape: tuple[int, ...]
) -> None:
    usual_tree(tmp_path)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    halves().save(tmp_path / "JPEGImages" / "p0.jpg", exif=exif)
    write_annotation(tmp_path / "Annotations" / "p0.xml", [("cat", 1, 1, 50, 50)], *size)
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert data.problems == []
    assert data.train[0][0].shape == shape


def test_labels_of_another_size_are_not_trusted(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    write_annotation(tmp_path / "Annotations" / "p0.xml", [("cat", 1, 1, 50, 50)], 960, 800)
    (problem,) = load_data(str(tmp_path), "detection", CLASSES).problems
    assert problem.line == "p0.xml: made for 960×800, the picture has 96×80; left out"


@pytest.mark.parametrize("mode", ["CMYK", "L", "I;16", "P", "RGBA", "1"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    file = classes_with(tmp_path)
    if mode == "CMYK":
        halves().convert(mode).save(file, quality=95)
    elif mode == "I;16":
        file = file.with_suffix(".png")
        Image.fromarray((np.array(halves())[..., 0].astype(np.uint16)) * 256).save(file)
    else:
        file = file.with_suffix(".png")
        halves().convert(mode).save(file)
    data = load_data(str(tmp_path), "classification", CLASSES)
    assert data.problems == []
    picture = data.train[0][0]
    assert (picture.shape, picture.dtype) == ((80, 96, 3), np.uint8)
    pixels = picture.asnumpy()
    assert pixels[5, 5, 0] > pixels[70, 5, 0]  # red above, black below


def png_header(path: Path, width: int, height: int) -> None:
    """A PNG that says how large it is, and holds nothing."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checked)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("side", "says"),
    [(10_001, "10,001×10,001 pixels, more than 100 million"), (20_000, "more than 100 million")],
)
def test_a_picture_of_enormous_sides_is_named_and_not_decoded(
    tmp_path: Path, side: int, says: str
) -> None:
    png_header(classes_with(tmp_path, "huge.png"), side, side)
    (problem,) = load_data(str(tmp_path), "classification", CLASSES).problems
    assert problem.line.startswith("cat/huge.png: ")
    assert says in problem.line
    assert side**2 > LARGEST


def test_a_long_thin_picture_is_read(tmp_path: Path) -> None:
    Image.new("RGB", (20_000, 8)).save(classes_with(tmp_path))
    data = load_data(str(tmp_path), "classification", CLASSES)
    assert data.train[0][0].shape == (8, 20_000, 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"GIF89a", "no JPEG, PNG or BMP"), (b"BM", "no header that makes sense")],
)
def test_files_that_are_no_pictures(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert look_at(tmp_path / "a.jpg").problem == says


def test_a_picture_without_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = classes_with(tmp_path)
    write_picture(file)
    real = Path.open

    def refuse(self: Path, *given: object, **named: object) -> object:
        if self == file:
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may do anything
    (problem,) = load_data(str(tmp_path), "classification", CLASSES).problems
    assert problem.line == "cat/odd one ü.jpg: permission denied; left out"
