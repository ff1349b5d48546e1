"""Classes of pictures and of pixels, held against GluonCV's transforms and a plain forward pass."""

from __future__ import annotations

import mxnet as mx
import numpy as np
from gluoncv.data.transforms.presets.imagenet import transform_eval
from gluoncv.data.transforms.presets.segmentation import test_transform as gluoncv_transform

from tests.engine import small_segmenters
from tests.engine.networks import own
from tui.engine.predictors import predictor_for
from tui.engine.predictors.objects_in_place import _in_place
from tui.engine.recipes.segmentation import make_outputs
from tui.engine.sources.built import Built

SIDE = small_segmenters.SIDE


def pixels(height: int, width: int) -> mx.nd.NDArray:
    random = np.random.RandomState(2)
    small = random.randint(0, 255, (height // 8, width // 8, 3))
    return mx.nd.array(np.kron(small, np.ones((8, 8, 1))), dtype="uint8")


def test_a_square_picture_has_the_mask_of_a_plain_forward_pass() -> None:
    net = small_segmenters.fcn()
    predictor = predictor_for(Built(net, mx.cpu(), ("a", "b", "c"), (SIDE, SIDE)))
    assert predictor is not None
    predictor.begin()
    found = predictor.predict(pixels(SIDE, SIDE)).mask
    make_outputs(net, SIDE)
    plain = net(gluoncv_transform(pixels(SIDE, SIDE), mx.cpu()))[0]
    assert found is not None
    assert len(np.unique(found)) > 1, "one class everywhere shows nothing"
    assert (found == plain[0].argmax(axis=0).asnumpy()).all()


def test_a_long_picture_is_covered_whole() -> None:
    net = small_segmenters.fcn()
    predictor = predictor_for(Built(net, mx.cpu(), ("a", "b", "c"), (SIDE, SIDE)))
    assert predictor is not None
    predictor.begin()
    for height, width in ((SIDE, 2 * SIDE), (3 * SIDE, 2 * SIDE - 8), (48, 200)):
        found = predictor.predict(pixels(height, width)).mask
        assert found is not None
        assert found.shape == (height, width)
    wide = pixels(SIDE, 2 * SIDE)
    both = [predictor.predict(half).mask for half in (wide[:, :SIDE], wide[:, SIDE:])]
    whole = predictor.predict(wide).mask
    assert (whole == np.concatenate(both, axis=1)).all()


def test_classes_are_those_of_gluoncvs_transform() -> None:
    net = own()
    predictor = predictor_for(Built(net, mx.cpu(), ("a", "b", "c"), (224, 224)))
    assert predictor is not None
    predictor.begin()
    picture = pixels(240, 320)
    found = predictor.predict(picture).ranked
    scores = mx.nd.softmax(net(transform_eval(picture, resize_short=256, crop_size=224)))
    plain = dict(zip(("a", "b", "c"), scores[0].asnumpy(), strict=True))
    assert [name for name, _ in found] == sorted(plain, key=lambda name: -plain[name])
    # The two resize with other filters.
    np.testing.assert_allclose([s for _, s in found], sorted(plain.values())[::-1], atol=0.02)


def test_a_mask_lies_in_its_box() -> None:
    mask = np.zeros((4, 4), dtype=np.float32)
    mask[:, 2:] = 1
    found = _in_place(mask, np.array([2, 4, 10, 8], dtype=np.float32), (12, 10))
    assert found.shape == (10, 12)
    assert found[4:8, 7:10].all()
    assert found.sum() <= 4 * 5
    beyond = _in_place(mask, np.array([8, 6, 14, 14], dtype=np.float32), (12, 10))
    assert beyond[:6].sum() == 0
    assert beyond.any()
