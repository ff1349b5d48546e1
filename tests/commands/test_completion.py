"""What a shell completes: asked by a real bash, and by the words that it asks with."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_walls import HEAVY
from tui.commands.plan_options import PRESET_NAMES
from tui.model.presets import PRESETS

BASH = shutil.which("bash")

ASKS = """
source <(thaw completion bash)
COMP_WORDS=(%s)
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
_thaw_completion thaw
printf '%%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two runs, and one whose name no shell can take."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    runs = tmp_path / "thaw" / "runs"
    for name in ("20261124-demo", "20261125-ssd", "with a space"):
        (runs / name).mkdir(parents=True)
        (runs / name / "run.toml").touch()
    return runs


def completed(*words: str) -> list[str]:
    """What the program answers a shell, with the kind of each: `plain,word`."""
    done = subprocess.run(
        [sys.executable, "-m", "tui"],
        env={
            **os.environ,
            "_THAW_COMPLETE": "bash_complete",
            "COMP_WORDS": shlex.join(["thaw", *words]),
            "COMP_CWORD": str(len(words)),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("thaw at", ["attach"]),
        ("thaw open faster_rcnn_resnet50_v1b_v", ["faster_rcnn_resnet50_v1b_voc"]),
        ("thaw attach 20261125", ["20261125-ssd"]),
        ("thaw open demo --preset no", ["norms", "no-decay"]),
    ],
)
def test_a_real_bash(
    words: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BASH is not None
    program = tmp_path / "bin" / "thaw"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tui "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    script = ASKS % words
    done = subprocess.run(
        [BASH, "--norc", "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.split() == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("plan", "ch"), ["plain,check"]),
        (("train", "2026"), ["plain,20261124-demo", "plain,20261125-ssd"]),
        (("stop", ""), ["plain,20261124-demo", "plain,20261125-ssd"]),
        (("stop", "with"), ["file,with"]),
        (("compare", "20261124-demo", "20261125"), ["plain,20261125-ssd"]),
        (("open", "./ne"), ["file,./ne"]),
        (("open", "resnet50_v1", "--plan", "pl"), ["file,pl"]),
        (("open", "resnet50_v1", "--ctx", "g"), ["plain,gpu"]),
        (("open", "resnet50_v1", "--data", "sh"), ["plain,shapes"]),
        (("data", "conv"), ["plain,convert"]),
        (("data", "VOC"), ["file,VOC"]),
        (("data", ""), ["file,"]),
        (("data", "pictures", "--jso"), ["plain,--json"]),
        (("weights", "get", "vision.alex"), ["plain,vision.alexnet"]),
    ],
)
def test_what_is_offered(words: tuple[str, ...], found: list[str]) -> None:
    assert sorted(completed(*words)) == sorted(found)


def test_no_runs_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/proc/none")
    assert completed("attach", "") == ["file,"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "completion", shell],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"_THAW_COMPLETE={shell}_complete" in done.stdout


def test_asking_brings_in_nothing_heavy() -> None:
    code = (
        "import sys, tui.cli\n"
        "from tui.commands import completing as c\n"
        "asks = (c.models, c.runs, c.models_or_runs, c.presets, c.devices, c.files)\n"
        "for ask in asks: ask(None, None, '2')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint((*HEAVY, "numpy", "textual"))
    assert "tui.app" not in done.stdout


def test_presets_are_those_that_there_are() -> None:
    assert PRESET_NAMES.split(", ") == list(PRESETS)
