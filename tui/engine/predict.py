"""A run's network on pictures of any kind: each drawn as a PNG, and all in predictions.jsonl."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from tui.engine.datasets.pictures import SUFFIXES, PictureFile, look_at
from tui.engine.datasets.reading import read_picture
from tui.engine.datasets.skipped import UnreadablePicture
from tui.engine.datasets.survey import LabelledPicture
from tui.engine.predictors import predictor_for
from tui.engine.predictors.drawing import areas, drawn, in_words, legend
from tui.engine.predictors.predicted import Predicted
from tui.engine.refusal import Refusal
from tui.engine.trained import trained_network
from tui.runs.inspection import DrawnPicture, Predict, Predictions
from tui.runs.predictions import (
    NAME,
    ClassShare,
    MaskCode,
    ObjectPrediction,
    PicturePrediction,
    encoded,
)
from tui.whole_file import whole_file

ENDINGS = (".png", ".mask.png")
"""Of what is written of a picture."""


def predict(question: Predict, say: Callable[[str], None]) -> Predictions:
    """Answer one question.

    Raises:
        Refusal: a picture is not there, the run's network cannot be had, or the folder cannot be
            written.
    """
    paths = _pictures(question.pictures)
    out = Path(question.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK | os.X_OK):
            raise PermissionError(None, "permission denied")
    except OSError as error:
        raise Refusal(
            f"{out}: cannot be written: {(error.strerror or str(error)).lower()}"
        ) from None
    names = _names(paths)
    originals = {_place(path) for path in paths}
    for name in names:
        if any(_place(out / f"{name}{ending}") in originals for ending in ENDINGS):
            raise Refusal(
                f"{out / name}.png: one of the pictures itself, which would be written over; "
                "give another --out"
            )
    _, built = trained_network(question.run, question.weights, question.ctx, say)
    predictor = predictor_for(built)
    if predictor is None:
        raise Refusal(f"nothing predicts with a {type(built.net).__name__} yet")
    predictor.begin()
    records, shown, unreadable = [], [], []
    for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        say(f"picture {number} of {len(paths)}")
        try:
            picture = labelled(path)
            pixels = read_picture(picture)
        except UnreadablePicture as error:
            unreadable.append(f"{error.name}: {error.why}")
            continue
        found = predictor.predict(pixels, question.threshold)
        array = pixels.asnumpy()
        image = drawn(array, found, predictor.classes)
        try:
            records.append(_write(out, name, path, picture, found, image, predictor.classes))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise Refusal(f"{out / name}.png: cannot be written: {why}") from None
        if len(shown) < question.show:
            small = drawn(array, found, predictor.classes, within=question.size)
            shown.append(
                DrawnPicture(
                    str(path),
                    picture.width,
                    picture.height,
                    _png(small),
                    in_words(found, predictor.classes),
                    legend(found, predictor.classes),
                )
            )
    try:
        _replace(out / NAME, encoded(records))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Refusal(f"{out / NAME}: cannot be written: {why}") from None
    return Predictions(len(records), tuple(unreadable), tuple(shown))


def labelled(path: Path) -> LabelledPicture:
    """A picture without a label, upright as a viewer shows it.

    Raises:
        UnreadablePicture: it is no whole picture.
    """
    looked = look_at(path)
    if looked.problem:
        raise UnreadablePicture(str(path), looked.problem)
    return LabelledPicture(str(path), PictureFile(path, looked.turn), *looked.upright)


def _pictures(given: Sequence[str]) -> list[Path]:
    """Files as they are named, and those of folders that are pictures by their names, each once."""
    found: dict[Path, None] = {}
    for word in given:
        path = Path(word)
        try:
            if path.is_dir():
                inside = sorted(
                    one
                    for one in path.iterdir()
                    if one.suffix.lower() in SUFFIXES and not one.name.startswith(".")
                )
                if not inside:
                    raise Refusal(f"{path}: no pictures in this folder (JPEG, PNG or BMP)")
                found.update(dict.fromkeys(inside))
            elif path.exists():
                found[path] = None
            else:
                raise Refusal(f"{path}: there is no such picture")
        except OSError as error:
            raise Refusal(f"{path}: {(error.strerror or str(error)).lower()}") from None
    return list(found)


def _place(path: Path) -> str | tuple[int, int]:
    """By which two names of one file are known."""
    try:
        found = path.stat()
    except OSError:
        return str(path)
    return found.st_dev, found.st_ino


def _names(paths: Sequence[Path]) -> list[str]:
    """A name for each picture's file, without an ending; those of one name are numbered."""
    taken: set[str] = set()
    names = []
    for path in paths:
        name, number = path.stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{path.stem}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _write(
    out: Path,
    name: str,
    path: Path,
    picture: LabelledPicture,
    found: Predicted,
    image: Image.Image,
    classes: Sequence[str],
) -> PicturePrediction:
    _replace(out / f"{name}.png", _png(image))
    mask = ""
    if found.mask is not None:
        mask = f"{name}.mask.png"
        _replace(out / mask, _png(Image.fromarray(found.mask)))
    return PicturePrediction(
        str(path),
        picture.width,
        picture.height,
        f"{name}.png",
        tuple(
            ObjectPrediction(one.name, one.score or 0.0, one.box, _code(one.mask), one.joints)
            for one in found.objects
        ),
        tuple(ClassShare(name, score or 0.0) for name, score in found.ranked),
        tuple(ClassShare(*one) for one in areas(found.mask, classes))
        if found.mask is not None
        else (),
        mask,
    )


def _code(mask: np.ndarray | None) -> MaskCode | None:
    if mask is None:
        return None
    from pycocotools import mask as coco

    code = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return MaskCode(tuple(code["size"]), code["counts"].decode("ascii"))


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _replace(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)
