"""Small Pascal VOC trees, written by the tests that read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

Box = tuple[str, int, int, int, int]


def write_picture(path: Path, width: int = 96, height: int = 80, seed: int = 0) -> None:
    """A JPEG of noise: what is on it does not matter, that it is whole does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.RandomState(seed).randint(0, 255, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(path, quality=70)


def write_annotation(path: Path, boxes: Sequence[Box], width: int = 96, height: int = 80) -> None:
    """A VOC annotation: boxes are (class, xmin, ymin, xmax, ymax), counted from 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    objects = "".join(
        f"<object><name>{name}</name><difficult>0</difficult><bndbox><xmin>{x1}</xmin>"
        f"<ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"
        for name, x1, y1, x2, y2 in boxes
    )
    path.write_text(
        f"<annotation><size><width>{width}</width><height>{height}</height></size>"
        f"{objects}</annotation>"
    )


def write_tree(
    root: Path, pictures: dict[str, Sequence[Box]], splits: dict[str, Sequence[str]]
) -> Path:
    """A whole tree: pictures by name with their boxes, and the lists in ImageSets/Main."""
    for number, (name, boxes) in enumerate(pictures.items()):
        write_picture(root / "JPEGImages" / f"{name}.jpg", seed=number)
        write_annotation(root / "Annotations" / f"{name}.xml", boxes)
    main = root / "ImageSets" / "Main"
    main.mkdir(parents=True, exist_ok=True)
    for split, names in splits.items():
        (main / f"{split}.txt").write_text("".join(f"{name}\n" for name in names))
    return root


def usual_tree(root: Path) -> Path:
    """Three training and two validation pictures of cats and dogs."""
    boxes = [("cat", 10, 10, 50, 60), ("dog", 40, 20, 90, 70)]
    names = [f"p{number}" for number in range(5)]
    return write_tree(
        root,
        {name: boxes[: 1 + number % 2] for number, name in enumerate(names)},
        {"trainval": names[:3], "test": names[3:]},
    )
