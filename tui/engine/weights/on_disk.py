"""A zoo model's weights, and its trunk's, from the files that are on this disk already. Nothing
is fetched here: `thaw weights get` does that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gluoncv.model_zoo import model_store as gluoncv_store
from mxnet.gluon import Block
from mxnet.gluon.model_zoo import model_store as gluon_store

from tui.engine.refusal import Refusal, WeightsLacking
from tui.engine.sources.built import Say
from tui.model.weight_files import WeightFile, weight_files
from tui.model.weight_sources import places_of, public, sources_of
from tui.model.zoo import models_folder


def zoo_weights(name: str, say: Say, trunk_of: str = "") -> WeightFile:
    """The best file on this disk of what the zoo keeps under a name. `trunk_of` is the model that
    is built on it, where it is not this one itself that is opened.

    Raises:
        WeightsLacking: there is none; says with which command one can be had, or where a file
            could be put, and what else can be done.
        Refusal: there is none, and no place is known that serves one.
    """
    for file in weight_files(name):
        if file.part == "all" or trunk_of:
            if file.origin is None:
                check_sha1(file.path, name)
            say(f"loading {file.path}")
            return file
    if not sources_of(name):
        raise Refusal(f"{without_any(name)}; {_else(trunk_of)}")
    raise WeightsLacking(_lacking(name, trunk_of), name)


def check_sha1(path: Path, name: str) -> None:
    """Hold a file of the zoo's own against the zoo's list.

    Raises:
        Refusal: it is not the file that the zoo means.
    """
    if not is_zoo_file(path, name):
        raise Refusal(
            f"{path}: damaged, or another file than the zoo's (its SHA-1 is not the one in its "
            "name); delete it, or give one with --weights FILE"
        )


def is_zoo_file(path: Path, name: str) -> bool:
    """Whether a file is what the zoo keeps under a name, by its SHA-1."""
    found = hashlib.sha1()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            found.update(chunk)
    return found.hexdigest() == _known_sha1(name)


def _known_sha1(name: str) -> str:
    """The SHA-1 of the zoo's own weights, as the zoo's list has it."""
    if name.startswith("vision."):
        return str(gluon_store._model_sha1[name.removeprefix("vision.")])
    return str(gluoncv_store._model_sha1[name])


@contextmanager
def trunk_weights(model: str, say: Say) -> Iterator[list[WeightFile]]:
    """While GluonCV builds a model on a pretrained trunk, the trunk's weights are had from this
    disk, and a file that fills a part of them is enough. Gives the files that were taken."""
    own_file, own_load = gluoncv_store.get_model_file, Block.load_parameters
    taken: list[WeightFile] = []

    def ours(name: str, *_: object, **__: object) -> str:
        taken.append(zoo_weights(name, say, trunk_of=model))
        return str(taken[-1].path)

    def load(self: Block, filename: str, *rest: Any, **options: Any) -> None:
        if any(file.part == "trunk" and str(file.path) == filename for file in taken):
            options["allow_missing"] = True
            if not any(p._data is not None for p in self.collect_params().values()):
                self.initialize(ctx=options.get("ctx"))
        own_load(self, filename, *rest, **options)

    gluoncv_store.get_model_file, Block.load_parameters = ours, load
    try:
        yield taken
    finally:
        gluoncv_store.get_model_file, Block.load_parameters = own_file, own_load


def told(file: WeightFile) -> str:
    """Where a file's values come from, in a line for the notes of a model and of a run."""
    if file.origin is None:
        return f"weights {file.path.name}, the zoo's own"
    origin = file.origin
    revision = f" at {origin.revision}" if origin.revision else ""
    return (
        f"weights of {origin.source}{revision}, trained by {origin.trained_by} "
        f"({origin.license}), sha256 {origin.sha256}"
    )


def without_any(name: str) -> str:
    """What to say of weights for which no place is known."""
    places = places_of(name)
    near = f"; the nearest model that has some is {places.nearest}" if places else ""
    return f"no place is known that serves weights for {name}{near}"


def _lacking(name: str, trunk_of: str) -> str:
    whose = f"{name}, the trunk of {trunk_of}" if trunk_of else name
    own = [models_folder() / s.file for s in sources_of(name) if s.place == "gluoncv"]
    put = f"put the zoo's file at {own[0]}, " if own else ""
    places = places_of(name)
    trunk = ""
    if places and not trunk_of and public(places.for_trunk) and not public(places.own):
        trunk = "begin with its trunk's (--weights trunk), "
    asked = f"{trunk_of} --trunk" if trunk_of else name
    return (
        f"no weights for {whose} on this disk; fetch them: thaw weights get {asked}; "
        f"or {put}{trunk}{_else(trunk_of)}"
    )


def _else(trunk_of: str) -> str:
    file = "a file for the whole model" if trunk_of else "a file"
    return f"give {file} with --weights FILE, or start from random ones with --no-weights"
