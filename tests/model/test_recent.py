"""The file of the models that were opened last."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.recent import KEPT, Recent, read_recent, remember
from tui.model.source import ModelSource
from tui.toml import TomlError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)

RECENT = st.builds(
    Recent,
    source=st.builds(
        ModelSource,
        model=TEXT,
        classes=st.lists(TEXT, max_size=3).map(tuple),
        weights=st.none() | TEXT,
        pretrained=st.booleans(),
        input_size=st.none() | st.tuples(st.integers(16, 99), st.integers(16, 99)),
        arguments=st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    data=st.none() | TEXT,
)


@given(st.lists(RECENT, min_size=1, max_size=KEPT + 4))
def test_the_last_ones_come_back_as_they_were(opened: list[Recent]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deep" / "recent.toml"
        for one in opened:
            remember(path, one)
        last_first: list[Recent] = []
        for one in reversed(opened):
            last_first += [one] if one not in last_first else []
        assert read_recent(path) == tuple(last_first[:KEPT])
        assert [file.name for file in path.parent.iterdir()] == ["recent.toml"]


def test_none_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_recent(tmp_path / "recent.toml") == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "not a TOML file"),
        (b"opened = [", "not a TOML file"),
        (b"opened = 3", "not a list of models"),
        (b"[[opened]]\nsource = { model = 'm', colour = 'red' }", "not a list of models"),
        (b"version = 9", "newer than this thaw"),
    ],
)
def test_a_broken_file_is_said_and_kept_beside_the_new_one(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "recent.toml"
    path.write_bytes(content)
    with pytest.raises(TomlError, match=says):
        read_recent(path)
    one = Recent(ModelSource("alexnet"))
    remember(path, one)
    assert read_recent(path) == (one,)
    assert (tmp_path / "recent.toml.broken").read_bytes() == content


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "recent.toml"
    one = Recent(ModelSource("alexnet"))
    remember(path, one)
    with pytest.raises(ValueError, match="surrogates"):
        remember(path, Recent(ModelSource("no text: \udcff")))
    assert read_recent(path) == (one,)
    assert [file.name for file in tmp_path.iterdir()] == ["recent.toml"]


def test_files_of_ones_own_are_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("net.py", "m-symbol.json", "demo"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "state" / "recent.toml"
    for model in ("net.py:ConvNet", "m-symbol.json", "demo", "gone.params"):
        remember(path, Recent(ModelSource(model)))
    assert [one.source.model for one in reversed(read_recent(path))] == [
        f"{tmp_path}/net.py:ConvNet",
        f"{tmp_path}/m-symbol.json",
        "demo",
        "gone.params",
    ]
