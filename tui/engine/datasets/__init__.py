"""Data sets, found by what lies at a path. A new format is one new file and one line in
`FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui.engine.datasets import builtin, coco, folder, lst, recordio, voc, yolo
from tui.engine.datasets.data import Data, Task
from tui.engine.datasets.fitted import fitted
from tui.engine.datasets.survey import Survey
from tui.engine.refusal import Refusal


@dataclass(frozen=True)
class Format:
    """A way in which data sets lie on a disk: its name, what a path holds of it (the tasks that it
    serves there, none where it is another format), and how it is read for one of them."""

    kind: str
    tasks_at: Callable[[str], tuple[Task, ...]]
    survey: Callable[[str, Task], Survey]


FORMATS: tuple[Format, ...] = (
    Format(builtin.KIND, builtin.tasks_at, builtin.survey),
    Format(voc.KIND, voc.tasks_at, voc.survey),
    Format(coco.KIND, coco.tasks_at, coco.survey),
    Format(yolo.KIND, yolo.tasks_at, yolo.survey),
    Format(recordio.KIND, recordio.tasks_at, recordio.survey),
    Format(lst.KIND, lst.tasks_at, lst.survey),
    Format(folder.KIND, folder.tasks_at, folder.survey),
)
"""Each format. Of several at a path, the first that serves the task is taken."""

NEEDED: dict[Task, str] = {
    "detection": "boxes: Pascal VOC, COCO JSON, YOLO text, RecordIO or .lst",
    "classification": "a folder of pictures for each class, RecordIO or .lst",
    "segmentation": "masks: Pascal VOC with SegmentationClass, or outlines in COCO JSON",
    "instance segmentation": "outlines: COCO JSON or YOLO text",
    "pose": "keypoints: COCO JSON",
}
"""What a task needs, in words."""


def load_data(path: str, task: Task, classes: tuple[str, ...]) -> Data:
    """Read the data set at a path, for a task, with the classes that the model tells apart.

    Raises:
        Refusal: nothing there, nothing that is known, or nothing that fits.
    """
    if path == builtin.NAME and task in builtin.tasks_at(path):
        return builtin.load(path, task, classes)
    return fitted(path, survey_data(path, task), task, classes)


def survey_data(path: str, task: Task | None = None, *, outlines: bool = False) -> Survey:
    """Look at the data set at a path, for a task, or for the likeliest one of what lies there; then
    with `outlines` too, where it has some and they are asked for.

    Raises:
        Refusal: nothing there, nothing that is known, or nothing for the task.
    """
    try:
        return _surveyed(path, task, outlines)
    except OSError as error:
        where = error.filename or path
        raise Refusal(f"{where}: {(error.strerror or str(error)).lower()}") from None


def _surveyed(path: str, task: Task | None, outlines: bool) -> Survey:
    if path != builtin.NAME:
        _refuse_nothing(path)
    others: list[str] = []
    for form in FORMATS:
        tasks = form.tasks_at(path)
        if tasks and (task is None or task in tasks):
            with_outlines: Task = "instance segmentation"
            likeliest = with_outlines if outlines and with_outlines in tasks else tasks[0]
            found = form.survey(path, task or likeliest)
            found.tasks = tasks
            return found
        if tasks:
            others.append(f"{form.kind}, for {', '.join(tasks)}")
    if others:
        assert task is not None
        raise Refusal(f"{path}: {'; '.join(others)}; {task} needs {NEEDED[task]}")
    if Path(path).is_file():
        raise Refusal(f"{path}: a file of no kind that is known; .json, .yaml, .rec and .lst are")
    if task == "classification":
        raise Refusal(
            f"{path}: no folder of pictures for each class (train/<class>/… or <class>/…)"
        )
    if task is None:
        raise Refusal(
            f"{path}: none of Pascal VOC ({voc.missing(path)}), COCO JSON, YOLO text, RecordIO, "
            ".lst and a folder a class"
        )
    tree = f"Pascal VOC tree ({voc.missing(path)})"
    raise Refusal(f"{path}: no {tree}, and nothing else with what {task} needs: {NEEDED[task]}")


def _refuse_nothing(path: str) -> None:
    place = Path(path)
    if not place.exists():
        raise Refusal(f"{path}: there is nothing at this path")
    if place.is_dir() and not any(place.iterdir()):
        raise Refusal(f"{path}: the folder is empty")
