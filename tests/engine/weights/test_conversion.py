"""Conversions by their names and shapes. That the numbers come out right is shown against
PyTorch in tests/engine/weights/interop, where that is installed."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import mxnet as mx
import numpy as np
import pytest
from mxnet.gluon import Block

from tests.engine.weights.foreign_files import safetensors, torch_zip
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.weights.architectures import ARCHITECTURES, architecture_of
from tui.engine.weights.conversion import convert_file
from tui.engine.weights.trunks import parameters_of, trunk_of
from tui.model.source import ModelSource

Arrays = dict[str, np.ndarray]


def network(model: str, classes: tuple[str, ...] = ()) -> Block:
    source = ModelSource(model, pretrained=False, classes=classes, seed=3)
    return build(source, lambda _: None).net


def values(net: Block) -> Arrays:
    return {name: p.data().asnumpy() for name, p in parameters_of(net).items()}


def as_torchvision(net: Block) -> Arrays:
    """The values of a ResNet v1b under torchvision's names, which are Gluon's but for norms."""
    named: Arrays = {}
    for name, array in values(net).items():
        named[re.sub("gamma$", "weight", re.sub("beta$", "bias", name))] = array
        if name.endswith("running_mean"):
            named[name.replace("running_mean", "num_batches_tracked")] = np.array(5, "int64")
    return named


@pytest.fixture(scope="module")
def resnet() -> Block:
    return network("resnet18_v1b")


@pytest.fixture
def theirs(resnet: Block) -> Arrays:
    return as_torchvision(resnet)


@pytest.mark.parametrize("write", [safetensors, torch_zip])
def test_every_parameter_once_and_what_is_left_over_named(
    write: Callable[[Path, Arrays], str], resnet: Block, theirs: Arrays, tmp_path: Path
) -> None:
    found = convert_file(write(tmp_path / "x", theirs), resnet, "resnet18_v1b")
    assert (found.part, found.widened, found.notes) == ("all", "", ())
    assert set(found.unused) == {name for name in theirs if name.endswith("tracked")}
    for name, array in values(resnet).items():
        assert np.array_equal(found.arrays[name].asnumpy(), array)


def test_other_classes_leave_the_head_new(theirs: Arrays, tmp_path: Path) -> None:
    net = network("resnet18_v1b", ("fig", "date"))
    found = convert_file(safetensors(tmp_path / "x", theirs), net, "resnet18_v1b")
    assert found.part == "trunk"
    assert "the last layer is left new: it has 1,000 outputs there, 2 here" in found.notes
    assert set(parameters_of(net)) - set(found.arrays) == {"fc.weight", "fc.bias"}
    assert "fc.weight (of another shape)" in found.unused


def test_a_file_without_a_head(resnet: Block, theirs: Arrays, tmp_path: Path) -> None:
    del theirs["fc.weight"], theirs["fc.bias"]
    found = convert_file(safetensors(tmp_path / "x", theirs), resnet, "resnet18_v1b")
    assert found.part == "trunk"
    assert "the last layer is left new: the file has none" in found.notes


def test_half_precision_is_widened_and_said(resnet: Block, theirs: Arrays, tmp_path: Path) -> None:
    halves = {n: a.astype("float16") if a.dtype == np.float32 else a for n, a in theirs.items()}
    found = convert_file(torch_zip(tmp_path / "x", halves), resnet, "resnet18_v1b")
    assert found.widened == "fp16"
    assert "stored as fp16: widened to float32" in found.notes
    array = found.arrays["conv1.weight"].asnumpy()
    assert array.dtype == np.float32
    assert np.array_equal(array, halves["conv1.weight"].astype("float32"))


def test_another_architecture_names_the_nearest(theirs: Arrays, tmp_path: Path) -> None:
    file = safetensors(tmp_path / "x", theirs)
    for model in ("resnet34_v1b", "alexnet"):
        with pytest.raises(Refusal, match=r"the nearest network is resnet18_v1b \(100%") as refused:
            convert_file(file, network(model), model)
        assert f"of another network than {model}: lacks" in str(refused.value)
    with pytest.raises(Refusal, match=r"no other names than Gluon's are known.*resnet18_v1b"):
        convert_file(file, network("mobilenet0.25"), "mobilenet0.25")


def test_what_is_no_network_known_here(resnet: Block, tmp_path: Path) -> None:
    file = safetensors(tmp_path / "x", {"encoder.bias": np.zeros(3, "float32")})
    with pytest.raises(Refusal, match=r"lacks conv1\.weight.*holds encoder\.bias") as refused:
        convert_file(file, resnet, "resnet18_v1b")
    assert "nearest" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a: a.pop("layer1.0.bn1.weight"), r"lacks layer1\.0\.bn1\.gamma"),
        (lambda a: a.update(extra=np.zeros(1, "float32")), "holds extra that the model has not"),
        (
            lambda a: a.update({"bn1.bias": np.zeros(3, "float32")}),
            r"other shapes: bn1\.beta 3 in the file, 64 here",
        ),
        (
            lambda a: a.update({"bn1.gamma": np.ones(64, "float32")}),
            r"bn1\.gamma have one place together",
        ),
    ],
)
def test_whatever_does_not_fit_is_named(
    change: Callable[[Arrays], None], says: str, resnet: Block, theirs: Arrays, tmp_path: Path
) -> None:
    change(theirs)
    with pytest.raises(Refusal, match=says):
        convert_file(safetensors(tmp_path / "x", theirs), resnet, "resnet18_v1b")


@pytest.mark.parametrize(
    "model",
    [
        "center_net_resnet18_v1b_voc",
        "mask_rcnn_fpn_resnet18_v1b_coco",
        "mask_rcnn_resnet18_v1b_coco",
        "simple_pose_resnet18_v1b",
    ],
)
def test_the_trunk_of_what_is_built_on_it(
    model: str, resnet: Block, theirs: Arrays, tmp_path: Path
) -> None:
    assert trunk_of(model) == "resnet18_v1b"
    net = network(model)
    found = convert_file(safetensors(tmp_path / "x", theirs), net, model)
    assert found.part == "trunk"
    # All of the trunk but its head, which is said to be left over.
    assert len(found.arrays) == len(parameters_of(resnet)) - 2
    assert {"fc.weight (of the trunk)", "fc.bias (of the trunk)"} <= set(found.unused)
    sums = sorted(float(a.sum()) for n, a in values(resnet).items() if not n.startswith("fc."))
    assert np.allclose(sorted(float(a.asnumpy().sum()) for a in found.arrays.values()), sums)


def saved(net: Block, path: Path, kind: str) -> str:
    """As Gluon writes parameters, or as it did in older days, or as an export."""
    if kind == "structure":
        net.save_parameters(str(path))
        return str(path)
    arrays = {}
    for parameter in net.collect_params().values():
        kept = "aux:" if "running" in parameter.name else "arg:"
        arrays[(kept if kind == "export" else "") + parameter.name] = parameter.data()
    mx.nd.save(str(path), arrays)
    return str(path)


@pytest.mark.parametrize("kind", ["structure", "prefixed", "export"])
@pytest.mark.parametrize("model", ["resnet18_v1b", "center_net_resnet18_v1b_voc"])
def test_gluons_own_files(kind: str, model: str, resnet: Block, tmp_path: Path) -> None:
    file = saved(resnet, tmp_path / "x.params", kind)
    found = convert_file(file, network(model), model)
    whole = model == "resnet18_v1b"
    assert found.part == ("all" if whole else "trunk")
    assert len(found.arrays) == len(parameters_of(resnet)) - (0 if whole else 2)


def test_a_file_of_a_trunk_under_the_names_of_the_whole(theirs: Arrays, tmp_path: Path) -> None:
    model = "center_net_resnet18_v1b_voc"
    net = network(model)
    first = convert_file(safetensors(tmp_path / "x", theirs), net, model)
    mx.nd.save(str(tmp_path / "trunk.params"), first.arrays)
    again = convert_file(str(tmp_path / "trunk.params"), net, model)
    assert (again.part, again.arrays.keys()) == ("trunk", first.arrays.keys())
    # One parameter of the trunk less, and it is no trunk's file any more.
    del first.arrays["base_network.base_network.0.weight"]
    mx.nd.save(str(tmp_path / "part.params"), first.arrays)
    with pytest.raises(Refusal, match="lacks base_network"):
        convert_file(str(tmp_path / "part.params"), net, model)


def test_a_file_of_darknet_for_something_else(resnet: Block, tmp_path: Path) -> None:
    path = tmp_path / "x.weights"
    path.write_bytes(struct.pack("<iiiq100f", 0, 2, 0, 9, *range(100)))
    with pytest.raises(Refusal, match="a file of darknet, which resnet18_v1b is not"):
        convert_file(str(path), resnet, "resnet18_v1b")
    with pytest.raises(Refusal, match="takes 41,645,640, its trunk 40,620,640: of"):
        convert_file(str(path), network("darknet53"), "darknet53")


@pytest.mark.parametrize("content", [b"", b"1234567", b"GIF89a, and more of it"])
def test_no_file_of_weights(content: bytes, resnet: Block, tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=r"too short|not a file of weights that is known here"):
        convert_file(str(path), resnet, "resnet18_v1b")
    with pytest.raises(Refusal, match="no such file"):
        convert_file(str(tmp_path / "none.pth"), resnet, "resnet18_v1b")


def test_each_model_has_one_architecture() -> None:
    models = [model for one in ARCHITECTURES for model in one.models]
    assert len(models) == len(set(models))
    assert architecture_of("resnet50_v1") is None
