from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.voc_tree import write_picture
from tui.engine.datasets import load_data
from tui.engine.refusal import Refusal


def write_folders(root: Path, *, parts: tuple[str, ...] = ("train", "val"), each: int = 5) -> Path:
    for part in parts:
        for name in ("Cat", "dog"):
            for number in range(each):
                write_picture(root / part / name / f"{number}.JPG", seed=number)
    return root


def test_train_and_val(tmp_path: Path) -> None:
    data = load_data(str(write_folders(tmp_path)), "classification", ("dog", "Cat"))
    assert (len(data.train), len(data.validation)) == (10, 10)
    assert data.counts == (5, 5)
    picture, label = data.train[0]
    assert picture.shape == (80, 96, 3)
    assert data.classes[label] == "Cat"  # folders in order, indices as --classes has them


def test_one_level_is_divided(tmp_path: Path) -> None:
    data = load_data(
        str(write_folders(tmp_path, parts=(".",), each=10)), "classification", ("Cat", "dog")
    )
    assert (len(data.train), len(data.validation)) == (16, 4)
    assert sorted(data.validation.labels) == [0, 0, 1, 1]


def test_a_class_may_have_the_name_of_a_part(tmp_path: Path) -> None:
    names = ("bus", "test", "train")
    for name in names:
        for number in range(5):
            write_picture(tmp_path / name / f"{number}.jpg", seed=number)
    data = load_data(str(tmp_path), "classification", names)
    assert data.counts == (4, 4, 4)
    assert "drawn with seed" in data.split


def test_a_part_whose_pictures_have_no_class_is_none(tmp_path: Path) -> None:
    write_folders(tmp_path, parts=("train",))
    write_picture(tmp_path / "test" / "1.jpg")
    data = load_data(str(tmp_path), "classification", ("Cat", "dog"))
    assert (data.counts, len(data.validation)) == ((4, 4), 2)


def test_other_classes_are_refused_with_the_right_flag(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"no class of the model: Cat, dog.*--classes Cat,dog"):
        load_data(str(write_folders(tmp_path)), "classification", ("owl",))


def test_a_model_that_names_no_classes_takes_those_of_the_data(tmp_path: Path) -> None:
    data = load_data(str(write_folders(tmp_path)), "classification", ())
    assert data.classes == ("Cat", "dog")
    assert data.counts == (5, 5)


def test_broken_pictures_are_named(tmp_path: Path) -> None:
    write_folders(tmp_path)
    broken = tmp_path / "train" / "dog" / "3.JPG"
    broken.write_bytes(broken.read_bytes()[:500])
    data = load_data(str(tmp_path), "classification", ("Cat", "dog"))
    assert [problem.line for problem in data.problems] == ["dog/3.JPG: a truncated JPEG; left out"]
    assert data.counts == (5, 4)


def test_a_class_without_pictures_is_said(tmp_path: Path) -> None:
    data = load_data(str(write_folders(tmp_path)), "classification", ("Cat", "dog", "owl"))
    assert [problem.line for problem in data.problems] == ["owl: no training picture"]


def test_an_empty_validation_part_is_refused(tmp_path: Path) -> None:
    write_folders(tmp_path, parts=("train",))
    (tmp_path / "val" / "Cat").mkdir(parents=True)
    with pytest.raises(Refusal, match="no usable picture for validation"):
        load_data(str(tmp_path), "classification", ("Cat", "dog"))


def test_a_detector_does_not_take_folders(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="detection needs boxes"):
        load_data(str(write_folders(tmp_path)), "detection", ("Cat", "dog"))
