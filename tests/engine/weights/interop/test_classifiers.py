"""Classifiers of torchvision and timm give the same outputs in Gluon, at two input sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mxnet as mx
import pytest

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed; the group interop of pyproject.toml has it"
)
timm = pytest.importorskip("timm", reason="timm is not installed (group interop)")
torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed (interop)")

from tests.engine.weights.interop.originals import (  # noqa: E402
    apart,
    assert_close,
    compute,
    converted,
    lively,
    picture,
    saved,
)
from tests.engine.weights.interop.xception_of_old import XceptionOfOld  # noqa: E402

pytestmark = pytest.mark.interop

Make = Callable[[], torch.nn.Module]


def of_timm(name: str) -> Make:
    return lambda: timm.create_model(name)


def of_torchvision(name: str, **given: object) -> Make:
    if name.startswith("vgg"):
        given["init_weights"] = False  # which takes longer than all else, and is not kept
    return lambda: torchvision.models.get_model(name, weights=None, **given)


def senet154_of_gluon() -> torch.nn.Module:
    """timm's, with the pooling that GluonCV trained it with: it rounds up where timm pads."""
    net = timm.create_model("senet154")
    net.maxpool = torch.nn.MaxPool2d(3, 2, ceil_mode=True)
    return net


# Where Gluon pools over a fixed number of places, the second size is one with as many.
SAME: list[tuple[str, str, Make, tuple[int, int]]] = [
    *(
        (f"resnet{depth}_v1b", f"timm resnet{depth}", of_timm(f"resnet{depth}"), (224, 192))
        for depth in (18, 34, 50, 101, 152)
    ),
    *(
        (f"resnet{depth}_v1{kind}", f"timm resnet{depth}{kind}", of_timm(f"resnet{depth}{kind}"), s)
        for depth, kind, s in (
            (50, "c", (224, 192)),
            (101, "c", (224, 192)),
            (152, "c", (224, 192)),
            (50, "d", (224, 191)),
            (101, "d", (224, 191)),
            (152, "d", (224, 191)),
            (50, "s", (224, 192)),
            (101, "s", (224, 192)),
            (152, "s", (224, 192)),
        )
    ),
    ("resnet50_v1b", "torchvision resnet50", of_torchvision("resnet50"), (224, 192)),
    *(
        (f"{gluon}{size}", f"timm {theirs}{size}", of_timm(f"{theirs}{size}"), (224, 192))
        for gluon, theirs in (("resnext", "resnext"), ("se_resnext", "seresnext"))
        for size in ("50_32x4d", "101_32x4d", "101_64x4d")
    ),
    ("resnext50_32x4d", "torchvision", of_torchvision("resnext50_32x4d"), (224, 192)),
    ("senet_154", "timm senet154, GluonCV's pooling", senet154_of_gluon, (224, 192)),
    ("xception", "timm 0.6 gluon_xception65, written anew", XceptionOfOld, (299, 256)),
    ("inceptionv3", "timm inception_v3 (gluon_in1k)", of_timm("inception_v3"), (299, 310)),
    (
        "inceptionv3",
        "torchvision inception_v3, transform_input",
        of_torchvision("inception_v3", init_weights=False, transform_input=True),
        (299, 310),
    ),
    ("hrnet_w18_small_v1_c", "timm hrnet_w18_small", of_timm("hrnet_w18_small"), (224, 192)),
    ("hrnet_w18_small_v2_c", "timm hrnet_w18_small_v2", of_timm("hrnet_w18_small_v2"), (224, 192)),
    *((n, f"torchvision {n}", of_torchvision(n), (224, 230)) for n in ("vgg11", "vgg11_bn")),
    *((n, f"torchvision {n}", of_torchvision(n), (224, 230)) for n in ("vgg13", "vgg13_bn")),
    *((n, f"torchvision {n}", of_torchvision(n), (224, 230)) for n in ("vgg16", "vgg16_bn")),
    *((n, f"torchvision {n}", of_torchvision(n), (224, 230)) for n in ("vgg19", "vgg19_bn")),
    ("vgg16", "timm vgg16", of_timm("vgg16"), (224, 230)),
    *(
        (n, f"torchvision {n}", of_torchvision(n), (224, 230))
        for n in ("densenet121", "densenet161", "densenet169", "densenet201")
    ),
    ("squeezenet1.0", "torchvision squeezenet1_0", of_torchvision("squeezenet1_0"), (224, 218)),
    ("squeezenet1.1", "torchvision squeezenet1_1", of_torchvision("squeezenet1_1"), (224, 218)),
    ("alexnet", "torchvision alexnet", of_torchvision("alexnet"), (224, 240)),
    (
        "googlenet",
        "torchvision googlenet, no aux heads",
        of_torchvision("googlenet", init_weights=False, aux_logits=False),
        (224, 230),
    ),
]


@pytest.mark.parametrize(("model", "source", "make", "sides"), SAME, ids=[s for _, s, _, _ in SAME])
def test_the_same_outputs(
    model: str, source: str, make: Make, sides: tuple[int, int], tmp_path: Path
) -> None:
    original = lively(make())
    net, found = converted(saved(original, tmp_path), model, sides[0])
    assert found.part == "all"
    differences = []
    for side in sides:
        x = picture(side)
        differences.append(apart(compute(original, x), net(mx.nd.array(x))))
    assert_close(differences, f"{model} | {source}")


@pytest.mark.parametrize("side", [224, 192])
def test_mobilenet_up_to_its_last_layer(side: int, tmp_path: Path) -> None:
    """The last layers differ: torchvision's has a bias."""
    original = lively(torchvision.models.mobilenet_v2(weights=None))
    net, found = converted(saved(original, tmp_path), "mobilenetv2_1.0", 224)
    assert found.part == "trunk"
    assert {"classifier.1.weight", "classifier.1.bias"} <= set(found.unused)
    assert any("last layer" in note for note in found.notes)
    x = picture(side)
    with torch.no_grad():
        there = original.features(torch.from_numpy(x).double()).mean((2, 3), keepdim=True)
    assert_close([apart(there, net.features(mx.nd.array(x)))], "mobilenetv2_1.0 features")


@pytest.mark.parametrize("side", [224, 230])
def test_googlenet_whose_pictures_are_from_minus_one_to_one(side: int, tmp_path: Path) -> None:
    """Its first convolution pads: with the mean colour in Gluon, with grey in torchvision. The
    same but for that: shown by padding its pictures before they are changed."""
    make = torchvision.models.googlenet
    original = lively(make(weights=None, init_weights=False, transform_input=True))
    net, found = converted(saved(original, tmp_path), "googlenet", 224)
    assert any("from -1 to 1" in note for note in found.notes)
    x = picture(side)
    padded = torch.from_numpy(x).double()
    with torch.no_grad():
        as_it_is = original(padded)
        original.conv1.conv.padding = (0, 0)
        there = original(torch.nn.functional.pad(padded, (3, 3, 3, 3)))
    ours = net(mx.nd.array(x))
    assert_close([apart(there, ours)], "googlenet | torchvision, transform_input")
    print(f"largest relative difference: with its own border | {apart(as_it_is, ours):.1e}")
    assert apart(as_it_is, ours) < 0.01


def test_what_is_another_network_is_not_taken_for_the_same(tmp_path: Path) -> None:
    """The plain v1 has its stride in the first convolution: same names elsewhere, same shapes."""
    from tui.engine.refusal import Refusal

    original = lively(timm.create_model("resnet50"))
    with pytest.raises(Refusal, match=r"for resnet50_v1 no other names .* is resnet50_v1b \(100%"):
        converted(saved(original, tmp_path), "resnet50_v1", 224)
    with pytest.raises(Refusal, match=r"the nearest network is resnet50_v1b \(100%"):
        converted(saved(original, tmp_path), "resnet18_v1b", 224)
