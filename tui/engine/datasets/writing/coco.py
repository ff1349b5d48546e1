"""Written as COCO JSON: annotations/instances_train.json, images/train, and the same for val."""

from __future__ import annotations

from typing import Any

import msgspec

from tui.engine.datasets.survey import LabelledObject
from tui.engine.datasets.writing.written import Writing


def write(writing: Writing) -> None:
    """Boxes, outlines and keypoints.

    Raises:
        Refusal: there are none.
    """
    writing.need("coco", "detection", "instance segmentation", "pose")
    numbers = {name: number for number, name in enumerate(writing.survey.classes, 1)}
    images: dict[str, list[dict[str, Any]]] = {"train": [], "val": []}
    annotations: dict[str, list[dict[str, Any]]] = {"train": [], "val": []}
    joints = {"keypoints": list(writing.survey.joints)} if writing.survey.joints else {}
    difficult = 0
    for image_id, copied in enumerate(writing.pictures(), 1):
        picture = copied.labelled
        writing.file("images", copied.part, copied.name).write_bytes(copied.data)
        images[copied.part].append(
            {
                "id": image_id,
                "file_name": copied.name,
                "width": picture.width,
                "height": picture.height,
            }
        )
        for one in picture.objects:
            annotations[copied.part].append(
                {
                    "id": len(annotations[copied.part]) + 1,
                    "image_id": image_id,
                    "category_id": numbers[one.name],
                    **_annotation(one),
                }
            )
            difficult += one.difficult
        writing.count(copied, len(picture.objects))
    for part in images:
        content = {
            "images": images[part],
            "annotations": annotations[part],
            "categories": [
                {"id": number, "name": name, **joints} for name, number in numbers.items()
            ],
        }
        if images[part]:
            file = writing.file("annotations", f"instances_{part}.json")
            file.write_bytes(msgspec.json.encode(content))
    if difficult:
        writing.left_out.append(f"the mark of {difficult} difficult objects: COCO has none")


def _annotation(one: LabelledObject) -> dict[str, Any]:
    left, top, right, bottom = one.box
    # A box that ends on its last pixel is that much wider.
    width, height = right - left + 1, bottom - top + 1
    found: dict[str, Any] = {
        "bbox": [round(value, 3) for value in (left, top, width, height)],
        "area": round(width * height, 3),
        "iscrowd": 0,
        "segmentation": [list(polygon) for polygon in one.polygons],
    }
    if one.keypoints:
        found["keypoints"] = [value for point in one.keypoints for value in point]
        found["num_keypoints"] = sum(bool(seen) for _, _, seen in one.keypoints)
    return found
