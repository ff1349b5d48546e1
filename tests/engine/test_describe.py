from __future__ import annotations

import mxnet as mx
import pytest
from mxnet.gluon import Block, HybridBlock, Parameter, nn, rnn

from tests.engine.networks import symbol
from tests.model.networks import Holding, Named, plain
from tui.engine.describe import describe
from tui.engine.freezing import apply_plan
from tui.engine.verification import Witness
from tui.model.description import BlockForm
from tui.model.plan import FreezePlan, Rule
from tui.model.tree import ModelTree


def forms(net: Block) -> dict[str, BlockForm]:
    return {block.path: block.form for block in describe(net, "").blocks}


@pytest.mark.parametrize("make", [Named, Holding])
def test_a_norm_layer_is_what_mxnet_takes_for_one(make: type[Named]) -> None:
    assert {path: form for path, form in forms(make()).items() if form != "plain"} == {
        "features.1": "norm"
    }


def test_a_symbol_and_its_groups() -> None:
    found = forms(symbol())
    assert found[""] == found["1"] == "plain"
    assert {form for path, form in found.items() if path.startswith("0")} == {"symbol"}


def test_a_flat_block_in_groups_is_no_symbol() -> None:
    found = forms(rnn.LSTM(4, num_layers=3, input_size=3))
    assert len(found) > 1
    assert set(found.values()) == {"plain"}
    assert forms(plain())["1"] == "norm"


def test_layers_that_give_their_parameters_other_places() -> None:
    net = nn.HybridSequential()
    net.add(nn.Dense(3, in_units=3), rnn.LSTM(4, num_layers=3, input_size=3))
    tree = ModelTree(describe(net, "", pretrained=tuple(net._collect_params_with_prefix())))
    assert set(tree.parameter_of) == set(net._collect_params_with_prefix())
    assert all(parameter.pretrained for parameter in tree.parameters)
    assert len(tree.under(tree.index_of["1"])) == 12


def test_what_a_root_takes_in_stands_where_it_is() -> None:
    tree = ModelTree(describe(Holding(), ""))
    assert set(tree.parameter_of) == set(Holding()._collect_params_with_prefix())


def test_what_no_trainer_gets_is_said_and_left_out() -> None:
    net = nn.HybridSequential()
    net.add(nn.Dense(2, in_units=2), Scaled())
    net.initialize()
    info = describe(net, "")
    assert [one.structure_name for one in info.parameters] == ["0.weight", "0.bias"]
    assert info.notes == ("not in collect_params(), so that no Trainer gets it: 1.scale",)
    tree, resolution = apply_plan(net, FreezePlan((Rule("freeze", "all"),)))
    witness = Witness(net)
    witness.begin(tree, resolution, 1)
    witness.end(1)
    assert witness.proof().broken == ()


class Scaled(HybridBlock):
    """Holds a parameter that is in no `ParameterDict`."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = Parameter("scale", shape=(1,))


def test_no_plan_says_that_it_fixes_what_it_cannot() -> None:
    net = Named()
    net.initialize()
    net(mx.nd.ones((2, 3)))
    _, resolution = apply_plan(net, FreezePlan((Rule("freeze", "all"),)))
    tree = ModelTree(describe(net, ""))
    fixed = {tree.parameters[index].structure_name for index in resolution.statistics}
    assert fixed == {"features.1.running_mean", "features.1.running_var"}
