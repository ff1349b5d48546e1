"""By what a run's pictures are known, as they come to the network."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from tui.engine.datasets.data import Data
from tui.engine.sources.built import Built
from tui.runs.spec import RunSpec


def identity_of(spec: RunSpec, built: Built, data: Data) -> str:
    """A digest of all that says what a training picture is: the files of the data set by name,
    size and time, how they are divided and labelled, and what each goes through."""
    hyper = spec.hyper
    facts = {
        "recipe": spec.recipe,
        "data": spec.data,
        "files": digest_of_files(Path(spec.data).expanduser()),
        "pictures": len(data.train),
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


def digest_of_files(path: Path) -> str:
    """A digest of names, sizes and times of the files in a folder, or beside a file."""
    digest = hashlib.blake2b(digest_size=16)
    if path.is_file():
        # A list or a record file, whose pictures lie beside it.
        path = path.parent
    # Large pictures often lie elsewhere, behind a link.
    seen = {os.path.realpath(path)}
    for folder, folders, names in os.walk(path, followlinks=True):
        folders[:] = [one for one in sorted(folders) if _is_new(os.path.join(folder, one), seen)]
        for name in sorted(names):
            file = os.path.join(folder, name)
            try:
                found = os.stat(file)
            except OSError:
                continue
            facts = f"{os.path.relpath(file, path)}\0{found.st_size}\0{found.st_mtime_ns}\0"
            digest.update(os.fsencode(facts))
    return digest.hexdigest()


def _is_new(folder: str, seen: set[str]) -> bool:
    """Whether a folder has not been looked into before: links can lead back."""
    real = os.path.realpath(folder)
    if real in seen:
        return False
    seen.add(real)
    return True
