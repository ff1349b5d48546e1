"""A symbol with its params as ONNX, by MXNet's own exporter.

MXNet 1.9.1 translates operators as opset 13 has them, and marks the file with the newest opset
that the onnx package knows. In newer ones some mean something else: the mark is put right here.
It also names some nodes alike, which a runtime may refuse, and puts the outputs into an order of
its own: each node has a name of its own here, and the outputs stand as the symbol has them.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
from mxnet.gluon import Block

from tui.engine.refusal import Refusal, in_one_line

ACROSS = (
    "in ONNX, boxes of all classes suppress each other (box_nms), where MXNet's do so within a "
    "class: overlapping objects of two classes can be lost"
)
OPSET, IR = 13, 7
"""The newest opset that the exporter has translations for, and the file format of its time."""


def to_onnx(symbol: Path, path: Path, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Write ONNX of `symbol`-symbol.json and `symbol`-0000.params for one input of this shape.
    Returns what the exporter warns of.

    Raises:
        Refusal: the exporter cannot; says which operator.
    """
    try:
        import onnx
        from mxnet import onnx as exporter
    except ImportError:
        raise Refusal(
            "ONNX needs the onnx package, which is not installed; add the extra: gluon-thaw[onnx]"
        ) from None
    with _Heard() as heard:
        try:
            exporter.export_model(
                f"{symbol}-symbol.json",
                f"{symbol}-0000.params",
                [shape],
                [np.float32],
                str(path),
            )
        except OSError:
            raise
        except Exception as error:
            raise Refusal(f"MXNet's ONNX exporter cannot: {in_one_line(error)}") from error
    model = onnx.load(str(path))
    _put_right(model)
    _in_order(model, mx.sym.load(f"{symbol}-symbol.json").list_outputs())
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        raise Refusal(
            f"MXNet's ONNX exporter makes no sound model of this network: {in_one_line(error)}"
        ) from error
    onnx.save(model, str(path))
    return tuple(dict.fromkeys(heard.lines))


def _put_right(model: Any) -> None:
    model.ir_version = IR
    for used in model.opset_import:
        if used.domain in ("", "ai.onnx"):
            used.version = OPSET
    counted = Counter(node.name for node in model.graph.node)
    for number, node in enumerate(model.graph.node):
        if not node.name or counted[node.name] > 1:
            node.name = f"{node.name or node.op_type}_{number}"


def _in_order(model: Any, names: list[str]) -> None:
    """A symbol's `topk0_output1` is `topk01` here, its `cast0_output` is `cast0`."""
    there = {output.name: output for output in model.graph.output}
    wanted = [re.sub(r"_output(\d*)$", r"\1", name) for name in names]
    if set(wanted) != set(there) or len(wanted) != len(there):
        raise Refusal(
            "MXNet's ONNX exporter makes other outputs than the network has: "
            f"{', '.join(there)} for {', '.join(wanted)}"
        )
    kept = [there[name] for name in wanted]
    del model.graph.output[:]
    model.graph.output.extend(kept)


def compared(net: Block, path: Path, shape: tuple[int, ...], ctx: mx.Context) -> str:
    """Whether onnxruntime, where it is installed, gives what the network gives, in one line."""
    try:
        import onnxruntime
    except ImportError:
        return "not compared with the network: onnxruntime is not installed"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    picture = np.random.RandomState(0).normal(size=shape).astype(np.float32)
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        there = session.run(None, {session.get_inputs()[0].name: picture})
    except Exception as error:
        raise Refusal(
            f"MXNet's ONNX exporter makes a model that onnxruntime does not run: "
            f"{in_one_line(error)}"
        ) from error
    found = net(mx.nd.array(picture, ctx=ctx))
    here = [one.asnumpy() for one in (found if isinstance(found, list | tuple) else [found])]
    same = len(there) == len(here) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-3, atol=1e-4, equal_nan=True)
        for a, b in zip(there, here, strict=True)
    )
    if same:
        return "onnxruntime gives the same outputs as the network, on a random picture"
    return (
        "onnxruntime gives OTHER outputs than the network, on a random picture: hold its answers "
        "against thaw predict before they are relied on"
    )


class _Heard(logging.Handler):
    """What the exporter warns of while the block lasts: it tells the root logger."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = " ".join(record.getMessage().split())
        self.lines.append(ACROSS if line.startswith("box_nms: id_idex") else line)

    def __enter__(self) -> _Heard:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
