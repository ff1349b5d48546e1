"""A run's network for use elsewhere: the same outputs, read back by what reads it there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mxnet as mx
import numpy as np
import onnxruntime
import pytest
from mxnet.gluon import SymbolBlock

from tests.engine.run_again import carry_out, center_net, classifier, detector, segmenter
from tui.engine.predictors import predictor_for
from tui.engine.refusal import Refusal
from tui.engine.trained import trained_network
from tui.engine.weights import to_onnx as onnx_part
from tui.engine.weights.export import export
from tui.runs.deploy_file import read_deploy_file
from tui.runs.folder import RunFolder
from tui.runs.inspection import ExportWeights, Form
from tui.runs.trained import trained_weights


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = classifier(tmp_path_factory.mktemp("run"), epochs=1)
    carry_out(run)
    return run


def asked(run: RunFolder, form: Form, out: Path) -> ExportWeights:
    found = trained_weights(run, best=False)
    return ExportWeights(str(run.path), str(found.path), form, str(out), found.what)


def written(question: ExportWeights) -> tuple[str, ...]:
    return export(question, lambda _: None).files


def outputs_of(run: RunFolder, x: mx.nd.NDArray) -> list[np.ndarray]:
    path = trained_weights(run, best=False).path
    _, built = trained_network(str(run.path), str(path), "cpu", lambda _: None)
    predictor = predictor_for(built)
    assert predictor is not None
    predictor.begin()
    return arrays(built.net(x))


def arrays(found: object) -> list[np.ndarray]:
    return [one.asnumpy() for one in (found if isinstance(found, list | tuple) else [found])]


def picture(run: RunFolder) -> mx.nd.NDArray:
    size = run.read()[0].model.input_size or (128, 128)
    return mx.nd.array(np.random.RandomState(4).normal(size=(1, 3, *size)))


@pytest.mark.parametrize(
    "make",
    [
        lambda home: classifier(home, epochs=1),
        pytest.param(lambda home: detector(home, epochs=1), marks=pytest.mark.slow),
        pytest.param(segmenter, marks=pytest.mark.slow),
    ],
    ids=["classifier", "ssd", "fcn"],
)
def test_a_symbol_is_read_back_with_equal_outputs(
    make: Callable[[Path], RunFolder], tmp_path: Path
) -> None:
    run = make(tmp_path)
    carry_out(run)
    symbol, params, _ = written(asked(run, "symbol", tmp_path / "out" / "net"))
    assert [Path(symbol).name, Path(params).name] == ["net-symbol.json", "net-0000.params"]
    x = picture(run)
    back = arrays(SymbolBlock.imports(symbol, ["data"], params)(x))
    ours = outputs_of(run, x)
    assert len(back) == len(ours)
    for there, here in zip(back, ours, strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-5, atol=1e-6)


def test_params_have_structure_names_and_facts_beside_them(
    classified: RunFolder, tmp_path: Path
) -> None:
    params, facts = written(asked(classified, "params", tmp_path / "net"))
    before = mx.nd.load(str(classified.weights / "final.params"))
    after = mx.nd.load(params)
    assert list(before) == list(after)
    assert all((before[name] == after[name]).asnumpy().all() for name in before)
    told = read_deploy_file(Path(facts))
    assert (told.classes, told.files, told.recipe) == (
        ("Cat", "dog"),
        ("net.params",),
        "classification",
    )
    assert (told.input.height, told.input.width) == (48, 48)
    assert "step 3" in told.weights


@pytest.mark.parametrize(
    "make",
    [None, segmenter, pytest.param(center_net, marks=pytest.mark.slow)],
    ids=["classifier", "fcn", "center_net"],
)
def test_onnx_gives_the_same_in_onnxruntime(
    make: Callable[[Path], RunFolder] | None, classified: RunFolder, tmp_path: Path
) -> None:
    run = classified
    if make is not None:
        run = make(tmp_path)
        carry_out(run)
    done = export(asked(run, "onnx", tmp_path / "net"), lambda _: None)
    file = done.files[0]
    assert "onnxruntime gives the same outputs as the network, on a random picture" in done.notes
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    x = picture(run)
    there = session.run(None, {session.get_inputs()[0].name: x.asnumpy()})
    for found, ours in zip(there, outputs_of(run, x), strict=True):
        np.testing.assert_allclose(found, ours, rtol=1e-3, atol=1e-5)


def test_what_cannot_be_written_is_one_line_and_leaves_nothing(
    classified: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = asked(classified, "params", tmp_path / "net")
    written(question)
    with pytest.raises(Refusal, match="is there already; --force writes over it"):
        written(question)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="file: cannot be written: file exists"):
        written(asked(classified, "params", tmp_path / "file" / "net"))

    def none_for_this(*_: object, **__: object) -> None:
        raise AttributeError("No conversion function registered for op type Odd yet.")

    monkeypatch.setattr(mx.onnx, "export_model", none_for_this)
    with pytest.raises(Refusal, match=r"exporter cannot: No conversion .* op type Odd yet"):
        written(asked(classified, "onnx", tmp_path / "other"))
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "file",
        "net.params",
        "net.params.deploy.json",
    ]
    assert onnx_part.OPSET == 13


@pytest.mark.slow
def test_what_onnx_does_otherwise_is_said(tmp_path: Path) -> None:
    run = detector(tmp_path, epochs=1)
    carry_out(run)
    done = export(asked(run, "onnx", tmp_path / "net"), lambda _: None)
    assert onnx_part.ACROSS in done.notes
