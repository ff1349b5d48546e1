"""A network of one's own: `package.module:name` or `path/to/file.py:Name`, a class or a function.

Opening it runs that Python, with all that this may do.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from mxnet.gluon import Block

from tui.engine.devices import parse_ctx
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.sources.built import Built, Say
from tui.engine.sources.shapes import infer_shapes, initialize
from tui.engine.weights.load import load_weights
from tui.model.source import OWN_PYTHON, ModelSource, runs_python


def accepts(model: str) -> bool:
    """A module or a .py file, a colon, a name."""
    return runs_python(model)


def build(source: ModelSource, say: Say) -> Built:
    """Import, call, and take the network.

    Raises:
        Refusal: it cannot be imported, needs arguments, raises, or returns no Block.
    """
    found = OWN_PYTHON.fullmatch(source.model)
    assert found is not None
    ctx = parse_ctx(source.ctx)
    say(f"running the Python of {found['where']}")
    make = _find(found["where"], found["name"])
    net = _call(make, source.model, _arguments(source))
    initialize(net, ctx)
    built = Built(net, ctx, input_size=source.input_size)
    built.notes.append(f"opening it ran the Python of {found['where']}")
    if source.input_size and not infer_shapes(net, source.input_size):
        built.notes.append("some shapes are not known before a first picture goes through")
    own = getattr(net, "classes", None)
    built.classes = source.classes or (
        tuple(map(str, own)) if isinstance(own, list | tuple) else ()
    )
    if source.weights is not None:
        say(f"loading weights from {source.weights}")
        load_weights(net, source.weights, ctx)
        built.weights = source.weights
    return built


def _find(where: str, name: str) -> Callable[..., Any]:
    module = _from_file(Path(where).expanduser()) if where.endswith(".py") else _by_name(where)
    thing: Any = module
    for part in name.split("."):
        if not hasattr(thing, part):
            makers = [
                key
                for key, value in vars(module).items()
                if callable(value) and getattr(value, "__module__", "") == module.__name__
            ]
            raise Refusal(
                f"{where} has no {name}; it has {', '.join(makers[:8]) or 'nothing to call'}"
            )
        thing = getattr(thing, part)
    if not callable(thing):
        raise Refusal(
            f"{where}:{name} is a {type(thing).__name__}; a class or a function is needed"
        )
    return thing  # type: ignore[no-any-return]


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file")
    # As `python path/to/file.py` would see it: its neighbours can be imported.
    sys.path.insert(0, str(path.parent.absolute()))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    return _run(lambda: spec.loader.exec_module(module) or module, str(path))  # type: ignore


def _by_name(name: str) -> ModuleType:
    sys.path.insert(0, "")
    return _run(lambda: importlib.import_module(name), name)


def _run(load: Callable[[], ModuleType], where: str) -> ModuleType:
    try:
        return load()
    except Exception as error:
        at = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        raise Refusal(
            f"{where} cannot be imported: {type(error).__name__}: {in_one_line(error)}{at}"
        ) from error


def _arguments(source: ModelSource) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for key, text in source.arguments.items():
        try:
            given[key] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            given[key] = text  # a plain word is itself
    return given


def _call(make: Callable[..., Any], model: str, given: dict[str, Any]) -> Block:
    try:
        signature = inspect.signature(make)
    except (TypeError, ValueError):
        signature = None
    if signature is not None:
        try:
            signature.bind(**given)
        except TypeError:
            raise Refusal(f"{model} {_misfit(signature, given)}") from None
    try:
        net = make(**given)
    except Exception as error:
        raise Refusal(f"{model} raised {type(error).__name__}: {in_one_line(error)}") from error
    if not isinstance(net, Block):
        raise Refusal(f"{model} returned a {type(net).__name__}; a gluon Block is needed")
    return net


def _misfit(signature: inspect.Signature, given: dict[str, Any]) -> str:
    needed = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        and name not in given
    ]
    if needed:
        return f"needs {', '.join(needed)}: give {' '.join(f'--arg {name}=…' for name in needed)}"
    unknown = [name for name in given if name not in signature.parameters]
    if unknown:
        takes = ", ".join(signature.parameters) or "none"
        return f"takes no {', '.join(unknown)}; its arguments are: {takes}"
    return "cannot be called with named arguments alone"
