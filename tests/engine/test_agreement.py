from __future__ import annotations

import msgspec
from mxnet.gluon import HybridBlock, nn

from tests.engine.networks import own, ssd, symbol
from tui.engine.agreement import disagreements
from tui.engine.describe import describe
from tui.model.description import ModelInfo, ParameterInfo


def shared() -> HybridBlock:
    """One layer at two places, and its parameters in a third layer."""
    net = nn.HybridSequential()
    with net.name_scope():
        layer = nn.Dense(3, in_units=3)
        net.add(layer, nn.Activation("relu"), layer, nn.Dense(3, in_units=3, params=layer.params))
    return net


def test_a_description_agrees_with_its_network() -> None:
    for make in (own, symbol, ssd, shared):
        net = make()
        assert disagreements(net, describe(net, "net")) == [], make.__name__


def test_a_shared_parameter_is_one_with_all_its_places() -> None:
    model = describe(shared(), "net")
    assert [parameter.structure_names for parameter in model.parameters] == [
        ("0.weight", "2.weight", "3.weight"),
        ("0.bias", "2.bias", "3.bias"),
    ]


def changed(**fields: object) -> tuple[HybridBlock, ModelInfo]:
    net = own()
    model = describe(net, "net")
    first = msgspec.structs.replace(model.parameters[0], **fields)
    return net, msgspec.structs.replace(model, parameters=(first, *model.parameters[1:]))


def test_each_way_to_disagree_is_told() -> None:
    def told(**fields: object) -> str:
        return "; ".join(disagreements(*changed(**fields)))

    assert "has the shape (4, 3, 3, 3), not (4, 3)" in told(shape=(4, 3))
    assert "is float32, not int8" in told(dtype="int8")
    assert "is trainable, not frozen" in told(grad_req="null")
    assert "is trainable, not auxiliary" in told(kind="constant")
    assert "conv0_weight is missing" in told(name="other")
    assert "other is none of the network's" in told(name="other")


def test_what_is_missing_or_twice_is_told() -> None:
    net = own()
    model = describe(net, "net")
    block = next(block for block in model.blocks if block.parameters)
    place = next(index for index, found in enumerate(model.blocks) if found is block)

    def with_block(parameters: tuple[int, ...], names: tuple[str, ...]) -> ModelInfo:
        other = msgspec.structs.replace(block, parameters=parameters, names=names)
        blocks = (*model.blocks[:place], other, *model.blocks[place + 1 :])
        return msgspec.structs.replace(model, blocks=blocks)

    assert disagreements(net, with_block((), ())) == ["features.0.weight is no row"]
    twice = with_block((0, 0), ("features.0.weight",) * 2)
    assert disagreements(net, twice) == ["features.0.weight is 2 rows"]
    again: tuple[ParameterInfo, ...] = (*model.parameters, model.parameters[0])
    told = disagreements(net, msgspec.structs.replace(model, parameters=again))
    assert told == [f"{model.parameters[0].name} stands there 2 times"]
