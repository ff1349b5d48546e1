"""An exported pair, `model-symbol.json` with `model-0000.params`, as a SymbolBlock.

No Python of anybody's is run.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import mxnet as mx
from mxnet.gluon import SymbolBlock

from tui.engine.devices import parse_ctx
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.sources.built import Built, Say
from tui.engine.sources.shapes import infer_shapes, initialize
from tui.engine.weights.load import load_weights, read_params
from tui.model.source import ModelSource

_ENDINGS = re.compile(r"_(weight|bias|gamma|beta)$")


def accepts(model: str) -> bool:
    """A name that ends as `HybridBlock.export` names its symbol."""
    return model.endswith(".json")


def build(source: ModelSource, say: Say) -> Built:
    """Load the symbol, and the parameters beside it or from `source.weights`.

    Raises:
        Refusal: no symbol, other inputs than `source.input_name`, or parameters that do not fit.
    """
    path = Path(source.model).expanduser()
    ctx = parse_ctx(source.ctx)
    say(f"reading {path.name}")
    symbol = _load(path)
    file = source.weights or (_beside(path) if source.pretrained else None)
    net = SymbolBlock(symbol, [mx.sym.var(_input(symbol, path, file, source.input_name))])
    initialize(net, ctx)
    built = Built(net, ctx, classes=source.classes, input_size=source.input_size)
    if source.input_size:
        infer_shapes(net, source.input_size)
    if file is not None:
        say(f"loading weights from {file}")
        load_weights(net, file, ctx)
        built.weights = file
    elif source.pretrained:
        built.notes.append(
            f"random weights: no {_stem(path)}-0000.params beside it (--weights FILE)"
        )
    return built


def _load(path: Path) -> mx.sym.Symbol:
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file")
    try:
        graph = json.loads(path.read_text("utf-8"))
        whole = isinstance(graph, dict) and {"nodes", "arg_nodes", "heads"} <= graph.keys()
    except (ValueError, OSError) as error:
        raise Refusal(f"{path}: not a symbol of MXNet: {in_one_line(error)}") from None
    if not whole:
        raise Refusal(f"{path}: JSON, but no symbol of MXNet (it has no nodes and heads)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mx.sym.load(str(path))
    except Exception as error:
        raise Refusal(f"{path}: MXNet cannot read this symbol: {in_one_line(error)}") from error


def _stem(path: Path) -> str:
    return re.sub(r"-symbol$", "", path.stem)


def _beside(path: Path) -> str | None:
    found = sorted(path.parent.glob(f"{_stem(path)}-[0-9][0-9][0-9][0-9].params"))
    return str(found[-1]) if found else None


def _input(symbol: mx.sym.Symbol, path: Path, file: str | None, name: str) -> str:
    arguments = symbol.list_arguments()
    if name in arguments:
        return name
    # What the file of weights does not hold is an input; without one, what has no usual ending.
    held = set(read_params(file)) if file else {a for a in arguments if _ENDINGS.search(a)}
    inputs = [argument for argument in arguments if argument not in held]
    raise Refusal(
        f"{path}: no input is named {name!r}; its inputs are {', '.join(inputs) or 'not told'}: "
        f"give --input-name {inputs[0] if inputs else 'NAME'}"
    )
