"""`thaw export`, as a person or a script calls it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.app.fake_trainer import make_folder
from tests.runs.test_listed import ALIVE, run, steps
from tests.test_cli import refused, thaw


def test_csv_and_json(tmp_path: Path) -> None:
    path = str(run(tmp_path / "run", *steps(20, ALIVE)).path)
    said = thaw("export", path, "--csv")
    assert (said.returncode, said.stderr) == (0, "")
    assert len(list(csv.DictReader(said.stdout.splitlines()))) == 20
    assert len(json.loads(thaw("export", path, "--json").stdout)["steps"]) == 20
    out = tmp_path / "out.csv"
    assert "written to" in thaw("export", path, "--csv", "--out", str(out)).stderr
    assert out.read_text() == said.stdout
    refused(["export", path, "--csv", "--out", str(out)], "is there already; --force writes over")
    assert thaw("export", path, "--json", "--out", str(out), "--force").returncode == 0
    assert json.loads(out.read_text())["version"] == 1
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_the_schema() -> None:
    schema = json.loads(thaw("export", "--schema").stdout)
    assert "RunStarted" in schema["$defs"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export"], "say which RUN"),
        (["export", "{run}"], "say how: --csv, --json or --tensorboard"),
        (["export", "{new}", "--csv"], "nothing has happened in this run yet"),
        (["export", "/no/such", "--csv"], "no run folder"),
        (["export", "{run}", "--csv", "--follow"], "--follow goes with --tensorboard"),
        (["export", "{run}", "--schema"], "give it alone"),
        (["export", "{run}", "--csv", "-o", "/no/such/place/out.csv"], "no such file"),
        (["train", "demo", "--data", "shapes", "--find-lr", "--tensorboard"], "is of no use"),
    ],
)
def test_bad_input(tmp_path: Path, arguments: list[str], says: str) -> None:
    places = {
        "run": str(run(tmp_path / "run", *steps(2, ALIVE)).path),
        "new": str(make_folder(tmp_path / "new").path),
    }
    refused([one.format(**places) for one in arguments], says)
