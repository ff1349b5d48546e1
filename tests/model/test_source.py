"""What a MODEL argument is, and class names in one line."""

from __future__ import annotations

import pytest

from tui.model.source import parse_classes, runs_python


@pytest.mark.parametrize("model", ["net.py:ConvNet", "/a b/net.py:make.it", "package.nets:make"])
def test_python_of_ones_own(model: str) -> None:
    assert runs_python(model)


@pytest.mark.parametrize("model", ["resnet50_v1", "vision.vgg11", "net.py", "m-symbol.json", "a:"])
def test_no_python(model: str) -> None:
    assert not runs_python(model)


def test_classes() -> None:
    assert parse_classes(" fig, traffic light ,3") == ("fig", "traffic light", "3")


@pytest.mark.parametrize(("text", "says"), [("", "an empty"), ("a,,b", "an empty"), ("a,b,a", "a")])
def test_classes_that_cannot_be(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_classes(text)
