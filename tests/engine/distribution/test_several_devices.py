"""Runs on several devices of one process, held to the same runs on one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import mxnet as mx
import numpy as np
import pytest

from tests.engine.run_again import (
    assert_identical,
    carry_out,
    center_net,
    classifier,
    detector,
    faster_rcnn,
    segmenter,
    simple_pose,
    weights,
    yolo,
)
from tui.engine.distribution.division import bounds, parts_of
from tui.engine.refusal import Refusal
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.runs.events import Caching, Event, PlanApplied, Proof, Step, Validated
from tui.runs.folder import RunFolder
from tui.runs.spec import write_spec

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
ALL_BUT_STATISTICS = FreezePlan((Rule("thaw", "all"), Rule("freeze statistics", "all")))
TWO, THREE = "cpu(1),cpu(2)", "cpu(3),cpu(1),cpu(2)"
"""None of them is the one that MXNet takes where none is named."""

CALM = 1e-5
"""A learning rate for large gradients: of a deep network whose norms have the statistics of no
data."""

NO_CHANCE = """
from mxnet.gluon import nn

def make(classes=2):
    net = nn.HybridSequential()
    with net.name_scope():
        net.add(
            nn.Conv2D(6, 3, in_channels=3, use_bias=False), nn.BatchNorm(in_channels=6),
            nn.Activation("relu"), nn.GlobalAvgPool2D(), nn.Flatten(),
            nn.Dense(8, in_units=6, activation="relu"), nn.BatchNorm(in_channels=8),
            nn.Dense(classes, in_units=8),
        )
    return net
"""


def without_chance(home: Path) -> RunFolder:
    """A classifier without dropout on ten pictures, in batches of 4, 4 and 2."""
    folder = classifier(home)
    (home / "net.py").write_text(NO_CHANCE)
    return folder


def segmenter_without_chance(home: Path) -> RunFolder:
    """An FCN without dropout."""
    return segmenter(home, "without_chance")


def on(folder: RunFolder, ctx: str, plan: FreezePlan, **hyper: object) -> RunFolder:
    """The run on other devices, by a plan, and without augmentation."""
    spec, _ = folder.read()
    settings = msgspec.structs.replace(
        spec.hyper, **{"augment": False, "epochs": 3, "cache": "off", **hyper}
    )
    model = msgspec.structs.replace(spec.model, ctx=ctx)
    write_spec(folder.spec_file, msgspec.structs.replace(spec, hyper=settings, model=model))
    write_plan(folder.plan_file, plan)
    return folder


def center_net_by_sgd(home: Path) -> RunFolder:
    """Adam would make as much of a last digit of a small gradient as of a large one."""
    folder = center_net(home)
    spec, _ = folder.read()
    hyper = msgspec.structs.replace(spec.hyper, optimizer="sgd", learning_rate=CALM)
    write_spec(folder.spec_file, msgspec.structs.replace(spec, hyper=hyper))
    return folder


def of(kind: type, told: Sequence[Event]) -> list[Event]:
    return [event for event in told if isinstance(event, kind)]


def assert_same(ours: Sequence[Event], theirs: Sequence[Event]) -> None:
    found, expected = of(Step, ours), of(Step, theirs)
    assert found
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.loss, other.loss, rtol=1e-5)
        for name, value in other.losses.items():
            np.testing.assert_allclose(one.losses[name], value, rtol=1e-5, atol=1e-7)


def assert_close(ours: RunFolder, theirs: RunFolder) -> None:
    first, second = weights(ours), weights(theirs)
    assert list(first) == list(second)
    for name, array in first.items():
        np.testing.assert_allclose(array, second[name], rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(("pictures", "parts"), [(8, 2), (5, 2), (1, 3), (0, 2), (7, 4)])
def test_parts_are_even_and_all_of_it(pictures: int, parts: int) -> None:
    found = bounds(pictures, parts)
    sizes = [stop - start for start, stop in found]
    assert len(sizes) == parts
    assert sum(sizes) == pictures
    assert max(sizes) - min(sizes) <= 1
    assert sizes == sorted(sizes, reverse=True)
    assert [start for start, _ in found] == [sum(sizes[:at]) for at in range(parts)]


def test_a_batch_in_parts() -> None:
    batch = [mx.nd.arange(5), mx.nd.arange(10).reshape((5, 2))]
    first, second = parts_of(batch, 2)
    assert first[0].asnumpy().tolist() == [0, 1, 2]
    assert second[1].asnumpy().tolist() == [[6, 7], [8, 9]]
    assert len(parts_of(batch, 9)) == 5
    assert parts_of([("a", 1), ("b", 2), ("c", 3)], 2) == [[("a", 1), ("b", 2)], [("c", 3)]]


@pytest.mark.slow
@pytest.mark.parametrize("ctx", [TWO, THREE])
@pytest.mark.parametrize(
    "make",
    [
        detector,
        yolo,
        center_net_by_sgd,
        without_chance,
        simple_pose,
        segmenter_without_chance,
    ],
)
def test_losses_and_weights_are_those_of_one_device(
    tmp_path: Path, make: Callable[[Path], RunFolder], ctx: str
) -> None:
    hyper: dict[str, object] = {"batch_size": 3, "max_steps": 7}
    one = on(make(tmp_path), "cpu", ALL_BUT_STATISTICS, **hyper)
    several = on(make(tmp_path), ctx, ALL_BUT_STATISTICS, **hyper)
    expected, told = carry_out(one), carry_out(several)
    assert_same(told, expected)
    assert_close(several, one)
    values = [[event.value for event in of(Validated, all_)] for all_ in (told, expected)]
    np.testing.assert_allclose(*values, atol=1e-5)
    (proof,) = of(Proof, told)
    assert not proof.broken
    assert proof.statistics_identical > 0


def test_a_head_on_two_devices(tmp_path: Path) -> None:
    one = on(without_chance(tmp_path), "cpu", HEAD_ONLY, accumulate=2, clip_norm=0.5)
    two = on(without_chance(tmp_path), TWO, HEAD_ONLY, accumulate=2, clip_norm=0.5)
    expected, told = carry_out(one), carry_out(two)
    assert_same(told, expected)
    assert_close(two, one)
    (proof,) = of(Proof, told)
    assert proof.frozen_identical > 0
    assert not proof.broken


@pytest.mark.slow
@pytest.mark.parametrize("make", [detector, faster_rcnn, without_chance])
def test_with_the_feature_cache(tmp_path: Path, make: Callable[[Path], RunFolder]) -> None:
    plain = on(make(tmp_path), TWO, HEAD_ONLY)
    cached = on(make(tmp_path), TWO, HEAD_ONLY, cache="on")
    expected, told = carry_out(plain), carry_out(cached)
    (caching,) = of(Caching, told)
    assert caching.active, caching.why_not
    assert_same(told, expected)
    assert_close(cached, plain)


@pytest.mark.slow
@pytest.mark.parametrize("make", [detector, classifier])
@pytest.mark.parametrize("step", [1, 4])
def test_stopped_and_resumed_it_ends_the_same(
    tmp_path: Path, make: Callable[[Path], RunFolder], step: int
) -> None:
    """With statistics that move on each device by its own pictures, and are fixed later."""
    plan = FreezePlan((Rule("thaw", "all"), Rule("freeze statistics", "all", epoch=3)))
    calm = on(make(tmp_path), THREE, plan, augment=True, epochs=4, batch_size=3)
    expected = carry_out(calm)
    folder = on(make(tmp_path), THREE, plan, augment=True, epochs=4, batch_size=3)
    carry_out(folder, stop_at=step)
    told = carry_out(folder)
    assert_identical(folder, calm)
    assert of(Proof, told) == of(Proof, expected)
    assert of(PlanApplied, expected)


def test_a_batch_that_is_too_small(tmp_path: Path) -> None:
    folder = on(without_chance(tmp_path), TWO, HEAD_ONLY, batch_size=1)
    with pytest.raises(Refusal, match=r"batch size.*1 cannot be divided over 2 devices"):
        carry_out(folder)
    shutil.rmtree(folder.path)


def test_a_gpu_that_is_not_there(tmp_path: Path) -> None:
    folder = on(without_chance(tmp_path), "gpu(0),gpu(1)", HEAD_ONLY)
    with pytest.raises(Refusal, match=r"gpu\(0\),gpu\(1\): MXNet sees 0 GPUs here"):
        carry_out(folder)
