from __future__ import annotations

import msgspec
import mxnet as mx
import numpy as np
import pytest

from tests.engine.loops import steps
from tests.engine.networks import own
from tui.engine.freezing import apply_plan
from tui.engine.verification import Witness, digest, file_digests
from tui.model.plan import FreezePlan, Rule
from tui.runs.proof_file import Kept, differing

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
LAST_CONV = HEAD_ONLY.with_rules(Rule("thaw", "block", "features.3"))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "uint8"])
def test_a_digest_is_of_values_shape_and_dtype(dtype: str) -> None:
    array = np.arange(12).astype(dtype).reshape(3, 4)
    assert digest([array]) == digest([array.copy()])
    assert digest([array]) == digest([np.asfortranarray(array)])
    other = array.copy()
    other[2, 3] += 1
    assert len({digest([a]) for a in (array, other, array.reshape(4, 3), array.view("S1"))}) == 4


def test_a_digest_is_bit_exact() -> None:
    assert digest([np.zeros(2)]) != digest([-np.zeros(2)])
    nan = np.full(2, np.nan)
    assert digest([nan]) == digest([nan.copy()])


def test_copies_on_several_devices_count_once_unless_they_differ() -> None:
    one, other = np.zeros(3), np.ones(3)
    assert digest([]) == ""
    assert digest([one, one]) == digest([one])
    assert len({digest(d) for d in ([one], [other], [one, other], [other, one])}) == 4


def test_a_plan_that_changes_in_mid_run() -> None:
    net = own()
    witness = Witness(net)
    witness.begin(*apply_plan(net, HEAD_ONLY), step=1)
    trainer = steps(net, count=2)
    witness.begin(*apply_plan(net, LAST_CONV), step=3)
    steps(net, trainer=trainer, count=3)
    witness.end(5)
    assert [(one.first_step, one.last_step) for one in witness.intervals] == [(1, 2), (3, 5)]
    verdict = witness.verdict()
    assert verdict.holds
    assert verdict.frozen_at_times == ("features.3.weight",)
    assert "features.3.weight" in verdict.changed
    assert "features.0.weight" in verdict.frozen
    proof = witness.proof()
    assert (proof.intervals, proof.frozen_at_times, proof.broken) == (2, 1, ())


def test_an_interval_without_a_step_is_forgotten() -> None:
    net = own()
    witness = Witness(net)
    witness.end(0)
    witness.begin(*apply_plan(net, HEAD_ONLY), step=1)
    witness.begin(*apply_plan(net, LAST_CONV), step=1)
    witness.end(0)
    assert witness.intervals == []
    assert witness.proof_file("w").intervals == ()


def test_what_moves_between_two_intervals_is_seen() -> None:
    net = own()
    witness = Witness(net)
    witness.begin(*apply_plan(net, HEAD_ONLY), step=1)
    trainer = steps(net)
    witness.end(3)
    net.features[0].weight.set_data(net.features[0].weight.data() + 1)
    witness.begin(*apply_plan(net, HEAD_ONLY), step=4)
    steps(net, trainer=trainer)
    witness.end(6)
    assert [(one.name, one.why) for one in witness.verdict().broken] == [
        ("features.0.weight", "between")
    ]


def test_a_run_that_goes_on_keeps_what_came_before() -> None:
    net = own()
    first = Witness(net)
    first.begin(*apply_plan(net, HEAD_ONLY), step=1)
    trainer = steps(net)
    first.begin(*apply_plan(net, LAST_CONV), step=4)
    steps(net, trainer=trainer)
    kept = msgspec.json.decode(msgspec.json.encode(first.keep()), type=Kept)
    second = Witness(net)
    second.go_on(kept, *apply_plan(net, LAST_CONV))
    steps(net, trainer=trainer)
    second.end(9)
    assert [(one.first_step, one.last_step) for one in second.intervals] == [(1, 3), (4, 9)]
    assert second.verdict().holds


@pytest.mark.parametrize("devices", [1, 2])
def test_the_file_of_weights_is_the_one_that_the_digests_are_of(tmp_path, devices: int) -> None:
    ctx = [mx.cpu(number) for number in range(devices)]
    net = own()
    net.collect_params().reset_ctx(ctx)
    witness = Witness(net)
    witness.begin(*apply_plan(net, LAST_CONV), step=1)
    steps(net, ctx=ctx)
    witness.end(3)
    file = str(tmp_path / "final.params")
    net.save_parameters(file)
    proof = witness.proof_file("final.params")
    held = mx.nd.load(file)
    assert differing(proof, file_digests(held)) == ()
    held["output.bias"] += 1
    assert differing(proof, file_digests(held)) == ("output.bias",)
    assert witness.verdict().holds
