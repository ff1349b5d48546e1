from __future__ import annotations

import hashlib
from pathlib import Path

import mxnet as mx
import numpy as np
import pytest
from gluoncv.model_zoo import model_store

from tests.engine.weights.foreign_files import torch_zip
from tests.engine.weights.test_conversion import as_torchvision
from tui.engine.describe import describe
from tui.engine.refusal import Refusal, WeightsLacking
from tui.engine.sources import build, zoo
from tui.model.source import ModelSource
from tui.model.tree import ModelTree


def opened(model: str, **more: object) -> zoo.Built:
    return build(ModelSource(model, pretrained=False, **more), lambda _: None)  # type: ignore[arg-type]


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(Refusal, match=r"no zoo model is named 'resnet50_v3'; .*resnet50_v2"):
        opened("resnet50_v3")


@pytest.mark.parametrize(
    ("name", "near"), [("ssd", "ssd_"), ("yolo3", "yolo3_"), ("qqqqqqqqqqqqqqqq", ", ")]
)
def test_something_near_is_always_named(name: str, near: str) -> None:
    with pytest.raises(Refusal, match=rf"no zoo model is named '{name}'; the nearest are .*{near}"):
        opened(name)


def test_no_name_at_all() -> None:
    with pytest.raises(Refusal, match="MODEL is empty"):
        opened("")


def test_both_zoos_are_known() -> None:
    names = zoo.names()
    assert {"ssd_512_mobilenet1.0_voc", "cifar_resnet20_v1"} <= set(names)
    assert "vision.squeezenet1.1" in names
    assert len(names) == len(set(names)) == 366


@pytest.mark.smoke
def test_shapes_are_known_without_a_picture() -> None:
    built = opened("ssd_512_mobilenet1.0_custom", classes=("a", "b"), input_size=(300, 300))
    model = describe(built.net, "ssd", classes=built.classes)
    assert all(parameter.count for parameter in model.parameters)
    assert {parameter.name for parameter in model.parameters} == set(
        built.net.collect_params().keys()
    )


def test_a_custom_model_needs_classes() -> None:
    with pytest.raises(Refusal, match="name them: --classes"):
        opened("ssd_512_mobilenet1.0_custom")


def test_other_classes_replace_the_class_predictors_alone() -> None:
    built = opened("ssd_300_mobilenet0.25_voc", classes=("fig", "date"))
    assert built.classes == ("fig", "date")
    assert built.net.classes == ["fig", "date"]
    for predictor in built.net.class_predictors:
        assert predictor.predictor.weight.shape[0] % 3 == 0
    ids, _, _ = built.net(mx.nd.zeros((1, 3, 300, 300)))
    assert ids.shape[0] == 1


@pytest.mark.parametrize(
    "name",
    ["cifar_resnet20_v1", "mobilenet1.0", "squeezenet1.0", "mobilenetv2_0.25", "resnet18_v1b"],
)
def test_classifiers_get_an_output_of_as_many_classes(name: str) -> None:
    built = opened(name, classes=("a", "b", "c"))
    assert built.input_size is not None
    out = built.net(mx.nd.zeros((1, 3, *built.input_size)))
    assert out.shape == (1, 3)


def test_a_given_input_size_wins() -> None:
    assert opened("mobilenet0.25", input_size=(96, 128)).input_size == (96, 128)
    assert opened("mobilenet0.25").input_size == (224, 224)
    assert zoo.usual_size("ssd_300_vgg16_atrous_voc") == (300, 300)
    assert zoo.usual_size("cifar_resnet20_v1") == (32, 32)


def test_the_same_source_gives_the_same_network() -> None:
    source = ModelSource("cifar_resnet20_v1", pretrained=False, seed=5)
    first, second = (build(source, lambda _: None).net for _ in range(2))
    for name, parameter in first._collect_params_with_prefix().items():
        other = second._collect_params_with_prefix()[name]
        assert np.array_equal(parameter.data().asnumpy(), other.data().asnumpy()), name


def test_nothing_is_downloaded_and_what_to_do_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    with pytest.raises(WeightsLacking) as refused:
        build(ModelSource("ssd_512_mobilenet1.0_voc"), lambda _: None)
    said = str(refused.value)
    assert "thaw weights get ssd_512_mobilenet1.0_voc;" in said
    assert f"{tmp_path}/models/ssd_512_mobilenet1.0_voc-37c18076.params" in said
    assert "--weights FILE" in said
    assert "--no-weights" in said
    assert "\n" not in said
    assert not (tmp_path / "models").exists()


def test_a_custom_models_trunk_is_not_downloaded_either(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    with pytest.raises(WeightsLacking) as refused:
        build(ModelSource("ssd_512_mobilenet1.0_custom", classes=("a",)), lambda _: None)
    said = str(refused.value)
    assert "mobilenet1.0, the trunk of ssd_512_mobilenet1.0_custom" in said
    assert "thaw weights get ssd_512_mobilenet1.0_custom --trunk;" in said
    assert f"{tmp_path}/models/mobilenet1.0-efbb2ca3.params" in said
    assert "--weights FILE" in said
    assert "--no-weights" in said
    assert not (tmp_path / "models").exists()


def test_a_trunk_that_is_on_the_disk_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    file = tmp_path / "models" / "mobilenet0.25-f0046a3d.params"
    file.parent.mkdir()
    trunk = opened("mobilenet0.25").net
    trunk.features[0].weight.set_data(mx.nd.ones((8, 3, 3, 3)) * 7)
    trunk.save_parameters(str(file))
    source = ModelSource("ssd_300_mobilenet0.25_custom", classes=("a",))
    with pytest.raises(Refusal, match="damaged, or another file than the zoo's"):
        build(source, lambda _: None)
    sha1 = hashlib.sha1(file.read_bytes()).hexdigest()
    monkeypatch.setitem(model_store._model_sha1, "mobilenet0.25", sha1)
    built = build(source, lambda _: None)
    first = built.net._collect_params_with_prefix()["features.mobilenet0_conv0_weight"]
    assert float(first.data().min().asscalar()) == 7


def test_a_gpu_that_is_not_there() -> None:
    if mx.context.num_gpus():
        pytest.skip("this machine has a GPU, so asking for one is no mistake")
    with pytest.raises(Refusal, match="MXNet sees 0 GPUs"):
        opened("cifar_resnet20_v1", ctx="gpu(0)")


def test_groups_and_blocks_hold_every_place_once() -> None:
    built = opened("ssd_300_mobilenet0.25_custom", classes=("a",))
    tree = ModelTree(describe(built.net, "ssd"))
    leaves = [node.path for node in tree.nodes if not node.is_block]
    assert sorted(leaves) == sorted(built.net._collect_params_with_prefix())


@pytest.mark.parametrize("name", ["resnet18_v1b_kinetics400", "resnet18_v1b_custom"])
def test_what_the_zoo_would_download_unasked_is_built_without(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MXNET_GLUON_REPO", "http://127.0.0.1:9/")
    net = opened(name, classes=("a", "b", "c")).net
    assert net.output.weight.shape == (3, 512)
    assert all(parameter._data is not None for parameter in net.collect_params().values())


@pytest.mark.parametrize(
    "name",
    ["resnet18_v1b_0.89", "fastscnn_citys", "hrnet_w18_small_v1_s", "mobilenet1.0_int8"],
)
def test_classes_that_a_model_does_not_take_are_refused(name: str) -> None:
    with pytest.raises(Refusal, match="its classes cannot be changed; open it without --classes"):
        opened(name, classes=("a", "b"))


def test_names_are_known_in_any_case_and_the_two_zoos_apart() -> None:
    assert type(opened("ResNet18_v1").net).__module__.startswith("gluoncv.")
    assert type(opened("Vision.ResNet18_v1").net).__module__.startswith("mxnet.")


@pytest.fixture(scope="module")
def of_torchvision(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of a ResNet-18 as torchvision writes it."""
    path = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    return torch_zip(path, as_torchvision(opened("resnet18_v1b").net))


def test_another_frameworks_file_is_loaded_as_it_is(of_torchvision: str) -> None:
    built = opened("resnet18_v1b", weights=of_torchvision)
    assert len(built.pretrained) == 102
    assert "102 of 102 parameters are from the file" in built.notes
    other = opened("resnet18_v1b", weights=of_torchvision, classes=("fig", "date"))
    assert set(built.pretrained) - set(other.pretrained) == {"fc.weight", "fc.bias"}
    assert any("left new: it has 1,000 outputs there, 2 here" in note for note in other.notes)


def test_a_trunks_file_begins_a_detector(of_torchvision: str, tmp_path: Path) -> None:
    model = "mask_rcnn_fpn_resnet18_v1b_coco"
    built = opened(model, weights=of_torchvision)
    assert len(built.pretrained) == 100
    assert all(name.startswith("features.resnetv1b_") for name in built.pretrained)
    # Under the detector's own names it is the same again.
    places = built.net._collect_params_with_prefix()
    file = str(tmp_path / "trunk.params")
    mx.nd.save(file, {name: places[name].data() for name in built.pretrained})
    assert opened(model, weights=file).pretrained == built.pretrained


def test_a_file_that_fits_nothing_in_a_model(of_torchvision: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="the nearest network is resnet18_v1b"):
        opened("resnet34_v1b", weights=of_torchvision)
    mx.nd.save(str(tmp_path / "x.params"), {"stage9.weight": mx.nd.zeros(3)})
    with pytest.raises(Refusal, match=r"weights of another model: lacks .*; holds stage9\.weight"):
        opened("resnet34_v1b", weights=str(tmp_path / "x.params"))
