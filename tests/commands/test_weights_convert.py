from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from tests.engine.weights.foreign_files import safetensors
from tests.engine.weights.test_conversion import as_torchvision, network
from tests.test_cli import thaw


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("weights") / "x.safetensors"
    return safetensors(path, as_torchvision(network("resnet18_v1b")))


def test_a_file_that_opens_afterwards(file: str, tmp_path: Path) -> None:
    output = str(tmp_path / "out.params")
    done = thaw("weights", "convert", file, "--to", "resnet18_v1b", "-o", output)
    assert (done.returncode, done.stdout) == (0, f"{output}\n")
    assert "left over: 20 counts of batches" in done.stderr
    assert "102 of 102 parameters of resnet18_v1b are in it" in done.stderr
    listed = thaw("params", "resnet18_v1b", "--weights", output, "--select", ".*dense")
    assert listed.returncode == 0, listed.stderr
    again = thaw("weights", "convert", file, "--to", "resnet18_v1b", "-o", output)
    assert (again.returncode, "is there already; --force" in again.stderr) == (2, True)


def test_for_other_classes_as_json(file: str, tmp_path: Path) -> None:
    output = str(tmp_path / "out.params")
    words = ["--to", "resnet18_v1b", "--classes", "fig,date", "-o", output, "--json"]
    done = thaw("weights", "convert", file, *words)
    told = json.loads(done.stdout)
    assert (told["part"], told["filled"], told["of"], told["version"]) == ("trunk", 100, 102, 1)
    assert "fc.bias (of another shape)" in told["unused"]
    # What is left out is made for the classes when the model is opened.
    opened = thaw("params", "resnet18_v1b", "--classes", "fig,date", "--weights", output)
    assert "new, not from the file: fc" in opened.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["FILE", "--to", "resnet34_v1b"], "the nearest network is resnet18_v1b (100%"),
        (["FILE", "--to", "resnet18_v1bb"], "the nearest are resnet18_v1b"),
        (["FILE", "--to", "alexnet", "-o", "no/such/x.params"], "there is no folder no/such"),
        (["none.pth", "--to", "alexnet"], "there is no such file"),
        (["lie.safetensors", "--to", "alexnet"], "damaged safetensors: w needs 12 bytes"),
        (["FILE"], "Missing option '--to'"),
    ],
)
def test_one_line_and_nothing_written(
    words: list[str], says: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}).encode()
    lie = tmp_path / "lie.safetensors"
    lie.write_bytes(struct.pack("<Q", len(header)) + header + bytes(8))
    given = [{"FILE": file, "lie.safetensors": str(lie)}.get(word, word) for word in words]
    if "-o" not in given:
        given += ["-o", str(tmp_path / "out.params")]
    done = thaw("weights", "convert", *given)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == [lie]
