"""What `thaw weights list` says of a model: the places for its weights, and what is here."""

from __future__ import annotations

import msgspec

from tui.model.weight_files import weight_files
from tui.model.weight_sources import Part, Place, places_of, sources_of
from tui.model.zoo import zoo_table

LISTING_VERSION = 1


class ListedPlace(msgspec.Struct, frozen=True):
    """One place for one file. `fills` is the model itself or its trunk; `size` is in bytes (None:
    not known), `exact` whether it is the very number."""

    fills: Part
    name: str
    place: Place
    where: str
    size: int | None
    exact: bool
    trained_by: str
    license: str


class ListedFile(msgspec.Struct, frozen=True):
    """One file on this disk, and the address or the repository that it was converted from
    (empty: it is the zoo's own)."""

    fills: Part
    name: str
    path: str
    size: int
    source: str = ""
    revision: str = ""
    sha256: str = ""
    license: str = ""


class ListedModel(msgspec.Struct, frozen=True):
    """A model, the trunk it is built on (empty: none), what can be had and what is here. `nearest`
    is named where no public place is known: only GluonCV's own repository, or none at all."""

    model: str
    trunk: str
    places: tuple[ListedPlace, ...]
    on_disk: tuple[ListedFile, ...]
    nearest: str = ""

    @property
    def public(self) -> bool:
        """Whether there is a place other than GluonCV's own repository."""
        return any(place.place != "gluoncv" for place in self.places)


class WeightListing(msgspec.Struct, frozen=True):
    """What `--json` prints."""

    models: tuple[ListedModel, ...]
    version: int = LISTING_VERSION


def listed_model(name: str) -> ListedModel | None:
    """What can be had for one zoo name; None where there is no such name."""
    found = places_of(name)
    if found is None:
        return None
    names: list[tuple[Part, str]] = [("all", found.model)]
    if found.trunk:
        names.append(("trunk", found.trunk))
    places, files = [], []
    for fills, kept_under in names:
        for source in sources_of(kept_under):
            # Without its last layers a file is good for a trunk alone.
            places.append(
                ListedPlace(
                    "trunk" if source.part == "trunk" else fills,
                    kept_under,
                    source.place,
                    source.where,
                    source.bytes,
                    source.size is not None,
                    source.trained_by,
                    source.license,
                )
            )
        for file in weight_files(kept_under):
            origin = file.origin
            note = (origin.source, origin.revision, origin.sha256, origin.license) if origin else ()
            part: Part = "trunk" if file.part == "trunk" else fills
            size = file.path.stat().st_size
            files.append(ListedFile(part, kept_under, str(file.path), size, *note))
    return ListedModel(found.model, found.trunk, tuple(places), tuple(files), found.nearest)


def all_listed() -> tuple[ListedModel, ...]:
    """Every zoo name."""
    return tuple(one for entry in zoo_table() if (one := listed_model(entry.name)))
