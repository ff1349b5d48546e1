"""Where weights can be had: for each zoo name the places that serve its own or its trunk's.

First comes the model folder on this disk, then GluonCV's own repository, then what the table
(weight_sources.json) knows: the same weights, or those of the same network, in other formats.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from tui.model.zoo import ZooEntry, find_entry, zoo_table

TABLE = Path(__file__).with_name("weight_sources.json")

REPOSITORY = "https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com"
"""GluonCV's own, as gluoncv.model_zoo.model_store has it."""

Place = Literal["gluoncv", "hub", "web"]
Part = Literal["all", "trunk"]


class WeightSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place that can serve the weights of one model.

    `place` is GluonCV's repository, the Hugging Face hub, or a plain address; `where` is an
    address, or a repository of the hub with `file` in it. `sha256` are the first digits of the
    file's digest, as many as are published; `size` is its length in bytes, `about` the same
    where it is known in round figures alone. A file of a trunk leaves the last layers as they
    are made.
    """

    model: str
    place: Place
    where: str
    trained_by: str
    license: str
    file: str = "model.safetensors"
    sha256: str = ""
    size: int | None = None
    about: int | None = None
    part: Part = "all"

    @property
    def bytes(self) -> int | None:
        """How many there are to fetch, as far as that is known."""
        if self.size or self.about:
            return self.size or self.about
        entry = find_entry(self.model)
        # Each value takes four bytes; what else is in such a file is next to nothing.
        return entry.values * 4 if self.place == "hub" and entry and entry.values else None


class Places(msgspec.Struct, frozen=True):
    """All that is known of a model's weights: the places for its own, the name of its trunk and
    the places for that, and the nearest model that has a public one, where it has none."""

    model: str
    own: tuple[WeightSource, ...]
    trunk: str
    for_trunk: tuple[WeightSource, ...]
    nearest: str = ""


def places_of(name: str) -> Places | None:
    """The places of a zoo name; None where there is no such name."""
    entry = find_entry(name)
    if entry is None:
        return None
    found = _places(entry)
    if public(found.own + found.for_trunk):
        return found
    return msgspec.structs.replace(found, nearest=_nearest(entry))


def sources_of(name: str) -> tuple[WeightSource, ...]:
    """The places of the weights that the zoo keeps under a name, in the order in which they are
    tried. A name need not be a model's: `vgg16_atrous` is a trunk alone."""
    entry = find_entry(name)
    stem = entry.weights if entry else _TRUNKS.get(name, "")
    own = (_of_gluoncv(name, stem),) if stem else ()
    return own + _table().get(name, ())


def repository() -> str:
    """GluonCV's repository, or the one that `MXNET_GLUON_REPO` names, without its last slash."""
    return os.environ.get("MXNET_GLUON_REPO", REPOSITORY).rstrip("/")


_TRUNKS = {"vgg16_atrous": "vgg16_atrous-4fa2e1ad"}
"""File stems of trunks that are no models by themselves."""


def _of_gluoncv(name: str, stem: str) -> WeightSource:
    return WeightSource(
        model=name,
        place="gluoncv",
        where=f"{repository()}/gluon/models/{stem}.zip",
        trained_by="GluonCV",
        license="apache-2.0",
        file=f"{stem}.params",
    )


def _places(entry: ZooEntry) -> Places:
    trunk = entry.trunk if entry.trunk != entry.name else ""
    return Places(entry.name, sources_of(entry.name), trunk, sources_of(trunk) if trunk else ())


def public(sources: Sequence[WeightSource]) -> tuple[WeightSource, ...]:
    """Those that are not GluonCV's own repository, which has been failing since 2024."""
    return tuple(source for source in sources if source.place != "gluoncv")


def _is_public(entry: ZooEntry) -> bool:
    found = _places(entry)
    return bool(public(found.own + found.for_trunk))


def _nearest(entry: ZooEntry) -> str:
    like = [e for e in zoo_table() if e.task == entry.task and _is_public(e)]
    family = [e.name for e in like if e.family == entry.family]
    # A model for classes of one's own is no stand-in for one that has them, nor the reverse.
    same = [name for name in family if name.endswith("_custom") == entry.needs_classes]
    return _closest(entry.name, same or family or [e.name for e in like])


def _closest(name: str, among: Sequence[str]) -> str:
    found = difflib.get_close_matches(name, among, n=1, cutoff=0.0)
    return found[0] if found else ""


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[WeightSource, ...]]:
    rows = msgspec.json.decode(TABLE.read_bytes(), type=tuple[WeightSource, ...])
    table: dict[str, tuple[WeightSource, ...]] = {}
    for row in rows:
        table[row.model] = (*table.get(row.model, ()), row)
    return table
