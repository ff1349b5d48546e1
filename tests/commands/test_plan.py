"""`thaw plan` and `thaw snippet` as a person or a script calls them: real processes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.test_cli import refused, thaw
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import read_plan, write_plan
from tui.model.source import ModelSource
from tui.runs.events import PlanApplied
from tui.runs.folder import create_run, runs_home
from tui.runs.log import EventWriter
from tui.runs.spec import Hyperparameters, RunSpec

MODEL = "tests.engine.sources.own_code:make"
HEAD = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))


def plan_file(path: Path, *rules: Rule) -> str:
    file = path / "plan.toml"
    write_plan(file, FreezePlan(rules))
    return str(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("version = 9\nrules = []\n", "plan version 9 is newer than this thaw; update thaw"),
        ('[[rules]]\naction = "melt"\nby = "all"\n', "rule 1: no action 'melt'; there are freeze"),
        ("rules = [\n", "not a TOML file"),
    ],
)
def test_a_file_that_is_no_plan_is_one_line(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(content)
    for arguments in (
        ["plan", "show", str(file)],
        ["plan", "check", str(file), MODEL],
        ["plan", "apply", str(file), MODEL],
        ["snippet", MODEL, "--plan", str(file)],
        ["params", MODEL, "--plan", str(file)],
        ["open", MODEL, "--plan", str(file)],
    ):
        refused(arguments, f"{file}: {says}")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["plan", "show", "no.toml"], "no.toml: No such file"),
        (["snippet", "x", "--preset", "tail"], "--preset tail: no such plan; there are head"),
        (["snippet", "x", "--preset", "head", "--plan", "{}"], "--plan and --preset: give one"),
        (["plan", "from-net", "x:y", "-o", "{}"], "is there already; --force writes over it"),
        (["plan", "apply", "{}", "x", "--epoch", "0"], "Invalid value for '--epoch'"),
        (["plan", "check", "{}"], "Missing argument 'MODEL'"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    file = plan_file(tmp_path)
    refused([file if one == "{}" else one for one in arguments], says)


def test_show_without_a_model(tmp_path: Path) -> None:
    rules = (
        *HEAD.rules,
        Rule("lr_mult", "block", "a\x1b[31m", value=0.1, epoch=3),
        Rule("thaw", "all", off=True),
    )
    shown = thaw("plan", "show", plan_file(tmp_path, *rules)).stdout
    assert [line.strip() for line in shown.splitlines()] == [
        "rule",
        "1  freeze all",
        "2  thaw role head",
        r"3  lr_mult 0.1 block a\x1b[31m from epoch 3",
        "4  thaw all (off)",
    ]
    assert (
        "everything stays as the network was built"
        in thaw("plan", "show", plan_file(tmp_path)).stdout
    )


@pytest.mark.slow
def test_show_on_a_model(tmp_path: Path) -> None:
    later = Rule("thaw", "block", "features", epoch=3)
    shown = thaw("plan", "show", plan_file(tmp_path, *HEAD.rules, later), MODEL)
    assert shown.returncode == 0, shown.stderr
    figures = [re.split(r"\s{2,}", line.strip()) for line in shown.stdout.splitlines()]
    assert figures[:4] == [
        ["rule", "selects", "decides", "overruled"],
        ["1", "freeze all", "12", "0", "12"],
        ["2", "thaw role head", "2", "2", "0"],
        ["3", "thaw block features from epoch 3", "10", "10", "0"],
    ]
    assert "from epoch 1: 2 of 12 parameters train" in shown.stdout
    assert "4 of 4 statistics are fixed" in shown.stdout


@pytest.mark.slow
def test_check(tmp_path: Path) -> None:
    well = thaw("plan", "check", plan_file(tmp_path, *HEAD.rules), MODEL)
    assert well.returncode == 0
    assert "fits tests.engine.sources.own_code:make: 2 rules; 2 of 12" in well.stdout
    other = thaw(
        *("plan", "check"),
        plan_file(
            tmp_path,
            Rule("freeze", "all"),
            Rule("thaw", "block", "nowhere"),
            Rule("thaw", "glob", "*.running_*"),
        ),
        MODEL,
    )
    assert other.returncode == 1
    assert other.stdout.splitlines() == [
        "rule 2 (thaw block nowhere) selects nothing in this model",
        "rule 3 (thaw glob *.running_*) selects only statistics and constants, which cannot train",
        "everything is frozen under this plan, so nothing trains",
    ]
    endless = plan_file(tmp_path, Rule("freeze", "structure", r"(.|\w|\.)*[0-9]$"))
    for arguments in (("plan", "check", endless, MODEL), ("snippet", MODEL, "--plan", endless)):
        refused = thaw(*arguments)
        assert refused.returncode == 2
        (line,) = refused.stderr.splitlines()
        assert line.startswith(f"thaw: {endless}: rule 1 (freeze structure (")
        assert "backtracks without end" in line


@pytest.mark.slow
def test_shared_parameters_that_rules_contradict_are_said(tmp_path: Path) -> None:
    rules = Rule("freeze", "block", "tied"), Rule("thaw", "block", "head.0")
    done = thaw("plan", "check", plan_file(tmp_path, *rules), "tests.model.networks:Shared")
    assert done.returncode == 0
    assert "note: head.0.weight, tied.weight: one parameter, frozen in one place" in done.stdout


@pytest.mark.slow
def test_apply(tmp_path: Path) -> None:
    rules = (
        *HEAD.rules,
        Rule("lr_mult", "role", "trunk", value=0.1, epoch=2),
        Rule("thaw", "block", "features.0", epoch=2),
    )
    file = plan_file(tmp_path, *rules)
    rows = {}
    for epoch in ("1", "2"):
        done = thaw("plan", "apply", file, MODEL, "--json", "--epoch", epoch)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["version"] == 1
        rows[epoch] = {row["structure_names"][0]: row for row in told["parameters"]}
    first, second = (rows[epoch]["features.0.weight"] for epoch in ("1", "2"))
    assert (first["state"], first["lr_mult"], first["wd_mult"]) == ("frozen", 1.0, 1.0)
    assert (second["state"], second["lr_mult"]) == ("trainable", 0.1)
    table = thaw("plan", "apply", file, MODEL, "--epoch", "2").stdout
    assert re.search(r"features\.0\.weight .* trainable +0\.1", table)
    listed = thaw("params", MODEL, "--plan", file, "--json").stdout
    assert {r["structure_names"][0]: r for r in json.loads(listed)["parameters"]} == rows["1"]


@pytest.mark.slow
def test_from_net_and_back(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    plan = (Rule("freeze", "role", "trunk"), Rule("thaw statistics", "all"))
    written = thaw("snippet", MODEL, "--plan", plan_file(tmp_path, *plan), "-o", str(script))
    assert written.returncode == 0, written.stderr
    assert written.stdout == ""
    again = thaw("snippet", MODEL, "-o", str(script))
    assert again.returncode == 2
    assert "is there already" in again.stderr
    out = tmp_path / "read.toml"
    done = thaw("plan", "from-net", f"{script}:net", "-o", str(out))
    assert done.returncode == 0, done.stderr
    assert read_plan(out).rules == plan
    assert "2 of 12 parameters train" in done.stderr
    shown = thaw("plan", "from-net", f"{script}:net")
    assert shown.stdout == out.read_text("utf-8")
    refused = thaw("plan", "from-net", "resnet18_v1")
    assert refused.returncode == 2
    assert "no Python of yours; give package.module:make" in refused.stderr


@pytest.mark.slow
def test_a_run_folder_stands_for_the_plan_that_it_goes_by(tmp_path: Path) -> None:
    spec = RunSpec(ModelSource("demo"), "ssd", "shapes", Hyperparameters())
    folder = create_run(spec, HEAD, tmp_path / "run")
    assert "thaw role head" in thaw("plan", "show", str(folder.path)).stdout
    by_hand = FreezePlan((Rule("thaw", "block", "features"),))
    EventWriter(folder.events_file).write(PlanApplied(3, 1, "by hand", 60, 0, 10, 10, plan=by_hand))
    said = thaw("plan", "show", str(folder.path)).stdout
    assert "thaw block features" in said
    assert "role head" not in said
    nothing = thaw("plan", "show", str(tmp_path))
    assert nothing.returncode == 2
    assert "plan.toml: No such file" in nothing.stderr


def test_a_run_is_known_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    plan = FreezePlan((Rule("freeze", "block", "features"),))
    spec = RunSpec(ModelSource("demo"), "ssd", "shapes", Hyperparameters())
    create_run(spec, plan, runs_home() / "20261129-figs")
    assert "features" in thaw("plan", "show", "20261129").stdout
    assert "no run is going on here" in thaw("plan", "set", "20261129", "20261129").stderr
