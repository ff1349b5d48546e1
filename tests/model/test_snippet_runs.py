"""The snippet is run on new networks, and leaves what the plan resolves to."""

from __future__ import annotations

import random
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from tests.model.left import left_of
from tui.engine.describe import describe
from tui.engine.freezing import apply_plan
from tui.model.description import ModelInfo
from tui.model.families import Roles, find_roles
from tui.model.folding import covering
from tui.model.ladder import Ladder
from tui.model.plan import ACTIONS, MULTIPLIERS, SELECTORS, FreezePlan, Rule
from tui.model.presets import PRESETS, PresetError, head_only
from tui.model.resolution import resolve
from tui.model.selection import match_names
from tui.model.snippet import snippet
from tui.model.source import ModelSource
from tui.model.states import State, Statistic
from tui.model.toggles import inverted, statistics_toggled, toggled
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
    "shared norm": ModelSource("tests.model.networks:SharedNorm"),
    "holding": ModelSource("tests.model.networks:Holding"),
    "recurrent": ModelSource("tests.model.networks:recurrent"),
    "reused": ModelSource("tests.model.networks:reused"),
    "named": ModelSource("tests.model.networks:Named"),
}


def run(code: str, names: dict[str, Any] | None = None) -> Any:
    """The network that a snippet leaves, and by their names all else that it does."""
    names = {} if names is None else names
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, "snippet", "exec"), names)
    return names["net"]


def run_settings(code: str, net: Any) -> None:
    """Run what a snippet sets, on a network that is there already."""
    imports, _making, rest = code.split("\n\n", 2)
    run(f"{imports}\n{rest}", {"net": net})


def new_net(source: ModelSource) -> Any:
    """The network that the first lines of a snippet make."""
    return run(snippet(ModelTree(ModelInfo(source.model, "", (), (), ())), FreezePlan(), source))


def tree_of(source: ModelSource) -> ModelTree:
    """Its tree."""
    return ModelTree(describe(new_net(source), source.model))


@dataclass
class Case:
    """A source, its tree, and two networks: one that a snippet is run on, one for the plan. Their
    names are of another count than those of the tree."""

    source: ModelSource
    tree: ModelTree
    net: Any
    planned: Any

    @classmethod
    def of(cls, source: ModelSource) -> Case:
        return cls(source, tree_of(source), new_net(source), new_net(source))


def check(case: Case, plan: FreezePlan, *, anew: bool = False) -> str:
    """Run the snippet of a plan, and compare what it leaves in each epoch with what the plan
    does. With `anew` on a network that it makes itself."""
    code = snippet(case.tree, plan, case.source)
    imports, _making, rest = code.split("\n\n", 2)
    names: dict[str, Any] = {}
    for epoch in sorted({*plan.epochs, plan.epochs[-1] + 1}):
        apply_plan(case.planned, plan, epoch)
        wanted = left_of(case.planned, case.tree)
        if epoch > 1 and "at_epoch" in names:
            # From the epoch before, and once more: from the first epoch on as well.
            names["at_epoch"](names["net"], epoch)
            assert left_of(names["net"], case.tree) == wanted, f"epoch {epoch}\n{code}"
            names["at_epoch"](names["net"], epoch)
            assert left_of(names["net"], case.tree) == wanted, f"epoch {epoch} again\n{code}"
        names = {}
        if anew:
            names["net"] = run(code, names)
        else:
            apply_plan(case.net, FreezePlan())  # as it was built
            names["net"] = case.net
            run(f"{imports}\n{rest}", names)
        if epoch > 1 and "at_epoch" in names:
            names["at_epoch"](names["net"], epoch)
        assert left_of(names["net"], case.tree) == wanted, f"epoch {epoch}\n{code}"
    return code


def freeze(by: Any, select: str = "") -> Rule:
    return Rule("freeze", by, select)


def thaw(by: Any, select: str = "") -> Rule:
    return Rule("thaw", by, select)


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """Each network once."""
    return {}


@pytest.fixture(params=SOURCES)
def case(request: pytest.FixtureRequest, cases: dict[str, Case]) -> Case:
    if request.param not in cases:
        cases[request.param] = Case.of(SOURCES[request.param])
    return cases[request.param]


def presets(tree: ModelTree) -> dict[str, FreezePlan]:
    """All presets that the model has anything for, and each rung of its ladder."""
    roles = find_roles(tree)
    found = {}
    for name, preset in PRESETS.items():
        with suppress(PresetError):
            found[name] = preset.on(FreezePlan(), tree, roles)
    ladder = Ladder(tree, roles)
    for rung in range(0, len(ladder.rungs), max(1, len(ladder.rungs) // 3)):
        found[f"rung {rung}"] = ladder.plan(rung)
    return found


def test_presets_and_what_they_invert_to(case: Case) -> None:
    plans = presets(case.tree)
    for plan in plans.values():
        check(case, plan)
    check(case, plans["head"], anew=True)
    check(case, inverted(plans["head"], case.tree))
    check(case, FreezePlan((freeze("all"),), dropout_off=True))
    rates = PRESETS["discriminative"].on(
        plans["norms" if "norms" in plans else "head"], *rates_of(case)
    )
    check(case, PRESETS["no-decay"].on(rates, *rates_of(case)))


def rates_of(case: Case) -> tuple[ModelTree, Roles]:
    return case.tree, find_roles(case.tree)


@pytest.mark.parametrize(
    "rules",
    [
        (freeze("names", ".*weight"),),
        (freeze("names", "(?!.*conv).*"), thaw("names", ".*bias")),
        (freeze("all"), thaw("names", ".*(weight|bias)")),
        (freeze("structure", r"\.\d*[02468]\."), thaw("glob", "*.bias")),
        (freeze("glob", "*gamma"), freeze("glob", "*beta")),
        (freeze("all"), thaw("all"), freeze("role", "head")),
        (Rule("freeze statistics", "all"),),
        (freeze("all"), Rule("thaw statistics", "all")),
        (freeze("role", "trunk"), Rule("thaw statistics", "structure", r"[13]\D")),
        (Rule("freeze statistics", "structure", r"[02468]\D"), thaw("role", "head")),
    ],
    ids=lambda rules: " ".join(rule.select or rule.by for rule in rules),
)
def test_rules_by_pattern(case: Case, rules: tuple[Rule, ...]) -> None:
    check(case, FreezePlan(rules))


@pytest.mark.parametrize("seed", range(4))
def test_any_toggles(case: Case, seed: int) -> None:
    tree = case.tree
    chance = random.Random(seed)
    plan = head_only(tree, find_roles(tree)) if seed % 2 else FreezePlan()
    for _ in range(chance.choice((1, 3, 12))):
        node = chance.randrange(len(tree.nodes))
        if chance.random() < 0.5:
            plan = toggled(plan, tree, node, resolve(plan, tree).states)
        else:
            plan = statistics_toggled(plan, tree, node, resolve(plan, tree))
    check(case, plan)


@pytest.mark.parametrize("seed", range(8))
def test_any_plan(case: Case, seed: int) -> None:
    chance = random.Random(seed)
    rules = tuple(any_rule(case.tree, chance) for _ in range(chance.randint(1, 6)))
    check(case, FreezePlan(rules, dropout_off=chance.random() < 0.5))


def any_rule(tree: ModelTree, chance: random.Random) -> Rule:
    """A rule of any kind, for what the model has."""
    by = chance.choice(SELECTORS)
    chosen = {
        "all": lambda: "",
        "block": lambda: chance.choice([n.path for n in tree.nodes if n.is_block]),
        "parameter": lambda: chance.choice(list(tree.parameter_of)),
        "names": lambda: chance.choice([".*weight", ".*(gamma|beta)", "(?!.*conv).*", ".*1_"]),
        "structure": lambda: chance.choice([r"\.\d*[02468]\.", "bias$", "weight", "mean"]),
        "glob": lambda: chance.choice(["*.bias", "*gamma", "*[13579]*"]),
        "role": lambda: chance.choice(["trunk", "neck", "head"]),
    }[by]()
    action = chance.choice(ACTIONS)
    covers = None
    if by == "names":
        found = match_names(chosen, [parameter.name for parameter in tree.parameters])
        covers = covering(tree, found)
    return Rule(
        action,
        by,
        chosen,
        covers,
        value=chance.choice((0.0, 0.1, 1.0, 2.0)) if action in MULTIPLIERS else None,
        epoch=chance.choice((1, 1, 1, 2, 4)),
        off=chance.random() < 0.1,
    )


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
        "psp_resnet50_ade",
        "deeplab_resnet50_ade",
        "simple_pose_resnet18_v1b",
        "resnet18_v2",
        "googlenet",
        "squeezenet1.0",
        "densenet121",
        "hrnet_w18_small_v1_c",
        "i3d_resnet50_v1_kinetics400",
    ],
)
def test_every_family(name: str) -> None:
    case = Case.of(ModelSource(name, pretrained=False))
    tree = case.tree
    for plan in presets(tree).values():
        check(case, plan)
    plan = head_only(tree, find_roles(tree))
    blocks = [node for node, place in enumerate(tree.nodes) if place.is_block and tree.under(node)]
    for node in (blocks[len(blocks) // 3], blocks[-2]):
        plan = toggled(plan, tree, node, resolve(plan, tree).states)
    check(case, plan)
    norm = tree.model.blocks[tree.norms[0].block].path if tree.norms else ""
    check(
        case,
        FreezePlan(
            (
                *plan.rules,
                Rule("thaw statistics", "block", norm),
                Rule("freeze statistics", "role", "head"),
                Rule("thaw", "role", "trunk", epoch=3),
                Rule("thaw statistics", "role", "trunk", epoch=3),
                Rule("lr_mult", "role", "trunk", value=0.1, epoch=3),
            ),
            dropout_off=True,
        ),
    )


def test_a_group_inside_a_symbol_is_told_by_a_pattern() -> None:
    case = Case.of(SOURCES["symbol trunk"])
    plan = FreezePlan((freeze("block", "features.mobilenet0_conv5"),))
    code = check(case, plan)
    assert "net.features.collect_params('.*conv5').setattr('grad_req', 'null')\n" in code
    # Running statistics of a symbol must never be asked for a gradient.
    plan = FreezePlan((freeze("all"), thaw("block", "features.mobilenet0_batchnorm5")))
    code = check(case, plan)
    assert "net.features.collect_params('" in code
    assert "'write')" in code


def test_a_network_that_has_run_trains_as_planned() -> None:
    import mxnet as mx
    from mxnet.gluon import Trainer

    source = SOURCES["symbol trunk"]
    tree = tree_of(source)
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
    run_settings(snippet(tree, plan, source), net)
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


def test_a_network_that_has_run_forgets_every_trace() -> None:
    import mxnet as mx

    source = ModelSource("tests.model.networks:eager")
    net = new_net(source)
    net.hybridize()
    inputs = mx.nd.random.normal(3, 2, shape=(8, 3))

    def trained() -> mx.nd.NDArray:
        with mx.autograd.record():
            return net(inputs)

    trained()
    tree = tree_of(source)
    run_settings(snippet(tree, FreezePlan((freeze("block", "0"),)), source), net)
    assert not (trained() != net(inputs)).sum().asscalar()


def test_statistics_that_several_layers_share() -> None:
    case = Case.of(SOURCES["shared norm"])
    check(case, FreezePlan((Rule("freeze statistics", "block", "h1"),)))
    rules = (Rule("freeze statistics", "all"), Rule("thaw statistics", "block", "last"))
    check(case, FreezePlan(rules))


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
    run_settings(snippet(tree, plan, ModelSource("tests.model.networks:Own")), net)
    planned = SymbolBlock.imports(*files)
    apply_plan(planned, plan)
    assert left_of(net, tree) == left_of(planned, tree)
    assert left_of(net, tree).fixed


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


def test_a_file_of_a_trunk_leaves_the_rest_new(tmp_path: Any) -> None:
    name = "center_net_resnet18_v1b_voc"
    trained = new_net(ModelSource(name, pretrained=False))
    places = trained._collect_params_with_prefix()
    import mxnet as mx

    came = [place for place in places if place.startswith("base_network.base_network.")]
    file = str(tmp_path / "trunk.params")
    mx.nd.save(file, {place: places[place].data() for place in came})
    tree = ModelTree(describe(trained, name, pretrained=tuple(came)))
    net = run(snippet(tree, head_only(tree, find_roles(tree)), ModelSource(name, weights=file)))
    here = net._collect_params_with_prefix()
    assert all((here[place].data() == places[place].data()).asnumpy().all() for place in came)
    assert len(net(mx.nd.ones((1, 3, 128, 128)))) == 3  # ids, scores, boxes
