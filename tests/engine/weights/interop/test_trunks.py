"""A classifier's file fills the trunk of what is built on it, and the trunk computes the same."""

from __future__ import annotations

from pathlib import Path

import mxnet as mx
import numpy as np
import pytest

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed; the group interop of pyproject.toml has it"
)
timm = pytest.importorskip("timm", reason="timm is not installed (group interop)")
torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed (interop)")

from tests.engine.weights.interop.originals import (  # noqa: E402
    apart,
    assert_close,
    converted,
    lively,
    picture,
    saved,
)

pytestmark = pytest.mark.interop

SIDES = (224, 256)


def stages(net: torch.nn.Module, x: np.ndarray, last: int) -> torch.Tensor:
    """What comes out of a stage of a ResNet."""
    with torch.no_grad():
        y = torch.from_numpy(x).double()
        y = net.maxpool(torch.relu(net.bn1(net.conv1(y))))
        for stage in range(1, last + 1):
            y = getattr(net, f"layer{stage}")(y)
    return y


@pytest.mark.parametrize("model", ["faster_rcnn_resnet50_v1b_voc", "mask_rcnn_resnet50_v1b_coco"])
def test_the_three_stages_of_a_c4_detector(model: str, tmp_path: Path) -> None:
    original = lively(torchvision.models.resnet50(weights=None))
    net, found = converted(saved(original, tmp_path), model, 224)
    assert found.part == "trunk"
    assert "fc.weight (of the trunk)" in found.unused
    there = [stages(original, picture(side), 3) for side in SIDES]
    ours = [net.features(mx.nd.array(picture(side))) for side in SIDES]
    fourth = stages(original, picture(224), 4)
    assert_close([*map(apart, there, ours), apart(fourth, net.top_features(ours[0]))], model)


@pytest.mark.parametrize(
    ("model", "original"),
    [
        ("faster_rcnn_fpn_resnet50_v1b_coco", "resnet50"),
        ("faster_rcnn_fpn_syncbn_resnet50_v1b_coco", "resnet50"),
        ("faster_rcnn_fpn_resnet101_v1d_coco", "resnet101d"),
        ("mask_rcnn_fpn_resnet18_v1b_coco", "resnet18"),
    ],
)
def test_inside_a_symbol(model: str, original: str, tmp_path: Path) -> None:
    """Trunks in a SymbolBlock: the last stage is an output inside the symbol."""
    theirs = lively(timm.create_model(original))
    net, found = converted(saved(theirs, tmp_path), model, 224)
    assert found.part == "trunk"
    symbol, inputs = net.features._cached_graph[1], net.features._cached_graph[0]
    stage = [
        name
        for name in symbol.get_internals().list_outputs()
        if "layers4_" in name and name.endswith("_output") and ("relu" in name or "act" in name)
    ][-1]
    cut = mx.gluon.SymbolBlock(symbol.get_internals()[stage], list(inputs))
    own = net.features.collect_params()
    for name, parameter in cut.collect_params().items():
        parameter._load_init(own[name].data(), mx.cpu())
    differences = [
        apart(stages(theirs, picture(side), 4), cut(mx.nd.array(picture(side)))) for side in SIDES
    ]
    assert_close(differences, model)


def test_the_trunk_of_an_ssd_with_blocks_of_its_own(tmp_path: Path) -> None:
    """Its third stage has lost its stride."""
    model = "ssd_300_resnet34_v1b_voc"
    original = lively(timm.create_model("resnet34"))
    net, found = converted(saved(original, tmp_path), model, 300)
    assert found.part == "trunk"
    first = original.layer3[0]
    first.conv1.stride = first.downsample[0].stride = (1, 1)
    differences = []
    for side in (300, 320):
        second, fourth = net.features(mx.nd.array(picture(side)))[:2]
        differences.append(apart(stages(original, picture(side), 2), second))
        differences.append(apart(stages(original, picture(side), 4), fourth))
    assert_close(differences, model)


@pytest.mark.parametrize("depth", [18, 50])
@pytest.mark.parametrize("kind", ["", "_dcnv2"])
def test_center_net(depth: int, kind: str, tmp_path: Path) -> None:
    original = lively(timm.create_model(f"resnet{depth}"))
    model = f"center_net_resnet{depth}_v1b{kind}_voc"
    net, found = converted(saved(original, tmp_path), model, 224)
    assert found.part == "trunk"
    trunk = net.base_network.base_network
    differences = [
        apart(stages(original, picture(side), 4), trunk(mx.nd.array(picture(side))))
        for side in SIDES
    ]
    assert_close(differences, model)


@pytest.mark.parametrize("model", ["fcn_resnet50_ade", "psp_resnet50_ade", "deeplab_resnet50_ade"])
def test_a_dilated_segmenter(model: str, tmp_path: Path) -> None:
    """Its resnet50 is the variant s; its last two stages are dilated instead of strided."""
    original = lively(timm.create_model("resnet50s", output_stride=8))
    net, found = converted(saved(original, tmp_path), model, 480)
    assert found.part == "trunk"
    differences = []
    for side in SIDES:
        third, fourth = net.base_forward(mx.nd.array(picture(side)))
        differences.append(apart(stages(original, picture(side), 3), third))
        differences.append(apart(stages(original, picture(side), 4), fourth))
    assert_close(differences, model)


@pytest.mark.parametrize(
    ("model", "original"),
    [("simple_pose_resnet18_v1b", "resnet18"), ("simple_pose_resnet50_v1d", "resnet50d")],
)
def test_a_pose_network(model: str, original: str, tmp_path: Path) -> None:
    theirs = lively(timm.create_model(original))
    net, found = converted(saved(theirs, tmp_path), model, 256)
    assert found.part == "trunk"
    differences = []
    for side in SIDES:
        ours = mx.nd.array(picture(side))
        differences.append(apart(stages(theirs, picture(side), 4), net.resnet(ours)))
    assert_close(differences, model)


@pytest.mark.parametrize(
    ("model", "sides"),
    [("ssd_300_vgg16_atrous_voc", (300, 320)), ("ssd_512_vgg16_atrous_voc", (512, 300))],
)
def test_the_vgg_of_ssd(model: str, sides: tuple[int, int], tmp_path: Path) -> None:
    """VGG's convolutions, then its dense layers as dilated convolutions: every fourth output of
    each, and every third of the 7×7 places of the first."""
    original = lively(torchvision.models.vgg16(weights=None, init_weights=False))
    net, found = converted(saved(original, tmp_path), model, 300)
    assert found.part == "trunk"
    assert {"features.extras.0.0.weight", "features.norm4.scale"}.isdisjoint(found.arrays)
    sixth, seventh = dilated(original.classifier)
    scale = torch.from_numpy(net.features.norm4.scale.data().asnumpy())
    differences = []
    for side in sides:
        with torch.no_grad():
            fourth, fifth = convolutions(original.features, torch.from_numpy(picture(side)))
            y = torch.relu(seventh(torch.relu(sixth(fifth))))
            normed = fourth / (fourth.pow(2).sum(1, keepdim=True) + 1e-5).sqrt() * scale
        ours = net.features(mx.nd.array(picture(side)))
        differences += [apart(normed, ours[0]), apart(y, ours[1])]
    assert_close(differences, f"{model} | torchvision vgg16")


def dilated(classifier: torch.nn.Sequential) -> tuple[torch.nn.Conv2d, torch.nn.Conv2d]:
    """What SSD makes of VGG's first two dense layers."""
    wide = classifier[0].weight.detach().reshape(4096, 512, 7, 7)
    sixth = torch.nn.Conv2d(512, 1024, 3, padding=6, dilation=6)
    seventh = torch.nn.Conv2d(1024, 1024, 1)
    with torch.no_grad():
        for i, row in enumerate((0, 3, 6)):
            for j, column in enumerate((0, 3, 6)):
                sixth.weight[:, :, i, j] = wide[::4, :, row, column]
        seventh.weight[:, :, 0, 0] = classifier[3].weight[::4, ::4]
        for new, old in ((sixth, classifier[0]), (seventh, classifier[3])):
            new.bias.copy_(old.bias[::4])
    return sixth, seventh


def convolutions(
    features: torch.nn.Sequential, y: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """VGG's fourth stage, and its fifth after SSD's last pooling, which neither strides nor
    shrinks; the others round up."""
    fourth = y
    for at, layer in enumerate(features):
        if isinstance(layer, torch.nn.MaxPool2d):
            last = at == len(features) - 1
            layer = (
                torch.nn.MaxPool2d(3, 1, 1) if last else torch.nn.MaxPool2d(2, 2, ceil_mode=True)
            )
        y = layer(y)
        if at == 22:
            fourth = y
    return fourth, y
