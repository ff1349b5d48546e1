from __future__ import annotations

import ast
from pathlib import Path

import msgspec
import pytest

from tests.model.models import model, parameter, tree
from tui.model.description import ModelInfo
from tui.model.families import find_roles
from tui.model.network_code import NoPython
from tui.model.plan import FreezePlan, Rule
from tui.model.presets import head_only
from tui.model.selection import PatternError
from tui.model.snippet import snippet
from tui.model.source import ModelSource
from tui.model.tree import ModelTree

DESCRIPTIONS = Path(__file__).parent.parent / "descriptions"

SEQUENCE = {"": "HybridSequential", "features": "HybridSequential"}


def described(name: str) -> ModelTree:
    """A real model, as the inspector described it."""
    text = (DESCRIPTIONS / f"{name}.json").read_bytes()
    return ModelTree(msgspec.json.decode(text, type=ModelInfo))


def freezing(made: ModelTree, *rules: Rule) -> str:
    """The lines that set `grad_req`, alone."""
    code = snippet(made, FreezePlan(rules), ModelSource("package.module:Net"))
    ast.parse(code)
    return code.split("\n\n")[2].rstrip("\n")


def freeze(by: str, select: str = "") -> Rule:
    return Rule("freeze", by, select)  # type: ignore[arg-type]


def thaw(by: str, select: str = "") -> Rule:
    return Rule("thaw", by, select)  # type: ignore[arg-type]


def test_the_story_of_the_product() -> None:
    made = described("ssd_512_mobilenet1.0_custom")
    source = ModelSource("ssd_512_mobilenet1.0_voc", ("fig", "date", "hazelnut"))
    assert (
        snippet(made, head_only(made, find_roles(made)), source)
        == """\
from gluoncv.model_zoo import get_model
from mxnet.gluon import HybridBlock

net = get_model('ssd_512_mobilenet1.0_voc', pretrained=True)
net.reset_class(['fig', 'date', 'hazelnut'])

net.features.collect_params().setattr('grad_req', 'null')

# A frozen norm layer keeps its running mean and variance too.
for node in net.features._cached_graph[1].get_internals():
    inputs = node.get_children()
    names = inputs.list_outputs() if inputs is not None else []
    if len(names) == 5 and names[3].endswith('_mean'):
        node._set_attr(use_global_stats='True')
net.apply(lambda block: isinstance(block, HybridBlock) and block._clear_cached_op())
"""
    )


def test_real_blocks() -> None:
    made = described("cifar_resnet20_v1")
    plan = FreezePlan((freeze("all"), thaw("block", "features.4"), thaw("role", "head")))
    assert (
        snippet(made, plan, ModelSource("cifar_resnet20_v1", pretrained=False))
        == """\
from gluoncv.model_zoo import get_model
from mxnet.gluon import HybridBlock, nn

net = get_model('cifar_resnet20_v1')
net.initialize()

net.features[:4].collect_params().setattr('grad_req', 'null')

# A frozen norm layer keeps its running mean and variance too.
def keep_statistics(block):
    if isinstance(block, nn.basic_layers._BatchNorm):
        if block.gamma.grad_req == block.beta.grad_req == 'null':
            block._kwargs['use_global_stats'] = True

net.apply(keep_statistics)
net.apply(lambda block: isinstance(block, HybridBlock) and block._clear_cached_op())
"""
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), "# Everything trains that can, as it was built: nothing to set."),
        (
            (freeze("all"), thaw("role", "head")),
            "net.features.collect_params().setattr('grad_req', 'null')",
        ),
        (
            tuple(freeze("block", f"features.{n}") for n in range(4)),
            "net.features[:4].collect_params().setattr('grad_req', 'null')",
        ),
        (
            tuple(freeze("block", f"features.{n}") for n in range(2, 9)),
            "net.features[2:].collect_params().setattr('grad_req', 'null')",
        ),
        ((freeze("parameter", "output.bias"),), "net.output.bias.grad_req = 'null'"),
        (
            # A person's own pattern, as it is, where nothing is shorter.
            (freeze("names", "(?!.*(output|conv[1-8])).*"),),
            "net.features[0].collect_params().setattr('grad_req', 'null')",
        ),
        (
            (freeze("names", ".*bias"),),
            "net.collect_params('.*bias').setattr('grad_req', 'null')",
        ),
        (
            # No block, no pattern that is any shorter: the parameters.
            (freeze("parameter", "features.1.bias"), freeze("parameter", "features.4.weight")),
            "net.features[1].bias.grad_req = 'null'\nnet.features[4].weight.grad_req = 'null'",
        ),
    ],
)
def test_the_shortest_way_to_say_it(rules: tuple[Rule, ...], expected: str) -> None:
    names = [
        parameter(f"features.{n}.{last}", prefixed=f"net0_conv{n}_{last}")
        for n in range(9)
        for last in ("weight", "bias")
    ]
    made = tree(*names, "output.weight", "output.bias", classes=SEQUENCE)
    assert freezing(made, *rules) == expected


def test_blocks_that_have_no_attribute() -> None:
    keys = ("0", "class", "not an identifier", "1")
    made = tree(*(f"a.{key}.{last}" for key in keys for last in ("w", "v")), "b.w", "b.v")
    # Whether its children can be reached by number only a sequence tells.
    for key in keys:
        line = freezing(made, freeze("block", f"a.{key}"))
        assert line == f"net.a._children[{key!r}].collect_params().setattr('grad_req', 'null')"


def test_many_blocks_in_a_loop() -> None:
    words = [letter * 9 for letter in "abcdefghijklmnopqrst"]
    made = tree(*(f"{word}.inner.{last}" for word in words for last in ("w", "v")))
    lines = freezing(made, *(freeze("block", f"{word}.inner") for word in words[::2]))
    assert (
        lines
        == """\
for block in (
    net.aaaaaaaaa, net.ccccccccc, net.eeeeeeeee, net.ggggggggg, net.iiiiiiiii,
    net.kkkkkkkkk, net.mmmmmmmmm, net.ooooooooo, net.qqqqqqqqq, net.sssssssss,
):
    block.collect_params().setattr('grad_req', 'null')"""
    )


def test_a_pattern_that_depends_on_the_process_is_not_repeated() -> None:
    made = tree(
        parameter("0.weight", prefixed="dense0_weight"),
        parameter("1.weight", prefixed="dense1_weight"),
        parameter("2.weight", prefixed="dense2_weight"),
        classes=SEQUENCE,
    )
    line = freezing(made, freeze("names", "dense1"))
    assert line == "net[1].collect_params().setattr('grad_req', 'null')"


def test_shared_parameters_keep_the_order_of_the_rules() -> None:
    made = tree(parameter("head.w", "output.w"), "head.v", "output.v")
    assert freezing(made, freeze("block", "output"), thaw("block", "head")) == (
        "net.output.v.grad_req = 'null'"
    )


def test_a_norm_layer_without_weights_is_named() -> None:
    # Its state cannot be read off its gamma and beta, which never train.
    made = tree(
        "0.weight",
        parameter("1.gamma", kind="constant"),
        "1.running_mean",
        "1.running_var",
        classes={**SEQUENCE, "1": "BatchNorm"},
    )
    code = snippet(made, FreezePlan((freeze("block", "0"),)), ModelSource("package.module:Net"))
    assert "use_global_stats" not in code
    code = snippet(made, FreezePlan((freeze("block", "1"),)), ModelSource("package.module:Net"))
    assert "use_global_stats" in code


def test_gamma_and_beta_of_a_symbol_set_apart() -> None:
    made = described("ssd_512_mobilenet1.0_custom")
    code = snippet(made, FreezePlan((freeze("names", ".*gamma"),)), ModelSource("demo"))
    # Without beta no layer is frozen, but for none.
    assert "use_global_stats" not in code
    code = snippet(
        made,
        FreezePlan((freeze("names", ".*beta"), freeze("names", ".*batchnorm3_gamma"))),
        ModelSource("demo"),
    )
    assert "fix_gamma" in code


def test_a_pattern_that_cannot_be_used_is_said() -> None:
    with pytest.raises(PatternError, match="rule 1"):
        snippet(tree("a.w"), FreezePlan((freeze("names", "("),)), ModelSource("m:n"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            ModelSource("ssd_512_mobilenet1.0_custom", ("a", "b")),
            "net = get_model('ssd_512_mobilenet1.0_custom', classes=['a', 'b'])\nnet.initialize()",
        ),
        (
            ModelSource("ssd_512_mobilenet1.0_voc", pretrained=False, ctx="gpu(0)"),
            "net = get_model('ssd_512_mobilenet1.0_voc', pretrained_base=False, ctx=mx.gpu(0))\n"
            "net.initialize(ctx=mx.gpu(0))",
        ),
        (
            ModelSource("ssd_512_mobilenet1.0_coco", ("a",), weights="it's.params"),
            "net = get_model('ssd_512_mobilenet1.0_coco', pretrained_base=False)\n"
            'net.load_parameters("it\'s.params", cast_dtype=True)\n'
            "net.reset_class(['a'])",
        ),
        (ModelSource("MobileNet1.0"), "net = get_model('mobilenet1.0', pretrained=True)"),
        (
            ModelSource("mobilenet1.0", ("a", "b", "c")),
            "net = get_model('mobilenet1.0', pretrained=True)\n"
            "net.output = nn.Dense(3, in_units=3, prefix=net.output.prefix)\n"
            "net.output.initialize()",
        ),
        (
            ModelSource("mobilenet1.0", ("a", "b", "c"), pretrained=False),
            "net = get_model('mobilenet1.0', classes=3)\nnet.initialize()",
        ),
        (
            ModelSource("demo", ("circle",)),
            "net = demo_ssd(['circle'], pretrained=True)\nnet.initialize()",
        ),
        (ModelSource("package.module:Net"), "net = Net()\nnet.initialize()"),
        (
            ModelSource("a dir/net.py:Net", weights="net.params"),
            "net = runpy.run_path('a dir/net.py')['Net']()\n"
            "net.load_parameters('net.params', cast_dtype=True)",
        ),
    ],
)
def test_how_the_network_is_made(source: ModelSource, expected: str) -> None:
    made = tree("features.0.weight", "output.weight", classes={"output": "Dense"})
    code = snippet(made, FreezePlan(), source)
    imports, lines, _ = code.split("\n\n")
    assert lines == expected
    brought = {
        alias.asname or alias.name
        for node in ast.parse(imports).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    } - {"mxnet"}
    used = {node.id for node in ast.walk(ast.parse(lines)) if isinstance(node, ast.Name)}
    assert used - brought <= {"net"}
    assert brought - used == set()


def test_the_demo_has_classes_of_its_own() -> None:
    info = msgspec.structs.replace(model("features.0.weight"), classes=("circle", "star"))
    code = snippet(ModelTree(info), FreezePlan(), ModelSource("demo", pretrained=False))
    assert "net = demo_ssd(['circle', 'star'], pretrained=False)\n" in code


def test_the_classes_of_the_weights_are_kept() -> None:
    made = described("ssd_512_mobilenet1.0_custom")
    voc = ("aeroplane", *(f"class{n}" for n in range(18)), "tvmonitor")
    assert "reset_class" not in snippet(
        made, FreezePlan(), ModelSource("ssd_512_mobilenet1.0_voc", voc)
    )
    assert "reset_class" in snippet(
        made, FreezePlan(), ModelSource("ssd_512_mobilenet1.0_voc", voc[1:])
    )


def after_making(made: ModelTree, *rules: Rule, dropout_off: bool = False) -> str:
    """All but the imports and the lines that make the network."""
    plan = FreezePlan(rules, dropout_off=dropout_off)
    code = snippet(made, plan, ModelSource("package.module:Net"))
    ast.parse(code)
    return code.split("\n\n", 2)[2]


def test_multipliers() -> None:
    made = described("cifar_resnet20_v1")
    nothing = "# Everything trains that can, as it was built: nothing to set.\n\n"
    trunk = Rule("lr_mult", "role", "trunk", value=0.1)
    assert (
        after_making(made, trunk)
        == f"{nothing}net.features.collect_params().setattr('lr_mult', 0.1)\n"
    )
    undecayed = Rule("wd_mult", "structure", "(bias|gamma|beta)$", value=0.0)
    assert (
        after_making(made, undecayed)
        == f"{nothing}net.collect_params('.*(beta|gamma|bias)').setattr('wd_mult', 0.0)\n"
    )
    # What later rules set again is not told twice, and what is 1 anyway not at all.
    assert after_making(made, trunk, Rule("lr_mult", "all", value=1.0)) == nothing[:-1]
    off = Rule("lr_mult", "all", value=0.1, off=True)
    assert after_making(made, off) == nothing[:-1]


def test_multipliers_of_constants_are_not_set() -> None:
    # A new R-CNN has no target generator yet: it makes one in its first training step.
    target = parameter("_target_generator.mean", kind="constant")
    made = tree("features.weight", "features.bias", "output.weight", target)
    code = after_making(
        made, Rule("lr_mult", "all", value=0.1), Rule("lr_mult", "block", "output", value=1.0)
    )
    assert code.endswith("net.features.collect_params().setattr('lr_mult', 0.1)\n")


def test_nothing_to_set() -> None:
    assert "stays as it was built" in after_making(tree(parameter("a.w", grad_req="null"), "b.w"))
    assert "Everything trains that can" in after_making(tree("a.w", "b.w"))


def test_statistics_by_themselves() -> None:
    made = described("cifar_resnet20_v1")
    *_, code = after_making(made, Rule("freeze statistics", "all")).split("\n\n", 1)
    assert (
        code
        == """\
# Running means and variances by themselves, whatever their weights do.
def fix_statistics(block):
    if isinstance(block, nn.basic_layers._BatchNorm):
        block._kwargs['use_global_stats'] = True

net.features.apply(fix_statistics)
net.apply(lambda block: isinstance(block, HybridBlock) and block._clear_cached_op())
"""
    )
    one = after_making(made, Rule("freeze statistics", "block", "features.1"))
    assert "\nnet.features[1]._kwargs['use_global_stats'] = True\n" in one
    # Frozen, and moving all the same: nothing has to be set, for a new network does so.
    moving = after_making(made, freeze("all"), Rule("thaw statistics", "all"))
    assert moving == "net.collect_params().setattr('grad_req', 'null')\n"


def test_a_schedule_ends_in_a_function() -> None:
    made = described("cifar_resnet20_v1")
    later = (
        msgspec.structs.replace(thaw("block", "features.4"), epoch=3),
        Rule("lr_mult", "block", "features.4", value=0.1, epoch=3),
        msgspec.structs.replace(thaw("all"), epoch=5),
    )
    code = after_making(made, freeze("all"), thaw("role", "head"), *later)
    assert (
        code
        == """\
net.features.collect_params().setattr('grad_req', 'null')

# A frozen norm layer keeps its running mean and variance too.
def set_statistics(net):
    def visit(block):
        if isinstance(block, nn.basic_layers._BatchNorm):
            frozen = block.gamma.grad_req == block.beta.grad_req == 'null'
            block._kwargs['use_global_stats'] = frozen
    net.apply(visit)

set_statistics(net)
net.apply(lambda block: isinstance(block, HybridBlock) and block._clear_cached_op())

def at_epoch(net, epoch):
    \"\"\"Call it before each epoch; the first is 1, and is set above.\"\"\"
    if epoch >= 3:
        net.features[4].collect_params().setattr('grad_req', 'write')
        net.features[4].collect_params().setattr('lr_mult', 0.1)
    if epoch >= 5:
        net.features[:4].collect_params().setattr('grad_req', 'write')
    set_statistics(net)
    net.apply(lambda block: isinstance(block, HybridBlock) and block._clear_cached_op())
"""
    )
    # Where only what trains changes, nothing else is touched.
    code = after_making(tree("a.w", "b.w"), freeze("block", "a"), later[2])
    assert code.endswith(
        """\
    if epoch >= 5:
        net.a.collect_params().setattr('grad_req', 'write')
"""
    )


def test_dropout_that_is_off() -> None:
    info = model("a.w", "b.w", empty=("a.drop", "b.drop"))
    blocks = tuple(
        msgspec.structs.replace(block, class_name="Dropout", dropouts=(0.5,))
        if block.path.endswith("drop")
        else block
        for block in info.blocks
    )
    made = ModelTree(msgspec.structs.replace(info, blocks=blocks))
    code = after_making(made, freeze("block", "a"), dropout_off=True)
    assert "# Dropout is off where nothing around it trains.\nnet.a.drop._rate = 0.0\n" in code
    assert "b.drop" not in code
    later = msgspec.structs.replace(thaw("all"), epoch=2)
    code = after_making(made, freeze("block", "a"), later, dropout_off=True)
    assert "        net.a.drop._rate = 0.5\n" in code
    assert "_rate" not in after_making(made, freeze("block", "a"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            ModelSource("nets.py:Outer.make", arguments={"depth": "3", "kind": "a", "new": "true"}),
            "net = runpy.run_path('nets.py')['Outer'].make(depth=3, kind='a', new=True)\n"
            "net.initialize()",
        ),
        (
            ModelSource("own-symbol.json", weights="own-0001.params", input_name="a, b"),
            "net = SymbolBlock.imports('own-symbol.json', ['a', 'b'], 'own-0001.params')",
        ),
        (
            ModelSource("vision.resnet18_v1", pretrained=False, ctx="gpu(1)"),
            "net = get_model('resnet18_v1', ctx=mx.gpu(1))\nnet.initialize(ctx=mx.gpu(1))",
        ),
    ],
)
def test_how_other_networks_are_made(source: ModelSource, expected: str) -> None:
    code = snippet(tree("features.0.weight", "output.weight"), FreezePlan(), source)
    assert code.split("\n\n")[1] == expected


def test_a_bare_file_has_no_python() -> None:
    with pytest.raises(NoPython, match="a bare file of parameters"):
        snippet(tree("a.w"), FreezePlan(), ModelSource("model.params"))
