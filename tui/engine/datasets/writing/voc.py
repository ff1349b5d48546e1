"""Written as a Pascal VOC tree."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import numpy as np

from tui.engine.datasets.writing.written import Copied, Writing, short


def write(writing: Writing) -> None:
    """JPEGImages with Annotations, or with SegmentationClass, and ImageSets.

    Raises:
        Refusal: there are neither boxes nor masks.
    """
    writing.need("voc", "detection", "instance segmentation", "segmentation")
    masks = writing.task == "segmentation"
    lists: dict[str, list[str]] = {"train": [], "val": []}
    outlines = 0
    for copied in writing.pictures():
        if masks and not _mask(writing, copied):
            continue
        writing.file("JPEGImages", copied.name).write_bytes(copied.data)
        if not masks:
            file = writing.file("Annotations", f"{copied.stem}.xml")
            ET.ElementTree(_annotation(copied)).write(file, "utf-8")
        objects = copied.labelled.objects
        outlines += sum(bool(one.polygons or one.keypoints) for one in objects)
        lists[copied.part].append(copied.stem)
        writing.count(copied, len(objects))
    folder = "Segmentation" if masks else "Main"
    for part, stems in lists.items():
        lines = "".join(f"{stem}\n" for stem in stems)
        writing.file("ImageSets", folder, f"{part}.txt").write_text(lines, "utf-8")
    if masks and not writing.survey.numbered:
        lines = "".join(f"{name}\n" for name in writing.survey.classes)
        writing.file("classes.txt").write_text(lines, "utf-8")
    if outlines:
        writing.left_out.append(f"outlines and keypoints of {outlines} objects: VOC has none")


def _mask(writing: Writing, copied: Copied) -> bool:
    from PIL import Image

    mask = copied.labelled.mask
    if mask is None:
        writing.left_out.append(f"{copied.labelled.name}: no mask")
        return False
    image = Image.fromarray(mask.read(), "P")
    # VOC's own colours: the bits of a number, spread over the three channels.
    numbers = np.arange(256)
    palette = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            palette[:, channel] |= (((numbers >> 3 * bit + channel) & 1) << (7 - bit)).astype(
                np.uint8
            )
    image.putpalette(palette.ravel().tolist())
    written = io.BytesIO()
    image.save(written, "PNG")
    writing.file("SegmentationClass", f"{copied.stem}.png").write_bytes(written.getvalue())
    return True


def _annotation(copied: Copied) -> ET.Element:
    picture = copied.labelled
    root = ET.Element("annotation")
    ET.SubElement(root, "folder").text = "JPEGImages"
    ET.SubElement(root, "filename").text = copied.name
    size = ET.SubElement(root, "size")
    for name, value in (("width", picture.width), ("height", picture.height), ("depth", 3)):
        ET.SubElement(size, name).text = str(value)
    for one in picture.objects:
        item = ET.SubElement(root, "object")
        ET.SubElement(item, "name").text = one.name
        ET.SubElement(item, "difficult").text = str(int(one.difficult))
        box = ET.SubElement(item, "bndbox")
        # VOC counts pixels from 1.
        for name, edge in zip(("xmin", "ymin", "xmax", "ymax"), one.box, strict=True):
            ET.SubElement(box, name).text = short(edge + 1)
    return root
