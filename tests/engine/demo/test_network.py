from __future__ import annotations

import hashlib

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd

from tui.engine.datasets.shapes import CLASSES
from tui.engine.demo.network import INPUT_SIZE, SIZES, STRIDES, TRUNK_FILE, demo_ssd
from tui.toml import read_toml

ANCHORS = 2 * sum((INPUT_SIZE // stride) ** 2 for stride in STRIDES)


def pictures(count: int = 2, size: int = INPUT_SIZE) -> mx.nd.NDArray:
    mx.random.seed(3)
    return mx.nd.random.normal(shape=(count, 3, size, size))


def ready(pretrained: bool = True):  # type: ignore[no-untyped-def]
    net = demo_ssd(CLASSES, pretrained=pretrained)
    for parameter in net.collect_params().values():
        if parameter._data is None and not parameter._deferred_init:
            parameter.initialize()
    return net


def test_the_shipped_weights_are_those_recorded() -> None:
    facts = read_toml(TRUNK_FILE.with_suffix(".toml"))
    assert hashlib.sha256(TRUNK_FILE.read_bytes()).hexdigest() == facts["sha256"]
    assert TRUNK_FILE.stat().st_size < 1_500_000
    assert not set(facts["classes"]) & set(CLASSES)


def test_the_trunk_is_the_file_and_nothing_but_the_trunk() -> None:
    net = demo_ssd(CLASSES)
    arrays = mx.nd.load(str(TRUNK_FILE))
    parameters = net.features._collect_params_with_prefix()
    assert set(arrays) == set(parameters)
    for name, parameter in parameters.items():
        assert (parameter.data().asnumpy() == arrays[name].asnumpy()).all(), name
        assert parameter.dtype == np.float32
    moved = [abs(a).sum().asscalar() for n, a in arrays.items() if n.endswith("running_mean")]
    assert len(moved) == 13
    assert min(moved) > 0
    assert all(p._data is None for p in net.class_predictors.collect_params().values())


def test_a_trunk_without_the_file_is_another() -> None:
    shipped, fresh = ready(), ready(pretrained=False)
    for a, b in zip(shipped.features(pictures()), fresh.features(pictures()), strict=True):
        assert a.shape == b.shape
        assert not np.allclose(a.asnumpy(), b.asnumpy(), atol=0.1)


def test_a_trunk_without_the_file_keeps_the_scale_of_what_passes() -> None:
    mx.random.seed(0)
    for features in ready(pretrained=False).features(pictures()):
        assert 0.3 < float(features.asnumpy().std()) < 3


@pytest.mark.parametrize("hybrid", [False, True])
def test_outputs_in_training_and_in_inference(hybrid: bool) -> None:
    net = ready()
    if hybrid:
        net.hybridize(static_alloc=True, static_shape=True)
    with autograd.record():
        classes, boxes, anchors = net(pictures())
    assert classes.shape == (2, ANCHORS, len(CLASSES) + 1)
    assert boxes.shape == (2, ANCHORS, 4)
    assert anchors.shape == (1, ANCHORS, 4)
    if hybrid:
        net.hybridize(static_alloc=True, static_shape=True)
    net.set_nms(nms_thresh=0.45, nms_topk=400, post_nms=50)
    ids, scores, found = net(pictures())
    assert ids.shape == scores.shape == (2, 50, 1)
    assert found.shape == (2, 50, 4)


def test_anchors_are_centred_on_the_cells_of_their_maps() -> None:
    net = ready()
    with autograd.train_mode():
        anchors = net(pictures(1))[2].asnumpy()[0]
    start = 0
    for stride, small, large in zip(STRIDES, SIZES[:-1], SIZES[1:], strict=True):
        cells = (INPUT_SIZE // stride) ** 2
        own = anchors[start : start + 2 * cells].reshape(cells, 2, 4)
        assert own[0, :, :2].tolist() == [[stride / 2] * 2] * 2
        assert own[-1, :, :2].tolist() == [[INPUT_SIZE - stride / 2] * 2] * 2
        assert own[0, :, 2].tolist() == pytest.approx([small, (small * large) ** 0.5])
        start += 2 * cells
    assert start == len(anchors)


def test_larger_pictures_pass() -> None:
    net = ready()
    with autograd.train_mode():
        assert net(pictures(1, 2 * INPUT_SIZE))[2].shape == (1, 4 * ANCHORS, 4)


def test_other_classes() -> None:
    net = ready()
    net(pictures(1))
    net.reset_class(["dot", "dash"])
    with autograd.train_mode():
        assert net(pictures(1))[0].shape == (1, ANCHORS, 3)
