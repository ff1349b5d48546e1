"""COCO's mean average precision, by pycocotools, of what is kept in memory."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pycocotools import mask as runs
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

MOST = 100
"""Detections of a class that count in a picture, the surest ones."""

Kind = Literal["bbox", "segm"]
Annotation = dict[str, Any]


@dataclass
class CocoMeasures:
    """Objects and detections of pictures, one after the other. Boxes are x, y, width and height;
    masks are runs, as pycocotools writes them. Objects that are `ignored` count neither way, nor
    what is found on them, as COCO has it with crowds."""

    _pictures: int = 0
    _objects: list[Annotation] = field(default_factory=list)
    _found: list[Annotation] = field(default_factory=list)

    def add(
        self,
        objects: tuple[np.ndarray, np.ndarray, np.ndarray],
        found: tuple[np.ndarray, np.ndarray, np.ndarray],
        object_masks: Sequence[Any] | None = None,
        found_masks: Sequence[Any] | None = None,
    ) -> None:
        """One picture: boxes, classes and ignored of its objects; boxes, classes and scores of
        what was found."""
        self._pictures += 1
        self._keep(self._objects, objects[:2], object_masks, iscrowd=objects[2])
        self._keep(self._found, found[:2], found_masks, score=found[2])

    def _keep(
        self,
        among: list[Annotation],
        boxes_and_kinds: Sequence[np.ndarray],
        masks: Sequence[Any] | None,
        **more: np.ndarray,
    ) -> None:
        ((word, values),) = more.items()
        for number, (box, kind) in enumerate(zip(*boxes_and_kinds, strict=True)):
            one: Annotation = {
                "id": len(among) + 1,  # not 0, which stands for none
                "image_id": self._pictures,
                "category_id": int(kind),
                "bbox": [float(value) for value in box],
                "area": float(box[2] * box[3]),
                "iscrowd": 0,
                word: values[number].item(),
            }
            if masks is not None:
                one["segmentation"] = masks[number]
                one["area"] = float(runs.area(masks[number]))
            among.append(one)

    def values(self, kind: Kind) -> tuple[float, float]:
        """mAP over overlaps of 0.5 to 0.95, and AP at 0.5: 0 to 1, the mean of the classes that
        there are objects of."""
        kinds = sorted({one["category_id"] for one in self._objects})
        if not kinds:
            return 0.0, 0.0
        with contextlib.redirect_stdout(io.StringIO()):
            evaluated = COCOeval(self._indexed(self._objects), self._indexed(self._found), kind)
            params = evaluated.params
            params.catIds = kinds
            # Small and large ones apart, and fewer detections, would take four times as long.
            params.areaRng, params.areaRngLbl = [[0, 1e10]], ["all"]
            params.maxDets = [MOST]
            evaluated.evaluate()
            evaluated.accumulate()
        # Overlaps × recalls × classes; -1 for a class without an object.
        precision = evaluated.eval["precision"][:, :, :, 0, 0]
        return _mean(precision), _mean(precision[0])

    def _indexed(self, annotations: list[Annotation]) -> COCO:
        coco = COCO()
        coco.dataset = {
            # Their sizes are asked for, and used of outlines only.
            "images": [
                {"id": number + 1, "height": 0, "width": 0} for number in range(self._pictures)
            ],
            "annotations": annotations,
            "categories": [
                {"id": kind} for kind in sorted({one["category_id"] for one in annotations})
            ],
        }
        coco.createIndex()
        return coco


def _mean(precision: np.ndarray) -> float:
    known = precision[precision > -1]
    return float(known.mean()) if known.size else 0.0


def surest(kinds: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The places of detections that count: those of a class, at most MOST each, the surest
    first."""
    order = np.argsort(-scores, kind="mergesort")
    order = order[kinds[order] >= 0]
    return np.concatenate(
        [order[kinds[order] == kind][:MOST] for kind in np.unique(kinds[order])]
        or [np.zeros(0, dtype=int)]
    )
