"""COCO's mean average precision: known answers, and GluonCV's own metric beside it."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from gluoncv.utils.metrics.coco_detection import COCODetectionMetric
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.engine.datasets.coco_file import coco_content, write_coco
from tui.engine.datasets import load_data
from tui.engine.recipes.coco_measures import surest
from tui.engine.recipes.detection_measures import COCO as COCO_ALL
from tui.engine.recipes.detection_measures import COCO_50, MASKS, MASKS_50, DetectionMeasures
from tui.engine.recipes.mask_rcnn import _in_runs

CLASSES = ("cat", "dog", "hen")


def test_a_known_answer() -> None:
    """One of two cats is found, with an overlap of 0.72: at 0.5, 0.55, 0.6, 0.65 and 0.7 the
    precision is 1 up to a recall of a half, which is 51 of 101 recalls."""
    measures = DetectionMeasures(CLASSES)
    labels = np.array([[0, 0, 99, 99, 0, 0], [200, 200, 299, 299, 0, 0]], dtype="float32")
    found = np.array([[0, 0, 99, 71]], dtype="float32")
    measures.add(labels, np.array([[0]]), np.array([[0.9]]), found)
    beside = measures.metric().beside
    assert beside["COCO AP50"] == pytest.approx(51 / 101, abs=1e-6)
    assert beside["COCO mAP"] == pytest.approx(51 / 101 * 5 / 10, abs=1e-6)
    assert beside["VOC mAP"] == pytest.approx(1 / 2)


def test_what_is_difficult_counts_neither_way() -> None:
    measures = DetectionMeasures(CLASSES)
    labels = np.array([[0, 0, 99, 99, 0, 0], [200, 200, 299, 299, 0, 1]], dtype="float32")
    measures.add(labels, np.array([0, 0]), np.array([0.8, 0.9]), labels[:, :4])
    assert measures.metric().beside["COCO mAP"] == pytest.approx(1, abs=1e-6)


def test_nothing_there_and_nothing_found() -> None:
    measures = DetectionMeasures(CLASSES)
    measures.add(np.zeros((0, 6)), np.array([-1]), np.array([-1]), np.zeros((1, 4)))
    measures.add(np.array([[0, 0, 9, 9, 2, 0]]), np.array([-1]), np.array([-1]), np.zeros((1, 4)))
    measured = measures.metric()
    assert measured.value == 0
    assert set(measured.beside.values()) == {0.0}


def test_the_surest_hundred_of_each_class() -> None:
    kinds = np.array([0] * 150 + [1] * 3 + [-1])
    scores = np.linspace(0, 1, len(kinds))
    kept = surest(kinds, scores)
    assert len(kept) == 103
    assert set(kept[:100]) == set(range(50, 150))


def test_crowds_and_empty_pictures_as_pycocotools_has_them(tmp_path: Path) -> None:
    """Found in each of three pictures: a cat where each object of the first is. Two are on a crowd
    there, and the last picture is empty."""
    content = coco_content(3)
    crowd = {"id": 99, "image_id": 0, "category_id": 3, "bbox": [0, 0, 90, 9], "area": 810}
    runs = {"size": [80, 96], "counts": [0, 9] + [71, 9] * 89 + [71 + 6 * 80]}
    one = [crowd | {"iscrowd": 1, "segmentation": runs}]
    # To pycocotools a number of 0 is none.
    numbered = [a | {"id": a["id"] + 1} for a in content["annotations"] if a["image_id"] < 2]
    content["annotations"] = numbered + one
    write_coco(tmp_path, coco_content(1))
    for image in content["images"]:
        image["file_name"] = f"val {image['file_name']}"
    file = write_coco(tmp_path, content, "instances_val.json")
    kept = load_data(str(tmp_path), "instance segmentation", CLASSES).validation
    assert len(kept) == 3
    # Left, top, width and height of what is found, and how sure it is.
    found = [([10, 10, 30, 30], 0.9), ([0, 0, 9, 9], 0.85), ([40, 0, 9, 9], 0.3)]
    measures = DetectionMeasures(CLASSES, ends_after=True)
    results = []
    for number, more in enumerate((0, -0.1, 0.03)):
        boxes = np.array([box for box, _ in found], "float32")
        boxes[:, 2:] += boxes[:, :2]
        scores = np.array([score + more for _, score in found])
        painted = [rectangle(*box) for box, _ in found]
        _, label, outlines = kept[number]
        masks = [_in_runs(outline, 80, 96) for outline in outlines]
        measures.add(label, np.zeros(3), scores, boxes, masks, painted)
        results += [
            {"image_id": number, "category_id": 3, "bbox": box, "segmentation": mask, "score": of}
            for (box, _), mask, of in zip(found, painted, scores, strict=True)
        ]
    beside = measures.metric().beside
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = COCO(str(file))
        for kind, names in (("bbox", (COCO_ALL, COCO_50)), ("segm", (MASKS, MASKS_50))):
            own = [{k: v for k, v in one.items() if k != "segmentation"} for one in results]
            given = results if kind == "segm" else own
            evaluated = COCOeval(theirs, theirs.loadRes(given), kind)
            evaluated.evaluate()
            evaluated.accumulate()
            evaluated.summarize()
            assert 0.1 < evaluated.stats[0] < 0.9
            assert [beside[name] for name in names] == pytest.approx(
                evaluated.stats[:2].tolist(), abs=1e-6
            )


def rectangle(left: int, top: int, width: int, height: int) -> Any:
    painted = np.zeros((80, 96), np.uint8, order="F")
    painted[top : top + height, left : left + width] = 1
    return mask.encode(painted)


def test_gluoncvs_own_metric(tmp_path: Path) -> None:
    chance = np.random.RandomState(3)
    measures = DetectionMeasures(CLASSES)
    objects, pictures = [], []
    for number in range(30):
        corner = chance.randint(0, 60, (3, 2))
        label = np.zeros((3, 6), dtype="float32")
        label[:, :2], label[:, 2:4] = corner, corner + chance.randint(9, 40, (3, 2))
        label[:, 4] = chance.randint(0, 3, 3)
        near = label[:, :4] + chance.randint(-4, 5, (3, 4))
        away = np.concatenate([corner, corner + 20], axis=1).astype("float32")
        boxes = np.concatenate([near, away])
        ids = np.concatenate([label[:, 4], chance.randint(-1, 3, 3)])
        scores = chance.uniform(0.1, 1, 6)
        measures.add(label, ids, scores, boxes)
        pictures.append((boxes, ids, scores))
        for left, top, right, bottom, kind, _ in label.tolist():
            width, height = right - left + 1, bottom - top + 1
            objects.append(
                {
                    "id": len(objects) + 1,
                    "image_id": number + 1,
                    "category_id": int(kind),
                    "bbox": [left, top, width, height],
                    "area": width * height,
                    "iscrowd": 0,
                }
            )
    coco = COCO()
    coco.dataset = {
        "info": {},
        "images": [{"id": number + 1} for number in range(30)],
        "annotations": objects,
        "categories": [{"id": number, "name": name} for number, name in enumerate(CLASSES)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        theirs = COCODetectionMetric(
            SimpleNamespace(
                coco=coco, contiguous_id_to_json={0: 0, 1: 1, 2: 2}, classes=list(CLASSES)
            ),
            str(tmp_path / "found"),
            cleanup=True,
            use_time=False,
        )
        for boxes, ids, scores in pictures:
            theirs.update([boxes[np.newaxis]], [ids[np.newaxis]], [scores[np.newaxis]])
        evaluated = theirs._update()
        evaluated.summarize()
    beside = measures.metric().beside
    assert 0.1 < beside["COCO mAP"] < 0.9
    assert beside["COCO mAP"] == pytest.approx(evaluated.stats[0], abs=1e-6)
    assert beside["COCO AP50"] == pytest.approx(evaluated.stats[1], abs=1e-6)
