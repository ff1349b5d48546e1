"""A run's network written for use elsewhere: structure names, symbol and params, or ONNX.

Files are made in a folder of their own, and stand in their places only when all are whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import mxnet as mx
from mxnet.gluon import HybridBlock

from tui.engine.predictors import predictor_for
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.saving import save_parameters
from tui.engine.sources.built import Built
from tui.engine.trained import trained_network
from tui.engine.weights.to_onnx import compared, to_onnx
from tui.runs.deploy_file import ENDING, DeployFile, InputFacts
from tui.runs.inspection import ExportWeights, WeightsExported


def export(question: ExportWeights, say: Callable[[str], None]) -> WeightsExported:
    """Answer one question.

    Raises:
        Refusal: the network cannot be had or written in this form, or the files cannot be
            written; nothing is left behind.
    """
    out = Path(question.out)
    names = [f"{out.name}{ending}" for ending in _endings(question.form)]
    _make_room(out, names, force=question.force)
    # A CPU has every operator, and a symbol knows no device.
    spec, built = trained_network(question.run, question.weights, "cpu", say)
    predictor = predictor_for(built)
    if predictor is None:
        raise Refusal(f"nothing predicts with a {type(built.net).__name__} yet")
    predictor.begin()
    facts = DeployFile(
        model=spec.model.model,
        recipe=spec.recipe,
        weights=question.what,
        files=tuple(names[:-1]),
        classes=predictor.classes,
        input=msgspec.convert(predictor.input_facts(), InputFacts),
    )
    notes: tuple[str, ...] = ()
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise Refusal(f"{out.parent}: cannot be written: {_why(error)}") from None
    try:
        say("writing")
        if question.form == "params":
            save_parameters(built.net, temporary / names[0])
        else:
            _write_symbol(built, temporary / out.name)
        if question.form == "onnx":
            say("exporting to ONNX")
            file = temporary / names[0]
            notes = to_onnx(temporary / out.name, file, _shape(built))
            say("comparing with onnxruntime")
            notes += (compared(built.net, file, _shape(built), built.ctx),)
        (temporary / names[-1]).write_bytes(
            msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n"
        )
        for name in names:
            os.replace(temporary / name, out.parent / name)
    except OSError as error:
        raise Refusal(f"{out.parent}: cannot be written: {_why(error)}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return WeightsExported(tuple(str(out.parent / name) for name in names), notes)


def _endings(form: str) -> tuple[str, ...]:
    files = {
        "params": (".params",),
        "symbol": ("-symbol.json", "-0000.params"),
        "onnx": (".onnx",),
    }
    return (*files[form], f".{form}{ENDING}")


def _make_room(out: Path, names: Sequence[str], *, force: bool) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        there = [name for name in names if os.path.lexists(out.parent / name)]
    except OSError as error:
        raise Refusal(f"{out.parent}: cannot be written: {_why(error)}") from None
    if there and not force:
        raise Refusal(f"{out.parent / there[0]}: is there already; --force writes over it")


def _shape(built: Built) -> tuple[int, int, int, int]:
    assert built.input_size is not None
    return (1, 3, *built.input_size)


def _write_symbol(built: Built, path: Path) -> None:
    net = built.net
    if not isinstance(net, HybridBlock):
        raise Refusal(
            f"a {type(net).__name__} is no HybridBlock, so it has no symbol; --as params writes "
            "its weights"
        )
    try:
        net.hybridize()
        net(mx.nd.zeros(_shape(built), ctx=built.ctx))
        mx.nd.waitall()
        net.export(str(path), 0)
        # MXNet does not look at what closing the file says: the end of it may be missing.
        mx.nd.load(f"{path}-0000.params")
    except OSError:
        raise
    except Exception as error:
        raise Refusal(
            f"{type(net).__name__}: cannot be written as a symbol: {in_one_line(error)}"
        ) from error


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
