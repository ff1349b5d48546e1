"""The zoo's own weights: from the usual MXNet folder, else by the zoo's own download."""

from __future__ import annotations

import os
from pathlib import Path

from gluoncv.model_zoo import model_store as gluoncv_store
from mxnet.gluon.model_zoo import model_store as gluon_store

from tui.engine.refusal import Refusal
from tui.engine.sources.built import Say


def zoo_weights(name: str, say: Say) -> str:
    """The file of a zoo model's own weights, downloaded if it is not there.

    Raises:
        Refusal: the zoo has none for this name, or they cannot be had; says what was tried,
            where a file could be put, and what else can be done.
    """
    store = gluoncv_store
    if name.startswith("vision."):
        store, name = gluon_store, name.removeprefix("vision.")
    if name not in store._model_sha1:
        raise Refusal(
            f"the zoo has no weights for {name}; give a file with --weights FILE, "
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
            f"no weights for {name}: {url} cannot be had ({kind}); put the file at {file}, "
            "give one with --weights FILE, or start from random ones with --no-weights"
        ) from error
    finally:
        for left in (folder / f"{file.stem}.lock", folder / f"{file.stem}.zip"):
            left.unlink(missing_ok=True)
