"""What the detail pane says, without a screen."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.looking import VALUES, block_facts, costs_of, parameter_facts
from tests.app.models import cifar, described, layers, opened, ssd
from tui.app.detail_text import NO_DOCSTRING, Fact, detail_lines, in_lines
from tui.app.glyphs import ASCII, use
from tui.app.session import Session
from tui.model.description import BlockInfo, ModelInfo, ParameterInfo
from tui.model.exact_pattern import exact_pattern
from tui.model.plan import Rule
from tui.model.presets import PRESETS
from tui.runs.inspection import BlockCost, CountCosts, LookAtBlock, LookAtParameter, Opened


def head_only(session: Session) -> None:
    """Let the head alone train."""
    plan = PRESETS["head"].on(session.plan, session.tree, session.roles)
    session.change(plan, "head only")


def told(session: Session, path: str, width: int = 76, note: str = "") -> dict[str, str]:
    """The facts by label, each as one line."""
    found: dict[str, str] = {}
    last = ""
    for label, text in detail_lines(session, session.tree.index_of[path], width, note):
        assert len(label) + len(text) <= width
        last = label.strip() or last
        found[last] = f"{found.get(last, '')} {text}".strip()
    return found


def known(answer: Opened, *paths: str, values: bool = False) -> Session:
    """A session in which the inspector has told of these nodes."""
    session = Session.of(answer)
    tree = session.tree
    for path in paths:
        node = tree.index_of[path]
        if tree.nodes[node].is_block:
            names = [parameter.name for parameter in tree.parameters]
            session.patterns[node] = exact_pattern(names, tree.under(node))
            session.facts[node] = block_facts(LookAtBlock(path))
        else:
            session.facts[node] = parameter_facts(LookAtParameter(path, values))
    return session


def test_statistics_and_where_values_come_from() -> None:
    model = described("cifar_resnet20_v1")
    parameters = tuple(
        msgspec.structs.replace(one, pretrained=not one.structure_name.startswith("output"))
        for one in model.parameters
    )
    session = Session.of(opened(msgspec.structs.replace(model, parameters=parameters)))
    assert told(session, "features.2")["stats"] == "running means and variances move"
    head_only(session)
    facts = told(session, "features.2")
    assert facts["stats"] == "running means and variances are fixed"
    assert facts["values"] == "from a file of weights"
    rule = Rule("thaw statistics", "block", "features.2.0")
    session.change(session.plan.with_rules(rule), "it")
    facts = told(session, "features.2")
    assert facts["stats"] == "some running means and variances are fixed, some move"
    assert told(session, "")["values"] == "some from a file of weights, some new"
    assert told(session, "output.weight")["from"] == "new: from no file of weights"
    assert "stats" not in told(session, "output")


def test_a_block() -> None:
    session = known(cifar(), "output", "features.2")
    head_only(session)
    facts = told(session, "output")
    assert facts["class"] == "Conv2D · mxnet.gluon.nn.conv_layers"
    assert facts["about"].startswith("2D convolution layer")
    assert facts["role"] == "head (classification)"
    assert facts["holds"] == "2 parameters · 650 values · 2.6 KB"
    assert facts["state"] == "● 2 trainable"
    assert facts["code"] == "net.output"
    assert facts["regex"] == ".*dense"
    assert facts["repr"].startswith("Conv2D(3 -> 32")
    facts = told(session, "features.2")
    assert facts["holds"].startswith("3 blocks · 30 parameters")
    assert facts["state"] == "○ 18 frozen, · 12 auxiliary"
    assert (facts["regex"], facts["code"]) == (".*stage1", "net.features[2]")


def test_before_the_inspector_has_answered() -> None:
    facts = told(Session.of(cifar()), "output")
    assert facts["class"] == "Dense"
    assert "about" not in facts
    assert "regex" not in facts
    assert facts["holds"].startswith("2 parameters")


def test_the_whole_model() -> None:
    facts = told(known(cifar(), ""), "")
    assert facts["regex"] == "none is needed: it holds all there is"
    assert facts["code"] == "net"
    assert "role" not in facts


def test_without_a_docstring() -> None:
    session = known(cifar(), "output")
    node = session.tree.index_of["output"]
    session.facts[node] = msgspec.structs.replace(session.facts[node], docstring="", written="")
    facts = told(session, "output")
    assert facts["about"] == NO_DOCSTRING
    assert "refer to the model's documentation, choose the blocks to freeze" in facts["about"]
    assert "repr" not in facts


def test_a_group_made_from_names() -> None:
    facts = told(known(ssd(), "features.mobilenet0"), "features.mobilenet0")
    assert facts["class"] == "none: a group made from names inside features, a FeatureExpander"
    assert facts["role"] == "trunk (SSD)"
    assert facts["regex"] == ".*mobilenet"
    assert "code" not in facts


def test_a_block_that_no_short_pattern_selects() -> None:
    session = known(cifar(), "output")
    session.patterns[session.tree.index_of["output"]] = None
    assert told(session, "output")["regex"].startswith("none that is short")


def test_a_parameter() -> None:
    session = known(cifar(), "output.weight", "features.1.running_mean")
    facts = told(session, "output.weight")
    assert facts["place"] == "output.weight"
    assert facts["name"].endswith("dense0_weight")
    assert facts["shape"] == "10×64 · float32 · 640 values · 2.6 KB"
    assert facts["state"] == "● trainable · grad_req write"
    assert facts["init"] == "Xavier(magnitude=2)"
    assert facts["mult"] == "lr_mult 1 · wd_mult 1"
    assert facts["values"] == "V reads them"
    slower = Rule("lr_mult", "parameter", "output.weight", value=0.1)
    session.change(session.plan.with_rules(slower), "slower")
    facts = told(session, "output.weight")
    assert facts["mult"] == "lr_mult 0.1 (was 1) · wd_mult 1"
    head_only(session)
    assert told(session, "features.0.weight")["state"] == ("○ frozen · grad_req null (was write)")
    statistic = told(session, "features.1.running_mean")
    assert statistic["state"] == "· auxiliary fixed · grad_req null"


def shared() -> Opened:
    names = ("encoder.weight", "decoder.weight")
    blocks = [BlockInfo("", "Net", "block", -1, (), ())]
    blocks += [BlockInfo(name.split(".")[0], "Dense", "block", 0, (0,), (name,)) for name in names]
    weight = ParameterInfo(names, "net0_weight", (4, 0), "float32", "weight", "add")
    return opened(ModelInfo("net", "Net", (), tuple(blocks), (weight,)))


def test_a_shared_parameter_of_unknown_shape() -> None:
    session = Session.of(shared())
    facts = told(session, "decoder.weight")
    assert facts["shared"] == "one parameter in 2 places: encoder.weight decoder.weight"
    assert facts["shape"] == "4×? · float32 · not known before a picture goes through (c)"
    assert facts["state"] == "● trainable · grad_req add"


def test_values_beside_their_histogram_and_above_it() -> None:
    session = known(cifar(), "output.weight", values=True)
    node = session.tree.index_of["output.weight"]
    beside = [label + text for label, text in detail_lines(session, node, 76)]
    assert beside[0].startswith("values  min -0.4 · max 0.5 ")
    assert "█" in beside[0]
    assert beside[4].endswith("-0.4                         0.5")
    below = [label + text for label, text in detail_lines(session, node, 56)]
    assert below[:4] == [
        "values  min -0.4 · max 0.5",
        "        mean 0.01 · std 0.15",
        "        norm 4.4 · zeros 10.0 %",
        "        NaN or Inf none",
    ]
    assert below[8] == "-0.4                         0.5"
    assert below[9].startswith("name    ")


def test_values_that_are_alike_or_not_finite() -> None:
    session = known(cifar(), "output.weight", values=True)
    node = session.tree.index_of["output.weight"]
    facts = session.facts[node]
    alike = msgspec.structs.replace(VALUES, low=1.0, high=1.0, norm=29.4)
    session.facts[node] = msgspec.structs.replace(facts, values=alike)
    assert told(session, "output.weight")["values"] == "all are 1 · norm 29.4 · NaN or Inf none"
    none = msgspec.structs.replace(VALUES, low=0.0, high=0.0, not_finite=864, counts=())
    session.facts[node] = msgspec.structs.replace(facts, values=none)
    assert told(session, "output.weight")["values"] == "NaN or Inf 864"


def test_costs() -> None:
    answer = cifar()
    session = known(answer, "output")
    assert told(session, "output")["cost"] == "c sends a picture through and counts"
    session.count(costs_of(answer)(CountCosts((32, 32))))
    facts = told(session, "output")
    assert facts["output"] == "1×64×112×112"
    assert facts["cost"] == "65.0 K multiply-adds (0.2 %)"
    assert told(session, "")["output"] == "1×10, 1×4"
    assert "cost" not in told(session, "output.weight")


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (BlockCost("output", (), 0, True, 0), "not called when a picture goes through"),
        (BlockCost("output", (), 0, True, 1), "no multiply-adds with weights"),
        (BlockCost("output", (), 5, True, 0), "5 multiply-adds (<0.1 %)"),
        (BlockCost("output", (), 5, True, 2), "5 multiply-adds (<0.1 %), called 2 times"),
        (BlockCost("output", (), 5, False), "≥5 multiply-adds, not all of it can be counted"),
    ],
)
def test_costs_that_are_none_or_not_whole(cost: BlockCost, text: str) -> None:
    answer = cifar()
    session = Session.of(answer)
    costs = costs_of(answer)(CountCosts((32, 32)))
    blocks = tuple(cost if one.path == "output" else one for one in costs.blocks)
    session.count(msgspec.structs.replace(costs, blocks=blocks))
    assert told(session, "output")["cost"] == text


def test_what_is_not_counted_is_named_at_the_root() -> None:
    answer = cifar()
    session = Session.of(answer)
    costs = costs_of(answer, uncounted=("Own\x1b", "dot"))(CountCosts((32, 32)))
    root = msgspec.structs.replace(costs.blocks[0], counted=False)
    session.count(msgspec.structs.replace(costs, blocks=(root, *costs.blocks[1:])))
    assert told(session, "")["cost"].endswith(r"not counted: Own\x1b, dot")


HOSTILE = "\x1b]0;x\x07[red]a[/] \u202eb 層 " * 3


def test_hostile_words_are_escaped() -> None:
    session = known(opened(layers("[b]\x1b", "b", name="n")), "[b]\x1b", "[b]\x1b.weight")
    node = session.tree.index_of["[b]\x1b"]
    facts = {"class_name": HOSTILE, "module": HOSTILE, "docstring": HOSTILE, "written": HOSTILE}
    session.facts[node] = msgspec.structs.replace(session.facts[node], **facts)
    session.patterns[node] = HOSTILE
    weight = session.tree.index_of["[b]\x1b.weight"]
    session.facts[weight] = msgspec.structs.replace(session.facts[weight], initializer=HOSTILE)
    for where in (node, weight):
        text = "".join(text for _, text in detail_lines(session, where, 60, HOSTILE))
        assert text.isprintable()
        assert r"\x1b]0;x\x07[red]a[/]" in text
        assert r"\u202eb" in text
        assert "層" not in text


def test_ascii() -> None:
    use(ASCII)
    try:
        answer = cifar()
        session = known(answer, "features.2", "output.weight", values=True)
        session.count(costs_of(answer)(CountCosts((32, 32))))
        for path in ("features.2", "output.weight"):
            for width in (56, 76):
                for label, text in detail_lines(session, session.tree.index_of[path], width):
                    assert (label + text).isascii()
    finally:
        use(None)


@given(st.text(), st.integers(16, 90))
def test_lines_never_run_over(text: str, width: int) -> None:
    lines = in_lines([Fact("label", text)], width)
    assert all(len(label) + len(line) <= width for label, line in lines)
    assert lines[0][0].strip() == "label"
    assert not any(label.strip() for label, _ in lines[1:])
