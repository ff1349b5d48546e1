"""What a script has set is read, told as a plan, and set again by that plan."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.model.left import left_of
from tests.model.test_snippet_runs import SOURCES, any_rule, new_net
from tui.engine.describe import describe
from tui.engine.freezing import apply_plan
from tui.engine.read_net import read_net
from tui.engine.refusal import Refusal
from tui.model.plan import FreezePlan, Rule
from tui.model.reading import read_plan_of
from tui.model.snippet import snippet
from tui.model.source import ModelSource
from tui.model.tree import ModelTree

MORE = {
    "rcnn": ModelSource("faster_rcnn_resnet50_v1b_voc", pretrained=False),
    "fpn": ModelSource("faster_rcnn_fpn_resnet50_v1b_coco", pretrained=False),
    "fcn": ModelSource("fcn_resnet50_voc", pretrained=False),
}


def read(code: str, path: Path, name: str = "make") -> tuple[ModelTree, FreezePlan]:
    """The plan of the network that a file makes."""
    file = path / "script.py"
    file.write_text(code)
    answer = read_net(ModelSource(f"{file}:{name}"), lambda _: None)
    tree = ModelTree(answer.made)
    return tree, read_plan_of(tree, ModelTree(answer.left)).plan


def as_a_function(code: str) -> str:
    """A script as a module with a function that makes its network."""
    body = "\n".join(f"    {line}" if line else line for line in code.splitlines())
    return f"def make():\n{body}\n    return net\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SOURCES, *MORE])
def test_from_a_snippet_to_its_plan_to_the_same_states(name: str, tmp_path: Path) -> None:
    source = {**SOURCES, **MORE}[name]
    net = new_net(source)
    tree = ModelTree(describe(net, source.model))
    chance = random.Random(name)
    trunk, norms = Rule("freeze", "role", "trunk"), Rule("thaw statistics", "role", "trunk")
    plans = [
        FreezePlan((trunk,)),
        FreezePlan((trunk, norms, Rule("lr_mult", "role", "head", value=3.0)), dropout_off=True),
        FreezePlan(tuple(any_rule(tree, chance) for _ in range(5))),
    ]
    for plan in plans:
        code = snippet(tree, plan, source).split("\n\ndef at_epoch")[0] + "\n"
        made, found = read(as_a_function(code), tmp_path)
        # Against the classes' own states, not those that the script has left.
        assert [p.grad_req for p in made.parameters] == [p.grad_req for p in tree.parameters]
        assert [p.fixed for p in made.parameters] == [p.fixed for p in tree.parameters]
        apply_plan(net, plan)
        wanted = left_of(net, tree)
        apply_plan(net, found)
        assert left_of(net, tree) == wanted, found
        if plan.rules == (trunk,):
            assert found == plan


def test_a_script_of_ones_own(tmp_path: Path) -> None:
    tree, plan = read(
        """
from mxnet.gluon import nn

net = nn.HybridSequential()
net.add(nn.Dense(3, in_units=3), nn.BatchNorm(in_channels=3, use_global_stats=True))
net.add(nn.Dense(3, in_units=3), nn.BatchNorm(in_channels=3), nn.Dense(2, in_units=3))
net[:4].collect_params().setattr('grad_req', 'null')
net[3]._kwargs['use_global_stats'] = True
net[4].collect_params().setattr('lr_mult', 10)
net[0].weight.wd_mult = 0.5
""",
        tmp_path,
        "net",
    )
    assert plan.rules == (
        Rule("freeze", "role", "trunk"),
        Rule("lr_mult", "role", "head", value=10.0),
        Rule("wd_mult", "parameter", "0.weight", value=0.5),
    )
    assert [p.structure_name for p in tree.parameters if p.fixed] == [
        "1.running_mean",
        "1.running_var",
    ]


def test_only_ones_own_python() -> None:
    with pytest.raises(Refusal, match="no Python of yours; give package"):
        read_net(ModelSource("resnet18_v1"), lambda _: None)
