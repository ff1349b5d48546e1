from __future__ import annotations

from pathlib import Path

import mxnet as mx
import numpy as np
import pytest

from tests.engine.voc_tree import write_picture
from tui.engine.datasets import load_data, survey_data
from tui.engine.refusal import Refusal

CLASSES = ("cat", "dog")
LABEL = [4, 5, 96, 80, 1, 0.25, 0.25, 0.5, 0.75]


def write_lst(root: Path, labels: list[list[float]], name: str = "train.lst") -> Path:
    lines = []
    for number, label in enumerate(labels):
        write_picture(root / f"p ä {number}.jpg", seed=number)
        lines.append("\t".join([str(number), *map(str, label), f"p ä {number}.jpg"]))
    (root / name).write_text("\n".join(lines) + "\n", "utf-8")
    return root / name


def write_rec(root: Path, labels: list[list[float]], name: str = "train") -> Path:
    file = mx.recordio.MXIndexedRecordIO(str(root / f"{name}.idx"), str(root / f"{name}.rec"), "w")
    for number, label in enumerate(labels):
        write_picture(root / "p.jpg", seed=number)
        value = np.array(label, np.float32) if len(label) > 1 else label[0]
        header = mx.recordio.IRHeader(0, value, number, 0)
        file.write_idx(number, mx.recordio.pack(header, (root / "p.jpg").read_bytes()))
    file.close()
    (root / "p.jpg").unlink()
    return root / f"{name}.rec"


def test_a_list_is_read_as_gluoncv_reads_it(tmp_path: Path) -> None:
    from gluoncv.data import LstDetection

    file = write_lst(tmp_path, [LABEL] * 5)
    theirs = LstDetection(str(file), root=str(tmp_path))
    data = load_data(str(file), "detection", CLASSES)
    assert (len(data.train), len(data.validation)) == (4, 1)
    assert np.allclose(data.train[0][1][:, :5], theirs[0][1])
    assert data.train[0][1].tolist() == [[24, 20, 48, 60, 1, 0]]


def test_pixels_instead_of_shares(tmp_path: Path) -> None:
    write_lst(tmp_path, [[2, 5, 0, 24, 20, 48, 60]] * 5)
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert data.train[0][1].tolist() == [[24, 20, 48, 60, 0, 0]]


def test_one_number_is_a_class(tmp_path: Path) -> None:
    write_lst(tmp_path, [[0], [1], [0], [1], [1]])
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    survey = survey_data(str(tmp_path))
    assert (survey.tasks, survey.classes) == (("classification",), CLASSES)
    data = load_data(str(tmp_path), "classification", ("dog", "cat"))
    assert len(data.train) + len(data.validation) == 5
    assert data.train[0][0].shape == (80, 96, 3)


@pytest.mark.parametrize(
    ("label", "line"),
    [
        ([4, 5, 96, 80, 1, 0.1, 0.2], "p ä 1.jpg: 7 numbers, said to be 4 and then 5 an object"),
        ([4, 5, 96, 80, -1, 0.1, 0.2, 0.3, 0.4], "p ä 1.jpg: class -1; left out"),
        ([4, 5, 96, 80, 1, 0.4, 0.2, 0.3, 0.4], "p ä 1.jpg: 1: a box turned over; left out"),
        ([1], "train.lst, line 2: its label is for classification; left out"),
    ],
)
def test_labels_that_are_none(tmp_path: Path, label: list[float], line: str) -> None:
    write_lst(tmp_path, [LABEL, label, LABEL, LABEL])
    problems = survey_data(str(tmp_path)).problems
    assert any(problem.line.startswith(line) for problem in problems), problems


def test_lines_that_are_none(tmp_path: Path) -> None:
    file = write_lst(tmp_path, [LABEL] * 4)
    file.write_text(file.read_text("utf-8") + "no tabs\n9\tx\tp.jpg\n9\t1\t2\tgone.jpg\n", "utf-8")
    assert [problem.line for problem in survey_data(str(tmp_path)).problems] == [
        "train.lst, line 5: no number, label and path with tabs between; left out",
        "train.lst, line 6: no number, label and path with tabs between; left out",
        "gone.jpg: 2 numbers, said to be 1 and then 2 an object; left out",
        "gone.jpg: missing; left out",
    ]


def test_records_do_not_need_their_index(tmp_path: Path) -> None:
    file = write_rec(tmp_path, [LABEL] * 5)
    (tmp_path / "train.idx").unlink()
    data = load_data(str(file), "detection", CLASSES)
    assert (data.kind, len(data.train), data.problems) == ("RecordIO", 4, [])
    assert np.allclose(data.train[0][1], [[24, 20, 48, 60, 1, 0]])
    assert data.train[0][0].shape == (80, 96, 3)


def test_records_of_both_parts(tmp_path: Path) -> None:
    write_rec(tmp_path, [[0.0], [1.0], [1.0]])
    write_rec(tmp_path, [[1.0]], "val")
    data = load_data(str(tmp_path), "classification", CLASSES)
    assert (data.train.labels, data.validation.labels) == ([0, 1, 1], [1])
    assert data.split == "train.rec / val.rec"


def test_a_file_that_was_broken_off(tmp_path: Path) -> None:
    file = write_rec(tmp_path, [LABEL] * 5)
    file.write_bytes(file.read_bytes()[:-900])
    data = load_data(str(file), "detection", CLASSES)
    assert [problem.line for problem in data.problems] == [
        "train.rec: broken off after 4 records; the rest is left out"
    ]
    assert len(data.train) + len(data.validation) == 4


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "empty"), (b"no records at all", "no RecordIO file")]
)
def test_what_is_no_record_file(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "train.rec"
    file.write_bytes(content)
    with pytest.raises(Refusal, match=says):
        load_data(str(file), "detection", CLASSES)
