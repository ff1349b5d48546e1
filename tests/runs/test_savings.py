"""What frozen parameters save."""

from __future__ import annotations

from tui.runs.events import Checked, PlanApplied
from tui.runs.savings import Savings, savings_of

CHECK = Checked(
    *(1.0, {}, 0.1, 4, 4, 5000, 400, 800, None),
    saved_gradient_bytes=1600,
    saved_optimizer_bytes=3200,
)


def change(values: int) -> PlanApplied:
    return PlanApplied(9, 2, "by hand", 1, 1, values, 600)


def test_it_is_what_the_first_batch_has_found() -> None:
    found = savings_of(CHECK)
    assert found == Savings(1600, 3200, 400, 800)
    assert found.total == 4800


def test_to_thaw_takes_both() -> None:
    assert savings_of(CHECK).after(100, change(300)) == Savings(800, 1600, 1200, 2400)
    assert savings_of(CHECK).after(100, change(500)).total == 0
    assert savings_of(CHECK).after(100, change(501)).total == 0, "never less than nothing"


def test_to_freeze_again_gives_back_gradients_alone() -> None:
    thawed = savings_of(CHECK).after(100, change(300))
    assert thawed.after(300, change(100)) == Savings(1600, 1600, 400, 2400)


def test_without_a_count_of_before_it_stays_as_it_is() -> None:
    assert savings_of(CHECK).after(0, change(300)) == savings_of(CHECK)


def test_an_older_run_that_tells_nothing_saves_nothing_that_is_known() -> None:
    assert savings_of(Checked(1.0, {}, 0.1, 4, 4, 5000, 0, 0, None)).total == 0
