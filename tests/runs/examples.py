"""A run, and one event of every type."""

from __future__ import annotations

from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.events import (
    Caching,
    Checked,
    Checkpointed,
    Commanded,
    Continued,
    DeviceMemory,
    Died,
    Event,
    Failed,
    Finished,
    LearningRateChanged,
    Memory,
    Notice,
    Paused,
    Phase,
    PlanApplied,
    Prepared,
    Proof,
    Resumed,
    RunStarted,
    Sampled,
    SampledPicture,
    Step,
    Validated,
)
from tui.runs.spec import Hyperparameters, RunSpec

SPEC = RunSpec(
    ModelSource("ssd_512_mobilenet1.0_voc", ("fig", "date"), "a.params", False, (300, 200)),
    "ssd",
    "data",
    Hyperparameters(),
)

EVENTS: tuple[Event, ...] = (
    RunStarted(12, 1700000000.25, "ssd_512_mobilenet1.0_voc", "ssd", "shapes"),
    Phase("importing MXNet"),
    Prepared(100, 20, 13, 2, 26, 24, 100, 5_000, 90_000, "mAP"),
    Checked(3.5, {"class": 2.5, "box": 1.0}, 0.5, 8, 20, 2_000_000, 400_000, 400_000, None, 70, 70),
    Step(1, 1, 3.5, {"class": 2.5, "box": 1.0}, 0.001, 12.5),
    Validated(1, 13, "mAP", 0.5, {"fig": 0.25, "date": None}),
    Sampled(13, (SampledPicture("samples/00000013/1.png", "2 predicted, 3 true"),)),
    Memory(1 << 30, (DeviceMemory(0, 3 << 30, 16 << 30),)),
    Notice("picture 7.jpg is broken off; skipped \u2028 \x1b[31m"),
    LearningRateChanged(13, 0.01, 2.0),
    PlanApplied(13, 2, "schedule", 30, 94, 6_000, 90_000, (Rule("thaw", "role", "neck", epoch=2),)),
    PlanApplied(14, 2, "by hand", 124, 0, 90_000, 90_000, (), FreezePlan((Rule("thaw", "all"),))),
    Checkpointed(13, 2, "checkpoints/00000013", True),
    Resumed(13, 2, 31.5),
    Paused(13),
    Continued(13),
    Caching(True, "", 6, 1_400_000, 1_100_000_000, 0.03, 12),
    Commanded("stop"),
    Proof(100, 70, 24, ("box.bias",), ("features.w",), 3, 2, ("features.w",), 5, 2),
    Finished(False, 26, 2, 61.5, "weights/final.params", "mAP", 0.5),
    Failed("out of memory", "step 3"),
    Died("killed", 9, None),
)
