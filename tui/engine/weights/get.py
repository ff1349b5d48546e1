"""Weights from the places that serve them into the model folder, in Gluon's own form."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import mxnet as mx
from mxnet.gluon import Block
from platformdirs import user_cache_path

from tui import __version__
from tui.engine.refusal import Refusal
from tui.engine.saving import save_arrays
from tui.engine.sources.built import Say
from tui.engine.weights.conversion import convert_file
from tui.engine.weights.fetch import NotServed, Progress, Wanted, fetch
from tui.engine.weights.hub import hub_file
from tui.engine.weights.on_disk import is_zoo_file, told, without_any
from tui.model.source import ModelSource
from tui.model.weight_files import (
    WeightFile,
    WeightOrigin,
    converted_path,
    read_origin,
    weight_files,
    write_origin,
)
from tui.model.weight_sources import Part, Place, WeightSource, places_of, public, sources_of
from tui.model.zoo import find_entry, models_folder
from tui.runs.inspection import GotWeights
from tui.whole_file import whole_file


def get_weights(
    model: str, part: Part, place: Place | None, say: Say, progress: Progress
) -> GotWeights:
    """Fetch a model's weights, or its trunk's, from the first place that serves them, unless they
    are on this disk already. A `place` is the only one that is tried, and is tried anew.

    Raises:
        Refusal: there is no such model, no place is known, or none serves them: says what was
            tried, and what to do.
    """
    name = _kept_under(model, part)
    sources = [s for s in sources_of(name) if place in (None, s.place)]
    if not sources:
        if place is not None and sources_of(name):
            there = ", ".join(dict.fromkeys(s.place for s in sources_of(name)))
            raise Refusal(f"{name}: not to be had from {place}; there is {there}")
        raise Refusal(f"{without_any(name)}; random ones need none: --no-weights")
    there = weight_files(name)
    if there and place is None:
        return GotWeights(name, str(there[0].path), there[0].part, told(there[0]), fetched=False)
    tried = []
    for source in sources:
        say(f"fetching {source.where}")
        try:
            file = _FETCH[source.place](source, say, progress)
        except NotServed as problem:
            tried.append(str(problem))
            continue
        return GotWeights(name, str(file.path), file.part, told(file), tuple(tried))
    raise Refusal(_nothing(model, name, tried))


def _kept_under(model: str, part: Part) -> str:
    """The name under which the zoo keeps what is asked for."""
    from tui.engine.sources import zoo

    name = model.lower()
    needs_classes = zoo.needs_classes(name)  # refuses a name that is none
    entry = find_entry(name)
    assert entry is not None
    if part == "all" and not needs_classes:
        return name
    if not entry.trunk:
        raise Refusal(f"{name} is built on no trunk that has weights of its own")
    return entry.trunk


def _nothing(model: str, name: str, tried: list[str]) -> str:
    places = places_of(model.lower())
    trunk = ""
    if places and places.trunk != name and public(places.for_trunk):
        trunk = f"its trunk's can be had: thaw weights get {model} --trunk; "
    near = ""
    if places and places.nearest:
        near = f"the nearest model with a public place is {places.nearest}; "
    own = [models_folder() / s.file for s in sources_of(name) if s.place == "gluoncv"]
    put = f"put the zoo's file at {own[0]}, or " if own else ""
    return (
        f"no weights for {name}. Tried: {'; '.join(tried)}. What to do: "
        f"{trunk}{near}{put}give a file with --weights FILE, "
        "or start from random ones with --no-weights"
    )


def _from_gluoncv(source: WeightSource, say: Say, progress: Progress) -> WeightFile:
    archive = _cache() / Path(source.where).name
    fetch(Wanted(source.where, archive), progress)
    path = models_folder() / source.file
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    say(f"unpacking {archive.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            zipfile.ZipFile(archive) as packed,
            packed.open(path.name) as member,
            temporary.open("wb") as out,
        ):
            shutil.copyfileobj(member, out)
        if not is_zoo_file(temporary, source.model):
            raise NotServed(f"{source.where}: not the zoo's file (its SHA-1 is another)")
        os.replace(temporary, path)
    except (zipfile.BadZipFile, zlib.error, KeyError):
        archive.unlink()
        raise NotServed(f"{source.where}: what came is no archive with {path.name} in it") from None
    except NotServed:
        archive.unlink()
        raise
    except OSError as error:
        raise Refusal(f"{path.parent}: {(error.strerror or str(error)).lower()}") from error
    finally:
        temporary.unlink(missing_ok=True)
    archive.unlink()
    return WeightFile(path)


def _from_hub(source: WeightSource, say: Say, progress: Progress) -> WeightFile:
    found = hub_file(source.where, source.file, progress)
    return _converted(source, found.path, found.sha256, found.revision, say)


def _from_web(source: WeightSource, say: Say, progress: Progress) -> WeightFile:
    file = _cache() / Path(source.where).name
    sha256 = fetch(Wanted(source.where, file, source.sha256, source.size), progress)
    if not sha256.startswith(source.sha256):
        file.unlink()  # it was there, and has been damaged since
        sha256 = fetch(Wanted(source.where, file, source.sha256, source.size), progress)
    return _converted(source, file, sha256, "", say)


_FETCH: dict[str, Callable[[WeightSource, Say, Progress], WeightFile]] = {
    "gluoncv": _from_gluoncv,
    "hub": _from_hub,
    "web": _from_web,
}


def _converted(
    source: WeightSource, file: Path, sha256: str, revision: str, say: Say
) -> WeightFile:
    say(f"converting to {source.model}")
    found = convert_file(str(file), _network(source.model), source.model)
    origin = WeightOrigin(
        model=source.model,
        source=source.where,
        file=source.file if source.place == "hub" else file.name,
        sha256=sha256,
        license=source.license,
        trained_by=source.trained_by,
        converter=f"thaw {__version__}",
        revision=revision,
        part=found.part,
        unused=len(found.unused),
        widened=found.widened,
    )
    path = converted_path(origin)
    say(f"writing {path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary:
            save_arrays(found.arrays, temporary)
            # The note first: weights without one are not taken.
            write_origin(path, origin)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Refusal(f"{path.parent}: {path.name} cannot be written: {why}") from error
    return WeightFile(path, read_origin(path))


def _network(name: str) -> Block:
    """The network that a file is converted for, with random values."""
    from tui.engine.sources import build, shapes

    if find_entry(name) is not None:
        return build(ModelSource(name, pretrained=False), lambda _: None).net
    # No model by itself: GluonCV keeps one file for the trunks of every size.
    from gluoncv.model_zoo.ssd.vgg_atrous import vgg16_atrous_300

    net = vgg16_atrous_300()
    shapes.initialize(net, mx.cpu())
    shapes.infer_shapes(net, (300, 300))
    return net


def _cache() -> Path:
    return Path(user_cache_path("thaw")) / "weights"
