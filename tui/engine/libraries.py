"""`python -m tui.engine libraries`: what is installed here, for `thaw doctor`.

Each library is named on standard output before it is imported, and told once it is.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import packages_distributions, version
from typing import Any

import msgspec

from tui.runs.libraries import Library, LibraryName, Trying


def main(_: list[str]) -> int:
    """Try all of them, one after the other."""
    _try("NumPy", "numpy")
    if _try("MXNet", "mxnet", _of_mxnet):
        _try("GluonCV", "gluoncv.model_zoo")
    _try("OpenCV", "cv2")
    return 0


def _try(
    name: LibraryName, module: str, more: Callable[[Any], dict[str, Any]] = lambda _: {}
) -> bool:
    _tell(Trying(name))
    package = module.partition(".")[0]
    builds = sorted(set(_distributions().get(package, ())))
    build = ", ".join(builds)
    try:
        importlib.import_module(module)
        imported = sys.modules[package]
        # GluonCV 0.10.5 says of itself that it is another.
        number = version(builds[0]) if builds else str(imported.__version__)
        found = Library(name, number, build=build, **more(imported))
    # Whatever a library does at its import, sys.exit included, is an answer.
    except BaseException as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == package
        why = " ".join(str(error).split())
        found = Library(
            name,
            problem="not installed" if missing else f"{type(error).__name__}: {why}",
            build=build,
        )
    _tell(found)
    return not found.problem


@cache
def _distributions() -> Mapping[str, list[str]]:
    return packages_distributions()


def _of_mxnet(mxnet: Any) -> dict[str, Any]:
    features = tuple(sorted(one.name for one in mxnet.runtime.feature_list() if one.enabled))
    if "CUDA" not in features:
        return {"features": features}
    try:
        return {"features": features, "gpus": mxnet.context.num_gpus()}
    except mxnet.MXNetError:  # as where there is no driver
        return {"features": features, "gpus": 0}


def _tell(told: Trying | Library) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()
