"""The zoo as a table: every name that can be opened, with what is known of it beforehand.

The table ships with the package (zoo.json), so that the browser needs no MXNet. It is made by
`python -m tui.engine.sources.catalogue`, which builds every model once.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

TABLE = Path(__file__).with_name("zoo.json")

Zoo = Literal["gluoncv", "gluon"]


class ZooEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One name.

    `parameters` and `values` are how many it has as built (None where it could not be built);
    `input_size` is its usual height and width in pixels. `weights` is the file stem of the
    zoo's own weights, with the first eight digits of their SHA-1 (empty: there are none).
    `trunk` is the name under which the zoo keeps the weights of the trunk it is built on (empty:
    it is built on none).
    `needs_classes` is whether it is made for classes of one's own. `reason` is why it could not
    be built without network.
    """

    name: str
    zoo: Zoo
    family: str
    task: str
    input_size: tuple[int, int] | None
    parameters: int | None = None
    values: int | None = None
    weights: str = ""
    trunk: str = ""
    needs_classes: bool = False
    reason: str = ""


_DATA_SETS: tuple[tuple[str, str], ...] = (
    (r"voc", "VOC"),
    (r"coco|simple_pose|mobile_pose", "COCO"),
    (r"citys", "Cityscapes"),
    (r"_ade", "ADE20K"),
    (r"mhp", "MHP"),
    (r"kitti", "KITTI"),
    (r"kinetics400", "Kinetics-400"),
    (r"ucf101", "UCF101"),
    (r"hmdb51", "HMDB51"),
    (r"sthsthv2", "SthSth v2"),
    (r"cifar", "CIFAR-10"),
)


def trained_on(entry: ZooEntry) -> str:
    """The data set on which the zoo's own weights were trained; empty where it has none, or
    where neither name nor task tells."""
    if not entry.weights:
        return ""
    for pattern, data_set in _DATA_SETS:
        if re.search(pattern, entry.name):
            return data_set
    return "ImageNet" if entry.task == "classification" else ""


def models_folder() -> Path:
    """Where MXNet keeps downloaded weights."""
    return Path(os.environ.get("MXNET_HOME", "~/.mxnet")).expanduser() / "models"


CONVERTED = ".from."
"""What stands in the names of converted files, between the model and the source."""


def all_on_disk(folder: Path | None = None) -> frozenset[str]:
    """The names whose weights are on this disk already, from one look at the folder: the zoo's
    own, or converted ones. Trunks that are no models by themselves are among them."""
    try:
        files = set(os.listdir(folder or models_folder()))
    except OSError:
        return frozenset()
    own = {e.name for e in zoo_table() if e.weights and f"{e.weights}.params" in files}
    notes = {file for file in files if file.endswith(".toml")}
    return frozenset(own) | {
        file.partition(CONVERTED)[0]
        for file in files
        if CONVERTED in file and file.endswith(".params") and f"{file[:-7]}.toml" in notes
    }


@lru_cache(maxsize=1)
def zoo_table() -> tuple[ZooEntry, ...]:
    """All entries, GluonCV's first, by name."""
    return msgspec.json.decode(TABLE.read_bytes(), type=tuple[ZooEntry, ...])


def is_detector(name: str) -> bool:
    """Whether a zoo name is of a network whose classes are changed by `reset_class`, or not at
    all: of any other the output layer can be replaced."""
    return re.match(r"ssd_|yolo3_.*_(voc|coco|custom)|.*rcnn|center_net|.*pose", name) is not None


def find_entry(name: str) -> ZooEntry | None:
    """The entry of a name."""
    return zoo_by_name().get(name.lower())


@lru_cache(maxsize=1)
def zoo_by_name() -> dict[str, ZooEntry]:
    """The same entries by their names, in the same order."""
    return {entry.name: entry for entry in zoo_table()}
