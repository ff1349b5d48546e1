"""Files of weights of people's own scripts, held against a plan."""

from __future__ import annotations

from pathlib import Path

import mxnet as mx
import pytest
from mxnet import gluon

from tests.engine.loops import steps
from tests.engine.networks import own
from tui.engine.freezing import apply_plan
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.weights.verify import verify_files
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.inspection import FilesVerified, VerifyFiles

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
MODEL = ModelSource("tests.engine.networks:own", pretrained=False)


class Script:
    """A script that keeps its weights before and after."""

    def __init__(self, folder: Path) -> None:
        self.net = own()
        self.before, self.after = str(folder / "before.params"), str(folder / "after.params")

    def train(self, trainer: gluon.Trainer | None = None) -> None:
        self.net.save_parameters(self.before)
        steps(self.net, trainer=trainer)
        self.net.save_parameters(self.after)

    def verified(self, plan: FreezePlan, model: ModelSource | None = None) -> FilesVerified:
        return verify_files(VerifyFiles(self.before, self.after, plan, model), lambda _: None)

    def broken(self, plan: FreezePlan) -> list[tuple[str, str]]:
        return [(one.name, one.why) for one in self.verified(plan).verdict.broken]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    return Script(tmp_path)


@pytest.mark.parametrize("model", [None, MODEL])
def test_a_true_freeze_holds(script: Script, model: ModelSource | None) -> None:
    apply_plan(script.net, HEAD_ONLY)
    script.train()
    found = script.verified(HEAD_ONLY, model)
    assert found.missed == ()
    assert found.verdict.holds
    assert found.verdict.changed == ("output.weight", "output.bias")
    assert len(found.verdict.statistics_fixed) == 4


def test_false_freeze_lr_mult_0_after_momentum(script: Script) -> None:
    trainer = steps(script.net)
    script.net.features[0].weight.lr_mult = 0.0
    script.train(trainer)
    plan = FreezePlan((Rule("lr_mult", "block", "features.0", value=0.0),))
    assert script.broken(plan) == [("features.0.weight", "lr_mult")]
    assert script.broken(plan.with_rules(Rule("thaw", "all"))) == []


def test_false_freeze_weights_frozen_statistics_moving(script: Script) -> None:
    for name in ("features.1", "features.3", "features.4"):
        script.net.features[int(name[-1])].collect_params().setattr("grad_req", "null")
    script.train()
    plan = FreezePlan((Rule("freeze", "block", "features"), Rule("thaw", "block", "features.0")))
    assert script.broken(plan) == [
        (f"features.{layer}.running_{which}", "statistic")
        for layer in (1, 4)
        for which in ("mean", "var")
    ]
    free = plan.with_rules(Rule("thaw statistics", "block", "features"))
    assert script.broken(free) == []


def test_what_a_schedule_thaws_in_the_end_may_have_moved(script: Script) -> None:
    script.train()
    assert script.broken(FreezePlan((Rule("freeze", "all"), Rule("thaw", "all", epoch=3)))) == []
    assert script.broken(FreezePlan((Rule("thaw", "all"), Rule("freeze", "all", epoch=3)))) == []
    assert len(script.broken(FreezePlan((Rule("freeze", "all"),)))) > 5


def test_prefixed_names_of_another_process_with_the_model(script: Script, tmp_path: Path) -> None:
    apply_plan(script.net, HEAD_ONLY)
    script.train()
    for file in (script.before, script.after):
        places = script.net._collect_params_with_prefix()
        held = mx.nd.load(file)
        mx.nd.save(file, {places[name].name: array for name, array in held.items()})
    found = script.verified(HEAD_ONLY, MODEL).verdict
    assert found.holds
    assert found.changed == ("output.weight", "output.bias")


def test_a_role_that_the_names_do_not_tell(tmp_path: Path) -> None:
    file = str(tmp_path / "bare.params")
    mx.nd.save(file, {"a": mx.nd.ones(1), "b": mx.nd.ones(1)})
    with pytest.raises(Refusal, match="do not tell this role; name the model with --model"):
        verify_files(VerifyFiles(file, file, HEAD_ONLY), lambda _: None)


def test_rules_that_select_nothing_are_told(script: Script) -> None:
    script.train()
    plan = FreezePlan((Rule("freeze", "block", "nowhere"),))
    assert script.verified(plan).missed == ("rule 1 (freeze block nowhere)",)


@pytest.mark.parametrize(
    ("change", "model", "says"),
    [
        ("more", None, r"after\.params: holds extra, which .*before\.params has not"),
        ("less", None, r"after\.params: lacks output\.bias; weights of another model"),
        ("more", MODEL, r"after\.params: holds extra, which tests\.engine\.networks:own has not"),
        ("less", MODEL, r"after\.params: lacks output\.bias; weights of another model"),
        ("torn", None, r"after\.params: broken off or damaged"),
    ],
)
def test_files_of_other_models_are_refused(
    script: Script, change: str, model: ModelSource | None, says: str
) -> None:
    script.train()
    held = mx.nd.load(script.after)
    if change == "more":
        held["extra"] = mx.nd.ones(1)
    del held["output.bias"]
    if change == "more":
        held["output.bias"] = mx.nd.ones(3)
    mx.nd.save(script.after, held)
    if change == "torn":
        data = Path(script.after).read_bytes()
        Path(script.after).write_bytes(data[: len(data) // 2])
    with pytest.raises(Refusal, match=says):
        script.verified(HEAD_ONLY, model)


def test_a_wild_pattern_is_refused(script: Script) -> None:
    script.train()
    plan = FreezePlan((Rule("freeze", "structure", "("),))
    with pytest.raises(Refusal, match="rule 1"):
        script.verified(plan)


def test_a_model_for_classes_of_ones_own_needs_none_here(tmp_path: Path) -> None:
    name = "ssd_300_mobilenet0.25_custom"
    made = ModelSource(name, classes=("fig",), pretrained=False)
    file = str(tmp_path / "x.params")
    build(made, lambda _: None).net.save_parameters(file)
    asked = VerifyFiles(file, file, HEAD_ONLY, ModelSource(name, pretrained=False))
    assert verify_files(asked, lambda _: None).verdict.holds
