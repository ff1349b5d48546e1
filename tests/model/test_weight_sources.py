"""The places for weights, as a table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.model.weight_files import (
    WeightOrigin,
    converted_path,
    read_origin,
    weight_files,
    write_origin,
)
from tui.model.weight_sources import _TRUNKS, _table, places_of, public, sources_of
from tui.model.zoo import all_on_disk, zoo_table

NAMES = {entry.name for entry in zoo_table()}


def test_every_row_is_for_a_zoo_name_or_a_trunk_and_says_whose_it_is() -> None:
    for name, rows in _table().items():
        assert name in NAMES or name in _TRUNKS
        for row in rows:
            assert row.trained_by
            assert row.license
            assert re.fullmatch(
                r"https://\S+" if row.place == "web" else r"timm/\w+\.(gluon|tv|ms)_in1k", row.where
            )
            assert re.fullmatch(r"[0-9a-f]{0,64}", row.sha256)


def test_the_repository_comes_first_and_is_the_one_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MXNET_GLUON_REPO", "https://mirror.example/mx/")
    first, second, *_ = sources_of("resnet50_v1b")
    assert first.where == "https://mirror.example/mx/gluon/models/resnet50_v1b-0ecdba34.zip"
    assert second.where == "timm/resnet50.gluon_in1k"
    assert second.bytes is not None
    assert 1.0e8 < second.bytes < 1.05e8


@pytest.mark.parametrize(
    ("name", "trunk"),
    [
        ("faster_rcnn_resnet50_v1b_custom", "resnet50_v1b"),
        ("mask_rcnn_fpn_resnet101_v1d_coco", "resnet101_v1d"),
        ("fcn_resnet50_voc", "resnet50_v1s"),
        ("simple_pose_resnet18_v1b", "resnet18_v1b"),
        ("ssd_300_vgg16_atrous_custom", "vgg16_atrous"),
        ("yolo3_darknet53_voc", "darknet53"),
        ("resnet50_v1b", ""),
    ],
)
def test_trunks_are_known(name: str, trunk: str) -> None:
    places = places_of(name)
    assert places is not None
    assert places.trunk == trunk
    assert bool(public(places.for_trunk)) == bool(trunk)


def test_where_there_is_no_public_place_the_nearest_model_with_one_is_named() -> None:
    for entry in zoo_table():
        places = places_of(entry.name)
        assert places is not None
        if public(places.own + places.for_trunk):
            assert places.nearest == ""
        elif places.nearest:
            near = places_of(places.nearest)
            assert near is not None
            assert public(near.own + near.for_trunk)
    places = places_of("ssd_512_resnet50_v1_custom")
    assert places is not None
    assert places.nearest == "ssd_300_resnet34_v1b_custom"
    assert places_of("no_such_model") is None


def test_converted_files_are_found_by_their_notes(tmp_path: Path) -> None:
    origin = WeightOrigin(
        "vgg16", "timm/vgg16.tv_in1k", "model.safetensors", "ab" * 32, "bsd", "x", "y", "c" * 40
    )
    path = converted_path(origin, tmp_path)
    assert path.name == "vgg16.from.timm-vgg16.tv_in1k-cccccccc.params"
    path.touch()
    assert weight_files("vgg16", tmp_path) == ()
    assert all_on_disk(tmp_path) == frozenset()
    write_origin(path, origin)
    assert read_origin(path) == origin
    (found,) = weight_files("vgg16", tmp_path)
    assert found.origin == origin
    assert all_on_disk(tmp_path) == {"vgg16"}
    (tmp_path / "vgg16-e660d456.params").touch()
    assert [file.origin for file in weight_files("vgg16", tmp_path)] == [None, origin]
    path.with_suffix(".toml").write_text("not = [toml")
    assert [file.origin for file in weight_files("vgg16", tmp_path)] == [None]
