"""A symbol with its params as ONNX, by MXNet's own exporter.

MXNet 1.9.1 translates operators as opset 13 has them, and marks the file with the newest opset
that the onnx package knows. In newer ones some mean something else: the mark is put right here.
It also names some nodes alike, which a runtime may refuse: each has a name of its own here.
"""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from tui.engine.refusal import Refusal, in_one_line

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


class _Heard(logging.Handler):
    """What the exporter warns of while the block lasts: it tells the root logger."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(" ".join(record.getMessage().split()))

    def __enter__(self) -> _Heard:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
