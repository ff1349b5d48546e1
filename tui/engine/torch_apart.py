"""Let GluonCV be imported where a PyTorch of today is installed beside it.

GluonCV 0.10.5 looks for a torch before 2.0 while it is imported, for the part of it that is
written in PyTorch, and gives up on any other. That part is not used here: it finds no torch at
all. Importing this module does it; what imports torch at any other time finds it as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _WithoutTorch(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        there = sys.modules.get("torch")
        # None for a module makes every import of it an ImportError, which GluonCV expects.
        sys.modules["torch"] = None  # type: ignore[assignment]
        try:
            self._loader.exec_module(module)
        finally:
            del sys.modules["torch"]
            if there is not None:
                sys.modules["torch"] = there


class _GluonCV(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "gluoncv":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _WithoutTorch(spec.loader)
        return spec


if not any(isinstance(finder, _GluonCV) for finder in sys.meta_path):
    sys.meta_path.insert(0, _GluonCV())
