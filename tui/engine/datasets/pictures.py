"""Is this file a whole picture? Told fast for the many that are."""

from __future__ import annotations

import os
from pathlib import Path

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp"})

_MAGIC = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"BM": "BMP"}
_TAIL = 2048


def picture_problem(path: Path) -> str | None:
    """Why a file is no whole picture, or None.

    Reads only both ends of the file; a JPEG or PNG that does not end in its end mark is decoded
    to be sure, since some writers leave it out, or write more after it.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            tail = file.read()
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    if not size:
        return "empty"
    kind = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if kind is None:
        return "no JPEG, PNG or BMP"
    # A preview inside a JPEG has an end mark too, so it must be at the very end.
    ends = tail.rstrip(b"\0\r\n ").endswith(b"\xff\xd9")
    whole = ends if kind == "JPEG" else b"IEND" in tail if kind == "PNG" else True
    return None if whole else _decode(path, kind)


def _decode(path: Path, kind: str) -> str | None:
    from PIL import Image, ImageFile

    # GluonCV, once imported, lets every truncated picture of the process pass for a whole one.
    passes, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        with Image.open(path) as picture:
            picture.load()
    except Exception:
        return f"a truncated {kind}"
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = passes
    return None
