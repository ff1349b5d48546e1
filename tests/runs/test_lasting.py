from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.runs.test_log import write
from tui.runs.events import Event, Phase, PlanApplied, Resumed, Step, Validated
from tui.runs.lasting import lasting_events


def step(number: int, learning_rate: float = 0.1) -> Step:
    return Step(number, 1, 1.0, {}, learning_rate, 1.0)


def validated(at: int) -> Validated:
    return Validated(1, at, "mAP", 0.5)


def change(at: int) -> PlanApplied:
    return PlanApplied(at, 1, "by hand", 1, 1, 1, 1)


def lasting(path: Path, *events: Event) -> list[Event]:
    path.unlink(missing_ok=True)
    write(path, *events)
    return [envelope.event for envelope in lasting_events(path)]


def test_a_run_without_a_resume_lasts_wholly(tmp_path: Path) -> None:
    events = [Phase("training"), step(1), validated(1), step(2), change(2)]
    assert lasting(tmp_path / "e", *events) == events
    assert list(lasting_events(tmp_path / "none")) == []


def test_what_was_done_again_is_told_once(tmp_path: Path) -> None:
    resumed = Resumed(2, 1)
    found = lasting(
        tmp_path / "e",
        *(step(1), step(2), validated(2), change(2), step(3), validated(3), Phase("x")),
        *(resumed, change(2), step(3, 0.2)),
    )
    assert found == [
        *(step(1), step(2), validated(2), Phase("x")),
        *(resumed, change(2), step(3, 0.2)),
    ]


def test_a_later_resume_goes_back_further(tmp_path: Path) -> None:
    resumes = Resumed(3, 1), Resumed(1, 1), Resumed(2, 1)
    found = lasting(
        tmp_path / "e",
        *(step(1), step(2), step(3), step(4), resumes[0], step(4, 0.2), resumes[1]),
        *(step(2, 0.3), step(3, 0.3), resumes[2], step(3, 0.4)),
    )
    assert [one for one in found if isinstance(one, Step)] == [
        *(step(1), step(2, 0.3), step(3, 0.4)),
    ]


def test_begun_anew(tmp_path: Path) -> None:
    found = lasting(tmp_path / "e", step(1), step(2), Resumed(0, 1), step(1, 0.2))
    assert found == [Resumed(0, 1), step(1, 0.2)]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=8))
def test_steps_last_as_a_list_that_is_cut_and_grows(
    tmp_path_factory: object, starts: list[tuple[int, int]]
) -> None:
    # The same by doing it: a resume cuts what it goes back over, steps are put behind.
    log: list[Event] = []
    kept: list[Step] = []
    for turn, (count, back) in enumerate(starts):
        if turn:
            at = min(back, len(kept))
            log.append(Resumed(at, 1))
            del kept[at:]
        for _ in range(count):
            kept.append(step(len(kept) + 1, turn / 10))
            log.append(kept[-1])
    path = tmp_path_factory.mktemp("log") / "events.jsonl"  # type: ignore[attr-defined]
    assert [one for one in lasting(path, *log) if isinstance(one, Step)] == kept
