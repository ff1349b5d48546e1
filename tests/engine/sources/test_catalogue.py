from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import msgspec
import pytest

from tui.engine.sources import zoo
from tui.engine.sources.catalogue import blank, in_a_fork
from tui.model.zoo import ZooEntry, zoo_table

SAMPLE = (
    "alpha_pose_resnet101_v1b_coco",
    "center_net_resnet18_v1b_dcnv2_voc",
    "cifar_resnet20_v1",
    "custom_faster_rcnn_fpn",
    "danet_resnet50_citys",
    "densenet121",
    "fastscnn_citys",
    "faster_rcnn_resnet50_v1b_voc",
    "googlenet",
    "hrnet_w18_small_v1_s",
    "i3d_resnet50_v1_ucf101",
    "icnet_resnet50_citys",
    "inceptionv3_ucf101",
    "mask_rcnn_fpn_resnet18_v1b_coco",
    "mobile_pose_mobilenetv3_small",
    "mobilenet1.0_int8",
    "monodepth2_resnet18_posenet_kitti_mono_640x192",
    "nasnet_4_1056",
    "p3d_resnet50_kinetics400",
    "resnest14",
    "resnet18_v1b_0.89",
    "resnet18_v1b_custom",
    "resnet50_v1b_sthsthv2",
    "shufflenet_v2",
    "siamrpn_alexnet_v2_otb15",
    "slowfast_4x16_resnet50_custom",
    "ssd_512_resnet50_v1_voc_int8",
    "ssd_300_vgg16_atrous_voc",
    "vision.mobilenetv2_0.25",
    "vision.squeezenet1.1",
    "xception",
    "yolo3_mobilenet0.25_coco",
)
"""At least one of each make."""


def test_the_table_holds_every_name_once_and_all_were_opened() -> None:
    assert [row.name for row in zoo_table()] == zoo.names()
    assert [row.name for row in zoo_table() if row.reason or not row.parameters] == []


@pytest.mark.slow
def test_a_sample_of_every_family_is_as_the_table_says() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui.engine.sources.catalogue", "--check", *SAMPLE],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert f"{len(SAMPLE)} of {len(SAMPLE)} opened" in done.stdout


def crash(_: ZooEntry) -> ZooEntry:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def hang(_: ZooEntry) -> ZooEntry:
    time.sleep(60)
    raise AssertionError


def give_up(_: ZooEntry) -> ZooEntry:
    os._exit(3)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (crash, "its process ended with SIGKILL"),
        (hang, "its process took more than 1 s"),
        (give_up, "its process ended with an error"),
    ],
)
def test_what_crashes_or_hangs_is_one_row(make: object, reason: str) -> None:
    row = in_a_fork(blank("alexnet"), make, patience=1)  # type: ignore[arg-type]
    assert row == msgspec.structs.replace(blank("alexnet"), reason=reason)


def test_a_name_that_is_none_is_refused() -> None:
    from tui.engine.sources.catalogue import main

    assert main(["--check", "no_such_model"]) == 2
