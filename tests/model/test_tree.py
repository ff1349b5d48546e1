from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.model.models import model, parameter, random_models, tree
from tui.model.description import BlockInfo, ModelInfo
from tui.model.states import State
from tui.model.tree import ModelTree, RollUp


def test_depth_first_with_slices_for_subtrees() -> None:
    made = tree("features.0.weight", "features.0.bias", "features.1.gamma", "output.weight")
    assert [node.path for node in made.nodes] == [
        "",
        "features",
        "features.0",
        "features.0.weight",
        "features.0.bias",
        "features.1",
        "features.1.gamma",
        "output",
        "output.weight",
    ]
    features = made.index_of["features"]
    inside = made.nodes[features + 1 : made.nodes[features].end]
    assert all(node.path.startswith("features.") for node in inside)
    assert made.nodes[made.nodes[features].end].path == "output"
    assert [made.nodes[child].path for child in made.children(features)] == [
        "features.0",
        "features.1",
    ]
    weight = made.index_of["features.0.weight"]
    assert [made.nodes[above].path for above in made.ancestors(weight)] == [
        "features.0",
        "features",
        "",
    ]


def test_labels_are_what_a_path_adds() -> None:
    made = tree(
        "features.net0_conv0_weight",
        "_loss._scale.weight",
        groups=("features.net0", "features.net0_conv0"),
    )
    labels = {node.path: node.label for node in made.nodes}
    assert labels[""] == "made-up"
    assert labels["features.net0_conv0"] == "conv0"
    assert labels["features.net0_conv0_weight"] == "weight"
    # An underscore that begins a name of its own belongs to it.
    assert labels["_loss"] == "_loss"
    assert labels["_loss._scale"] == "_scale"


def test_roll_up_of_states_and_values() -> None:
    made = tree("a.x", "a.y", "b.z", "b.running_mean", "c.running_var", empty=("d",))
    states = [State.TRAINABLE, State.FROZEN, State.FROZEN, State.AUXILIARY, State.AUXILIARY]
    roll_up = RollUp(made, states)
    at = {node.path: index for index, node in enumerate(made.nodes)}
    assert roll_up.state(at["a"]) is State.PARTIAL
    assert roll_up.state(at["b"]) is State.FROZEN
    assert roll_up.state(at["c"]) is State.AUXILIARY
    assert roll_up.state(at["d"]) is State.AUXILIARY
    assert roll_up.state(at[""]) is State.PARTIAL
    assert roll_up.values(at["a"]) == 12
    assert roll_up.trainable_values(at["a"]) == 6
    assert roll_up.trainable_values(at["b"]) == 0


def test_totals_count_what_is_shared_once() -> None:
    made = tree(
        parameter("a.w", "b.w", shape=(10,), dtype="float16"),
        parameter("c.w", shape=(4, 0)),
        parameter("c.anchor", kind="constant", shape=(5,), dtype="float64"),
    )
    totals = made.totals([State.TRAINABLE, State.FROZEN, State.AUXILIARY])
    assert (totals.parameters, totals.values, totals.nbytes) == (3, 15, 60)
    assert (totals.trainable_parameters, totals.trainable_values) == (1, 10)
    assert (totals.frozen_parameters, totals.auxiliary_parameters, totals.unknown) == (1, 1, 1)
    assert totals.share == 10 / 15


def test_shared_parameter_is_found_at_each_place() -> None:
    made = tree(parameter("a.w", "b.w"))
    assert made.parameter_of == {"a.w": 0, "b.w": 0}
    assert made.under(0) == [0]
    assert made.under(made.index_of["b"]) == [0]


def test_norm_layers_and_their_weights() -> None:
    made = tree(
        "bn.gamma",
        "bn.beta",
        "bn.running_mean",
        "bn.running_var",
        parameter("bare.gamma", kind="constant"),
        "bare.running_mean",
        # Old symbols name a convolution and its norm alike.
        "flat.l1_weight",
        "flat.l1_gamma",
        "flat.l1_moving_mean",
        groups=("flat.l1",),
    )
    names = [p.structure_name for p in made.parameters]
    found = {
        tuple(names[i] for i in norm.statistics): [names[i] for i in norm.weights]
        for norm in made.norms
    }
    assert found == {
        ("bn.running_mean", "bn.running_var"): ["bn.gamma", "bn.beta"],
        ("bare.running_mean",): [],
        ("flat.l1_moving_mean",): ["flat.l1_gamma"],
    }
    assert made.weightless


def test_deeper_than_python_recurses() -> None:
    depth = 3000
    path = ".".join(["x"] * depth)
    made = tree(f"{path}.weight")
    assert made.nodes[-1].depth == depth + 1
    assert made.nodes[0].end == len(made.nodes) == depth + 2
    assert RollUp(made, [State.FROZEN]).state(0) is State.FROZEN


def test_empty_models() -> None:
    nothing = ModelTree(ModelInfo("empty", "Net", (), (), ()))
    assert list(nothing.nodes) == []
    assert nothing.totals([]).share == 0.0
    root = ModelTree(
        ModelInfo("empty", "Net", (), (BlockInfo("", "Net", "block", -1, (), ()),), ())
    )
    assert root.under(0) == []
    assert RollUp(root, []).state(0) is State.AUXILIARY


@given(random_models(), st.randoms())
def test_every_roll_up_is_the_sum_of_its_places(made: ModelInfo, random: object) -> None:
    here = ModelTree(made)
    states = [
        State.AUXILIARY if not p.can_train else random.choice((State.TRAINABLE, State.FROZEN))  # type: ignore[attr-defined]
        for p in made.parameters
    ]
    roll_up = RollUp(here, states)
    for index, node in enumerate(here.nodes):
        places = [n.parameter for n in here.nodes[index : node.end] if n.parameter >= 0]
        found = {states[p] for p in places} - {State.AUXILIARY}
        expected = State.PARTIAL if len(found) == 2 else next(iter(found), State.AUXILIARY)
        assert roll_up.state(index) is expected
        assert roll_up.values(index) == sum(made.parameters[p].count or 0 for p in places)
        assert here.under(index) == list(dict.fromkeys(places))


def test_every_place_is_a_node() -> None:
    made = model(parameter("a.w", "b.c.w"), "d")
    here = ModelTree(made)
    leaves = sorted(node.path for node in here.nodes if not node.is_block)
    assert leaves == sorted(name for p in made.parameters for name in p.structure_names)
