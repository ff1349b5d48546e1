from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from tests.app.fake_trainer import finished, make_folder
from tests.runs.examples import EVENTS
from tests.runs.test_listed import ALIVE, run, steps
from tests.runs.test_log import write
from tui.runs.events import Envelope, Resumed, Step, Validated
from tui.runs.export import COLUMNS, event_schema, harmless_cell, write_csv, write_json
from tui.runs.folder import RunFolder


def as_csv(folder: RunFolder) -> list[dict[str, str]]:
    file = io.StringIO()
    assert write_csv(folder, file) == len(file.getvalue().splitlines()) - 1
    return list(csv.DictReader(io.StringIO(file.getvalue())))


def as_json(folder: RunFolder) -> dict[str, object]:
    file = io.StringIO()
    count = write_json(folder, file)
    told = json.loads(file.getvalue())
    assert count == len(told["steps"]) + len(told["validations"])
    return told  # type: ignore[no-any-return]


def test_every_value_is_in_the_table(tmp_path: Path) -> None:
    log = steps(200, ALIVE)
    found = as_csv(run(tmp_path / "run", *log, finished(200)))
    own = ["loss.class", "loss.box", "class.fig", "class.date", "class.hazelnut"]
    assert list(found[0]) == [*COLUMNS, *own]
    told = [one for one in log if isinstance(one, Step | Validated)]
    assert len(found) == len(told) == 202
    for row, event in zip(found, told, strict=True):
        assert (int(row["step"]), int(row["epoch"])) == (event.step, event.epoch)
        assert float(row["time"]) > 1_000_000
        if isinstance(event, Step):
            assert row["kind"] == "step"
            assert float(row["loss"]) == event.loss
            assert float(row["loss.class"]) == event.losses["class"]
            assert float(row["pictures_per_second"]) == event.pictures_per_second
            assert row["metric"] == row["class.fig"] == ""
        else:
            assert (row["kind"], row["metric"]) == ("validation", "VOC07 mAP")
            assert float(row["value"]) == event.value
            assert float(row["class.date"]) == event.per_class["date"]
            assert row["loss"] == row["loss.box"] == ""


def test_every_value_is_in_the_object(tmp_path: Path) -> None:
    log = steps(200, ALIVE)
    told = as_json(run(tmp_path / "run", *log))
    about = {"version": 1, "run": "run", "model": ALIVE.model, "recipe": "ssd"}
    about |= {"data": "/data/fruitnuts", "metric": "VOC07 mAP"}
    assert {key: told[key] for key in about} == about
    found = msgspec.convert(told["steps"], list[dict[str, object]])
    assert [{k: v for k, v in row.items() if k != "time"} for row in found] == [
        {**msgspec.structs.asdict(one), "by_process": []} for one in log if isinstance(one, Step)
    ]
    assert len(told["validations"]) == 2  # type: ignore[arg-type]


def test_a_run_that_took_no_step_is_a_heading(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", ALIVE)
    assert as_csv(folder) == []
    assert as_json(folder)["steps"] == []


def test_what_was_done_again_stands_there_once(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(20, ALIVE), Resumed(10, 1), *steps(20, ALIVE)[15:])
    numbers = [int(row["step"]) for row in as_csv(folder)]
    assert numbers == [*range(1, 11), *range(11, 21)]


def test_losses_that_are_no_numbers_are_empty(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    write(folder.events_file, Step(1, 1, float("nan"), {"a": float("inf")}, 0.1, 1.0))
    (row,) = as_csv(folder)
    assert row["loss"] == row["loss.a"] == ""
    assert as_json(folder)["steps"][0]["losses"] == {"a": None}  # type: ignore[index]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '=cmd|"/C calc"!A0'])
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    folder = make_folder(tmp_path / "run")
    log = [Step(1, 1, -1.0, {text: -0.5}, 0.1, 1.0), Validated(1, 1, text, 0.5, {text: 0.5})]
    write(folder.events_file, *log)
    file = io.StringIO()
    write_csv(folder, file)
    for row in csv.reader(io.StringIO(file.getvalue())):
        for cell in row:
            try:
                float(cell or 0)
            except ValueError:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert harmless_cell(text) == f"'{text}"
    assert harmless_cell("\t=1") == r"\x09=1"
    assert harmless_cell("mAP") == "mAP"


def test_the_schema_holds_every_event(tmp_path: Path) -> None:
    schema = json.loads(event_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    write(tmp_path / "e", *EVENTS, Step(1, 1, float("nan"), {}, 0.1, 1.0))
    lines = (tmp_path / "e").read_bytes().splitlines()
    for line in lines:
        validator.validate(json.loads(line))
    assert not validator.is_valid({"seq": 0, "time": 1.0, "event": {"type": "Nothing"}})
    assert not validator.is_valid({"seq": 0, "time": 1.0, "event": {"type": "Phase", "doing": 3}})
    kinds = {msgspec.json.decode(line, type=Envelope).event.__class__ for line in lines}
    assert len(kinds) == len(EVENTS) - 1  # every type, one of them twice


def test_the_schema_says_its_version() -> None:
    assert json.loads(event_schema())["title"] == "A line of events.jsonl, version 1"
