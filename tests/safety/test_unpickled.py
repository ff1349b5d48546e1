"""Nothing is unpickled that another could have written."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui
from tui.runs.events import Finished, Resumed

LOADERS = {
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.load", "marshal.loads"),
    *("shelve.open", "dill.load", "joblib.load", "torch.load", "yaml.load", "yaml.unsafe_load"),
    *("yaml.full_load", "pandas.read_pickle", "numpy.load", "np.load"),
}
"""What makes objects of bytes, and runs what these ask for."""

OWN = {"engine/weights/formats/torch_pickle.py", "engine/input/wire.py"}
"""The one reads pickles without running anything of them, and has tests of its own. The other reads
what comes through a socket pair from processes that the trainer itself has started: nobody else
has an end of it."""


def calls(tree: ast.AST) -> Iterator[str]:
    """The dotted names of all that is called or inherited from."""
    for node in ast.walk(tree):
        named = node.func if isinstance(node, ast.Call) else None
        for one in [named, *getattr(node, "bases", ())]:
            if isinstance(one, ast.Attribute | ast.Name):
                yield ast.unparse(one)


def test_no_part_unpickles() -> None:
    root = Path(tui.__file__).parent
    found = {
        (str(file.relative_to(root)), name)
        for file in root.rglob("*.py")
        for name in calls(ast.parse(file.read_text()))
        if name in LOADERS or name.endswith((".load_states", "._Unpickler"))
    }
    assert {place for place, _ in found} == OWN


@pytest.mark.slow
def test_checkpoints_weights_and_optimizers_are_read_without_pickle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.engine.run_again import carry_out, classifier

    folder = classifier(tmp_path, epochs=2)
    carry_out(folder, stop_at=2)

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("something was unpickled")

    # Adam's state, the weights and the checkpoint of a stopped run, and its own at the end.
    for name in ("load", "loads", "Unpickler", "_Unpickler", "_loads", "_load"):
        monkeypatch.setattr(pickle, name, refuse)
    told = carry_out(folder)
    assert any(isinstance(event, Resumed) and event.step == 2 for event in told)
    assert isinstance(told[-1], Finished)
    assert not told[-1].stopped
