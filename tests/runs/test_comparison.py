from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.app.fake_trainer import finished, make_folder, proof, sample_events, write_log
from tests.runs.test_listed import ALIVE, steps
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.runs.compared_run import ComparedRun, RunReader, rules_of, settings_of
from tui.runs.comparison import Difference, compare
from tui.runs.comparison_rows import plan_rows
from tui.runs.events import Continued, Event, Memory, Paused, PlanApplied, Resumed, Step, Validated
from tui.runs.folder import RunFolder
from tui.runs.spec import Hyperparameters, read_spec, write_spec
from tui.runs.states_file import StatesFile, write_states

THAW_HEAD = Rule("thaw", "role", "head")
FREEZE_ALL = Rule("freeze", "all")


def run(
    path: Path, events: list[Event], plan: FreezePlan | None = None, **hyper: object
) -> RunFolder:
    folder = make_folder(path)
    spec = read_spec(folder.spec_file)
    changed = msgspec.structs.replace(spec.hyper, **hyper)
    write_spec(folder.spec_file, msgspec.structs.replace(spec, hyper=changed))
    if plan is not None:
        write_plan(folder.plan_file, plan)
    write_log(folder, events)
    return folder


def compared(folder: RunFolder) -> ComparedRun:
    return RunReader(folder).read()


def test_settings_that_differ(tmp_path: Path) -> None:
    one = run(tmp_path / "one", steps(3, ALIVE))
    other = run(tmp_path / "other", steps(3, ALIVE), learning_rate=0.5, decay_epochs=(1, 2))
    found = compare([one, other, one])
    assert found.settings == (
        Difference("learning_rate", (0.001, 0.5, 0.001)),
        Difference("decay_epochs", ((), (1, 2), ())),
    )
    assert found.same_settings + 2 == len(found.runs[0].settings)
    assert found.rules == found.trains == ()


def test_every_setting_has_a_name_of_its_own(tmp_path: Path) -> None:
    spec = read_spec(make_folder(tmp_path / "run").spec_file)
    told = settings_of(spec)
    assert {"model", "classes", "recipe", "data", "seed"} <= set(told)
    assert set(msgspec.structs.asdict(Hyperparameters())) <= set(told)
    assert told["model"] == spec.model.model


def test_a_setting_that_only_one_has(tmp_path: Path) -> None:
    one, other = run(tmp_path / "one", []), run(tmp_path / "other", [])
    spec = read_spec(other.spec_file)
    model = msgspec.structs.replace(spec.model, weights="mine.params")
    write_spec(other.spec_file, msgspec.structs.replace(spec, model=model))
    assert compare([one, other]).settings == (Difference("weights", (None, "mine.params")),)


def test_rules_that_differ(tmp_path: Path) -> None:
    both = FreezePlan((FREEZE_ALL, THAW_HEAD))
    turned = FreezePlan((THAW_HEAD, FREEZE_ALL))
    one, other = (run(tmp_path / str(n), [], plan) for n, plan in enumerate((both, turned)))
    # Later rules win: the same rules in another order are another plan.
    assert compare([one, other]).rules == (
        Difference("freeze all", (1, 2)),
        Difference("thaw role head", (2, 1)),
    )
    assert compare([one, one]).rules == ()


def test_rules_in_words() -> None:
    off = msgspec.structs.replace(THAW_HEAD, off=True)
    plan = FreezePlan((FREEZE_ALL, THAW_HEAD, off, FREEZE_ALL), dropout_off=True)
    said = ("thaw role head", "freeze all", "dropout off where nothing trains")
    assert rules_of(plan) == said


def test_a_plan_that_was_changed_by_hand_counts_as_it_is_now(tmp_path: Path) -> None:
    plan = FreezePlan((FREEZE_ALL, THAW_HEAD))
    change = PlanApplied(2, 1, "by hand", 30, 175, 400_000, 5_600_000, (), plan)
    one = run(tmp_path / "one", steps(3, ALIVE))
    other = run(tmp_path / "other", [*steps(3, ALIVE), change])
    found = compare([one, other])
    assert Difference("freeze all", (None, 1)) in found.rules
    assert Difference("trainable_parameters", (24, 30)) in found.trains
    assert Difference("trainable_values", (312_000, 400_000)) in found.trains
    assert ("changed after step", ("-", "2")) in plan_rows(found)
    # Taken back by a resume from before it.
    write_log(other, [Resumed(1, 1)])
    again = compare([one, other])
    assert again.rules == ()
    assert not any(name == "changed after step" for name, _ in plan_rows(again))


def test_what_came_of_a_run(tmp_path: Path) -> None:
    log = steps(200, ALIVE)
    row = compared(run(tmp_path / "run", [*log, proof(), finished(200)]))
    losses = [one.loss for one in log if isinstance(one, Step) and one.loss is not None]
    assert row.loss == pytest.approx(sum(losses[-20:]) / 20)
    assert (row.steps, row.total_steps, row.seconds) == (200, 400, 192.4)
    measured = [one for one in log if isinstance(one, Validated)]
    assert row.metrics == tuple((one.step, one.value) for one in measured)
    assert (row.metric, row.value, row.best_step) == ("VOC07 mAP", measured[-1].value, 200)
    assert row.per_class == measured[-1].per_class
    assert [step for step, _ in row.losses] == list(range(1, 201))
    assert row.proof == proof()
    assert row.state == "done"


def test_the_best_is_the_first_of_equals(tmp_path: Path) -> None:
    values = (0.5, 0.75, None, 0.75, 0.25)
    log = [*steps(1, ALIVE), *(Validated(n, n, "mAP", v) for n, v in enumerate(values, 1))]
    row = compared(run(tmp_path / "run", log))
    assert (row.value, row.best, row.best_step) == (0.25, 0.75, 2)


def test_what_was_done_again_is_drawn_once(tmp_path: Path) -> None:
    log = [*steps(20, ALIVE), proof(), finished(20, stopped=True), ALIVE, Resumed(10, 1)]
    log += [*list(sample_events(15, 400, 100))[15:]]
    row = compared(run(tmp_path / "run", log))
    assert [step for step, _ in row.losses] == list(range(1, 16))
    # It goes on: what was proved and done is of before.
    assert (row.proof, row.seconds, row.steps) == (None, None, 15)


def test_a_long_curve_is_bounded(tmp_path: Path) -> None:
    row = compared(run(tmp_path / "run", list(sample_events(3000, 3000, 5000))))
    assert 500 <= len(row.losses) <= 1024


def test_broken_and_new_folders_are_told(tmp_path: Path) -> None:
    broken = run(tmp_path / "broken", steps(3, ALIVE))
    broken.spec_file.write_text("= 3")
    nothing = run(tmp_path / "new", [])
    found = compare([broken, nothing])
    assert "not a TOML file" in found.runs[0].problem
    assert (found.runs[1].state, found.runs[1].losses) == ("new", ())
    assert msgspec.json.decode(msgspec.json.encode(found))["runs"][1]["name"] == "new"


def test_a_run_is_read_again_as_it_goes_on(tmp_path: Path) -> None:
    log = steps(250, ALIVE)
    folder = run(tmp_path / "run", log[:100])
    reader = RunReader(folder)
    assert reader.read().steps < 100
    write_log(folder, log[100:])
    assert reader.read() == compared(folder)


def test_what_a_resume_took_back_is_not_told_of_a_run_that_goes_on(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", steps(150, ALIVE))
    reader = RunReader(folder)
    assert len(reader.read().metrics) == 1
    again = [one for one in steps(85, ALIVE) if isinstance(one, Step) and one.step > 80]
    write_log(folder, [ALIVE, Resumed(80, 1), *again])
    row = reader.read()
    assert row == compared(folder)
    assert (row.metrics, row.steps) == ((), 85)
    assert [step for step, _ in row.losses] == list(range(1, 86))


def test_time_so_far_and_pictures_a_second(tmp_path: Path) -> None:
    # Events are a quarter of a second apart.
    log = [*steps(20, ALIVE), Paused(20), *[Memory(1)] * 40, Continued(20)]
    row = compared(run(tmp_path / "run", log))
    assert row.seconds is None
    assert row.elapsed == pytest.approx(0.25 * (len(steps(20, ALIVE)) - 1 + 1))
    rates = [one.pictures_per_second for one in log if isinstance(one, Step)]
    assert row.pictures_per_second == pytest.approx(sum(rates) / len(rates))
    # What it had trained before it was resumed counts.
    row = compared(run(tmp_path / "again", [ALIVE, Resumed(20, 1, 100.0), Memory(1)]))
    assert row.elapsed == pytest.approx(100.5)


def test_parameters_that_train_in_one_alone(tmp_path: Path) -> None:
    one, other, third = (run(tmp_path / name, []) for name in "abc")
    write_states(one.states_file, StatesFile(0, FreezePlan(), 1, 1, ("output.w",), ("base.w",)))
    write_states(other.states_file, StatesFile(0, FreezePlan(), 2, 1, ("output.w", "base.w")))
    found = compare([one, other, third])
    assert [(block.path, block.trains) for block in found.blocks] == [("base", (False, True, None))]
    assert found.untold == (2,)
