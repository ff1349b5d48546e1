"""The zoo as a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.model.zoo import all_on_disk, find_entry, trained_on, zoo_table


def test_every_name_is_there_once() -> None:
    names = [entry.name for entry in zoo_table()]
    assert len(set(names)) == len(names) == 366


@pytest.mark.parametrize(
    ("name", "data_set"),
    [
        ("ssd_512_mobilenet1.0_voc", "VOC"),
        ("simple_pose_resnet18_v1b", "COCO"),
        ("cifar_resnet20_v1", "CIFAR-10"),
        ("vision.resnet50_v1", "ImageNet"),
        ("resnet50_v1b_kinetics400", "Kinetics-400"),
        ("se_resnet50_v1", ""),
        ("ssd_512_mobilenet1.0_custom", ""),
        ("siamrpn_alexnet_v2_otb15", ""),
    ],
)
def test_what_the_weights_were_trained_on(name: str, data_set: str) -> None:
    entry = find_entry(name)
    assert entry is not None
    assert trained_on(entry) == data_set


def test_on_disk_is_a_file_with_the_right_hash(tmp_path: Path) -> None:
    assert all_on_disk(tmp_path / "none") == frozenset()
    (tmp_path / "cifar_resnet20_v1-121e1579.params").touch()
    (tmp_path / "cifar_resnet20_v2-00000000.params").touch()
    assert all_on_disk(tmp_path) == {"cifar_resnet20_v1"}
