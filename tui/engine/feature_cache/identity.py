"""By what a run's pictures are known, as they come to the network."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from tui.engine.datasets.data import Data
from tui.engine.datasets.survey import LabelledPicture, written_down
from tui.engine.sources.built import Built
from tui.runs.spec import RunSpec


def identity_of(spec: RunSpec, built: Built, data: Data) -> str:
    """A digest of all that says what a training picture is: the data set's files and labels, how
    they are divided, and what each goes through.

    Raises:
        ValueError: the data does not name its pictures.
    """
    if not data.labelled:
        raise ValueError(f"{data.kind}: without labelled pictures it cannot be known again")
    hyper = spec.hyper
    facts = {
        "recipe": spec.recipe,
        "data": spec.data,
        "pictures": digest_of(data.labelled),
        "classes": data.classes,
        "counts": data.counts,
        "split": data.split,
        "size": built.input_size,
        "mean": [float(one) for one in built.mean],
        "std": [float(one) for one in built.std],
        "augment": hyper.augment,
        "seed": spec.seed if hyper.augment else None,
    }
    return hashlib.blake2b(msgspec.json.encode(facts), digest_size=16).hexdigest()


def digest_of(pictures: Iterable[LabelledPicture]) -> str:
    """A digest of pictures as they lie there: names, labels, and path, size and time of the files
    that they and their masks are known by. No other file is looked at, and none is read."""
    digest = hashlib.blake2b(digest_size=16)

    @cache
    def file_facts(path: Path) -> bytes:
        try:
            found = os.stat(path)
        except OSError:
            return repr((path, None)).encode()
        return repr((path, found.st_size, found.st_mtime_ns)).encode()

    for one in pictures:
        facts = (one.name, one.width, one.height, one.source.turn, one.category, one.present)
        sources = [one.source] if one.mask is None else [one.source, one.mask]
        known = (source.known_by for source in sources)
        parts = [
            repr(facts).encode(),
            written_down(one.objects),
            *(by if isinstance(by, bytes) else file_facts(by) for by in known),
        ]
        for part in parts:
            digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
