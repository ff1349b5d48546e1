"""A labelled picture's pixels."""

from __future__ import annotations

import mxnet as mx
import numpy as np

from tui.engine.datasets.pictures import bytes_problem
from tui.engine.datasets.skipped import UnreadablePicture
from tui.engine.datasets.survey import LabelledPicture
from tui.engine.refusal import in_one_line


def read_picture(picture: LabelledPicture) -> mx.nd.NDArray:
    """Decode a picture: height×width×3, uint8, RGB, turned as its source says. Grey, CMYK, 16-bit
    and transparent ones are made RGB of 8 bits, as MXNet does.

    Raises:
        UnreadablePicture: it is gone, or broken, since the data set was looked at.
    """
    data = whole_bytes(picture)
    try:
        pixels = mx.image.imdecode(data, 1)
    except mx.base.MXNetError as error:
        raise UnreadablePicture(picture.name, in_one_line(error)) from None
    if picture.source.turn != 1:
        pixels = mx.nd.array(turned(pixels.asnumpy(), picture.source.turn), dtype="uint8")
    return pixels


def whole_bytes(picture: LabelledPicture) -> bytes:
    """The bytes of a picture, as its source has them.

    Raises:
        UnreadablePicture: it is gone, or broken, since the data set was looked at.
    """
    try:
        data = picture.source.encoded()
    except OSError as error:
        raise UnreadablePicture(picture.name, (error.strerror or str(error)).lower()) from None
    problem = bytes_problem(data)
    if problem:
        raise UnreadablePicture(picture.name, problem)
    return data


def turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Pixels as a viewer shows them under an EXIF orientation."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    # What is now the wrong way around, from left to right and from top to bottom.
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
