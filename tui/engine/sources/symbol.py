"""An exported pair, `model-symbol.json` with `model-0000.params`, as a SymbolBlock.

No Python of anybody's is run.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import mxnet as mx
from mxnet.gluon import SymbolBlock

from tui.engine.devices import parse_ctx
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.sources.assumed_size import assume_size
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
        Refusal: no symbol, other inputs than `source.input_name` (several with commas between),
            or parameters that do not fit.
    """
    path = Path(source.model).expanduser()
    ctx = parse_ctx(source.ctx)
    say(f"reading {path.name}")
    symbol = _load(path)
    beside = _beside(path) if source.pretrained and not source.weights else []
    file = source.weights or (str(beside[-1]) if beside else None)
    inputs = _inputs(symbol, path, file, source.input_name)
    try:
        net = SymbolBlock(symbol, [mx.sym.var(name) for name in inputs])
        initialize(net, ctx)
    except Exception as error:
        raise Refusal(f"{path}: MXNet cannot use this symbol: {in_one_line(error)}") from error
    built = Built(net, ctx, classes=source.classes, input_size=source.input_size)
    built.input_name = ",".join(inputs)
    if len(inputs) > 1:
        built.notes.append(f"inputs: {', '.join(inputs)}")
    if source.input_size:
        infer_shapes(net, source.input_size)
    if file is not None:
        say(f"loading weights from {file}")
        load_weights(net, file, ctx)
        built.weights = file
        if len(beside) > 1:
            built.notes.append(f"{Path(file).name}, the last of {len(beside)} beside it")
    elif source.pretrained:
        built.notes.append(
            f"random weights: no {_stem(path)}-0000.params beside it (--weights FILE)"
        )
    else:
        built.notes.append("random weights (--no-weights)")
    if source.input_size is None and inputs == ["data"]:
        assume_size(built)
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
        own = sorted({str(node.get("attrs", {}).get("op_type")) for node in _custom(graph)})
        if own:
            raise Refusal(
                f"{path}: made with operators in somebody's own Python ({', '.join(own)}), which "
                "is not run here"
            ) from error
        raise Refusal(f"{path}: MXNet cannot read this symbol: {in_one_line(error)}") from error


def _custom(graph: dict[str, Any]) -> list[dict[str, Any]]:
    nodes = graph["nodes"] if isinstance(graph["nodes"], list) else []
    return [node for node in nodes if isinstance(node, dict) and node.get("op") == "Custom"]


def _stem(path: Path) -> str:
    return re.sub(r"-symbol$", "", path.stem)


def _beside(path: Path) -> list[Path]:
    """The parameters of all epochs that were exported with a symbol, the last one last."""
    epoch = re.compile(re.escape(_stem(path)) + r"-(\d{4,})\.params")
    found = [
        (int(match[1]), file)
        for file in path.absolute().parent.iterdir()
        if (match := epoch.fullmatch(file.name)) and file.is_file()
    ]
    return [path.parent / file.name for _, file in sorted(found)]


def _inputs(symbol: mx.sym.Symbol, path: Path, file: str | None, given: str) -> list[str]:
    """Which of a symbol's arguments are inputs: those that were named, and labels, which a
    network that was made for training still asks for."""
    arguments = symbol.list_arguments()
    names = [name.strip() for name in given.split(",")]
    # What the file of weights does not hold is an input; without one, what has no usual ending.
    held = set(read_params(file)) if file else set()
    others = [a for a in arguments if a not in held and a not in names and not _ENDINGS.search(a)]
    labels = [argument for argument in others if argument.endswith("label")]
    unknown = [name for name in names if name not in arguments]
    left = [argument for argument in others if argument not in labels]
    # Without a file, a parameter may have any name: what was said of the inputs is believed.
    if unknown or (left and file):
        inputs = [name for name in arguments if name in names or name in others]
        raise Refusal(
            f"{path}: "
            + (f"no input is named {', '.join(unknown)}" if unknown else "it has more inputs")
            + f"; its inputs are {', '.join(inputs) or 'not told'}: "
            + f"give --input-name {','.join(inputs) or 'NAME'}"
        )
    return names + labels
