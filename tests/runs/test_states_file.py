from __future__ import annotations

from pathlib import Path

from tests.app.fake_trainer import make_folder
from tui.model.plan import FreezePlan, Rule
from tui.runs.proof_file import Interval, ProofFile, Witnessed, write_proof
from tui.runs.pruning import is_written
from tui.runs.states_file import StatesFile, read_states_in_short, read_trains, write_states

PLAN = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
STATES = StatesFile(3, PLAN, 1, trainable=("output.weight",), frozen=("features.0.weight",))


def test_what_trains_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    assert read_trains(folder) is read_states_in_short(folder) is None
    write_states(folder.states_file, STATES)
    assert read_trains(folder) == {"output.weight": True, "features.0.weight": False}
    short = read_states_in_short(folder)
    assert short is not None
    assert (short.plan, short.trainable_parameters, short.step) == (PLAN, 1, 3)
    assert is_written(folder.states_file.name)


def test_a_run_without_it_tells_by_its_proof(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    told = (
        Witnessed("output.weight", "weight", "trainable", "a", "b"),
        Witnessed("features.0.weight", "weight", "frozen", "a", "a"),
        Witnessed("features.1.running_mean", "statistic", "auxiliary", "a", "a"),
    )
    write_proof(folder.proof_file, ProofFile((Interval(1, 9, told),), "weights/final.params"))
    folder.states_file.write_text('{"version": 1, "tor')
    assert read_trains(folder) == {"output.weight": True, "features.0.weight": False}


def test_a_newer_one_is_not_guessed_at(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    folder.states_file.write_text('{"version": 99}')
    assert read_states_in_short(folder) is None
    assert read_trains(folder) is None
