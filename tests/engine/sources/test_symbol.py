from __future__ import annotations

from pathlib import Path

import mxnet as mx
import numpy as np
import pytest

from tests.engine.networks import own
from tui.engine.describe import describe
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.model.source import ModelSource
from tui.model.tree import ModelTree


def opened(path: Path, **more: object) -> Built:
    return build(ModelSource(str(path), **more), lambda _: None)  # type: ignore[arg-type]


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    net = own()
    net.hybridize()
    net(mx.nd.zeros((1, 3, 16, 16)))
    net.export(str(tmp_path / "net"))
    return tmp_path / "net-symbol.json"


def test_an_exported_pair_computes_the_same(exported: Path) -> None:
    built = opened(exported)
    assert built.weights == str(exported.with_name("net-0000.params"))
    net = own()
    arrays = mx.nd.load(built.weights)
    for name, parameter in net.collect_params().items():
        found = [a for key, a in arrays.items() if key.split("_", 1)[1] == name.split("_", 1)[1]]
        parameter.set_data(found[0])
    picture = mx.nd.random.normal(shape=(2, 3, 16, 16))
    assert np.allclose(built.net(picture).asnumpy(), net(picture).asnumpy(), atol=1e-6)


def test_statistics_are_auxiliary(exported: Path) -> None:
    tree = ModelTree(describe(opened(exported).net, "net"))
    statistics = [p for p in tree.parameters if p.kind == "statistic"]
    assert len(statistics) == 4
    assert all(parameter.count for parameter in tree.parameters)


def test_another_input_is_listed(exported: Path) -> None:
    with pytest.raises(Refusal, match=r"no input is named image; its inputs are data: give"):
        opened(exported, input_name="image")


def test_parameters_that_do_not_fit(exported: Path) -> None:
    other = exported.with_name("other.params")
    mx.nd.save(str(other), {"arg:x_weight": mx.nd.zeros(3)})
    with pytest.raises(Refusal, match="weights of another model: lacks"):
        opened(exported, weights=str(other))


def test_without_parameters_beside_it(exported: Path) -> None:
    exported.with_name("net-0000.params").unlink()
    assert "random weights: no net-0000.params beside it" in opened(exported).notes[0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{}", "no symbol of MXNet"),
        ("[1, 2", "not a symbol"),
        ("", "not a symbol"),
        (None, "no such"),
    ],
)
def test_what_is_no_symbol(tmp_path: Path, content: str | None, says: str) -> None:
    path = tmp_path / "x-symbol.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Refusal, match=says):
        opened(path)


FITTING = {"arg:fc_weight": mx.nd.ones((3, 4)), "arg:fc_bias": mx.nd.ones(3)}


def saved(symbol: mx.sym.Symbol, folder: Path, *files: str) -> Path:
    symbol.save(str(folder / "net-symbol.json"))
    for file in files:
        mx.nd.save(str(folder / file), FITTING)
    return folder / "net-symbol.json"


def dense(data: mx.sym.Symbol) -> mx.sym.Symbol:
    return mx.sym.FullyConnected(data, num_hidden=3, name="fc")


def test_several_inputs_are_listed_and_named(tmp_path: Path) -> None:
    path = saved(dense(mx.sym.var("a") + mx.sym.var("b")), tmp_path, "net-0000.params")
    with pytest.raises(Refusal, match=r"no input is named data; its inputs are a, b: give .* a,b$"):
        opened(path)
    with pytest.raises(Refusal, match=r"it has more inputs; its inputs are a, b: give .* a,b$"):
        opened(path, input_name="a")
    built = opened(path, input_name="a,b")
    assert built.notes == ["inputs: a, b"]
    assert built.net(mx.nd.ones((1, 4)), mx.nd.ones((1, 4))).shape == (1, 3)


def test_a_label_is_an_input_without_being_named(tmp_path: Path) -> None:
    symbol = mx.sym.SoftmaxOutput(dense(mx.sym.var("data")), name="softmax")
    built = opened(saved(symbol, tmp_path, "net-0000.params"))
    assert set(built.net.collect_params().keys()) == {"fc_weight", "fc_bias"}


def test_the_last_epoch_beside_it_is_taken(tmp_path: Path) -> None:
    files = ("net-0002.params", "net-9999.params", "net-10000.params", "network-0001.params")
    built = opened(saved(dense(mx.sym.var("data")), tmp_path, *files))
    assert built.weights == str(tmp_path / "net-10000.params")
    assert built.notes == ["net-10000.params, the last of 3 beside it"]


def test_brackets_in_its_name(tmp_path: Path) -> None:
    path = saved(dense(mx.sym.var("data")), tmp_path).rename(tmp_path / "n[1]-symbol.json")
    mx.nd.save(str(tmp_path / "n[1]-0000.params"), FITTING)
    assert opened(path).weights == str(tmp_path / "n[1]-0000.params")


def test_operators_in_python_are_not_run(tmp_path: Path) -> None:
    path = saved(dense(mx.sym.var("data")), tmp_path)
    text = path.read_text().replace('"op": "FullyConnected"', '"op": "Custom"')
    path.write_text(text.replace('"num_hidden": "3"', '"op_type": "their_own"'))
    with pytest.raises(Refusal, match=r"somebody's own Python \(their_own\), which is not run"):
        opened(path)
