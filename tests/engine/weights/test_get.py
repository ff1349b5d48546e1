"""Weights from a place into the model folder, and from there into networks."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.model_zoo import model_store

from tests.engine.weights.hub_stand_in import COMMIT, HubStandIn
from tui.engine.refusal import Refusal, WeightsLacking
from tui.engine.sources import build
from tui.engine.weights import get as get_module
from tui.engine.weights.conversion import Conversion
from tui.engine.weights.get import get_weights
from tui.model import weight_sources
from tui.model.source import ModelSource
from tui.model.weight_files import read_origin, weight_files
from tui.model.weight_listing import listed_model
from tui.model.zoo import all_on_disk, models_folder
from tui.runs.inspection import GotWeights

TRUNK, DETECTOR = "resnet18_v1b", "center_net_resnet18_v1b_voc"
SOURCE = "timm/resnet18.gluon_in1k"


@pytest.fixture
def sevens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversion that fills every parameter with sevens, whatever the file says."""

    def convert_file(file: str, net: Any, model: str) -> Conversion:
        assert Path(file).read_bytes() == b"a file of another kind"
        places = net._collect_params_with_prefix()
        arrays = {name: p.data() * 0 + 7 for name, p in places.items()}
        return Conversion(arrays, unused=("fc.extra",), widened="fp16")

    monkeypatch.setattr(get_module, "convert_file", convert_file)


def get(model: str, part: str = "all", place: str | None = None) -> GotWeights:
    return get_weights(model, part, place, lambda _: None, lambda *_: None)  # type: ignore[arg-type]


def test_from_the_hub_under_a_name_of_its_own_with_a_note(hub: HubStandIn, sevens: None) -> None:
    hub.put(SOURCE, b"a file of another kind")
    got = get(TRUNK)
    file = models_folder() / f"{TRUNK}.from.timm-resnet18.gluon_in1k-01234567.params"
    assert got.file == str(file)
    assert got.fetched
    assert "resnet18_v1b-2d9d980c.zip: 127.0.0.1 cannot be reached" in got.tried[0]
    origin = read_origin(file)
    assert origin is not None
    assert (origin.source, origin.revision, origin.license) == (SOURCE, COMMIT, "apache-2.0")
    assert origin.sha256 == hashlib.sha256(b"a file of another kind").hexdigest()
    assert (origin.unused, origin.widened, origin.part) == (1, "fp16", "all")
    assert sorted(p.suffix for p in models_folder().iterdir()) == [".params", ".toml"]
    assert all_on_disk() == {TRUNK}
    hub.requests = []
    again = get(TRUNK)
    assert (again.file, again.fetched, hub.requests) == (got.file, False, [])


def test_a_converted_file_is_what_the_model_opens_with(hub: HubStandIn, sevens: None) -> None:
    with pytest.raises(WeightsLacking, match=f"fetch them: thaw weights get {TRUNK};") as lacking:
        build(ModelSource(TRUNK), lambda _: None)
    assert lacking.value.kept_under == TRUNK
    hub.put(SOURCE, b"a file of another kind")
    get(TRUNK)
    built = build(ModelSource(TRUNK), lambda _: None)
    assert built.converted
    assert built.weights == str(weight_files(TRUNK)[0].path)
    assert len(built.pretrained) == len(built.net._collect_params_with_prefix())
    assert any(COMMIT in note and "sha256" in note for note in built.notes)


def test_the_trunk_of_a_detector_is_filled_and_nothing_else(hub: HubStandIn, sevens: None) -> None:
    source = ModelSource(DETECTOR, weights="trunk")
    with pytest.raises(WeightsLacking, match=f"thaw weights get {DETECTOR} --trunk") as lacking:
        build(source, lambda _: None)
    assert lacking.value.kept_under == TRUNK
    hub.put(SOURCE, b"a file of another kind")
    assert get(DETECTOR, "trunk").model == TRUNK
    built = build(source, lambda _: None)
    places = built.net._collect_params_with_prefix()
    assert built.pretrained
    assert {name.partition(".")[0] for name in built.pretrained} == {"base_network"}
    assert all(np.all(places[name].data().asnumpy() == 7) for name in built.pretrained)
    assert any(note.startswith(f"trunk: weights of {SOURCE}") for note in built.notes)


def test_a_model_without_a_trunk_says_so() -> None:
    with pytest.raises(Refusal, match="is built on no trunk that has weights"):
        build(ModelSource("mobilenet1.0", weights="trunk"), lambda _: None)
    with pytest.raises(Refusal, match="is built on no trunk that has weights"):
        get("mobilenet1.0", "trunk")


def test_from_gluoncvs_repository_if_the_sha1_is_right(
    hub: HubStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = build(ModelSource("cifar_resnet20_v1", pretrained=False), lambda _: None).net
    params = models_folder() / "own.params"
    params.parent.mkdir(parents=True)
    net.save_parameters(str(params))
    content = params.read_bytes()
    params.unlink()
    stem = "cifar_resnet20_v1-121e1579"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{stem}.params", content)
    monkeypatch.setenv("MXNET_GLUON_REPO", f"{hub.url}/mirror")
    hub.files[f"/mirror/gluon/models/{stem}.zip"] = packed.getvalue()
    with pytest.raises(Refusal, match="not the zoo's file"):
        get("cifar_resnet20_v1")
    sha1 = hashlib.sha1(content).hexdigest()
    monkeypatch.setitem(model_store._model_sha1, "cifar_resnet20_v1", sha1)
    assert get("cifar_resnet20_v1").file == str(models_folder() / f"{stem}.params")
    assert [p.name for p in models_folder().iterdir()] == [f"{stem}.params"]
    assert build(ModelSource("cifar_resnet20_v1"), lambda _: None).pretrained


def test_what_is_no_archive_is_said(hub: HubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXNET_GLUON_REPO", hub.url)
    hub.files["/gluon/models/cifar_resnet20_v1-121e1579.zip"] = b"<html>moved</html>"
    with pytest.raises(Refusal, match=r"what came is no archive with cifar_resnet20_v1-121e1579"):
        get("cifar_resnet20_v1")


def test_from_an_address_with_a_published_digest(
    hub: HubStandIn, sevens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"a file of another kind"
    digest = hashlib.sha256(content).hexdigest()
    row = weight_sources.WeightSource(
        "squeezenet1.0",
        "web",
        f"{hub.url}/models/squeezenet1_0-{digest[:8]}.pth",
        "torchvision",
        "bsd-3-clause",
        sha256=digest[:8],
    )
    monkeypatch.setattr(weight_sources, "_table", lambda: {"squeezenet1.0": (row,)})
    path = f"/models/squeezenet1_0-{digest[:8]}.pth"
    hub.files[path] = b"something else"
    with pytest.raises(Refusal, match="another file than it should be"):
        get("squeezenet1.0", place="web")
    hub.files[path] = content
    got = get("squeezenet1.0", place="web")
    assert Path(got.file).name == (
        f"squeezenet1.0.from.squeezenet1_0-{digest[:8]}.pth-{digest[:8]}.params"
    )


def test_where_nothing_serves_it_all_that_was_tried_is_said_in_one_line(hub: HubStandIn) -> None:
    with pytest.raises(Refusal) as refused:
        get("resnet18_v1b")
    said = str(refused.value)
    assert "\n" not in said
    for part in ("2d9d980c.zip: 127.0.0.1 cannot", f"{SOURCE}/", "resnet18.tv_in1k", "HTTP 404"):
        assert part in said
    assert f"put the zoo's file at {models_folder() / 'resnet18_v1b-2d9d980c.params'}" in said
    with pytest.raises(Refusal, match="its trunk's can be had: thaw weights get faster_rcnn"):
        get("faster_rcnn_resnet50_v1b_voc")
    with pytest.raises(Refusal, match="the nearest model with a public place is ssd_"):
        get("ssd_512_mobilenet1.0_voc")
    with pytest.raises(Refusal, match="not to be had from hub; there is gluoncv"):
        get("ssd_512_mobilenet1.0_voc", place="hub")
    with pytest.raises(Refusal, match="no place is known that serves weights for nasnet"):
        get("nasnet_4_1056")
    with pytest.raises(Refusal, match="no zoo model is named 'resnet50'"):
        get("resnet50")


def test_the_listing_shows_what_is_here(hub: HubStandIn, sevens: None) -> None:
    hub.put(SOURCE, b"a file of another kind")
    get(TRUNK)
    listed = listed_model(DETECTOR)
    assert listed is not None
    (file,) = listed.on_disk
    assert (file.fills, file.name, file.source, file.revision) == ("trunk", TRUNK, SOURCE, COMMIT)
    assert mx.nd.load(file.path)
