"""Pictures with what was predicted drawn on them, and beside it what is true.

What is predicted has whole lines and a label with its score; what is true has dashed white lines,
so that no colour is needed to tell them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from tui.engine.datasets.drawing import colour_of, tinted
from tui.engine.predictors.predicted import Predicted, PredictedObject

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
DASH = 6
"""Pixels of a dash, and of the gap after it."""
LEGIBLE = 320
"""Pixels of the longer side: smaller pictures are enlarged, or labels would cover them."""
SMALLEST = 160
"""Pixels of the longer side below which labels and lines of text are left out."""
ROOM = 8
"""Pixels around a line of text below a picture, and between two masks."""
Colour = tuple[int, int, int]


def drawn(
    pixels: npt.NDArray[np.uint8],
    predicted: Predicted,
    classes: Sequence[str],
    *,
    true: Predicted | None = None,
    within: tuple[int, int] | None = None,
) -> Image.Image:
    """A picture, height×width×3, with what is on it; no larger than `within` (width, height),
    and enlarged where it is so small that labels would cover it."""
    size = (pixels.shape[1], pixels.shape[0])
    picture = _covered(pixels, predicted, classes)
    image = _fitted(picture, within)
    scale = image.width / size[0]
    pen = ImageDraw.Draw(image)
    width = max(1, round(max(image.size) / 300))
    font = ImageFont.load_default(max(11, round(max(image.size) / 45)))
    for one in true.objects if true else ():
        _dashed(pen, [edge * scale for edge in one.box], width)
    # The surest last, on top of the others.
    for one in reversed(predicted.objects):
        colour = colour_of(one.name, classes)
        box = [edge * scale for edge in one.box]
        pen.rectangle(box, outline=colour, width=width)
        _joints(pen, one, scale, 2 * width, colour)
    for one in reversed(predicted.objects if max(image.size) >= SMALLEST else ()):
        box = [edge * scale for edge in one.box]
        _label(pen, _words(one.name, one.score), (box[0], box[1]), font, one.name, classes, image)
    if true is not None and true.mask is not None:
        image = _side_by_side(image, _fitted(tinted(pixels, true.mask), within))
    lines = _lines_below(predicted, true)
    return _with_lines(image, lines, font) if lines and max(image.size) >= SMALLEST else image


def legend(predicted: Predicted, classes: Sequence[str]) -> tuple[tuple[str, int, Colour], ...]:
    """Each class on a picture, how often, and its colour."""
    found = Counter(one.name for one in predicted.objects)
    if predicted.mask is not None:
        found.update(name for name, _ in areas(predicted.mask, classes))
    found.update(name for name, _ in predicted.ranked[:1])
    return tuple((name, count, colour_of(name, classes)) for name, count in found.items())


def in_words(predicted: Predicted, classes: Sequence[str]) -> tuple[str, ...]:
    """What was predicted, one line each."""
    return (
        *(
            f"{_words(one.name, one.score)} {', '.join(f'{edge:.0f}' for edge in one.box)}"
            for one in predicted.objects
        ),
        *(_words(name, score) for name, score in predicted.ranked),
        *(
            f"{name} {share:.1%} of the picture"
            for name, share in (
                areas(predicted.mask, classes) if predicted.mask is not None else ()
            )
        ),
    )


def areas(mask: npt.NDArray[np.uint8], classes: Sequence[str]) -> list[tuple[str, float]]:
    """The share of a picture that each of its classes has, the largest first."""
    counts = np.bincount(mask.ravel(), minlength=256)[: len(classes)]
    order = (-counts).argsort(kind="stable")
    return [(classes[at], float(counts[at] / mask.size)) for at in order if counts[at]]


def _covered(
    pixels: npt.NDArray[np.uint8], predicted: Predicted, classes: Sequence[str]
) -> npt.NDArray[np.uint8]:
    if predicted.mask is not None:
        return tinted(pixels, predicted.mask)
    covered = pixels.copy()
    for one in reversed(predicted.objects):
        if one.mask is not None:
            colour = np.array(colour_of(one.name, classes))
            covered[one.mask] = (0.5 * covered[one.mask] + 0.5 * colour).astype(np.uint8)
    return covered


def _fitted(pixels: npt.NDArray[np.uint8], within: tuple[int, int] | None) -> Image.Image:
    image = Image.fromarray(pixels)
    factor = -(-LEGIBLE // max(image.size))
    if within:
        factor = min(factor, within[0] // image.width, within[1] // image.height)
    if factor > 1:
        image = image.resize((image.width * factor, image.height * factor), Image.NEAREST)
    if within:
        image.thumbnail(within)
    return image


def _words(name: str, score: float | None) -> str:
    return name if score is None else f"{name} {score:.2f}"


def _joints(
    pen: ImageDraw.ImageDraw, one: PredictedObject, scale: float, radius: int, colour: Colour
) -> None:
    for x, y, visible in one.joints:
        if visible:
            at = (x * scale, y * scale)
            pen.ellipse(
                [at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius],
                fill=colour,
                outline=BLACK,
            )


def _label(
    pen: ImageDraw.ImageDraw,
    words: str,
    corner: tuple[float, float],
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
    name: str,
    classes: Sequence[str],
    image: Image.Image,
) -> None:
    """Above a box's corner, or in the box where there is no room, and always in the picture."""
    left, top, right, bottom = pen.textbbox((0, 0), words, font=font)
    width, height = right - left + 4, bottom - top + 4
    x = max(0, min(corner[0], image.width - width))
    y = corner[1] - height
    y = max(0, min(corner[1] if y < 0 else y, image.height - height))
    pen.rectangle([x, y, x + width, y + height], fill=colour_of(name, classes))
    pen.text((x + 2 - left, y + 2 - top), words, fill=BLACK, font=font)


def _dashed(pen: ImageDraw.ImageDraw, box: Sequence[float], width: int) -> None:
    left, top, right, bottom = box
    for y in (top, bottom):
        for start, end in _dashes(left, right):
            pen.line([start, y, end, y], fill=WHITE, width=width + 1)
    for x in (left, right):
        for start, end in _dashes(top, bottom):
            pen.line([x, start, x, end], fill=WHITE, width=width + 1)


def _dashes(start: float, end: float) -> Iterator[tuple[float, float]]:
    while start < end:
        yield start, min(end, start + DASH)
        start += 2 * DASH


def _side_by_side(first: Image.Image, second: Image.Image) -> Image.Image:
    both = Image.new("RGB", (first.width + ROOM + second.width, first.height), WHITE)
    both.paste(first, (0, 0))
    both.paste(second, (first.width + ROOM, 0))
    return both


def _lines_below(predicted: Predicted, true: Predicted | None) -> list[str]:
    if predicted.ranked:
        shown = predicted.ranked[:1] if true else predicted.ranked[:3]
        lines = [_words(name, score) for name, score in shown]
        return [*lines, f"true: {true.ranked[0][0]}"] if true and true.ranked else lines
    if true is not None and true.mask is not None:
        return ["left: predicted, right: true"]
    return []


def _with_lines(
    image: Image.Image,
    lines: Sequence[str],
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
) -> Image.Image:
    pen = ImageDraw.Draw(image)
    boxes = [pen.textbbox((0, 0), line, font=font) for line in lines]
    step = max(int(box[3]) for box in boxes) + 4
    width = max(image.width, *(int(box[2]) + 2 * ROOM for box in boxes))
    whole = Image.new("RGB", (width, image.height + step * len(lines) + ROOM), WHITE)
    whole.paste(image, ((width - image.width) // 2, 0))
    pen = ImageDraw.Draw(whole)
    for number, line in enumerate(lines):
        pen.text((ROOM, image.height + 4 + step * number), line, fill=BLACK, font=font)
    return whole
