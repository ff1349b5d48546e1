"""`thaw weights export`, as a person or a script calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.run_again import carry_out, classifier
from tests.test_cli import refused, thaw


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["weights", "export"], "Missing argument 'RUN'"),
        (["weights", "export", "/no/such/run"], "/no/such/run"),
        (["weights", "export", "tests"], "no run folder"),
        (["weights", "export", "tests", "--as", "pickle"], "'pickle' is not one of 'params'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    refused(arguments, says)


@pytest.mark.slow
def test_each_form_stands_beside_the_others(tmp_path: Path) -> None:
    run = classifier(tmp_path, epochs=1)
    export = ["weights", "export", str(run.path)]
    refused(export, "no weights yet")
    carry_out(run)
    refused([*export, "--out", str(tmp_path)], "a folder; give the files' path")
    for form in ("params", "symbol", "onnx"):
        done = thaw(*export, "--as", form)
        assert done.returncode == 0, done.stderr
        assert all(Path(line).is_file() for line in done.stdout.splitlines())
    assert sorted(one.name for one in (run.path / "exports").iterdir()) == [
        "run0-0000.params",
        "run0-symbol.json",
        "run0.onnx",
        "run0.onnx.deploy.json",
        "run0.params",
        "run0.params.deploy.json",
        "run0.symbol.deploy.json",
    ]
    refused(export, "is there already; --force writes over it")
    assert thaw(*export, "--force").returncode == 0
