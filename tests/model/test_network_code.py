"""The lines that build a network load the weights that thaw has loaded, or none are written."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import msgspec
import mxnet as mx
import pytest

from tests.engine.sources import own_code
from tests.engine.weights.foreign_files import safetensors
from tests.engine.weights.test_conversion import as_torchvision
from tui.engine.inspect import serve
from tui.engine.sources import build
from tui.engine.weights.convert import convert
from tui.engine.weights.trunks import parameters_of
from tui.model.network_code import NoPython, making
from tui.model.source import ModelSource
from tui.model.tree import ModelTree
from tui.model.weight_files import WeightOrigin, converted_path, write_origin
from tui.runs.inspection import Answer, ConvertWeights, Opened, OpenModel

pytestmark = pytest.mark.slow

TRUNK = "resnet18_v1b"
DETECTOR = "center_net_resnet18_v1b_voc"


def opened(source: ModelSource) -> Opened:
    """What the inspector says of a source."""
    answers = io.BytesIO()
    serve(io.BytesIO(msgspec.json.encode(OpenModel(source))), answers)
    last = answers.getvalue().splitlines()[-1]
    answer = msgspec.json.decode(last, type=Answer)
    assert isinstance(answer, Opened), answer
    return answer


def made(source: ModelSource) -> Any:
    """The network that the lines make."""
    answer = opened(source)
    imports, lines = making(ModelTree(answer.model), answer.source)
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("\n".join([*imports, *lines]), names)
    return names["net"]


def same_values(source: ModelSource) -> int:
    """How many parameters came from a file, each with the same values in both networks."""
    built = build(source, lambda _: None)
    places, others = (net._collect_params_with_prefix() for net in (built.net, made(source)))
    for name in built.pretrained:
        assert (places[name].data() == others[name].data()).asnumpy().all(), name
    return len(built.pretrained)


@pytest.fixture(scope="module")
def trunk_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of the trunk's weights, under the trunk's own names."""
    file = str(tmp_path_factory.mktemp("weights") / "trunk.params")
    build(ModelSource(TRUNK, pretrained=False), lambda _: None).net.save_parameters(file)
    return file


def test_a_file_under_the_trunks_names(trunk_file: str, tmp_path: Path) -> None:
    source = ModelSource(DETECTOR, weights=trunk_file)
    with pytest.raises(NoPython, match=f"thaw weights convert {trunk_file} --to {DETECTOR}`"):
        made(source)
    # What it says does help.
    file = str(tmp_path / "converted.params")
    convert(ConvertWeights(trunk_file, DETECTOR, file), lambda _: None)
    assert same_values(msgspec.structs.replace(source, weights=file)) == 100


def test_another_frameworks_file(tmp_path: Path) -> None:
    net = build(ModelSource(TRUNK, pretrained=False), lambda _: None).net
    file = safetensors(tmp_path / "x.bin", as_torchvision(net))
    with pytest.raises(NoPython, match=f"thaw weights convert {file} --to {TRUNK}`"):
        made(ModelSource(TRUNK, weights=file))


@pytest.mark.parametrize(
    "source",
    [
        ModelSource("center_net_resnet18_v1b_voc", weights="trunk"),
        ModelSource("mask_rcnn_fpn_resnet18_v1b_coco", weights="trunk"),
    ],
)
def test_a_trunk_that_was_converted_into_the_model_folder(
    source: ModelSource, trunk_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    origin = WeightOrigin(TRUNK, "timm/resnet18", "model.safetensors", "0" * 64, "", "", "")
    file = converted_path(origin)
    file.parent.mkdir()
    file.write_bytes(Path(trunk_file).read_bytes())
    write_origin(file, origin)
    with pytest.raises(NoPython, match=f"thaw weights convert {file} --to {source.model}"):
        made(source)


def test_a_file_for_other_classes(tmp_path: Path) -> None:
    name = "ssd_300_mobilenet0.25_custom"
    source = ModelSource(name, classes=("a", "b", "c"), weights=str(tmp_path / "two.params"))
    two = ModelSource(name, classes=("a", "b"), pretrained=False)
    build(two, lambda _: None).net.save_parameters(str(tmp_path / "two.params"))
    with pytest.raises(NoPython, match=r"two\.params --to \S+ --classes a,b,c`"):
        made(source)
    assert same_values(msgspec.structs.replace(two, weights=source.weights, pretrained=True)) > 100


@pytest.mark.parametrize(
    "name",
    ["ssd_300_mobilenet0.25_voc", "resnet18_v1b"],
)
def test_a_part_of_the_weights_and_classes_of_ones_own(name: str, tmp_path: Path) -> None:
    places = parameters_of(build(ModelSource(name, pretrained=False), lambda _: None).net)
    file = str(tmp_path / "part.params")
    heads = ("class_predictors", "box_predictors", "fc")
    part = {n: p.data() for n, p in places.items() if not n.startswith(heads)}
    mx.nd.save(file, part)
    source = ModelSource(name, classes=("a", "b"), weights=file)
    assert same_values(source) == len(part)


OWN = "tests.model.networks:Own"


def test_a_file_of_prefixed_names(tmp_path: Path) -> None:
    file = str(tmp_path / "prefixed.params")
    build(ModelSource(OWN), lambda _: None).net.collect_params().save(file)
    with pytest.raises(NoPython, match=r"not under the names.*save_parameters"):
        made(ModelSource(OWN, weights=file))
    name = "mobilenet0.25"
    build(ModelSource(name, pretrained=False), lambda _: None).net.collect_params().save(file)
    with pytest.raises(NoPython, match="thaw weights convert"):
        made(ModelSource(name, weights=file))


@pytest.mark.parametrize("source", [ModelSource(OWN), ModelSource("demo", ("circle",))])
def test_a_file_in_half_precision(source: ModelSource, tmp_path: Path) -> None:
    file = str(tmp_path / "half.params")
    net = build(source, lambda _: None).net
    net.cast("float16")
    net.save_parameters(file)
    assert same_values(msgspec.structs.replace(source, weights=file)) > 10


def test_a_zoo_model_in_half_precision(tmp_path: Path) -> None:
    name = "mobilenet0.25"
    net = build(ModelSource(name, pretrained=False), lambda _: None).net
    net.cast("float16")
    net.save_parameters(str(tmp_path / "half.params"))
    assert same_values(ModelSource(name, weights=str(tmp_path / "half.params"))) == 137


def test_a_symbol_that_still_asks_for_labels(tmp_path: Path) -> None:
    data = mx.sym.Dropout(mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc"))
    symbol = mx.sym.SoftmaxOutput(data, name="softmax")
    symbol.save(str(tmp_path / "own-symbol.json"))
    arrays = {"arg:fc_weight": mx.nd.ones((3, 4)), "arg:fc_bias": mx.nd.ones(3)}
    mx.nd.save(str(tmp_path / "own-0000.params"), arrays)
    source = ModelSource(str(tmp_path / "own-symbol.json"))
    assert opened(source).source.input_name == "data,softmax_label"
    assert same_values(source) == 2


def test_a_file_that_holds_the_targets_of_an_rcnn(tmp_path: Path) -> None:
    source = ModelSource("faster_rcnn_resnet50_v1b_voc", pretrained=False)
    file = str(tmp_path / "trained.params")
    build(source, lambda _: None).net.save_parameters(file)
    assert any(name.startswith("_target_generator.") for name in mx.nd.load(file))
    assert same_values(ModelSource(source.model, weights=file)) > 200


@pytest.mark.parametrize("where", ["tests.engine.sources.own_code", own_code.__file__])
def test_a_network_that_stands_there_is_not_called(where: str) -> None:
    net = made(ModelSource(f"{where}:READY"))
    assert type(net).__name__ == "Dense"
    assert net.weight.data().shape == (2, 3)
    assert type(made(ModelSource(f"{where}:make"))).__name__ == "OwnNet"
