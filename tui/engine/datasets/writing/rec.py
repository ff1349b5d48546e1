"""Written as RecordIO: train.rec and val.rec, with their .idx and the names of the classes."""

from __future__ import annotations

import mxnet as mx
import numpy as np

from tui.engine.datasets.writing.written import Copied, Writing

_HEADER = 4
"""Numbers before the first object, as in GluonCV's tutorial: two lengths, width, height."""


def write(writing: Writing) -> None:
    """Boxes as GluonCV's RecordFileDetection reads them, or a class.

    Raises:
        Refusal: there are neither.
    """
    writing.need("rec", "detection", "classification", "instance segmentation")
    survey = writing.survey
    numbers = {name: number for number, name in enumerate(survey.classes)}
    wide = 6 if any(one.difficult for p in survey.pictures for one in p.objects) else 5
    files: dict[str, mx.recordio.MXIndexedRecordIO] = {}
    outlines = 0
    try:
        for copied in writing.pictures():
            label = _label(copied, numbers, wide)
            if label is None:
                writing.left_out.append(f"{copied.labelled.name}: no labelled object")
                continue
            number = writing.done[copied.part]
            if copied.part not in files:
                files[copied.part] = mx.recordio.MXIndexedRecordIO(
                    str(writing.file(f"{copied.part}.idx")),
                    str(writing.file(f"{copied.part}.rec")),
                    "w",
                )
            header = mx.recordio.IRHeader(0, label, number, 0)
            files[copied.part].write_idx(number, mx.recordio.pack(header, copied.data))
            outlines += sum(bool(one.polygons) for one in copied.labelled.objects)
            writing.count(copied, len(copied.labelled.objects))
    finally:
        for file in files.values():
            file.close()
    if not survey.numbered:
        lines = "".join(f"{name}\n" for name in survey.classes)
        writing.file("classes.txt").write_text(lines, "utf-8")
    if outlines:
        writing.left_out.append(f"outlines of {outlines} objects: RecordIO has none")


def _label(copied: Copied, numbers: dict[str, int], wide: int) -> float | np.ndarray | None:
    picture = copied.labelled
    if picture.category is not None:
        return float(numbers[picture.category])
    if not picture.objects:
        return None
    sides = np.array([picture.width, picture.height] * 2)
    rows = [
        [numbers[one.name], *(np.array(one.box) / sides), float(one.difficult)][:wide]
        for one in picture.objects
    ]
    header = [_HEADER, wide, picture.width, picture.height]
    return np.array([*header, *np.ravel(rows)], dtype=np.float32)
