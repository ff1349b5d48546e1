from __future__ import annotations

from pathlib import Path

import mxnet as mx
import numpy as np
import pytest

from tests.engine.networks import OwnNet, own
from tui.engine.refusal import Refusal
from tui.engine.weights.load import load_weights

CPU = mx.cpu()


def values(net: OwnNet) -> dict[str, np.ndarray]:
    return {n: p.data().asnumpy() for n, p in net._collect_params_with_prefix().items()}


def saved(path: Path) -> tuple[OwnNet, str]:
    net = own()
    for parameter in net.collect_params().values():
        parameter.set_data(mx.nd.random.normal(shape=parameter.shape))
    net.save_parameters(str(path / "w.params"))
    return net, str(path / "w.params")


def assert_same(one: OwnNet, other: OwnNet) -> None:
    for name, value in values(one).items():
        assert np.array_equal(value, values(other)[name]), name


def test_structure_names(tmp_path: Path) -> None:
    net, file = saved(tmp_path)
    other = own()
    assert load_weights(other, file, CPU) == ()
    assert_same(net, other)


@pytest.mark.parametrize("export", [False, True])
def test_prefixed_names_of_another_process(tmp_path: Path, export: bool) -> None:
    net, _ = saved(tmp_path)
    file = str(tmp_path / "old.params")
    arrays = {
        (("aux:" if "running" in name else "arg:") if export else "")
        + name.replace(net.prefix, "ownnet77_"): parameter.data()
        for name, parameter in net.collect_params().items()
    }
    mx.nd.save(file, arrays)
    other = own()
    load_weights(other, file, CPU)
    assert_same(net, other)


def test_a_replaced_layer_stays_new(tmp_path: Path) -> None:
    _, file = saved(tmp_path)
    other = own()
    before = values(other)["output.weight"]
    assert load_weights(other, file, CPU, replaced=("output",)) == ("output",)
    assert np.array_equal(values(other)["output.weight"], before)


@pytest.mark.parametrize("keep", [0, 4, 200, -40])
def test_a_truncated_file(tmp_path: Path, keep: int) -> None:
    _, file = saved(tmp_path)
    data = Path(file).read_bytes()
    Path(file).write_bytes(data[:keep])
    with pytest.raises(Refusal, match=r"damaged|not a \.params file"):
        load_weights(own(), file, CPU)


def test_a_foreign_file(tmp_path: Path) -> None:
    (tmp_path / "x.params").write_bytes(b"PK\x03\x04 a zip")
    with pytest.raises(Refusal, match=r"not a \.params file of MXNet"):
        load_weights(own(), str(tmp_path / "x.params"), CPU)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="No such file"):
        load_weights(own(), str(tmp_path / "x.params"), CPU)


def test_arrays_without_names(tmp_path: Path) -> None:
    mx.nd.save(str(tmp_path / "x.params"), [mx.nd.zeros(3)])
    with pytest.raises(Refusal, match="without names"):
        load_weights(own(), str(tmp_path / "x.params"), CPU)


def test_another_models_weights_name_what_differs(tmp_path: Path) -> None:
    net, file = saved(tmp_path)
    arrays = {n: p.data() for n, p in net._collect_params_with_prefix().items()}
    arrays["stage9.weight"] = arrays.pop("features.0.weight")
    mx.nd.save(file, arrays)
    before = values(own())
    other = own()
    with pytest.raises(Refusal, match=r"lacks features\.0\.weight; holds stage9\.weight"):
        load_weights(other, file, CPU)
    assert before.keys() == values(other).keys()


def test_other_shapes_are_told_and_nothing_is_loaded(tmp_path: Path) -> None:
    net, file = saved(tmp_path)
    arrays = {n: p.data() for n, p in net._collect_params_with_prefix().items()}
    arrays["output.weight"], arrays["output.bias"] = mx.nd.zeros((10, 4)), mx.nd.zeros(10)
    mx.nd.save(file, arrays)
    other = own()
    before = values(other)
    with pytest.raises(Refusal, match=r"output\.weight 10×4 in the file, 3×4 here.*--classes"):
        load_weights(other, file, CPU)
    for name, value in values(other).items():
        assert np.array_equal(value, before[name]), name
