"""Weights on this disk: the zoo's own files in the model folder, and those that were converted
from elsewhere, each with a note of where it came from beside it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from tui.model.weight_sources import Part, sources_of
from tui.model.zoo import CONVERTED, models_folder
from tui.toml import TomlError, read_toml, write_toml

ORIGIN_VERSION = 1

HEADER = "# Where the weights in the file of the same name come from. thaw wrote both.\n"

TRUNK = "trunk"
"""What `--weights` takes instead of a file: the trunk's weights alone."""


class WeightOrigin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a file of weights comes from.

    `model` is the zoo name that it is for, `part` whether it fills all of it; `source` is the
    address or the hub's repository, `file` the file there, `revision` the hub's commit (empty: it
    has none), `sha256` that file's digest. `unused` is how many of its tensors have no place in
    the model, `widened` what was said of a narrower dtype. `converter` is the thaw that wrote it.
    """

    model: str
    source: str
    file: str
    sha256: str
    license: str
    trained_by: str
    converter: str
    revision: str = ""
    part: Part = "all"
    unused: int = 0
    widened: str = ""
    version: int = ORIGIN_VERSION


class WeightFile(msgspec.Struct, frozen=True):
    """A file of weights on this disk. `origin` is None for the zoo's own."""

    path: Path
    origin: WeightOrigin | None = None

    @property
    def part(self) -> Part:
        """What of the model it fills."""
        return self.origin.part if self.origin else "all"


def weight_files(name: str, folder: Path | None = None) -> tuple[WeightFile, ...]:
    """The files that fill what the zoo keeps under a name, the best first: the zoo's own, then
    those that fill all of it, then those of its trunk; of the same kind the newest first. One
    without a readable note beside it is left out."""
    folder = folder or models_folder()
    found = []
    for source in sources_of(name):
        if source.place == "gluoncv" and (folder / source.file).is_file():
            found.append(WeightFile(folder / source.file))
    converted = []
    for path in sorted(folder.glob(f"{_literal(name)}{CONVERTED}*.params"), key=_age):
        origin = read_origin(path)
        if origin is not None and origin.model == name:
            converted.append(WeightFile(path, origin))
    return (*found, *sorted(converted, key=lambda file: file.part != "all"))


def read_origin(path: Path) -> WeightOrigin | None:
    """The note beside a converted file; None where there is none that can be read."""
    note = path.with_suffix(".toml")
    if not note.is_file():
        return None
    try:
        return msgspec.convert(read_toml(note), WeightOrigin)
    except (TomlError, msgspec.ValidationError):
        return None


def write_origin(path: Path, origin: WeightOrigin) -> None:
    """Write the note beside a converted file."""
    write_toml(path.with_suffix(".toml"), msgspec.to_builtins(origin), HEADER)


def converted_path(origin: WeightOrigin, folder: Path | None = None) -> Path:
    """Where a converted file is kept: its name says model, source and revision, and is never
    that of a file of the zoo's."""
    is_address = "://" in origin.source
    source = origin.source.rpartition("/")[2] if is_address else origin.source
    source = re.sub(r"[^\w.]+", "-", source, flags=re.ASCII)
    mark = (origin.revision or origin.sha256)[:8]
    name = f"{origin.model}{CONVERTED}{source}-{mark}.params"
    return (folder or models_folder()) / name


def _literal(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def _age(path: Path) -> float:
    try:
        return -os.path.getmtime(path)
    except OSError:
        return 0.0
