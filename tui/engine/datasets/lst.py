"""`.lst` files as im2rec and GluonCV's detection tutorial have them: number, label, path, with tabs
between."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tui.engine.datasets.data import Problem, Task
from tui.engine.datasets.label_vectors import Row, VectorReader, survey_rows, task_of
from tui.engine.datasets.parts import files_of
from tui.engine.datasets.pictures import PictureFile, look_at
from tui.engine.datasets.survey import Survey
from tui.engine.refusal import Refusal

KIND = ".lst list"

_FOLDERS = ("", "images", "JPEGImages")


def tasks_at(path: str) -> tuple[Task, ...]:
    """A .lst file, or a folder that holds some; the first line tells what for."""
    for file in files_of(Path(path), ".lst"):
        try:
            with file.open(encoding="utf-8-sig", errors="replace") as lines:
                words = next(
                    (line.rstrip("\r\n").split("\t") for line in lines if line.strip()), []
                )
        except OSError:
            continue
        if len(words) >= 3:
            return ("classification",) if len(words) == 3 else ("detection",)
    return ()


def survey(path: str, task: Task) -> Survey:
    """Read the lists of both parts.

    Raises:
        Refusal: a list cannot be read.
    """
    place = Path(path)
    return survey_rows(KIND, place, files_of(place, ".lst"), _rows, task)


def _rows(file: Path, read: VectorReader) -> list[Row]:
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise Refusal(f"{file}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{file}: no text in UTF-8") from None
    found = []
    for number, line in enumerate(lines, 1):
        words = line.split("\t")
        if not line.strip():
            continue
        try:
            vector = np.array([float(word) for word in words[1:-1]])
            if not vector.size:
                raise ValueError(line)
        except ValueError:
            what = "no number, label and path with tabs between; left out"
            read.problems.append(Problem("broken line", f"{file.name}, line {number}", what))
            continue
        if task_of(vector) != read.task:
            what = f"its label is for {task_of(vector)}; left out"
            read.problems.append(Problem("broken line", f"{file.name}, line {number}", what))
            continue
        name = words[-1].strip()
        path = _place(file.parent, name)
        looked = look_at(path)
        found.append(Row(name, PictureFile(path, looked.turn), looked, vector))
    return found


def _place(root: Path, name: str) -> Path:
    there = (root / folder / name for folder in _FOLDERS)
    return next((path for path in there if path.is_file()), root / name)
