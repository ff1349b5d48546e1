"""`thaw train`, as a person or a scheduler calls it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.engine.datasets.test_folder import write_folders
from tests.engine.run_again import NET, assert_identical
from tests.engine.test_train import events, wait_for
from tests.test_cli import refused, thaw
from tests.test_terminal import Terminal
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.model.source import ModelSource
from tui.runs.events import Checkpointed, Finished, RunStarted, Step
from tui.runs.folder import RunFolder, create_run
from tui.runs.spec import Hyperparameters, RunSpec, read_spec


def small(home: Path) -> list[str]:
    """The arguments for a small classifier and its pictures: three steps an epoch."""
    data, net = home / "pets", home / "net.py"
    if not data.exists():
        write_folders(data)
        net.write_text(NET)
    return [
        f"{net}:make", "--classes", "Cat,dog", "--input-size", "48", "--data", str(data),
        "--batch-size", "4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["demo"], "demo: a model needs --data PATH to train on"),
        (["demo", "--data", "/no/such/place"], "there is nothing at this path"),
        (["demo", "--data", "shapes", "--epochs", "0"], "--epochs 0: at least 1 is needed"),
        (["demo", "--data", "shapes", "--learning-rate", "nan"], "a finite number is needed"),
        (["demo", "--data", "shapes", "--learning-rate", "-1"], "more than 0 is needed"),
        (["demo", "--data", "shapes", "--schedule", "linear"], "one of constant, step, cosine"),
        (["demo", "--data", "shapes", "--run-dir", "tests"], "--run-dir tests: is not empty"),
        (["demo", "--data", "shapes", "--run-dir", " "], "--run-dir  : is empty"),
        (["demo", "--preset", "head", "--freeze", "x"], "--plan, --preset and --freeze: give one"),
        (["demo", "--find-lr", "--overfit-batch", "9"], "give one of them"),
        (["demo", "--find-lr", "--run-dir", "x"], "--find-lr keeps nothing"),
        (["demo", "--overfit-batch", "1"], "--overfit-batch"),
        (["no/such.toml"], "no/such.toml: No such file"),
        (["tests"], "run.toml: No such file"),
        (["/no/such/run"], "run.toml: No such file"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], says: str) -> None:
    refused(["train", *arguments], says)


def test_a_run_says_all_itself(tmp_path: Path) -> None:
    spec = RunSpec(ModelSource("demo"), "ssd", "shapes", Hyperparameters())
    folder = create_run(spec, FreezePlan(), tmp_path / "run")
    refused(["train", str(folder.path), "--epochs", "3"], "is a run already, and its run.toml")
    refused(["train", str(folder.spec_file), "--ctx", "cpu"], "says which model is trained")
    refused(["train", str(folder.spec_file), "--amp", "yes"], "--amp: needs a GPU")
    refused(["train", str(folder.spec_file), "--schedule", "step"], "--decay-epochs: the step")
    assert not folder.events_file.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--freeze", "(?!zebra).*"], "--freeze (?!zebra).*: selects everything"),
        (["--freeze", "dense0"], "selects nothing; .*dense0 was probably meant"),
        (["--freeze", "(a"], "--freeze (a: the pattern does not compile"),
        (["--amp", "yes"], "--amp: needs a GPU, and the model is on cpu"),
    ],
)
def test_what_only_the_model_shows(tmp_path: Path, options: list[str], says: str) -> None:
    target = tmp_path / "run"
    done = thaw("train", *small(tmp_path), "--run-dir", str(target), *options)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("thaw: ")
    assert says in done.stderr.splitlines()[-1]
    assert not target.exists()


@pytest.mark.slow
@pytest.mark.smoke
def test_a_model_and_its_data(tmp_path: Path) -> None:
    target = tmp_path / "run"
    done = thaw(
        "train", *small(tmp_path), "--freeze", ".*(conv|batchnorm)", "--epochs", "2",
        "--schedule", "step", "--decay-epochs", "1", "--warmup-steps", "2",
        "--run-dir", str(target),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"run folder: {target}"
    assert any(
        re.match(r"10 pictures to train on, 10 to validate; 6 steps; 4 para", x) for x in lines
    )
    (first,) = [line for line in lines if line.startswith("first batch of 4: loss ")]
    assert "4 labels in range" in first
    assert "memory about" in first
    assert "2 of 2 statistics fixed" in first
    assert len([line for line in lines if re.match(r"epoch \d step \d loss", line)]) == 6
    assert lines[-1].startswith("done after 6 steps")
    spec, plan = RunFolder(target).read()
    assert spec.model.classes == ("Cat", "dog")
    assert spec.recipe == "classification"
    assert spec.hyper.decay_epochs == (1,)
    (rule,) = plan.rules
    assert (rule.action, rule.by, rule.select) == ("freeze", "names", ".*(conv|batchnorm)")
    assert rule.covers == ("0", "1")
    rates = [event.learning_rate for event in events(RunFolder(target)) if isinstance(event, Step)]
    assert rates == pytest.approx([0.0005, 0.001, 0.001, 0.0001, 0.0001, 0.0001])
    again = thaw("train", str(target))
    assert again.returncode == 2
    assert "this run is complete, 6 steps" in again.stderr


@pytest.mark.slow
def test_a_run_toml_makes_a_new_run(tmp_path: Path) -> None:
    small(tmp_path)
    source = ModelSource(f"{tmp_path / 'net.py'}:make", classes=("Cat", "dog"), input_size=(48, 48))
    hyper = Hyperparameters(batch_size=4, epochs=9)
    spec = RunSpec(source, "classification", str(tmp_path / "pets"), hyper, seed=4)
    plan = FreezePlan((Rule("freeze", "block", "0"),))
    old = create_run(spec, plan, tmp_path / "old")
    arguments = ["--epochs", "1", "--clip-norm", "2", "--run-dir"]
    done = thaw("train", str(old.spec_file), *arguments, str(tmp_path / "new"))
    assert done.returncode == 0, done.stdout + done.stderr
    made, kept = RunFolder(tmp_path / "new").read()
    changed = msgspec.structs.replace(hyper, epochs=1, clip_norm=2.0)
    assert made == msgspec.structs.replace(spec, hyper=changed)
    assert kept == plan
    assert not old.events_file.exists()
    other = tmp_path / "other.toml"
    write_plan(other, FreezePlan((Rule("freeze", "block", "5"),)))
    done = thaw(
        "train", str(old.spec_file), "--plan", str(other), *arguments, str(tmp_path / "third")
    )
    assert done.returncode == 0
    assert RunFolder(tmp_path / "third").read()[1].rules[0].select == "5"


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tui", "train", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_it_goes_on_to_the_same_end(tmp_path: Path, number: int) -> None:
    arguments = [*small(tmp_path), "--epochs", "60", "--accumulate", "2", "--optimizer", "adamw"]
    whole, folder = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "run")
    assert thaw("train", *arguments, "--run-dir", str(whole.path)).returncode == 0
    training = start(*arguments, "--run-dir", str(folder.path))
    wait_for(lambda: any(isinstance(event, Step) for event in events(folder)))
    training.send_signal(number)
    out, err = training.communicate(timeout=120)
    assert training.returncode == 3, out + err
    assert err.splitlines()[-1] == f"stopped; thaw train {folder.path} goes on"
    told = events(folder)
    finished = told[-1]
    assert isinstance(finished, Finished)
    assert finished.stopped
    kept = [event.step for event in told if isinstance(event, Checkpointed)]
    assert kept[-1] == finished.steps < 120
    done = thaw("train", str(folder.path))
    assert done.returncode == 0, done.stdout
    assert f"going on after step {finished.steps}," in done.stdout
    assert_identical(whole, folder)


@pytest.mark.slow
def test_a_second_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    training = start(*small(tmp_path), "--epochs", "9999", "--run-dir", str(folder.path))
    wait_for(lambda: any(isinstance(event, Checkpointed) for event in events(folder)))
    (pid,) = [event.pid for event in events(folder) if isinstance(event, RunStarted)]
    os.kill(pid, signal.SIGSTOP)  # it does not hear
    training.send_signal(signal.SIGINT)
    assert training.stdout is not None
    assert any("Ctrl-C again ends it" in line for line in training.stdout)
    training.send_signal(signal.SIGINT)
    out, _ = training.communicate(timeout=60)
    assert training.returncode == 130
    assert "goes on from the newest checkpoint" in out


@pytest.mark.slow
def test_a_loss_that_is_no_number_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    target = tmp_path / "run"
    options = ["--learning-rate", "1000", "--optimizer", "sgd", "--epochs", "400"]
    done = thaw("train", *small(tmp_path), *options, "--run-dir", str(target))
    assert done.returncode == 4, done.stdout + done.stderr
    assert re.search(
        r"^failed: .*(nan|inf|not finite) .*; the last good checkpoint", done.stdout, re.MULTILINE
    )


@pytest.mark.slow
def test_one_batch_is_learnt_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    arguments = ["demo", "--data", "shapes", "--batch-size", "4", "--overfit-batch", "20"]
    done = thaw("train", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(
        r"it can learn: the loss of one batch went from (\S+) to (\S+) in 20", done.stdout
    )
    assert found is not None
    assert float(found[2]) < float(found[1]) / 2
    done = thaw("train", *arguments, "--learning-rate", "1e-9")
    assert done.returncode == 1
    assert "it has not learnt the batch" in done.stdout
    done = thaw("train", *arguments, "--learning-rate", "1000")
    assert done.returncode == 1
    assert "it cannot learn so: " in done.stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_a_learning_rate_is_suggested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = thaw("train", "demo", "--data", "shapes", "--batch-size", "4", "--find-lr")
    assert done.returncode == 0, done.stdout + done.stderr
    rate = re.search(r"^suggested: --learning-rate (\S+) ", done.stdout, re.MULTILINE)
    assert rate is not None
    assert 1e-4 < float(rate[1]) < 0.1
    assert done.stdout.isascii()
    assert "1e-4" in done.stdout
    assert done.stdout.count("*") > 20
    assert not (tmp_path / "data").exists()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A run on a terminal."""
    environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    arguments = [*small(tmp_path), "--epochs", "9999", "--run-dir", str(tmp_path / "run")]
    one = Terminal([sys.executable, "-m", "tui", "train", *arguments], environment)
    yield one
    one.close()


@pytest.mark.slow
def test_a_bar_on_a_terminal_and_ctrl_c(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for(r"epoch \d+/9999 loss \S+ .* \d+/29997")
    assert "first batch of 4" in terminal.text or "step" in terminal.text
    terminal.press("\x03")
    terminal.wait_for("stopped after", 60)
    assert terminal.wait_for_end() == 3
    assert read_spec(tmp_path / "run" / "run.toml").hyper.epochs == 9999


PORT = "65000"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--processes", "0"], "0 is not in the range"),
        (["--port", PORT], "--port: of no use to one process; give --processes N as well"),
        (["--kvstore", "dist_sync"], "--kvstore dist_sync: of no use to one process"),
        (["--kvstore", "mpi"], "'mpi' is not one of"),
        (["--hostfile", "/no/such/file"], "--hostfile /no/such/file: no such file"),
        (["--hostfile", "{empty}"], "names no host; write one a line"),
        (["--hostfile", "{wrong}"], "line 2: two hosts: no host"),
        (["--hostfile", "{two}", "--processes", "3"], "2 slots, and --processes asks for 3"),
        (["--find-lr", "--processes", "2"], "one process, so --processes is of no use"),
        (["--only-make", "--find-lr"], "--find-lr keeps nothing, so --only-make is of no use"),
    ],
)
def test_processes_that_cannot_be(tmp_path: Path, options: list[str], says: str) -> None:
    files = {"empty": "# none\n", "wrong": "localhost\ntwo hosts\n", "two": "localhost slots=2\n"}
    paths = {}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        paths[name] = str(tmp_path / name)
    spec = RunSpec(ModelSource("demo"), "ssd", "shapes", Hyperparameters())
    folder = create_run(spec, FreezePlan(), tmp_path / "run")
    refused(["train", str(folder.spec_file), *(option.format(**paths) for option in options)], says)


def test_a_run_is_made_and_not_started(tmp_path: Path) -> None:
    spec = RunSpec(ModelSource("demo"), "ssd", "shapes", Hyperparameters())
    first = create_run(spec, FreezePlan(), tmp_path / "first")
    hosts = tmp_path / "hosts"
    hosts.write_text("localhost slots=2\ngpu2\n")
    second = tmp_path / "second"
    options = ["--hostfile", str(hosts), "--port", PORT, "--only-make", "--run-dir", str(second)]
    done = thaw("train", str(first.spec_file), *options)
    assert (done.returncode, done.stdout.strip()) == (0, str(second))
    assert not (second / "events.jsonl").exists()
    distribution = read_spec(second / "run.toml").distribution
    assert distribution.hosts == ("localhost slots=2", "gpu2")
    assert (distribution.processes, distribution.port) == (3, int(PORT))
    assert "distribution" not in first.spec_file.read_text()


def test_a_launcher_starts_runs_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMLC_ROLE", "worker")
    refused(["train", "demo", "--data", "shapes"], "make one before, with --only-make")
