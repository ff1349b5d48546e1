"""The built-in pictures: shapes drawn by code, in a form for each task.

Picture number i of a split, under a seed, is always the same, bit for bit, on every machine.
Nothing is stored: a picture is drawn when it is asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Literal

import mxnet as mx
import numpy as np
import numpy.typing as npt
from gluoncv.data.base import VisionDataset

from tui.engine.datasets.painted_mask import BACKGROUND
from tui.engine.datasets.shape_outlines import JOINTS
from tui.engine.datasets.shape_pictures import FULL, Layout, Picture, Placed, paint, place
from tui.engine.seeding import generator

Split = Literal["train", "val"]

CLASSES = ("circle", "square", "triangle", "star", "cross", "ring")
"""What the pictures of the demo show."""

TRAIN_LENGTH, VALIDATION_LENGTH = 512, 128
"""How many pictures the demo has of each part."""

SIZE = 128
"""Height and width of a picture in pixels, unless told otherwise."""

_SPLITS: dict[str, int] = {"train": 0, "val": 1}
_DETECTION, _CLASSIFICATION, _POSE = 0, 1, 2
_KEPT = 1024
"""Drawn pictures that are kept, the latest ones: 48 kB each at 128×128."""


class Shapes(VisionDataset):
    """What all forms share: pictures by number, drawn once and kept for a while."""

    _form: int

    def __init__(self, split: Split, length: int, seed: int, size: int, layout: Layout) -> None:
        if split not in _SPLITS:
            raise ValueError(f"no part of the shapes is named {split!r}; there are train and val")
        if length < 0 or seed < 0 or size < 16:
            raise ValueError("length and seed must not be negative, and size at least 16")
        # VisionDataset's own initialiser is not called: it wants a folder.
        self._layout = layout
        self._numbers = (seed, self._form, _SPLITS[split], size)
        self._length = length
        self._size = size
        self._drawn: OrderedDict[int, tuple[Picture, list[Placed]]] = OrderedDict()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; a label's class is an index into them."""
        return self._layout.kinds

    @property
    def most(self) -> int:
        """The most shapes that a picture can have."""
        return self._layout.count[1]

    @property
    def size(self) -> int:
        """Height and width of a picture, in pixels."""
        return self._size

    def __len__(self) -> int:
        """How many pictures there are."""
        return self._length

    def placed(self, index: int) -> list[Placed]:
        """The shapes of a picture, without painting it."""
        return self._placed(index)[1]

    def _number(self, index: int) -> int:
        if not -self._length <= index < self._length:
            raise IndexError(f"picture {index} of {self._length}")
        return index % self._length

    def _placed(self, index: int) -> tuple[np.random.RandomState, list[Placed]]:
        chance = generator(*self._numbers, self._number(index))
        return chance, place(chance, self._layout, self._size)

    def _item(self, index: int) -> tuple[Picture, list[Placed]]:
        number = self._number(index)
        if number not in self._drawn:
            chance, placed = self._placed(number)
            self._drawn[number] = paint(chance, placed, self._size), placed
        self._drawn.move_to_end(number)
        if len(self._drawn) > _KEPT:
            self._drawn.popitem(last=False)
        return self._drawn[number]


class ShapesDetection(Shapes):
    """One to four shapes a picture, turned, of any colour, none touching another.

    Items are as GluonCV's VOCDetection gives them: a picture (NDArray of uint8, size×size×3,
    RGB) and a label (float32, shapes×6: xmin, ymin, xmax, ymax in pixels, class index, 0 for
    not difficult). A box runs along the outer edges of the outermost pixels that a shape
    touches, so xmax and ymax reach `size` at most.

    Raises:
        ValueError: an unknown split, or a number out of its range.
    """

    _form = _DETECTION

    def __init__(
        self,
        split: Split = "train",
        length: int = TRAIN_LENGTH,
        *,
        seed: int = 0,
        size: int = SIZE,
        classes: tuple[str, ...] = CLASSES,
    ) -> None:
        super().__init__(split, length, seed, size, Layout(classes))

    def label(self, index: int) -> npt.NDArray[np.float32]:
        """The label of a picture, without painting it."""
        return _boxes(self._placed(index)[1])

    def __getitem__(self, index: int) -> tuple[mx.nd.NDArray, npt.NDArray[np.float32]]:
        """A picture and its label."""
        picture, label = self.drawn(index)
        return mx.nd.array(picture, dtype="uint8"), label

    def drawn(self, index: int) -> tuple[Picture, npt.NDArray[np.float32]]:
        """The same, with the picture as a NumPy array."""
        picture, placed = self._item(index)
        return picture, _boxes(placed)


class ShapesInstances(ShapesDetection):
    """The same pictures, for instance segmentation: items are as GluonCV's COCOInstance gives
    them, a picture, a label (shapes×5, without difficult) and for each shape its polygons
    (points×2 each). The hole of a ring is filled: polygons have none."""

    def __getitem__(  # type: ignore[override]
        self, index: int
    ) -> tuple[mx.nd.NDArray, npt.NDArray[np.float32], list[list[npt.NDArray[np.float32]]]]:
        """A picture, its boxes and their polygons."""
        picture, placed = self._item(index)
        polygons = [
            [np.array(polygon, np.float32).reshape(-1, 2) for polygon in shape.polygons]
            for shape in placed
        ]
        return mx.nd.array(picture, dtype="uint8"), _boxes(placed)[:, :5], polygons


class ShapesSegmentation(ShapesDetection):
    """The same pictures, for segmentation: items are a picture and the class of every pixel
    (int32, size×size): 0 is the background, 1 the first of the shapes."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The background, then the names of the shapes."""
        return (BACKGROUND, *super().classes)

    def mask(self, index: int) -> npt.NDArray[np.uint8]:
        """The class of every pixel, without painting the picture."""
        mask = np.zeros((self._size, self._size), np.uint8)
        for shape in self.placed(index):
            # A pixel is a shape's where that covers at least half of it.
            mask[shape.stencil.window][shape.stencil.coverage * 2 >= FULL] = shape.kind + 1
        return mask

    def __getitem__(  # type: ignore[override]
        self, index: int
    ) -> tuple[mx.nd.NDArray, mx.nd.NDArray]:
        """A picture and its mask."""
        picture, _ = self._item(index)
        return mx.nd.array(picture, dtype="uint8"), mx.nd.array(self.mask(index), dtype="int32")


class ShapesClassification(Shapes):
    """One shape a picture. Items are a picture (NDArray of uint8, size×size×3, RGB) and the
    index of its class.

    Raises:
        ValueError: an unknown split, or a number out of its range.
    """

    _form = _CLASSIFICATION

    def __init__(
        self,
        split: Split = "train",
        length: int = TRAIN_LENGTH,
        *,
        seed: int = 0,
        size: int = SIZE,
        classes: tuple[str, ...] = CLASSES,
    ) -> None:
        super().__init__(
            split, length, seed, size, Layout(classes, count=(1, 1), diameter=(48, 110))
        )

    def label(self, index: int) -> int:
        """The class of a picture, without painting it."""
        return self._placed(index)[1][0].kind

    def __getitem__(self, index: int) -> tuple[mx.nd.NDArray, int]:
        """A picture and its class."""
        picture, label = self.drawn(index)
        return mx.nd.array(picture, dtype="uint8"), label

    def drawn(self, index: int) -> tuple[Picture, int]:
        """The same, with the picture as a NumPy array."""
        picture, placed = self._item(index)
        return picture, placed[0].kind


class ShapesPose(Shapes):
    """One arrow a picture. Items are as GluonCV's COCOKeyPoints gives them: a picture, a dict of
    `bbox` (xmin, ymin, xmax, ymax) and `joints_3d` (4×3×2: position and visibility), and the
    picture's number.

    Raises:
        ValueError: an unknown split, or a number out of its range.
    """

    _form = _POSE

    def __init__(
        self,
        split: Split = "train",
        length: int = TRAIN_LENGTH,
        *,
        seed: int = 0,
        size: int = SIZE,
    ) -> None:
        super().__init__(
            split, length, seed, size, Layout(("arrow",), count=(1, 1), diameter=(48, 110))
        )

    def __getitem__(self, index: int) -> tuple[mx.nd.NDArray, dict[str, Any], int]:
        """A picture, its label and its number."""
        number = self._number(index)
        picture, label = self.drawn(number)
        return mx.nd.array(picture, dtype="uint8"), label, number

    def drawn(self, index: int) -> tuple[Picture, dict[str, Any]]:
        """A picture as a NumPy array, and its label."""
        picture, (arrow,) = self._item(index)
        joints = np.zeros((len(JOINTS), 3, 2), np.float32)
        joints[:, :2, 0] = arrow.joints(JOINTS.values())
        joints[:, :2, 1] = 1
        return picture, {"bbox": arrow.stencil.box, "joints_3d": joints}


def _boxes(placed: list[Placed]) -> npt.NDArray[np.float32]:
    rows = [(*shape.stencil.box, shape.kind, 0) for shape in placed]
    return np.array(rows, dtype=np.float32).reshape(-1, 6)
