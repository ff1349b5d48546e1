"""Pictures with their labels drawn on them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tui.engine.datasets.reading import read_picture
from tui.engine.datasets.skipped import UnreadablePicture
from tui.engine.datasets.survey import LabelledPicture, Survey, counts
from tui.runs.inspection import DrawnPicture, PicturesDrawn

COLOURS = (
    *((255, 80, 80), (80, 200, 255), (255, 210, 60), (120, 230, 100)),
    *((230, 120, 255), (255, 150, 60), (90, 240, 210), (255, 140, 190)),
)
"""Of classes in turn."""


def colour_of(name: str, classes: Sequence[str]) -> tuple[int, int, int]:
    """The colour that a class is drawn in."""
    return COLOURS[classes.index(name) % len(COLOURS)] if name in classes else COLOURS[0]


def draw(
    survey: Survey, count: int, size: tuple[int, int], *, outlines: bool = False
) -> PicturesDrawn:
    """The first pictures, each fitted into a size, with boxes, or outlines, or masks on them."""
    found, unreadable = [], []
    for picture in survey.pictures:
        if len(found) == count:
            break
        try:
            found.append(_drawn(picture, survey.classes, size, outlines))
        except UnreadablePicture as error:
            unreadable.append(f"{error.name}: {error.why}")
        except OSError as error:
            unreadable.append(f"{picture.name}, its mask: {(error.strerror or str(error)).lower()}")
    return PicturesDrawn(tuple(found), len(survey.pictures), tuple(unreadable))


def _drawn(
    picture: LabelledPicture, classes: Sequence[str], within: tuple[int, int], outlines: bool
) -> DrawnPicture:
    from PIL import Image, ImageDraw

    pixels = read_picture(picture).asnumpy()
    if picture.mask is not None:
        pixels = tinted(pixels, picture.mask.read())
    image = Image.fromarray(pixels)
    image.thumbnail(within)
    scale = image.width / picture.width
    pen = ImageDraw.Draw(image)
    for one in picture.objects:
        colour = colour_of(one.name, classes)
        width = max(1, image.width // 160)
        if outlines:
            for polygon in one.polygons:
                points = [value * scale for value in polygon]
                pen.line([*points, *points[:2]], fill=colour, width=width)
        else:
            pen.rectangle([edge * scale for edge in one.box], outline=colour, width=width)
        for x, y, visible in one.keypoints:
            if visible:
                pen.ellipse(
                    [x * scale - width, y * scale - width, x * scale + width, y * scale + width],
                    fill=colour,
                )
    written = io.BytesIO()
    image.save(written, "PNG")
    legend = ((name, count, colour_of(name, classes)) for name, count in counts([picture]).items())
    size = (picture.width, picture.height)
    return DrawnPicture(
        picture.name, *size, written.getvalue(), tuple(_words(picture)), tuple(legend)
    )


def tinted(pixels: npt.NDArray[Any], mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A picture under the colours of the classes of its pixels; 0 and 255 stay as they are."""
    tinted = pixels.astype(np.float32)
    for value in np.unique(mask):
        if 0 < value < 255:
            where = mask == value
            tinted[where] = 0.4 * tinted[where] + 0.6 * np.array(COLOURS[value % len(COLOURS)])
    return tinted.astype(np.uint8)


def _words(picture: LabelledPicture) -> list[str]:
    if picture.category is not None:
        return [picture.category]
    if picture.mask is not None:
        return list(picture.present)
    return [
        f"{one.name} {', '.join(f'{edge:.0f}' for edge in one.box)}"
        + (" difficult" if one.difficult else " a crowd" if one.crowd else "")
        for one in picture.objects
    ]
