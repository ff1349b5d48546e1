from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest

from tests.runs.examples import SPEC
from tui.model.plan import FreezePlan, Rule
from tui.runs import folder
from tui.runs.folder import RunFolder, create_run, runs_home
from tui.runs.spec import RunSpec
from tui.toml import TomlError

PLAN = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(folder, "user_data_path", lambda _: tmp_path)
    return runs_home()


def named(model: str) -> RunSpec:
    return msgspec.structs.replace(SPEC, model=msgspec.structs.replace(SPEC.model, model=model))


def test_a_run_is_read_as_it_was_made(home: Path) -> None:
    run = create_run(SPEC, PLAN)
    assert run.path.parent == home
    assert run.read() == (SPEC, PLAN)
    assert sorted(path.name for path in run.path.iterdir()) == ["plan.toml", "run.toml", "weights"]


def test_open_to_its_owner_alone(home: Path, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        runs = [create_run(SPEC, PLAN), create_run(SPEC, PLAN, tmp_path / "deep" / "own")]
    finally:
        os.umask(old)
    for run in runs:
        assert stat.S_IMODE(run.path.stat().st_mode) == 0o700


def test_runs_of_one_second_have_fresh_names(home: Path) -> None:
    paths = [create_run(SPEC, PLAN).path for _ in range(5)]
    assert len(set(paths)) == 5
    assert sorted(home.iterdir()) == sorted(paths)


@pytest.mark.parametrize(
    ("model", "part"),
    [
        ("ssd_512_mobilenet1.0_voc", "ssd_512_mobilenet1.0_voc"),
        ("mobilenet0.25", "mobilenet0.25"),
        ("some/where/net.py:Net", "net.py-Net"),
        ("a b\x1b[31m*", "a-b-31m-"),
        ("", ""),
    ],
)
def test_named_after_its_model(home: Path, model: str, part: str) -> None:
    name = create_run(named(model), PLAN).path.name
    date, time, rest = name.split("-", 2)
    assert (len(date), len(time)) == (8, 6)
    assert rest.removesuffix("-2") == part


def test_a_very_long_name_is_cut(home: Path) -> None:
    assert len(create_run(named("x" * 5000), PLAN).path.name) < 100


@pytest.mark.parametrize("there", ["run.toml", "plan.toml", "events.jsonl"])
def test_never_overwrites(tmp_path: Path, there: str) -> None:
    path = tmp_path / "mine"
    path.mkdir(mode=0o755)
    (path / there).write_text("precious")
    with pytest.raises(FileExistsError, match="holds a run already; name another folder"):
        create_run(SPEC, PLAN, path)
    assert (path / there).read_text() == "precious"
    assert [file.name for file in path.iterdir()] == [there]
    assert stat.S_IMODE(path.stat().st_mode) == 0o755


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        create_run(SPEC, PLAN, tmp_path / "file")


def test_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match=r"run\.toml: No such file"):
        RunFolder(tmp_path).read()
