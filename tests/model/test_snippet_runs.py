"""The snippet is run on new networks, and leaves what the plan resolves to."""

from __future__ import annotations

import json
import random
import warnings
from typing import Any

import pytest

from tui.engine.describe import describe
from tui.model.description import ModelInfo
from tui.model.families import find_roles
from tui.model.plan import FreezePlan, Rule
from tui.model.presets import everything, head_only
from tui.model.resolution import Resolution, resolve
from tui.model.snippet import snippet
from tui.model.source import ModelSource
from tui.model.states import State, Statistic
from tui.model.toggles import inverted, toggled
from tui.model.tree import ModelTree

pytestmark = pytest.mark.slow

SOURCES = {
    "symbol trunk": ModelSource("ssd_512_mobilenet1.0_custom", ("fig", "date"), pretrained=False),
    "block trunk": ModelSource("ssd_300_vgg16_atrous_custom", ("fig",), pretrained=False),
    "cifar": ModelSource("cifar_resnet20_v1", pretrained=False),
    "mobilenet": ModelSource("mobilenet1.0", pretrained=False),
    "new classes": ModelSource("mobilenet0.25", ("fig", "date", "nut"), pretrained=False),
    "voc": ModelSource("ssd_300_vgg16_atrous_voc", ("fig", "date"), pretrained=False),
    "demo": ModelSource("demo", ("circle", "star")),
    "sequence": ModelSource("tests.model.networks:plain"),
    "own block": ModelSource("tests.model.networks:Own"),
    "shared": ModelSource("tests.model.networks:Shared"),
}


def run(code: str) -> Any:
    """The network that a snippet leaves."""
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, "snippet", "exec"), names)
    return names["net"]


def new_net(source: ModelSource) -> Any:
    """The network that the first lines of a snippet make."""
    return run(snippet(ModelTree(ModelInfo(source.model, "", (), (), ())), FreezePlan(), source))


def tree_of(source: ModelSource) -> ModelTree:
    """Its tree."""
    return ModelTree(describe(new_net(source), source.model))


def requests(net: Any, tree: ModelTree) -> dict[str, str]:
    """Whether each parameter trains, by structure name. A gamma that MXNet fixes at 1 inside a
    symbol can be asked for a gradient, and gets none: that it is asked is neither here nor
    there."""
    return {
        name: "null" if one.grad_req == "null" else "write"
        for name, one in net._collect_params_with_prefix().items()
        if not _is_fixed(tree, name)
    }


def _is_fixed(tree: ModelTree, name: str) -> bool:
    one = tree.parameters[tree.parameter_of[name]]
    return one.kind == "constant" and one.grad_req != "null"


def wanted_requests(tree: ModelTree, resolution: Resolution) -> dict[str, str]:
    """The same, as the plan resolves to."""
    return {
        name: "write" if state is State.TRAINABLE else "null"
        for one, state in zip(tree.parameters, resolution.states, strict=True)
        for name in one.structure_names
        if not _is_fixed(tree, name)
    }


def fixed_statistics(net: Any) -> set[str]:
    """The structure names of the running statistics that stand still."""
    from mxnet.gluon import SymbolBlock
    from mxnet.gluon.nn.basic_layers import _BatchNorm

    fixed: set[str] = set()

    def visit(block: Any) -> None:
        if isinstance(block, _BatchNorm) and block._kwargs["use_global_stats"]:
            fixed.update((block.running_mean.name, block.running_var.name))
        if isinstance(block, SymbolBlock):
            nodes = json.loads(block._cached_graph[1].tojson())["nodes"]
            for node in nodes:
                if node.get("attrs", {}).get("use_global_stats") in ("True", "1"):
                    fixed.update(nodes[i[0]]["name"] for i in node["inputs"][3:5])

    net.apply(visit)
    return {n for n, p in net._collect_params_with_prefix().items() if p.name in fixed}


def check(tree: ModelTree, plan: FreezePlan, source: ModelSource) -> str:
    """Run the snippet of a plan, and compare what it leaves with what the plan says."""
    code = snippet(tree, plan, source)
    net = run(code)
    resolution = resolve(plan, tree)
    assert requests(net, tree) == wanted_requests(tree, resolution), code
    # R-CNN models are built with statistics that stand still, and no plan moves those.
    built = fixed_statistics(new_net(source))
    assert fixed_statistics(net) == built | {
        name
        for index, statistic in resolution.statistics.items()
        if statistic is Statistic.FIXED
        for name in tree.parameters[index].structure_names
    }, code
    return code


def freeze(by: Any, select: str = "") -> Rule:
    return Rule("freeze", by, select)


def thaw(by: Any, select: str = "") -> Rule:
    return Rule("thaw", by, select)


@pytest.fixture(scope="module")
def trees() -> dict[str, ModelTree]:
    return {}


@pytest.fixture(params=SOURCES)
def case(
    request: pytest.FixtureRequest, trees: dict[str, ModelTree]
) -> tuple[ModelTree, ModelSource]:
    """Each network once; names in it are of another process than those of the snippet's."""
    source = SOURCES[request.param]
    if request.param not in trees:
        trees[request.param] = tree_of(source)
    return trees[request.param], source


def test_presets_and_what_they_invert_to(case: tuple[ModelTree, ModelSource]) -> None:
    tree, source = case
    roles = find_roles(tree)
    head = head_only(tree, roles)
    check(tree, head, source)
    check(tree, everything(tree, roles), source)
    check(tree, FreezePlan((freeze("all"),)), source)
    check(tree, inverted(head, tree), source)


@pytest.mark.parametrize(
    "rules",
    [
        (freeze("names", ".*weight"),),
        (freeze("names", "(?!.*conv).*"), thaw("names", ".*bias")),
        (freeze("all"), thaw("names", ".*(weight|bias)")),
        (freeze("structure", r"\.\d*[02468]\."), thaw("glob", "*.bias")),
        (freeze("glob", "*gamma"), freeze("glob", "*beta")),
        (freeze("all"), thaw("all"), freeze("role", "head")),
    ],
    ids=lambda rules: " ".join(rule.select or rule.by for rule in rules),
)
def test_rules_by_pattern(case: tuple[ModelTree, ModelSource], rules: tuple[Rule, ...]) -> None:
    check(case[0], FreezePlan(rules), case[1])


@pytest.mark.parametrize("seed", range(4))
def test_any_toggles(case: tuple[ModelTree, ModelSource], seed: int) -> None:
    tree, source = case
    chance = random.Random(seed)
    plan = head_only(tree, find_roles(tree)) if seed % 2 else FreezePlan()
    for _ in range(chance.choice((1, 3, 12))):
        node = chance.randrange(len(tree.nodes))
        plan = toggled(plan, tree, node, resolve(plan, tree).states)
    check(tree, plan, source)


@pytest.mark.parametrize(
    "name",
    [
        "ssd_512_resnet50_v1_voc",
        "yolo3_mobilenet1.0_voc",
        "center_net_resnet18_v1b_voc",
        "faster_rcnn_resnet50_v1b_voc",
        "faster_rcnn_fpn_resnet50_v1b_coco",
        "mask_rcnn_fpn_resnet18_v1b_coco",
        "fcn_resnet50_voc",
        "deeplab_resnet50_ade",
        "simple_pose_resnet18_v1b",
        "resnet18_v2",
        "googlenet",
        "squeezenet1.0",
        "densenet121",
    ],
)
def test_head_only_and_a_toggle_in_every_family(name: str) -> None:
    source = ModelSource(name, pretrained=False)
    tree = tree_of(source)
    plan = head_only(tree, find_roles(tree))
    check(tree, plan, source)
    blocks = [node for node, place in enumerate(tree.nodes) if place.is_block and tree.under(node)]
    for node in (blocks[len(blocks) // 3], blocks[-2]):
        plan = toggled(plan, tree, node, resolve(plan, tree).states)
    check(tree, plan, source)


def test_a_group_inside_a_symbol_is_told_by_a_pattern(trees: dict[str, ModelTree]) -> None:
    source = SOURCES["symbol trunk"]
    tree = trees.setdefault("symbol trunk", tree_of(source))
    plan = FreezePlan((freeze("block", "features.mobilenet0_conv5"),))
    code = check(tree, plan, source)
    assert "net.features.collect_params('.*conv5').setattr('grad_req', 'null')\n" in code
    # Running statistics of a symbol must never be asked for a gradient.
    plan = FreezePlan((freeze("all"), thaw("block", "features.mobilenet0_batchnorm5")))
    code = check(tree, plan, source)
    assert "net.features.collect_params('" in code
    assert "'write')" in code


def test_a_network_that_has_run_trains_as_planned(trees: dict[str, ModelTree]) -> None:
    import mxnet as mx
    from mxnet.gluon import Trainer

    source = SOURCES["symbol trunk"]
    tree = trees.setdefault("symbol trunk", tree_of(source))
    plan = FreezePlan(
        (
            freeze("block", "features"),
            *(thaw("structure", f"mobilenet0_(conv|batchnorm){n}_") for n in (25, 26)),
            thaw("structure", "expand"),
        )
    )
    net = new_net(source)
    net.hybridize()
    pictures = mx.nd.random.uniform(shape=(1, 3, 128, 128))

    def step(trainer: Any = None) -> None:
        with mx.autograd.record():
            classes, boxes, _ = net(pictures)
            loss = (classes**2).mean() + (boxes**2).mean()
        loss.backward()
        if trainer is not None:
            trainer.step(1)
        mx.nd.waitall()

    step()
    _imports, _making, *rest = snippet(tree, plan, source).split("\n\n")
    exec("\n\n".join(rest), {"net": net})
    before = {n: p.data().copy() for n, p in net._collect_params_with_prefix().items()}
    # A statistic that was asked for a gradient would stop this by a stale one.
    step(Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1}))
    moved = {
        n
        for n, p in net._collect_params_with_prefix().items()
        if not (p.data() == before[n]).asnumpy().all()
    }
    resolution = resolve(plan, tree)
    may_move = {
        one.structure_name
        for index, one in enumerate(tree.parameters)
        if resolution.states[index] is State.TRAINABLE
        or resolution.statistics.get(index) is Statistic.MOVING
    }
    assert moved <= may_move
    assert "features.mobilenet0_batchnorm26_running_mean" in moved
    assert "features.mobilenet0_conv26_weight" in moved
    assert "class_predictors.0.predictor.weight" in moved


def test_an_imported_symbol(tmp_path: Any) -> None:
    import mxnet as mx
    from mxnet.gluon import SymbolBlock

    made = new_net(ModelSource("tests.model.networks:Own"))
    made.hybridize()
    made(mx.nd.ones((1, 3, 16, 16)))
    made.export(str(tmp_path / "own"))
    files = str(tmp_path / "own-symbol.json"), ["data"], str(tmp_path / "own-0000.params")
    tree = ModelTree(describe(SymbolBlock.imports(*files), "own"))
    plan = FreezePlan((freeze("all"), thaw("structure", "dense"), thaw("structure", "batchnorm2")))
    net = SymbolBlock.imports(*files)
    _imports, _making, *rest = snippet(tree, plan, ModelSource("own:own")).split("\n\n")
    exec("\n\n".join(rest), {"net": net})
    resolution = resolve(plan, tree)
    assert requests(net, tree) == wanted_requests(tree, resolution)
    assert (
        fixed_statistics(net)
        == {
            tree.parameters[index].structure_name
            for index, statistic in resolution.statistics.items()
            if statistic is Statistic.FIXED
        }
        != set()
    )


@pytest.mark.parametrize(
    ("name", "head"), [("mobilenet0.25", "output."), ("squeezenet1.1", "output.")]
)
def test_new_classes_keep_the_trained_trunk(tmp_path: Any, name: str, head: str) -> None:
    trained = new_net(ModelSource(name, pretrained=False))
    import mxnet as mx

    trained(mx.nd.ones((1, 3, 224, 224)))
    file = str(tmp_path / "trained.params")
    trained.save_parameters(file)
    source = ModelSource(name, ("fig", "date", "nut"), weights=file)
    tree = ModelTree(describe(trained, name))
    net = run(snippet(tree, head_only(tree, find_roles(tree)), source))
    assert net(mx.nd.ones((1, 3, 224, 224))).shape == (1, 3)
    old = trained._collect_params_with_prefix()
    for place, one in net._collect_params_with_prefix().items():
        if place.startswith(head):
            assert one.grad_req == "write"
        else:
            assert (one.data() == old[place].data()).asnumpy().all()
            assert one.grad_req == "null"
