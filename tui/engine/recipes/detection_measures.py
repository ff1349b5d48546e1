"""What a detector is measured by: VOC07 mean average precision, and beside it VOC's and COCO's of
the same detections."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from gluoncv.utils.metrics.voc_detection import VOC07MApMetric, VOCMApMetric

from tui.engine.recipes.coco_measures import CocoMeasures, surest
from tui.engine.recipes.recipe import Metric

METRIC = "VOC07 mAP"
"""Its name, wherever it is shown."""
VOC = "VOC mAP"
COCO, COCO_50 = "COCO mAP", "COCO AP50"
MASKS, MASKS_50 = "COCO mask mAP", "COCO mask AP50"
OVERLAP = 0.5


class DetectionMeasures:
    """Told of pictures one by one. Boxes are xmin, ymin, xmax, ymax; they end on their last pixel,
    or, where `ends_after`, behind it."""

    def __init__(self, classes: Sequence[str], *, ends_after: bool = False) -> None:
        self._classes = list(classes)
        self._ends_after = ends_after
        self._voc = VOC07MApMetric(iou_thresh=OVERLAP, class_names=self._classes)
        self._coco = CocoMeasures()
        self._has_masks = False

    def add(
        self,
        labels: np.ndarray,
        ids: np.ndarray,
        scores: np.ndarray,
        boxes: np.ndarray,
        object_masks: Sequence[Any] | None = None,
        found_masks: Sequence[Any] | None = None,
    ) -> None:
        """One picture: its objects (objects×5 or ×6, rows of class -1 are none), and what was
        found: class (-1 is none), score and box each. Masks are runs, of `labels` and of what was
        found, in their order."""
        ids, scores = ids.reshape(-1), scores.reshape(-1)
        labels = labels[labels[:, 4] >= 0]
        difficult = labels[:, 5] if labels.shape[1] > 5 else np.zeros(len(labels))
        # GluonCV's metric counts the last pixel in, and adds it.
        less = np.array([0, 0, 1, 1]) if self._ends_after else 0
        self._voc.update(
            [boxes[np.newaxis] - less],
            [ids[np.newaxis]],
            [scores[np.newaxis]],
            [labels[np.newaxis, :, :4] - less],
            [labels[np.newaxis, :, 4]],
            [difficult[np.newaxis]],
        )
        self._has_masks |= found_masks is not None
        kept = surest(ids, scores)
        self._coco.add(
            (self._sized(labels[:, :4]), labels[:, 4], difficult.astype(int)),
            (self._sized(boxes[kept]), ids[kept], scores[kept]),
            object_masks,
            None if found_masks is None else [found_masks[place] for place in kept],
        )

    def _sized(self, boxes: np.ndarray) -> np.ndarray:
        more = 0 if self._ends_after else 1
        return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2] + more], axis=1)

    def metric(self) -> Metric:
        """Each of them, over all pictures so far."""
        every = VOCMApMetric(iou_thresh=OVERLAP, class_names=self._classes)
        # It is of the same matches, which are what takes the time.
        every._n_pos, every._score, every._match = (
            self._voc._n_pos,
            self._voc._score,
            self._voc._match,
        )
        values, others = _values(self._voc), _values(every)
        per_class = {
            name: None if np.isnan(value) else float(value)
            for name, value in zip(self._classes, values[:-1], strict=True)
        }
        beside = {VOC: _or_nought(others[-1])}
        beside[COCO], beside[COCO_50] = self._coco.values("bbox")
        if self._has_masks:
            beside[MASKS], beside[MASKS_50] = self._coco.values("segm")
        return Metric(_or_nought(values[-1]), per_class, beside)


def _values(metric: VOCMApMetric) -> list[float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes without an object
        values: list[float] = metric.get()[1]
    return values


def _or_nought(value: float) -> float:
    return 0.0 if np.isnan(value) else float(value)
