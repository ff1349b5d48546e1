"""Written as a folder a class, below train and val; objects are cut out of their pictures."""

from __future__ import annotations

import math

from tui.engine.datasets.skipped import UnreadablePicture
from tui.engine.datasets.writing.written import Copied, Writing, jpeg, safe


def write(writing: Writing) -> None:
    """Pictures by class, or a picture for each box.

    Raises:
        Refusal: there are neither.
    """
    writing.need("folder", "classification", "detection", "instance segmentation")
    for copied in writing.pictures():
        category = copied.labelled.category
        if category is None:
            _cut_out(writing, copied)
        else:
            writing.file(copied.part, safe(category), copied.name).write_bytes(copied.data)
            writing.count(copied, 0)


def _cut_out(writing: Writing, copied: Copied) -> None:
    picture = copied.labelled
    for number, one in enumerate(picture.objects):
        left, top = (math.floor(edge) for edge in one.box[:2])
        right = min(math.ceil(one.box[2]) + 1, picture.width)
        bottom = min(math.ceil(one.box[3]) + 1, picture.height)
        try:
            data = jpeg(picture, (left, top, right, bottom))
        except UnreadablePicture as error:
            writing.left_out.append(f"{error.name}: {error.why}")
            return
        name = f"{copied.stem}_{number}.jpg"
        writing.file(copied.part, safe(one.name), name).write_bytes(data)
        writing.count(copied, 1)
