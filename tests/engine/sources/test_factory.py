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
        (f"{FILE}:raises", {}, "raised RuntimeError: the disk is (own_code.py, line 30)"),
        (f"{FILE}:raises_below", {}, "(own_code.py, line 30)"),
        (f"{FILE}:leaves", {}, "raised SystemExit: no more (own_code.py, line 38)"),
        (f"{FILE}:by_position", {}, "takes depth by position alone, which --arg cannot give"),
        (f"{FILE}:make", {"a": "1"}, "takes no a; it takes no arguments"),
        (f"{FILE}:nothing", {}, "returned nothing (None); it has to return a gluon Block"),
        (f"{FILE}:READY", {"units": "3"}, "is a network already; it takes no --arg"),
        (FILE, {}, f"say which class or function of it: {FILE}:ConvNet; it has ConvNet, make"),
        ("no/such/file.py", {}, "there is no such file"),
        (f"{FILE}:returns_a_number", {}, "returned something of type int, not a gluon Block"),
        (f"{FILE}:NUMBER", {}, "is of type int; a class, a function or a Block is needed"),
        (f"{FILE}:Convnet", {}, "has no Convnet; it has READY, ConvNet, make"),
        ("no/such/file.py:make", {}, "there is no such file"),
        ("no_such_package.nets:make", {}, "cannot be imported: ModuleNotFoundError"),
    ],
)
def test_what_cannot_be_opened(model: str, arguments: dict[str, str], says: str) -> None:
    with pytest.raises(Refusal) as refused:
        opened(model, **arguments)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_network_that_stands_there() -> None:
    assert type(opened(f"{FILE}:READY").net).__name__ == "Dense"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3", 3),
        ("1e-3", 0.001),
        ("True", True),
        ("false", False),
        ("None", None),
        ("null", None),
        ("(3, 4)", (3, 4)),
        ("[1, 'a']", [1, "a"]),
        ("'3'", "3"),
        ("resnet", "resnet"),
        ("", ""),
        ("a=b", "a=b"),
        ("((", "(("),
    ],
)
def test_the_types_of_arguments(written: str, value: object) -> None:
    given = opened(f"{FILE}:ConvNet", depth="1", title=written).net.title
    assert given == value
    assert type(given) is type(value)


def test_a_file_that_does_not_compile(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("def make(:\n")
    with pytest.raises(Refusal, match=r"SyntaxError: .* \(net\.py, line 1\)"):
        opened(f"{tmp_path / 'net.py'}:make")


def test_a_model_without_parameters_opens() -> None:
    built = opened(f"{FILE}:empty")
    assert list(built.net.collect_params()) == []


def test_a_file_imports_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "thaw_test_neighbour.py").write_text("UNITS = 7\n")
    (tmp_path / "net.py").write_text(
        "from mxnet.gluon import nn\n"
        "from thaw_test_neighbour import UNITS\n"
        "def make():\n    return nn.Dense(UNITS, in_units=1)\n"
    )
    assert opened(f"{tmp_path / 'net.py'}:make").net.weight.shape == (7, 1)


def test_a_file_of_a_package_says_how_to_open_it(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("from .other import make\n")
    with pytest.raises(Refusal, match=r"line 1\); it is part of a package: give package\.module:"):
        opened(f"{tmp_path / 'net.py'}:make")


def test_an_import_that_fails_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("import mxnet\n\nmxnet.no_such_thing\n")
    with pytest.raises(Refusal, match=r"cannot be imported: AttributeError: .*\(net\.py, line 3\)"):
        opened(f"{tmp_path / 'net.py'}:make")
