"""What a text of `--arg` gives, and Python that gives the same."""

from __future__ import annotations

import pytest

from tui.model.factory_argument import argument_code, factory_argument


@pytest.mark.parametrize(
    "text",
    [
        *("3", " 3  # layers", "-1e999", "(1e999, 'a')", "1+2j", "[1, {'a': (2,)}]", "'3'", "b'x'"),
        *("True", "false", " None", "NULL", "resnet", "", "a=b", "((", "{[]: 1}", "it's", "inf"),
    ],
)
def test_the_python_gives_the_same(text: str) -> None:
    value = factory_argument(text)
    given = eval(argument_code(text))
    assert given == value
    assert type(given) is type(value)


def test_what_is_no_python_is_text() -> None:
    assert factory_argument("{[]: 1}") == "{[]: 1}"
    assert argument_code("{[]: 1}") == "'{[]: 1}'"
