"""A data set in a few lines."""

from __future__ import annotations

from tui.app.panes.data_facts import facts
from tui.runs.inspection import DataSummary, ProblemKind


def said(**changes: object) -> str:
    given: dict[str, object] = {
        "path": "/d", "kind": "Pascal VOC", "train": 120, "validation": 30,
        "split": "trainval, test", "classes": ("fig", "date"), "counts": (34, 40),
    }  # fmt: skip
    return "\n".join(line.plain for line in facts(DataSummary(**(given | changes))))  # type: ignore[arg-type]


def test_kind_pictures_and_classes() -> None:
    assert said() == (
        "Pascal VOC · 120 pictures to train, 30 to validate (trainval, test)\nfig 34 · date 40"
    )


def test_problems_are_counted_and_the_first_shown() -> None:
    assert "! 40 problems: one; two …" in said(problems=("one", "two", "three"), problem_count=40)


def test_a_class_without_a_label_is_named() -> None:
    assert "! nothing is labelled date" in said(counts=(34, 0))


def test_no_validation_pictures_are_said() -> None:
    assert "! no validation pictures" in said(validation=0)


def test_many_classes_are_counted() -> None:
    names = tuple(f"c{number}" for number in range(80))
    assert "and 68 more classes" in said(classes=names, counts=tuple(range(1, 81)))


def test_problems_are_told_by_kind() -> None:
    kinds = (
        ProblemKind("a box without area", 38, ("a.xml: cat: a box without area; left out",)),
        ProblemKind("missing picture", 1, ("b.jpg: missing; left out",)),
        ProblemKind("crowd", 1, ("c.jpg: a crowd",)),
    )
    assert (
        "! 40 problems: 38 × a box without area (a.xml: cat: a box without area; left out …); "
        "1 × missing picture (b.jpg: missing; left out); and 1 more kind"
    ) in said(problems=("one",), problem_count=40, kinds=kinds)
