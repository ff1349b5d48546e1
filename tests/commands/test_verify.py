"""`thaw verify`, as a person or a script calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import refused, thaw
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.model.source import ModelSource
from tui.runs.folder import RunFolder, create_run
from tui.runs.proof_file import Interval, ProofFile, Witnessed, write_proof
from tui.runs.spec import Hyperparameters, RunSpec

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
DEMO = RunSpec(
    ModelSource("demo"), "ssd", "shapes", Hyperparameters(max_steps=2, batch_size=2, epochs=1)
)
WITNESSED = Witnessed("w", "weight", "frozen", "a", "a")


def run_folder(path: Path) -> RunFolder:
    return create_run(DEMO, HEAD_ONLY, path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A real run of two steps."""
    folder = run_folder(tmp_path_factory.mktemp("runs") / "run")
    done = thaw("train", str(folder.path))
    assert done.returncode == 0, done.stdout
    return folder


@pytest.mark.slow
def test_a_run_that_held(run: RunFolder) -> None:
    done = thaw("verify", str(run.path))
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("frozen ") and "identical, bit for bit" in line for line in lines)
    assert any(line.startswith("statistics ") and "fixed: identical" in line for line in lines)
    assert any(line.startswith("trainable ") and "changed" in line for line in lines)
    assert any("weights/final.params: the ones that the digests" in line for line in lines)
    assert lines[-1] == "it held"
    told = json.loads(thaw("verify", str(run.path), "--json").stdout)
    assert (told["version"], told["holds"], told["intervals"]) == (1, True, [[1, 2]])
    assert told["other_weights"] == []
    assert told["verdict"]["broken"] == []
    assert len(told["verdict"]["frozen"]) > 10
    assert told["verdict"]["changed"]


@pytest.mark.slow
def test_other_weights_than_the_proof_is_of(run: RunFolder, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(run.path, copy)
    weights = copy / "weights" / "final.params"
    data = bytearray(weights.read_bytes())
    # Values stand before the names, which end the file; this far from the end they are values.
    data[len(data) // 2] ^= 0xFF
    weights.write_bytes(data)
    done = thaw("verify", str(copy))
    assert done.returncode == 1
    assert "not what the run ended with, in weights/final.params" in done.stdout
    assert done.stdout.splitlines()[-1] == "IT DID NOT HOLD"
    weights.unlink()
    gone = thaw("verify", str(copy))
    assert gone.returncode == 2
    assert "final.params: there is no such file" in gone.stderr


@pytest.mark.slow
def test_a_run_carried_out_again_begins_without_the_old_proof(
    run: RunFolder, tmp_path: Path
) -> None:
    folder = run_folder(tmp_path / "again")
    write_proof(folder.proof_file, ProofFile((Interval(1, 1, (WITNESSED,)),), "weights/a.params"))
    folder.plan_file.write_text('version = 1\n[[rules]]\naction = "freeze"\nby = "all"\n')
    assert thaw("train", str(folder.path)).returncode == 2  # nothing can train
    assert not folder.proof_file.exists()


FALSE_FREEZES = """
import sys
from tests.engine.loops import steps
from tests.engine.networks import own

kind, folder = sys.argv[1:]
net = own()
trainer = steps(net)  # with momentum
if kind == "lr_mult":
    net.features[0].weight.lr_mult = 0.0
else:
    for layer in (1, 3, 4):
        net.features[layer].collect_params().setattr("grad_req", "null")
net.save_parameters(f"{folder}/before.params")
steps(net, trainer=trainer)
net.save_parameters(f"{folder}/after.params")
"""

PLANS = {
    "lr_mult": FreezePlan((Rule("lr_mult", "block", "features.0", value=0.0),)),
    "statistics": FreezePlan(
        (Rule("freeze", "block", "features"), Rule("thaw", "block", "features.0"))
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "names", "says"),
    [
        ("lr_mult", {"features.0.weight"}, "lr_mult=0 is not freezing"),
        (
            "statistics",
            {f"features.{layer}.running_{which}" for layer in (1, 4) for which in ("mean", "var")},
            "grad_req does not stop it, use_global_stats does",
        ),
    ],
)
def test_the_false_freezes_of_the_field_fail(
    tmp_path: Path, kind: str, names: set[str], says: str
) -> None:
    subprocess.run(
        [sys.executable, "-c", FALSE_FREEZES, kind, str(tmp_path)], check=True, timeout=120
    )
    write_plan(tmp_path / "plan.toml", PLANS[kind])
    files = [str(tmp_path / "before.params"), str(tmp_path / "after.params")]
    done = thaw("verify", *files, "--plan", str(tmp_path / "plan.toml"))
    assert done.returncode == 1, done.stderr
    failures = [line for line in done.stdout.splitlines() if says in line and line[0] == "!"]
    assert {line[2:].split(":")[0] for line in failures} == names
    told = thaw("verify", *files, "--plan", str(tmp_path / "plan.toml"), "--json")
    assert told.returncode == 1
    assert {one["name"] for one in json.loads(told.stdout)["verdict"]["broken"]} == names


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "no run folder, and no run is named so"),
        (lambda path: path.mkdir(), "no run folder (it has no run.toml)"),
        (run_folder, "no proof.json; it is written when a run ends"),
        (
            lambda path: run_folder(path).proof_file.write_text("{"),
            "not a proof of thaw",
        ),
        (
            lambda path: write_proof(run_folder(path).proof_file, ProofFile((), "w")),
            "holds no digests",
        ),
        (
            lambda path: write_proof(
                run_folder(path).proof_file, ProofFile((Interval(1, 1, (WITNESSED,)),), "w")
            ),
            "w: there is no such file, so the proof is of nothing that is here",
        ),
    ],
)
def test_no_proof_is_one_line_and_exit_code_2(tmp_path: Path, make: object, says: str) -> None:
    path = tmp_path / "run"
    make(path)  # type: ignore[operator]
    refused(("verify", str(path)), says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a", "--plan", "p"), "--plan and --model are for two files of weights"),
        (("a", "b", "c"), "give one run folder, or two .params files"),
        (("a", "b"), "two files need --plan FILE"),
        (("no.params", "no.params", "--plan", "p.toml"), "no.params: there is no such file"),
        (("README.md", "README.md", "--plan", "no.toml"), "no.toml: No such file"),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], says: str) -> None:
    refused(("verify", *arguments), says)
