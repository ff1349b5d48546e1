"""Small COCO JSON sets, written by the tests that read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.engine.voc_tree import write_picture


def coco_content(pictures: int = 5) -> dict[str, Any]:
    """Pictures of 96×80 with a cat on each, and a dog on every other one."""
    square = [[10, 10, 40, 10, 40, 40, 10, 40]]
    annotations = [
        {"image_id": number, "category_id": 3, "bbox": [10, 10, 30, 30], "segmentation": square}
        for number in range(pictures)
    ] + [
        {"image_id": number, "category_id": 7, "bbox": [40, 20, 50, 50], "segmentation": square}
        for number in range(0, pictures, 2)
    ]
    return {
        "images": [
            {"id": number, "file_name": f"p {number}.jpg", "width": 96, "height": 80}
            for number in range(pictures)
        ],
        "annotations": [
            {"id": number, "area": 900, "iscrowd": 0} | annotation
            for number, annotation in enumerate(annotations)
        ],
        "categories": [{"id": 7, "name": "dog"}, {"id": 3, "name": "cat"}],
    }


def write_coco(root: Path, content: dict[str, Any], name: str = "instances_train.json") -> Path:
    """The file in `annotations`, and its pictures in `images`."""
    for number, image in enumerate(content["images"]):
        write_picture(root / "images" / image["file_name"], seed=number)
    file = root / "annotations" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return file
