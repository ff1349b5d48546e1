from __future__ import annotations

from pathlib import Path

import pytest

from tui.engine.recipes import recipe_for
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.model.source import ModelSource

FILE = str(Path(__file__).with_name("own_code.py"))
MODULE = "tests.engine.sources.own_code"


def opened(model: str, **arguments: str) -> Built:
    return build(ModelSource(model, arguments=arguments, input_size=(32, 32)), lambda _: None)


@pytest.mark.parametrize("where", [FILE, MODULE])
def test_by_file_and_by_name(where: str) -> None:
    built = opened(f"{where}:make")
    assert type(built.net).__name__ == "OwnNet"
    assert built.notes == [f"opening it ran the Python of {where}"]
    recipe = recipe_for(built)
    assert recipe is not None
    assert recipe.info.name == "classification"


def test_arguments_are_python_values_or_words() -> None:
    built = opened(f"{FILE}:ConvNet", depth="5", title="plain words")
    assert built.net.title == "plain words"


@pytest.mark.parametrize(
    ("model", "arguments", "says"),
    [
        (f"{FILE}:ConvNet", {}, "needs depth: give --arg depth=…"),
        (f"{FILE}:ConvNet", {"depth": "1", "width": "2"}, "takes no width; its arguments are"),
        (f"{FILE}:raises", {}, "raised RuntimeError: the disk is"),
        (f"{FILE}:returns_a_number", {}, "returned a int; a gluon Block is needed"),
        (f"{FILE}:NUMBER", {}, "is a int; a class or a function is needed"),
        (f"{FILE}:Convnet", {}, "has no Convnet; it has ConvNet, make"),
        ("no/such/file.py:make", {}, "there is no such file"),
        ("no_such_package.nets:make", {}, "cannot be imported: ModuleNotFoundError"),
    ],
)
def test_what_cannot_be_opened(model: str, arguments: dict[str, str], says: str) -> None:
    with pytest.raises(Refusal) as refused:
        opened(model, **arguments)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_does_not_compile(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("def make(:\n")
    with pytest.raises(Refusal, match=r"SyntaxError.*\(line 1\)"):
        opened(f"{tmp_path / 'net.py'}:make")


def test_a_model_without_parameters_opens() -> None:
    built = opened(f"{FILE}:empty")
    assert list(built.net.collect_params()) == []
