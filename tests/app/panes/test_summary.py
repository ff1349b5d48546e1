"""How a run ended, in words."""

from __future__ import annotations

from pathlib import Path

from tui.app.panes.summary import _finished, proof_lines
from tui.app.run_state import RunState
from tui.runs.events import Finished, Proof
from tui.runs.folder import RunFolder


def said(proof: Proof) -> str:
    return "\n".join(line.plain for line in proof_lines(proof))


def test_a_freeze_that_held() -> None:
    text = said(Proof(181, 62, 24))
    assert "181 parameters: identical, bit for bit" in text
    assert "62 fixed: identical" in text
    assert "24 parameters: all changed" in text
    assert "!" not in text


def test_a_freeze_that_broke_comes_first_and_is_named_in_the_colour_of_errors() -> None:
    lines = proof_lines(Proof(180, 62, 24, broken=("features.0.weight",)))
    assert lines[0].plain == "! 1 frozen thing changed: features.0.weight"
    assert [str(span.style) for span in lines[0].spans] == ["bold $text-error"]


def test_what_did_not_change_is_named_and_a_long_list_is_counted() -> None:
    names = tuple(f"head.{number}.bias" for number in range(9))
    text = said(Proof(181, 62, 15, unchanged=names))
    assert "15 parameters changed" in text
    assert "9 trainable parameters did not change: head.0.bias, head.1.bias" in text
    assert "and 5 more (thaw verify names them)" in text
    assert "all changed" not in text


def test_a_run_that_froze_nothing_says_so() -> None:
    text = said(Proof(0, 0, 24, statistics_moved=62))
    assert "frozen      none" in text
    assert "62 moved, as intended" in text


def test_a_multiplier_of_0_that_did_not_hold_is_said_to_be_no_freeze() -> None:
    text = said(
        Proof(9, 0, 4, broken=("a.weight", "b.weight"), lr_mult_zero=3, not_freezing=("b.weight",))
    )
    assert "! 2 frozen things changed: a.weight, b.weight" in text
    assert "! 1 of it had only lr_mult 0, which is not freezing" in text
    assert "lr_mult 0   3 parameters: identical" in text


def test_what_was_frozen_for_a_time_is_counted() -> None:
    text = said(Proof(9, 0, 4, frozen_at_times=3, intervals=2))
    assert "for a time  3 frozen for part of the run: identical then" in text


def test_names_cannot_drive_the_terminal() -> None:
    text = said(Proof(1, 0, 0, broken=("a\x1b[31mb",)))
    assert "\x1b" not in text
    assert "a\\x1b[31mb" in text


def test_better_weights_than_the_last_are_named() -> None:
    folder = RunFolder(Path("/runs/one"))
    last = Finished(False, 9, 3, 4.0, "weights/final.params", "mAP", 0.5)
    assert len(_finished(RunState(), last, folder)) == 2
    better = Finished(
        False, 1300, 3, 4.0, "weights/final.params", "mAP", 0.5, "weights/best.params", 1200
    )
    lines = [line.plain for line in _finished(RunState(), better, folder)]
    assert lines[2] == "            best, step 1,200: /runs/one/weights/best.params"
