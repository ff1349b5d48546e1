"""Written as a YOLO text folder: data.yaml, images/train and labels/train, and the same for val."""

from __future__ import annotations

from tui.engine.datasets.survey import LabelledObject, LabelledPicture
from tui.engine.datasets.writing.written import Writing


def write(writing: Writing) -> None:
    """Boxes; for instance segmentation outlines.

    Raises:
        Refusal: there are neither.
    """
    import yaml

    writing.need("yolo", "detection", "instance segmentation")
    survey = writing.survey
    numbers = {name: number for number, name in enumerate(survey.classes)}
    difficult = split = 0
    for copied in writing.pictures():
        picture = copied.labelled
        lines = []
        for one in picture.objects:
            outline = writing.task == "instance segmentation" and one.polygons
            numbers_of = _outline(picture, one) if outline else _box(picture, one)
            lines.append(" ".join([str(numbers[one.name]), *(f"{n:.8f}" for n in numbers_of)]))
            difficult += one.difficult
            split += bool(outline) and len(one.polygons) > 1
        writing.file("images", copied.part, copied.name).write_bytes(copied.data)
        text = "".join(f"{line}\n" for line in lines)
        writing.file("labels", copied.part, f"{copied.stem}.txt").write_text(text)
        writing.count(copied, len(lines))
    settings = {
        "train": "images/train",
        "val": "images/val" if writing.done["val"] else "images/train",
        "nc": len(survey.classes),
        "names": list(survey.classes),
    }
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    writing.file("data.yaml").write_text(text, "utf-8")
    if difficult:
        writing.left_out.append(f"the mark of {difficult} difficult objects: YOLO has none")
    if split:
        writing.left_out.append(f"all but the longest part of {split} outlines in several parts")


def _box(picture: LabelledPicture, one: LabelledObject) -> tuple[float, ...]:
    left, top, right, bottom = one.box
    # A box that ends on its last pixel ends that much later; beyond the picture nothing is.
    right, bottom = min(right + 1, picture.width), min(bottom + 1, picture.height)
    return (
        (left + right) / 2 / picture.width,
        (top + bottom) / 2 / picture.height,
        (right - left) / picture.width,
        (bottom - top) / picture.height,
    )


def _outline(picture: LabelledPicture, one: LabelledObject) -> tuple[float, ...]:
    polygon = max(one.polygons, key=len)
    sides = (picture.width, picture.height)
    return tuple(
        min(1.0, max(0.0, value / sides[place % 2])) for place, value in enumerate(polygon)
    )
