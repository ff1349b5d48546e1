"""Is this file a whole picture, and how large? Told fast for the many that are."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})

_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"BM": "BMP"}
_TAIL = 2048

LARGEST = 100_000_000
"""Pixels of the largest picture that is read: decoded, it takes 300 MB."""

_ORIENTATION = 0x0112
_ON_THEIR_SIDE = (5, 6, 7, 8)


@dataclass(frozen=True)
class PictureFile:
    """A picture in a file of its own. `turn` is the EXIF orientation that it is turned by."""

    path: Path
    turn: int = 1

    @property
    def known_by(self) -> Path:
        """The file."""
        return self.path

    def encoded(self) -> bytes:
        """The file, whole."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Looked:
    """What a look at a picture's file tells: why it cannot be used, or its size as it lies there,
    and the EXIF orientation that a viewer turns it by."""

    problem: str | None = None
    width: int = 0
    height: int = 0
    turn: int = 1

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as a viewer shows it."""
        size = (self.width, self.height)
        return (size[1], size[0]) if self.turn in _ON_THEIR_SIDE else size

    def turn_for(self, said: tuple[int, int]) -> int | None:
        """By what to turn the picture for labels that were made for this width and height (0, 0:
        they do not say); None where they are of another picture."""
        lies = (self.width, self.height)
        if said == self.upright != lies:
            return self.turn
        return 1 if said in (lies, (0, 0)) else None

    def turned_by(self, turn: int) -> tuple[int, int]:
        """Width and height when it is turned by the camera's mark, or (1) not at all."""
        return (self.width, self.height) if turn == 1 else self.upright


def look_at(path: Path) -> Looked:
    """Look at a picture without decoding it."""
    problem = picture_problem(path)
    if problem:
        return Looked(problem)
    try:
        with path.open("rb") as file:
            return _header(file)
    except OSError as error:
        return Looked((error.strerror or str(error)).lower())


def look_at_bytes(data: bytes) -> Looked:
    """The same of a picture that lies in a file of another kind."""
    problem = bytes_problem(data)
    return Looked(problem) if problem else _header(io.BytesIO(data))


def _header(file: io.BufferedIOBase) -> Looked:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file)
        width, height = picture.size
        turn = picture.getexif().get(_ORIENTATION, 1)
    except Image.DecompressionBombError:
        return Looked(f"more than {LARGEST // 1_000_000} million pixels")
    except Exception:  # Pillow raises what it likes at a header that makes no sense
        return Looked("no header that makes sense")
    if width * height > LARGEST:
        size = f"{width:,}×{height:,} pixels"
        return Looked(f"{size}, more than {LARGEST // 1_000_000} million")
    return Looked(None, width, height, turn if turn in range(1, 9) else 1)


def picture_problem(path: Path) -> str | None:
    """Why a file is no whole picture, or None.

    Reads only both ends of the file; a JPEG or PNG that does not end in its end mark is decoded
    to be sure, since some writers leave it out, or write more after it.
    """
    try:
        with path.open("rb") as file:
            return _problem(file)
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return (error.strerror or str(error)).lower()


def bytes_problem(data: bytes) -> str | None:
    """The same of bytes."""
    return _problem(io.BytesIO(data))


def _problem(file: io.BufferedIOBase) -> str | None:
    head = file.read(8)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    if not size:
        return "empty"
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if kind is None:
        return "no JPEG, PNG or BMP"
    # A preview inside a JPEG has an end mark too, so it must be at the very end.
    ends = tail.rstrip(b"\0\r\n ").endswith(b"\xff\xd9")
    whole = ends if kind == "JPEG" else b"IEND" in tail if kind == "PNG" else True
    return None if whole else _decode(file, kind)


def _decode(file: io.BufferedIOBase, kind: str) -> str | None:
    from PIL import Image, ImageFile

    # GluonCV, once imported, lets every truncated picture of the process pass for a whole one.
    passes, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    file.seek(0)
    try:
        with Image.open(file) as picture:
            picture.load()
    except Exception:
        return f"a truncated {kind}"
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = passes
    return None
