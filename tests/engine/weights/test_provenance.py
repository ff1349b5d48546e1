from __future__ import annotations

from pathlib import Path

from tui.engine.describe import describe
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.model.source import ModelSource


def built(**how: object) -> Built:
    return build(ModelSource("cifar_resnet20_v1", **how), lambda _: None)  # type: ignore[arg-type]


def test_nothing_came_from_a_file() -> None:
    assert built(pretrained=False).pretrained == ()


def test_everything_did(tmp_path: Path) -> None:
    file = tmp_path / "weights.params"
    net = built(pretrained=False).net
    net.save_parameters(str(file))
    found = built(weights=str(file))
    assert set(found.pretrained) == set(found.net._collect_params_with_prefix())
    info = describe(found.net, "", pretrained=found.pretrained)
    assert all(parameter.pretrained for parameter in info.parameters)


def test_all_but_the_layer_made_anew_for_other_classes(tmp_path: Path) -> None:
    file = tmp_path / "weights.params"
    built(pretrained=False).net.save_parameters(str(file))
    found = built(weights=str(file), classes=("fig", "date"))
    new = set(found.net._collect_params_with_prefix()) - set(found.pretrained)
    assert new == {"output.weight", "output.bias"}


def test_a_trunk_that_its_own_maker_loads() -> None:
    found = build(ModelSource("demo"), lambda _: None)
    assert found.pretrained
    assert all(name.startswith("features.") for name in found.pretrained)
    info = describe(found.net, "", pretrained=found.pretrained)
    trunk = [p for p in info.parameters if p.structure_name.startswith("features.")]
    assert all(parameter.pretrained for parameter in trunk)


def test_class_predictors_of_reset_class_are_new(tmp_path: Path) -> None:
    file = tmp_path / "weights.params"
    source = ModelSource("ssd_300_vgg16_atrous_voc", pretrained=False)
    build(source, lambda _: None).net.save_parameters(str(file))
    found = build(
        ModelSource("ssd_300_vgg16_atrous_voc", classes=("fig",), weights=str(file)),
        lambda _: None,
    )
    new = set(found.net._collect_params_with_prefix()) - set(found.pretrained)
    assert new
    assert all(name.startswith("class_predictors.") for name in new)


def test_a_custom_detector_takes_all_but_the_class_layers_of_a_file_for_other_classes(
    tmp_path: Path,
) -> None:
    file = tmp_path / "weights.params"
    name = "ssd_300_mobilenet0.25_custom"
    three = ModelSource(name, classes=("a", "b", "c"), pretrained=False, seed=1)
    theirs = build(three, lambda _: None).net
    theirs.save_parameters(str(file))
    found = build(ModelSource(name, classes=("fig",), weights=str(file)), lambda _: None)
    names = set(found.net._collect_params_with_prefix())
    assert {path.split(".")[0] for path in names - set(found.pretrained)} == {"class_predictors"}
    assert "new, not from the file: class_predictors" in found.notes
    ours = found.net.box_predictors[0].predictor.weight.data()
    assert (ours == theirs.box_predictors[0].predictor.weight.data()).min().asscalar() == 1
