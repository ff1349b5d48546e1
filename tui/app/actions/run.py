"""The run screen."""

from __future__ import annotations

from tui.app.actions.action import Action

RUN: tuple[Action, ...] = (
    Action(
        "run.stop",
        ("s",),
        "stop_run",
        "stop",
        "stop the run between two batches and keep its weights",
        "run",
        rank=1,
    ),
    Action(
        "run.leave",
        ("d",),
        "leave",
        "leave it running",
        "leave this screen; the run goes on",
        "run",
        rank=2,
    ),
    Action("run.back", ("escape",), "back", "back", "leave this screen", "run", rank=1),
    Action(
        "run.smoother",
        ("plus", "equals_sign"),
        "smooth(1)",
        "smoother",
        "smooth the curves more",
        "run",
        rank=4,
    ),
    Action(
        "run.rougher",
        ("minus",),
        "smooth(-1)",
        "rougher",
        "smooth the curves less",
        "run",
        rank=4,
    ),
    Action(
        "run.logarithmic",
        ("x",),
        "logarithmic",
        "log axis",
        "between a linear and a logarithmic axis of losses",
        "run",
        rank=5,
    ),
    Action(
        "run.quit",
        ("q",),
        "ask_quit",
        "quit",
        "leave thaw; with a run going it asks what becomes of it",
        "run",
        rank=1,
    ),
)
