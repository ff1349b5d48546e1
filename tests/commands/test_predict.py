"""`thaw predict`, as a person or a script calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.engine.run_again import carry_out, classifier
from tests.test_cli import refused, thaw


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["predict"], "Missing argument 'RUN'"),
        (["predict", "/no/such/run", "x.jpg"], "/no/such/run"),
        (["predict", "tests", "x.jpg"], "tests"),
        (["predict", "tests", "x.jpg", "--threshold", "1.5"], "1.5 is not in the range 0<=x<=1"),
        (["predict", "tests", "x.jpg", "--threshold", "nan"], "from 0 to 1 is needed"),
        (["predict", "tests", "x.jpg", "--ctx", "tpu"], "--ctx tpu: not a device"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    refused(arguments, says)


@pytest.mark.slow
def test_a_run_says_what_is_on_pictures(tmp_path: Path) -> None:
    run = classifier(tmp_path, epochs=1)
    refused(["predict", str(run.path), str(tmp_path)], "no weights yet")
    carry_out(run)
    Image.new("RGB", (30, 20), (9, 99, 9)).save(tmp_path / "x.png")
    refused(["predict", str(run.path), str(tmp_path / "y.png")], "there is no such picture")
    refused(["predict", str(run.path), "x", "--weights", "/no/file"], "no such file of weights")
    done = thaw("predict", str(run.path), str(tmp_path / "x.png"))
    assert done.returncode == 0, done.stderr
    assert "1 picture in" in done.stderr
    # A long path is broken at the width of the terminal.
    assert "x.png30×20" in "".join(done.stdout.split())
    (tmp_path / "empty.jpg").write_bytes(b"")
    done = thaw(
        "predict",
        str(run.path),
        *(str(tmp_path / name) for name in ("x.png", "empty.jpg")),
        "--json",
    )
    assert done.returncode == 1
    assert "empty.jpg: empty" in done.stderr
    (told,) = map(json.loads, done.stdout.splitlines())
    assert (told["version"], told["width"], told["height"]) == (1, 30, 20)
    assert (run.path / "predictions" / told["drawn"]).is_file()
