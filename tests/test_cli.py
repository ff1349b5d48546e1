"""The commands as a person or a script calls them: real processes, exit codes, one clear line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.runs.test_control import listening
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.control import Reply
from tui.runs.events import Finished, RunStarted
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventWriter
from tui.runs.spec import Hyperparameters, RunSpec

PARAMS = "tests.engine.sources.own_code:make"


def thaw(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["open", "x", "--input-size", "big"], "--input-size big: give one side"),
        (["open", "x", "--input-size", "4"], "each side is 16 to 8192 pixels"),
        (["open", "x", "--classes", "a,,b"], "an empty name"),
        (["open", "x", "--classes", "a,b,a"], "a stands there twice"),
        (["open", "x", "--ctx", "tpu"], "not a device; use cpu, gpu(0), or several: gpu(0),gpu(1)"),
        (["open", "x", "--weights", "no.params"], "no such file"),
        (["open", "x", "--weights", "pyproject.toml"], "not a .params file of MXNet"),
        (["open", "x", "--data", "/no/such/place"], "there is nothing at this path"),
        (["open", "x", "--data", "pyproject.toml"], "a file; the folder"),
        (["open", "x", "--data", "a" * 300], "file name too long"),
        (["open", "x", "--arg", "depth"], "write key=value"),
        (["open", "x"], "no terminal here"),
        (["demo"], "no terminal here"),
        (["train", "/no/such/run"], "run.toml: No such file"),
        (["attach", "/no/such/run"], "no run folder"),
        (["plan", "set", "/no/such/run", "plan.toml"], "no run folder"),
        (["diff", "no.params", "no.params"], "there is no such file"),
        (["diff", "tests", "tests"], "a folder, and no run's (it has no run.toml)"),
        (["params", "x", "--state", "thawed"], "'thawed' is not one of 'trainable', 'frozen'"),
        (["params", "x", "--select", "(a"], "--select (a: the pattern does not compile"),
        (["params", "x", "--stat", "frozen"], "No such option"),
        (["open", "x", "--weights", "trunk"], "--weights trunk: x is no zoo model"),
        (["open", "vgg16", "--weights", "trunk"], "vgg16 is built on no trunk"),
        (["weights", "list", "resnet50"], "no zoo model is named 'resnet50'; the nearest are"),
        (["weights", "get", " "], "MODEL is empty"),
        (["weights", "get", "vgg16", "--from", "x"], "'x' is not one of 'gluoncv', 'hub', 'web'"),
        (["params"], "Missing argument 'MODEL' (thaw params --help)"),
        (["param", "x"], "No such command 'param'"),
        (["params", "x", "--seed", "-1"], "--seed"),
        (["params", "x\x1b[31m\nq.params"], r"x\x1b[31m\x0aq.params: No such file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    refused(arguments, says)


def refused(arguments: Sequence[str], says: str) -> None:
    """Hold a command to one clear line and exit code 2."""
    done = thaw(*arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("thaw: ")
    assert says in line
    assert done.stdout == ""


def test_help_names_every_command() -> None:
    said = thaw("--help").stdout
    commands = "attach compare data demo diff export open params plan runs snippet train verify"
    for command in commands.split():
        assert re.search(rf"^  {command} ", said, re.MULTILINE), command


@pytest.mark.slow
def test_params_as_json() -> None:
    done = thaw("params", PARAMS, "--json", "--preset", "head", "--select", ".*(weight|mean)")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["version"] == 1
    by_name = {row["structure_names"][0]: row for row in told["parameters"]}
    assert set(by_name) == {
        "features.0.weight",
        "features.1.running_mean",
        "features.3.weight",
        "features.4.running_mean",
        "output.weight",
    }
    assert by_name["output.weight"] == {
        "structure_names": ["output.weight"],
        "name": "ownnet0_dense0_weight",
        "shape": [3, 4],
        "dtype": "float32",
        "count": 12,
        "state": "trainable",
        "statistic": None,
        "lr_mult": 1.0,
        "wd_mult": 1.0,
    }
    assert by_name["features.0.weight"]["state"] == "frozen"
    assert by_name["features.1.running_mean"]["state"] == "auxiliary"
    assert by_name["features.1.running_mean"]["statistic"] == "fixed"


@pytest.mark.slow
def test_params_as_a_table_and_nothing_found() -> None:
    done = thaw("params", PARAMS, "--state", "trainable")
    assert done.returncode == 0
    assert re.search(
        r"output\.weight +ownnet0_dense0_weight +3×4 +12 +float32 +trainable", done.stdout
    )
    nothing = thaw("params", PARAMS, "--select", "dense")
    assert nothing.returncode == 1
    assert "no parameter is selected" in nothing.stderr
    refused = thaw("params", "resnet50_v3")
    assert refused.returncode == 2
    assert "the nearest are resnet50_v2" in refused.stderr


@pytest.mark.slow
def test_diff(tmp_path: Path) -> None:
    import mxnet as mx

    import tui.engine  # noqa: F401  (before mxnet)

    for name, value in (("a", 1), ("b", 2)):
        mx.nd.save(str(tmp_path / name), {"w\x1b[31m": mx.nd.array([value]), "v": mx.nd.zeros(3)})
    same = thaw("diff", str(tmp_path / "a"), str(tmp_path / "a"))
    assert same.returncode == 0
    assert "2 of 2 parameters are the same, bit for bit" in same.stdout
    other = thaw("diff", str(tmp_path / "a"), str(tmp_path / "b"))
    assert other.returncode == 1
    assert "\x1b" not in other.stdout
    assert r"w\x1b[31m" in other.stdout


HOSTILE = ("[b]x[/b]", "\x1b[31mred", "two\nlines", "\u202eevil", "\u8868\u3000wide")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    import mxnet as mx

    import tui.engine  # noqa: F401  (before mxnet)

    mx.nd.save(str(tmp_path / "h.params"), {name: mx.nd.zeros(1) for name in HOSTILE})
    return tmp_path / "h.params"


@pytest.mark.slow
def test_names_are_shown_escaped_and_carried_exactly(hostile: Path) -> None:
    shown = thaw("params", str(hostile))
    rows = [line.split()[0] for line in shown.stdout.splitlines()[1:]]
    escaped = ["[b]x[/b]", r"\x1b[31mred", r"two\x0alines", r"\u202eevil", r"\u8868\u3000wide"]
    assert sorted(rows) == sorted(escaped)
    assert shown.stderr == "names and values alone: it can be looked at, not trained\n"
    carried = json.loads(thaw("params", str(hostile), "--json").stdout)["parameters"]
    assert sorted(row["name"] for row in carried) == sorted(HOSTILE)
    assert sorted(row["structure_names"][0] for row in carried) == sorted(HOSTILE)


@pytest.mark.slow
def test_a_terminal_without_unicode_gets_ascii(
    hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = thaw("params", str(hostile))
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


@pytest.mark.slow
def test_only_the_answer_is_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "import os\nfrom mxnet.gluon import nn\nprint('loud')\nos.write(1, b'louder')\n"
        "def make():\n    return nn.HybridSequential()\n"
    )
    model = f"{tmp_path / 'loud.py'}:make"
    told = thaw("params", model, "--json")
    assert json.loads(told.stdout)["parameters"] == []
    assert told.stderr == ""
    assert told.returncode == 1
    table = thaw("params", model)
    assert table.stdout == ""
    assert table.stderr.splitlines() == [
        f"opening it ran the Python of {tmp_path / 'loud.py'}",
        "the model has no parameters",
    ]


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(hostile: Path) -> None:
    command = [sys.executable, "-m", "tui", "params", str(hostile)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        done.stdout.close()
        assert b"Traceback" not in done.stderr.read()


@pytest.mark.slow
def test_a_process_that_dies_leaves_its_log(tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text("import os\nos.write(2, b'last words')\nos._exit(3)\n")
    done = thaw("params", f"{tmp_path / 'dies.py'}:make")
    assert done.returncode == 2
    found = re.search(r"ended with exit code 3; its output is in (\S+)", done.stderr)
    assert found is not None
    assert "last words" in Path(found[1]).read_text()


@pytest.mark.slow
def test_diff_from_zeros_and_of_runs(tmp_path: Path) -> None:
    import mxnet as mx

    import tui.engine  # noqa: F401  (before mxnet)

    run = tmp_path / "run"
    run.mkdir()
    (run / "run.toml").touch()
    mx.nd.save(str(tmp_path / "a.params"), {"w": mx.nd.zeros(2), "n": mx.nd.array([1, 2])})
    early = thaw("diff", str(run), str(tmp_path / "a.params"))
    assert early.returncode == 2
    assert "this run has not ended" in early.stderr
    (run / "weights").mkdir()
    changed = {"w": mx.nd.ones(2), "n": mx.nd.array([float("nan"), 2])}
    mx.nd.save(str(run / "weights" / "final.params"), changed)
    told = json.loads(thaw("diff", str(tmp_path / "a.params"), str(run), "--json").stdout)
    assert told["version"] == 1
    by_name = {row["name"]: row for row in told["parameters"]}
    assert by_name["w"]["relative"] is None
    assert by_name["w"]["largest"] == 1
    assert by_name["n"]["not_finite"] == 1


def make_run(path: Path) -> RunFolder:
    spec = RunSpec(ModelSource("demo"), "ssd", "shapes", Hyperparameters())
    return create_run(spec, FreezePlan((Rule("freeze", "role", "trunk"),)), path)


@pytest.mark.parametrize("command", ["train", "attach"])
@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("run.toml", "hello [", "run.toml: not a TOML file"),
        ("run.toml", "version = 9", "run version 9 is newer than this thaw"),
        (
            "run.toml",
            "recipe = 1",
            "run.toml: not a run: Expected `str`, got `int` - at `$.recipe`",
        ),
        ("run.toml", "colour = 1", "run.toml: not a run: Object contains unknown field `colour`"),
        ("plan.toml", "= =", "plan.toml: not a TOML file"),
        ("plan.toml", "version = 9", "plan version 9 is newer than this thaw"),
        ("plan.toml", "rules = 3", "plan.toml: not a freeze plan"),
        ("plan.toml", None, "plan.toml: No such file"),
    ],
)
def test_a_broken_run_folder_is_refused_at_once(
    tmp_path: Path, command: str, file: str, content: str | None, says: str
) -> None:
    folder = make_run(tmp_path / "run")
    if content is None:
        (folder.path / file).unlink()
    else:
        (folder.path / file).write_text(content)
    done = thaw(command, str(folder.path))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert says in line
    assert not folder.events_file.exists()


def test_a_plan_for_a_run_that_does_not_go_on(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    done = thaw("plan", "set", str(folder.path), str(folder.plan_file))
    assert done.returncode == 2
    assert "no run is going on here" in done.stderr
    missing = thaw("plan", "set", str(folder.path), str(tmp_path / "other.toml"))
    assert missing.returncode == 2
    assert "other.toml: No such file" in missing.stderr


@pytest.mark.parametrize("reply", [Reply(True, "after this batch"), Reply(False, "all is frozen")])
def test_a_plan_is_sent_to_a_run(tmp_path: Path, reply: Reply) -> None:
    folder = make_run(tmp_path / "run")
    with listening(folder.socket, lambda _: msgspec.json.encode(reply) + b"\n") as heard:
        done = thaw("plan", "set", str(folder.path), str(folder.plan_file))
    assert b'"select":"trunk"' in heard[0]
    assert done.returncode == (0 if reply.accepted else 2)
    assert reply.message in (done.stdout if reply.accepted else done.stderr)


def test_a_complete_run_is_not_trained_again(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    writer = EventWriter(folder.events_file)
    writer.write(RunStarted(12, 1.0, "demo", "ssd", "shapes"))
    writer.write(Finished(False, 8, 1, 2.0, "weights/final.params"))
    writer.close()
    before = folder.events_file.read_bytes()
    done = thaw("train", str(folder.path))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "this run is complete, 8 steps" in line
    assert folder.events_file.read_bytes() == before


def test_the_places_of_one_model_and_of_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MXNET_HOME", str(tmp_path))
    done = thaw("weights", "list", "faster_rcnn_resnet50_v1b_custom")
    assert done.returncode == 0
    assert re.search(
        r"trunk resnet50_v1b +hub +timm/resnet50.gluon_in1k +about 102 MB", done.stdout
    )
    assert "on this disk: nothing" in done.stdout
    done = thaw("weights", "list", "ssd_512_mobilenet1.0_voc")
    assert done.returncode == 1
    assert "the nearest model with a public place is ssd_" in done.stdout
    told = json.loads(thaw("weights", "list", "--json").stdout)
    assert told["version"] == 1
    assert len(told["models"]) == 366
    assert "vgg16" in thaw("weights", "list").stdout


def test_weights_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MXNET_HOME", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("MXNET_GLUON_REPO", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    done = thaw("weights", "get", "resnet18_v1b")
    assert done.returncode == 2
    assert done.stdout == ""
    *phases, line = done.stderr.splitlines()
    assert "fetching timm/resnet18.gluon_in1k" in phases
    assert line.startswith("thaw: no weights for resnet18_v1b. Tried: http://127.0.0.1:9/")
    assert "--no-weights" in line
    done = thaw("params", "resnet18_v1b")
    assert done.returncode == 2
    assert "thaw weights get resnet18_v1b;" in done.stderr
