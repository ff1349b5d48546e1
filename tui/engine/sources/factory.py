"""A network of one's own: `package.module:name` or `path/to/file.py:Name`, a class, a function, or
a network that stands there.

Opening it runs that Python, with all that this may do.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from mxnet.gluon import Block

import tui
from tui.engine.devices import parse_ctx
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.sources.assumed_size import assume_size
from tui.engine.sources.built import Built, Say
from tui.engine.sources.shapes import infer_shapes, initialize
from tui.engine.weights.load import load_weights
from tui.model.factory_argument import factory_argument
from tui.model.source import OWN_PYTHON, ModelSource, runs_python

_NOT_THEIRS = (
    "<",
    *(sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")),
    str(Path(tui.__file__).parent),
)
"""How the names of files begin that are not the user's: Python's, installed ones, thaw's own."""


def accepts(model: str) -> bool:
    """A module or a .py file, a colon, a name; or a .py file, of which the name is asked for."""
    return model.endswith(".py") or runs_python(model)


def build(source: ModelSource, say: Say) -> Built:
    """Import, call, and take the network.

    Raises:
        Refusal: it cannot be imported, needs arguments, raises, or returns no Block.
    """
    found = OWN_PYTHON.fullmatch(source.model)
    if found is None:
        raise Refusal(_name_wanted(Path(source.model).expanduser()))
    ctx = parse_ctx(source.ctx)
    say(f"running the Python of {found['where']}")
    thing = _find(found["where"], found["name"])
    given = {key: factory_argument(text) for key, text in source.arguments.items()}
    if not isinstance(thing, Block):
        net = _call(thing, source.model, given)
    elif given:
        raise Refusal(f"{source.model} is a network already; it takes no --arg")
    else:
        net = thing
    initialize(net, ctx)
    built = Built(net, ctx, input_size=source.input_size, stands=net is thing)
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
    if source.input_size is None:
        assume_size(built)
    return built


def _find(where: str, name: str) -> Any:
    module = _from_file(Path(where).expanduser()) if where.endswith(".py") else _by_name(where)
    thing: Any = module
    for part in name.split("."):
        if not hasattr(thing, part):
            makers = [
                key
                for key, value in vars(module).items()
                if isinstance(value, Block)
                or (callable(value) and getattr(value, "__module__", "") == module.__name__)
            ]
            raise Refusal(
                f"{where} has no {name}; it has {', '.join(makers[:8]) or 'nothing to call'}"
            )
        thing = getattr(thing, part)
    if not callable(thing):
        raise Refusal(
            f"{where}:{name} is of type {type(thing).__name__}; a class, a function or a Block is "
            "needed"
        )
    return thing


def _name_wanted(path: Path) -> str:
    """What to say of a file without a name in it. The file is read, not run."""
    if not path.is_file():
        return f"{path}: there is no such file"
    try:
        body = ast.parse(path.read_bytes()).body
    except (SyntaxError, ValueError):
        body = []
    kinds = (ast.ClassDef, ast.FunctionDef)
    names = [node.name for node in body if isinstance(node, kinds) and node.name[0] != "_"]
    has = f"; it has {', '.join(names[:8])}" if names else ""
    return f"{path}: say which class or function of it: {path}:{names[0] if names else 'NAME'}{has}"


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
    except SyntaxError as error:
        at = f"{Path(error.filename).name}, line {error.lineno}" if error.filename else where
        raise Refusal(f"{where} cannot be imported: SyntaxError: {error.msg} ({at})") from error
    except (Exception, SystemExit) as error:
        hint = "; it is part of a package: give package.module:NAME" if _relative(error) else ""
        raise Refusal(f"{where} cannot be imported: {_what_happened(error)}{hint}") from error


def _relative(error: BaseException) -> bool:
    return isinstance(error, ImportError) and "relative import" in str(error)


def _what_happened(error: BaseException) -> str:
    """An error of the user's Python, with the last of their own lines that led to it."""
    told = f"{type(error).__name__}: {in_one_line(error)}"
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(_NOT_THEIRS)
    ]
    return f"{told} ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else told


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
    except (Exception, SystemExit) as error:
        raise Refusal(f"{model} raised {_what_happened(error)}") from error
    if net is None:
        raise Refusal(f"{model} returned nothing (None); it has to return a gluon Block")
    if not isinstance(net, Block):
        raise Refusal(f"{model} returned something of type {type(net).__name__}, not a gluon Block")
    return net


def _misfit(signature: inspect.Signature, given: dict[str, Any]) -> str:
    by_place = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind is parameter.POSITIONAL_ONLY
    ]
    if by_place:
        return f"takes {', '.join(by_place)} by position alone, which --arg cannot give"
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
        takes = ", ".join(signature.parameters)
        return f"takes no {', '.join(unknown)}; " + (
            f"its arguments are: {takes}" if takes else "it takes no arguments"
        )
    return "cannot be called with named arguments alone"
