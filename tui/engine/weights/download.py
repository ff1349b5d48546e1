"""The zoo's own weights: from the usual MXNet folder, else by the zoo's own download."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gluoncv.model_zoo import model_store as gluoncv_store
from mxnet.gluon.model_zoo import model_store as gluon_store

from tui.engine.refusal import Refusal
from tui.engine.sources.built import Say


def zoo_weights(name: str, say: Say, trunk_of: str = "") -> str:
    """The file of a zoo model's own weights, downloaded if it is not there. `trunk_of` is the
    model that is built on this one, where it is not this one itself that is opened.

    Raises:
        Refusal: the zoo has none for this name, or they cannot be had; says what was tried,
            where a file could be put, and what else can be done.
    """
    store = gluoncv_store
    if name.startswith("vision."):
        store, name = gluon_store, name.removeprefix("vision.")
    whose = f"{name}, the trunk of {trunk_of}" if trunk_of else name
    whole = "one for the whole model" if trunk_of else "one"
    if name not in store._model_sha1:
        raise Refusal(
            f"the zoo has no weights for {whose}; give {whole} with --weights FILE, "
            "or start from random ones with --no-weights"
        )
    folder = Path(os.environ.get("MXNET_HOME", "~/.mxnet")).expanduser() / "models"
    file = folder / f"{name}-{store.short_hash(name)}.params"
    repository = os.environ.get("MXNET_GLUON_REPO", store.apache_repo_url).rstrip("/")
    url = f"{repository}/gluon/models/{file.stem}.zip"
    say(f"loading {file}" if file.exists() else f"downloading {url}")
    try:
        return str(store.get_model_file(name, root=str(folder)))
    except Exception as error:
        kind = type(error).__name__
        raise Refusal(
            f"no weights for {whose}: {url} cannot be had ({kind}); put the file at {file}, "
            f"give {whole} with --weights FILE, or start from random ones with --no-weights"
        ) from error
    finally:
        for left in (folder / f"{file.stem}.lock", folder / f"{file.stem}.zip"):
            left.unlink(missing_ok=True)


@contextmanager
def trunk_weights(model: str, say: Say) -> Iterator[None]:
    """While GluonCV builds a model on a pretrained trunk, the trunk's weights are had as any
    other zoo model's, so that the same is said where they cannot be."""
    own = gluoncv_store.get_model_file

    def ours(name: str, *_: object, **__: object) -> str:
        gluoncv_store.get_model_file = own
        try:
            return zoo_weights(name, say, trunk_of=model)
        finally:
            gluoncv_store.get_model_file = ours

    gluoncv_store.get_model_file = ours
    try:
        yield
    finally:
        gluoncv_store.get_model_file = own
