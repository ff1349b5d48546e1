from __future__ import annotations

from pathlib import Path

import mxnet as mx
import numpy as np
import pytest

from tests.engine.networks import own
from tui.engine.describe import describe
from tui.engine.recipes import recipe_for
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.source import ModelSource
from tui.model.tree import ModelTree


def tree_of(path: Path) -> ModelTree:
    built = build(ModelSource(str(path)), lambda _: None)
    assert recipe_for(built) is None
    return ModelTree(describe(built.net, "file"))


def test_structure_names_make_the_tree(tmp_path: Path) -> None:
    net = own()
    net.save_parameters(str(tmp_path / "a.params"))
    tree = tree_of(tmp_path / "a.params")
    real = ModelTree(describe(net, "net"))
    assert {n.path for n in tree.nodes if not n.is_block} == {
        n.path for n in real.nodes if not n.is_block
    }
    kinds = {parameter.structure_name: parameter.kind for parameter in tree.parameters}
    assert kinds["features.1.running_mean"] == "statistic"
    assert kinds["output.weight"] == "weight"


def test_prefixed_names_are_grouped(tmp_path: Path) -> None:
    net = own()
    arrays = {name: parameter.data() for name, parameter in net.collect_params().items()}
    mx.nd.save(str(tmp_path / "b.params"), arrays)
    tree = tree_of(tmp_path / "b.params")
    assert len(tree.parameters) == len(arrays)
    assert any(node.is_block and node.depth for node in tree.nodes)


def test_values_can_be_read(tmp_path: Path) -> None:
    mx.nd.save(str(tmp_path / "c.params"), {"a.weight": mx.nd.array([1, 2, 3])})
    built = build(ModelSource(str(tmp_path / "c.params")), lambda _: None)
    parameter = built.net._collect_params_with_prefix()["a.weight"]
    assert np.array_equal(parameter.data().asnumpy(), [1, 2, 3])
    assert parameter.grad_req == "write"
    assert parameter._grad is None  # as large again, and of no use here


def test_a_file_without_arrays(tmp_path: Path) -> None:
    mx.nd.save(str(tmp_path / "e.params"), {})
    with pytest.raises(Refusal, match="holds no arrays at all"):
        tree_of(tmp_path / "e.params")


def test_arrays_without_names(tmp_path: Path) -> None:
    mx.nd.save(str(tmp_path / "l.params"), [mx.nd.zeros(1)])
    with pytest.raises(Refusal, match="arrays without names"):
        tree_of(tmp_path / "l.params")


def test_a_file_that_is_broken_off(tmp_path: Path) -> None:
    whole = tmp_path / "w.params"
    mx.nd.save(str(whole), {"a.weight": mx.nd.zeros(9)})
    for size in (8, 20, whole.stat().st_size - 1):
        (tmp_path / "t.params").write_bytes(whole.read_bytes()[:size])
        with pytest.raises(Refusal, match=rf"damaged \({size} bytes can be read"):
            tree_of(tmp_path / "t.params")


def test_an_exports_prefixes_are_left_out(tmp_path: Path) -> None:
    names = ("arg:net0_weight", "aux:net0_moving_mean", "plain")
    mx.nd.save(str(tmp_path / "x.params"), {name: mx.nd.zeros(1) for name in names})
    tree = tree_of(tmp_path / "x.params")
    assert [p.name for p in tree.parameters] == ["net0_weight", "net0_moving_mean", "plain"]
    assert [p.kind for p in tree.parameters] == ["weight", "statistic", "weight"]


def test_names_of_any_characters_stay_as_they_are(tmp_path: Path) -> None:
    names = {"[b]x[/b]", "\x1b[31mred\nq", "\u202eevil.\u8868", "..", "a.", ".b", "c\\d"}
    mx.nd.save(str(tmp_path / "n.params"), {name: mx.nd.zeros(1) for name in names})
    tree = tree_of(tmp_path / "n.params")
    assert {parameter.name for parameter in tree.parameters} == names
    assert {parameter.structure_name for parameter in tree.parameters} == names


def test_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "d.params").write_bytes(b"nothing")
    with pytest.raises(Refusal, match=r"not a \.params file"):
        tree_of(tmp_path / "d.params")
