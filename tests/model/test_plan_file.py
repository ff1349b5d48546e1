from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.plan import ACTIONS, MULTIPLIERS, PLAN_VERSION, SELECTORS, FreezePlan, Rule
from tui.model.plan_file import read_plan, write_plan
from tui.toml import TomlError

text = st.text(st.characters(codec="utf-8"), max_size=20)
rules = st.builds(
    lambda action, value, **others: Rule(
        action, value=value if action in MULTIPLIERS else None, **others
    ),
    action=st.sampled_from(ACTIONS),
    by=st.sampled_from(SELECTORS),
    select=text,
    covers=st.none() | st.lists(text, max_size=3).map(tuple),
    value=st.floats(0, 1e6),
    epoch=st.integers(1, 1000),
    off=st.booleans(),
)
plans = st.builds(FreezePlan, st.lists(rules, max_size=4).map(tuple), st.booleans())


@given(plans)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, made: FreezePlan) -> None:
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    write_plan(path, made)
    assert read_plan(path) == made
    assert list(path.parent.iterdir()) == [path]


def test_a_colleague_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    write_plan(
        path,
        FreezePlan(
            (Rule("freeze", "all"), Rule("thaw", "names", r".*conv\d", ("features.conv1",)))
        ),
    )
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("# A freeze plan")
    assert "covers = [" in lines
    assert r'select = ".*conv\\d"' in lines
    # Nothing is told that says nothing.
    assert sum(line.startswith("select") for line in lines) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"version = {PLAN_VERSION + 1}\n", "newer than this thaw; update thaw"),
        (
            '[[rules]]\naction = "melt"\nby = "all"\n',
            "rule 1: no action 'melt'; there are freeze, thaw",
        ),
        (
            '[[rules]]\naction = "freeze"\nby = "colour"\n',
            "no by 'colour'; there are all, block",
        ),
        ('[[rules]]\nby = "all"\n', "missing required field `action`"),
        ('[[rules]]\naction = "freeze"\nby = "block"\nselct = "a"\n', "unknown field `selct`"),
        ('[[rules]]\naction = "lr_mult"\nby = "all"\n', "lr_mult needs a value"),
        ('[[rules]]\naction = "thaw"\nby = "all"\nepoch = 0\n', "epochs count from 1, not 0"),
        ("rulse = []\n", "unknown field `rulse`"),
        ("rules = 3\n", "Expected `array`"),
        ('version = "one"\n', "Expected `int`"),
        ("rules = [\n", "not a TOML file"),
    ],
)
def test_what_is_no_plan(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(content)
    with pytest.raises(TomlError) as raised:
        read_plan(path)
    assert said in str(raised.value)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match="No such file"):
        read_plan(tmp_path / "plan.toml")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(TomlError, match="not a TOML file"):
        read_plan(path)
