"""COCO JSON: boxes, polygons, keypoints.

GluonCV's own classes take the 80 classes of COCO and no others, and stop at the first picture that
is missing. The file is read here, as typed records, so that what is wrong in it has a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from tui.engine.datasets.boxes import checked_box
from tui.engine.datasets.data import OUTLINED, Problem, Task, unreadable
from tui.engine.datasets.painted_mask import BACKGROUND, PaintedMask
from tui.engine.datasets.parts import named, parted
from tui.engine.datasets.pictures import PictureFile, look_at
from tui.engine.datasets.survey import (
    Box,
    LabelledObject,
    LabelledPicture,
    Runs,
    Survey,
    divided,
)
from tui.engine.refusal import Refusal

KIND = "COCO JSON"

_FOLDERS = ("", "images", "JPEGImages", "data")


class _Image(msgspec.Struct):
    id: int | str
    file_name: str
    width: int = 0
    height: int = 0


class _Annotation(msgspec.Struct):
    image_id: int | str
    category_id: int | str
    id: int | str | None = None
    bbox: list[float] = []
    # Most of a file, and for boxes alone never looked at.
    segmentation: msgspec.Raw = msgspec.Raw(b"null")
    iscrowd: int = 0
    ignore: int = 0
    keypoints: list[float] = []


class _Runs(msgspec.Struct):
    size: tuple[int, int]
    counts: list[Annotated[int, msgspec.Meta(ge=0)]]


class _Category(msgspec.Struct):
    id: int | str
    name: str
    keypoints: list[str] = []


class _File(msgspec.Struct):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


_OWN = ("instances_", "person_keypoints_")
"""How COCO's own files begin: of boxes, and of keypoints."""

Record = TypeVar("Record", _Image, _Annotation, _Category)


def tasks_at(path: str) -> tuple[Task, ...]:
    """A JSON file that begins like COCO's, or a folder with one at its top, in `annotations`, or
    in `train`."""
    files = _files(Path(path))
    if not files:
        return ()
    found: list[Task] = ["detection"]
    # What else it serves is told without reading a gigabyte to its end.
    if any(_holds(file, b'"segmentation"') for file in files):
        found += ["instance segmentation", "segmentation"]
    if any(_holds(file, b'"keypoints"') for file in files):
        found.append("pose")
    return tuple(found)


def survey(path: str, task: Task) -> Survey:
    """Read the file, or the files of both parts that hold what the task needs.

    Raises:
        Refusal: a file is no COCO JSON.
    """
    place = Path(path)
    files = _files_for(_files(place), task)
    root = place if place.is_dir() else place.parent
    training, validation = parted(files, root)
    read = _Reader(root, task)
    train = [picture for file in training for picture in read.pictures(file)]
    if validation:
        kept = [picture for file in validation for picture in read.pictures(file)]
        split = f"{named(training)} / {named(validation)}"
    else:
        train, kept, how = divided(train)
        split = f"{named(training)}, {how}"
    classes = tuple(dict.fromkeys(read.classes))
    return Survey(
        kind=KIND,
        tasks=(task,),
        classes=(BACKGROUND, *classes) if task == "segmentation" else classes,
        train=train,
        validation=kept,
        split=split,
        problems=read.problems,
        joints=read.joints,
    )


@dataclass
class _Reader:
    root: Path
    task: Task
    classes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    joints: tuple[str, ...] = ()

    def pictures(self, file: Path) -> list[LabelledPicture]:
        """The pictures of one file."""
        content = _decoded(file)
        names = {one.id: one.name for one in self._once(content.categories, "category", file)}
        for name, count in Counter(names.values()).items():
            if count > 1:
                self._say("duplicate category", file.name, f"{count} categories are named {name}")
        self.classes += [
            name for _, name in sorted(names.items(), key=lambda item: str(item[0]).zfill(12))
        ]
        self._name_joints(content)
        images = self._once(content.images, "picture", file)
        labels: dict[int | str, list[_Annotation]] = {image.id: [] for image in images}
        nowhere: Counter[int | str] = Counter()
        for one in self._once(content.annotations, "annotation", file):
            if one.image_id in labels:
                labels[one.image_id].append(one)
            else:
                nowhere[one.image_id] += 1
        for number, count in nowhere.items():
            self._say(
                "annotation without a picture",
                f"{file.name}, picture {number}",
                f"is not in the file, and {count} annotations are of it; left out",
            )
        found = (self._picture(file, image, labels[image.id], names) for image in images)
        return [picture for picture in found if picture is not None]

    def _once(self, records: Sequence[Record], what: str, file: Path) -> list[Record]:
        """The first record of each number."""
        found: dict[Any, Record] = {}
        for place, record in enumerate(records):
            key = record.id if record.id is not None else f"no number, {place}"
            if key in found:
                self._say(
                    f"duplicate {what} id",
                    f"{file.name}, {what} {key}",
                    "is there again; only the first counts",
                )
            else:
                found[key] = record
        return list(found.values())

    def _picture(
        self,
        file: Path,
        image: _Image,
        labels: Sequence[_Annotation],
        names: dict[int | str, str],
    ) -> LabelledPicture | None:
        path = self._place(file, image.file_name)
        if path in self.seen:
            self._say("duplicate picture", image.file_name, "is there again; only the first counts")
            return None
        self.seen.add(path)
        looked = look_at(path)
        if looked.problem:
            self.problems.append(unreadable(image.file_name, looked.problem))
            return None
        turn = looked.turn_for((image.width, image.height))
        if turn is None:
            there = f"{looked.width}×{looked.height}"
            what = f"labelled at {image.width}×{image.height}, the picture has {there}; left out"
            self._say("size that is not the picture's", image.file_name, what)
            return None
        width, height = looked.turned_by(turn)
        objects = (self._object(one, image, names, width, height) for one in labels)
        kept = tuple(one for one in objects if one is not None)
        picture = LabelledPicture(image.file_name, PictureFile(path, turn), width, height, kept)
        if self.task != "segmentation":
            return picture
        indices = {name: number + 1 for number, name in enumerate(dict.fromkeys(self.classes))}
        mask = PaintedMask(width, height, kept, indices)
        return LabelledPicture(
            picture.name, picture.source, width, height, (), None, mask, mask.present
        )

    def _object(
        self, one: _Annotation, image: _Image, names: dict[int | str, str], width: int, height: int
    ) -> LabelledObject | None:
        where = image.file_name if one.id is None else f"{image.file_name}, annotation {one.id}"
        name = names.get(one.category_id)
        if name is None:
            self._say("unknown category", where, f"category {one.category_id}; left out")
            return None
        crowd = bool(one.iscrowd or one.ignore)
        if crowd and self.task not in ("detection", "instance segmentation"):
            self._say("crowd", where, f"{name}: a crowd, or to be ignored; left out")
            return None
        if crowd:
            what = "a crowd, or to be ignored; not trained on, and in validation counts neither way"
            self._say("crowd", where, f"{name}: {what}")
        outlined = self.task in OUTLINED
        runs = _runs(one.segmentation, width, height) if crowd and outlined else None
        as_polygons = not runs and (outlined or len(one.bbox) != 4)
        polygons = self._polygons(one, where) if as_polygons else ()
        given = _box(one, polygons)
        if given is None:
            self._say("a box without numbers", where, f"{name}: no box; left out")
            return None
        box, kind = checked_box(given, width, height)
        if kind:
            self._say(kind, where, f"{name}: {kind}{'' if box else '; left out'}")
        if box is None:
            return None
        joints = self._keypoints(one, where)
        kept = polygons if outlined else ()
        return LabelledObject(name, box, False, kept, joints, crowd, runs)

    def _name_joints(self, content: _File) -> None:
        """The file's own names of keypoints, or numbers for as many as most objects have."""
        if self.joints:
            return
        named = [tuple(one.keypoints) for one in content.categories if one.keypoints]
        if named:
            self.joints = named[0]
            return
        lengths = Counter(len(one.keypoints) for one in content.annotations if one.keypoints)
        if lengths:
            count = lengths.most_common(1)[0][0] // 3
            self.joints = tuple(f"joint {number}" for number in range(1, count + 1))

    def _keypoints(self, one: _Annotation, where: str) -> tuple[tuple[float, float, int], ...]:
        if not one.keypoints:
            return ()
        values, wanted = len(one.keypoints), 3 * len(self.joints)
        if values != wanted:
            if self.task == "pose":
                what = f"{values} numbers, and {len(self.joints)} joints take {wanted}; left out"
                self._say("another number of keypoints", where, what)
            return ()
        triples = zip(*(one.keypoints[start::3] for start in range(3)), strict=True)
        return tuple((x, y, int(seen)) for x, y, seen in triples)

    def _polygons(self, one: _Annotation, where: str) -> tuple[tuple[float, ...], ...]:
        matters = self.task in OUTLINED
        given = msgspec.json.decode(one.segmentation)
        if not isinstance(given, list):
            if given and matters:
                self._say("outline as RLE", where, "a mask in runs, not a polygon; left out")
            return ()
        polygons = _plain(given)
        if len(polygons) < len(given) and matters:
            self._say("broken polygon", where, "fewer than three points; left out")
        return polygons

    def _place(self, file: Path, name: str) -> Path:
        """Where a picture is: beside its file, or in a folder that is usual."""
        tops = dict.fromkeys((file.parent, self.root, file.parent.parent))
        part = file.stem.removeprefix("instances_").removeprefix("person_keypoints_")
        for top in tops:
            for folder in (*_FOLDERS, part, f"images/{part}"):
                path = top / folder / name
                if path.is_file():
                    return path
        return self.root / "images" / name

    def _say(self, kind: str, where: str, what: str) -> None:
        self.problems.append(Problem(kind, where, what))


def _box(one: _Annotation, polygons: Sequence[Sequence[float]]) -> Box | None:
    if len(one.bbox) == 4:
        x, y, width, height = one.bbox
        # As GluonCV's COCODetection: a box of one pixel has no extent.
        less = 1 if width >= 1 and height >= 1 else 0
        return x, y, x + width - less, y + height - less
    if not polygons:
        return None
    xs = [x for polygon in polygons for x in polygon[::2]]
    ys = [y for polygon in polygons for y in polygon[1::2]]
    return min(xs), min(ys), max(xs) - 1, max(ys) - 1


def _runs(raw: msgspec.Raw, width: int, height: int) -> Runs | None:
    """A mask in runs, as COCO has it of crowds, or None where it is something else, or of another
    size."""
    from pycocotools import mask

    try:
        given = msgspec.json.decode(raw, type=_Runs)
    except msgspec.ValidationError:
        return None
    if given.size != (height, width) or sum(given.counts) != height * width:
        return None
    written = mask.frPyObjects({"counts": given.counts, "size": [height, width]}, height, width)
    return height, width, written["counts"]


def _plain(given: list[Any]) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(float(value) for value in polygon)
        for polygon in given
        if isinstance(polygon, list)
        and len(polygon) >= 6
        and len(polygon) % 2 == 0
        and all(isinstance(value, (int, float)) for value in polygon)
    )


def _decoded(file: Path) -> _File:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_File)
    except OSError as error:
        raise Refusal(f"{file}: {(error.strerror or str(error)).lower()}") from None
    except (msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Refusal(f"{file}: no COCO JSON: {error}") from None
    except msgspec.DecodeError as error:
        raise Refusal(f"{file}: no whole JSON ({error})") from None


def _files(place: Path) -> list[Path]:
    if place.suffix.lower() == ".json":
        return [place] if place.is_file() else []
    if not place.is_dir():
        return []
    found = [
        file
        for folder in ("", "annotations", "train", "valid", "val", "test")
        for file in sorted((place / folder).glob("*.json"))
        if _is_coco(file)
    ]
    # COCO itself lies with captions of the same pictures beside.
    return [one for one in found if one.stem.startswith(_OWN)] or found


def _files_for(files: list[Path], task: Task) -> list[Path]:
    """COCO's own name each picture twice: with its boxes, and with its keypoints."""
    boxes, keypoints = ([one for one in files if one.stem.startswith(own)] for own in _OWN)
    return (keypoints if task == "pose" else boxes) or files


def _is_coco(file: Path) -> bool:
    """Whether a JSON file is COCO's. One that should be, by its place, and cannot be read is not
    passed over: the rest would be divided as if it were all."""
    try:
        return _holds(file, b'"images"') and _holds(file, b'"annotations"', b'"categories"')
    except OSError:
        if file.parent.name == "annotations" or file.stem.startswith(_OWN):
            raise
        return False


def _holds(file: Path, *any_of: bytes) -> bool:
    """Whether a file has one of some words, near its beginning or its end, or anywhere."""
    with file.open("rb") as opened:
        kept = b""
        while block := opened.read(1 << 20):
            if any(word in kept + block for word in any_of):
                return True
            kept = block[-64:]
    return False
