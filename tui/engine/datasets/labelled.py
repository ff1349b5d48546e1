"""Labelled pictures as each task takes them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import mxnet as mx
import numpy as np
import numpy.typing as npt
from gluoncv.data.base import VisionDataset

from tui.engine.datasets.data import Task
from tui.engine.datasets.reading import read_picture
from tui.engine.datasets.skipped import SkippedPictures, UnreadablePicture
from tui.engine.datasets.survey import LabelledObject, LabelledPicture

IGNORED = 255
"""The value of a mask's pixel that is nothing to learn from."""


class _Labelled(VisionDataset):
    """Pictures by number; one that can no longer be read gives way to the next."""

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        indices: dict[str, int],
        classes: tuple[str, ...],
        skipped: SkippedPictures,
    ) -> None:
        # VisionDataset's own initialiser is not called: it wants a folder.
        self.pictures = list(pictures)
        self._indices = indices
        self._classes = classes
        self._skipped = skipped

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, as the model has them."""
        return self._classes

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Any:
        return self._skipped.first_readable(self._item, index, len(self))

    def _item(self, index: int) -> Any:
        raise NotImplementedError

    def _boxes(self, objects: Sequence[LabelledObject]) -> npt.NDArray[np.float32]:
        rows = [(*one.box, self._indices[one.name], one.difficult or one.crowd) for one in objects]
        return np.array(rows, dtype=np.float32).reshape(-1, 6)


class BoxPictures(_Labelled):
    """For detection: picture, boxes."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.labels = [self._boxes(picture.objects) for picture in self.pictures]

    def _item(self, index: int) -> tuple[mx.nd.NDArray, npt.NDArray[np.float32]]:
        return read_picture(self.pictures[index]), self.labels[index].copy()


class InstancePictures(BoxPictures):
    """For instance segmentation: picture, boxes, polygons, or of a crowd its runs. A box ends
    where its last pixel ends, as in GluonCV's COCOInstance."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        for picture, label in zip(self.pictures, self.labels, strict=True):
            label[:, 2] = np.minimum(label[:, 2] + 1, picture.width)
            label[:, 3] = np.minimum(label[:, 3] + 1, picture.height)

    def _item(self, index: int) -> tuple[mx.nd.NDArray, npt.NDArray[np.float32], list[Any]]:
        picture = self.pictures[index]
        outlines = [_outline(one) for one in picture.objects]
        return read_picture(picture), self.labels[index].copy(), outlines


def _outline(one: LabelledObject) -> list[npt.NDArray[np.float32]] | dict[str, Any]:
    if one.runs is not None:
        height, width, counts = one.runs
        return {"size": [height, width], "counts": counts}
    return [np.array(polygon, np.float32).reshape(-1, 2) for polygon in one.polygons]


class ClassPictures(_Labelled):
    """For classification: picture, class index."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.labels = [self._indices[picture.category or ""] for picture in self.pictures]

    def _item(self, index: int) -> tuple[mx.nd.NDArray, int]:
        return read_picture(self.pictures[index]), self.labels[index]


class MaskPictures(_Labelled):
    """For segmentation: picture, class of every pixel."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._values = np.full(256, -1, np.int32)
        for place, index in enumerate(self._indices.values()):
            self._values[place] = index
        self._values[IGNORED] = -1

    def _item(self, index: int) -> tuple[mx.nd.NDArray, mx.nd.NDArray]:
        picture = self.pictures[index]
        assert picture.mask is not None
        pixels = read_picture(picture)
        try:
            mask = picture.mask.read()
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise UnreadablePicture(f"{picture.name}, its mask", why) from None
        return pixels, mx.nd.array(self._values[mask], dtype="int32")


class PosePictures(_Labelled):
    """For pose: picture, box and joints of one object, number of the picture."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.labels = [
            (number, {"bbox": one.box, "joints_3d": _joints(one)})
            for number, picture in enumerate(self.pictures)
            for one in picture.objects
        ]

    def __len__(self) -> int:
        return len(self.labels)

    def _item(self, index: int) -> tuple[mx.nd.NDArray, dict[str, Any], int]:
        number, label = self.labels[index]
        # GluonCV's transforms write into it.
        return read_picture(self.pictures[number]), copy.deepcopy(label), number


def _joints(one: LabelledObject) -> npt.NDArray[np.float32]:
    joints = np.zeros((len(one.keypoints), 3, 2), np.float32)
    for joint, (x, y, visible) in zip(joints, one.keypoints, strict=True):
        joint[:2, 0] = x, y
        joint[:2, 1] = min(1, visible)
    return joints


FORMS: dict[Task, type[_Labelled]] = {
    "detection": BoxPictures,
    "classification": ClassPictures,
    "segmentation": MaskPictures,
    "instance segmentation": InstancePictures,
    "pose": PosePictures,
}
"""What a task's pictures are."""
