"""Runs in this process, to be stopped or to die at a step, and to be carried on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import mxnet as mx
import numpy as np

from tests.engine import small_detectors, small_poses, small_segmenters
from tests.engine.datasets.test_folder import write_folders
from tests.engine.datasets.test_voc import write_masks
from tests.engine.voc_tree import usual_tree
from tui.engine.datasets.shapes import CLASSES as SHAPES
from tui.engine.run import Run
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.events import Event, RunStarted, Step
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventReader, EventWriter
from tui.runs.past import read_past
from tui.runs.spec import Hyperparameters, RunSpec, write_spec

NET = """
from mxnet.gluon import nn

def make(classes=2):
    net = nn.HybridSequential()
    with net.name_scope():
        net.add(
            nn.Conv2D(6, 3, in_channels=3, use_bias=False), nn.BatchNorm(in_channels=6),
            nn.Activation("relu"), nn.Dropout(0.3), nn.GlobalAvgPool2D(),
            nn.Dense(8, in_units=6, activation="relu"), nn.Dropout(0.4),
            nn.Dense(classes, in_units=8),
        )
    return net
"""
"""A classifier with dropout in its trunk and in its head."""

DETECTOR_PLAN = FreezePlan(
    (
        Rule("freeze", "all"),
        Rule("thaw", "role", "head"),
        Rule("lr_mult", "role", "head", value=0.5, epoch=2),
        Rule("thaw", "all", epoch=3),
        Rule("freeze statistics", "all", epoch=4),
    )
)
CLASSIFIER_PLAN = FreezePlan(
    (
        Rule("freeze", "all"),
        Rule("thaw", "block", "7"),
        Rule("thaw", "block", "5", epoch=2),
        Rule("thaw", "all", epoch=3),
        Rule("freeze", "block", "7", epoch=4),
    )
)


class Died(Exception):
    """The trainer was killed, as far as its files can tell."""


def detector(home: Path, plan: FreezePlan = DETECTOR_PLAN, epochs: int = 5) -> RunFolder:
    """The demo's detector on three pictures, with augmentation: two steps an epoch."""
    data = home / "VOC2007"
    if not data.exists():
        usual_tree(data)
    source = ModelSource("demo", classes=("cat", "dog"), seed=5)
    hyper = Hyperparameters(epochs=epochs, batch_size=2, learning_rate=0.01)
    return _new(home, RunSpec(source, "ssd", str(data), hyper, seed=11), plan)


def yolo(home: Path) -> RunFolder:
    """A YOLOv3 on the same pictures. It draws for its colours, its crops and its sizes."""
    return _other_detector(home, "yolo3_mobilenet0.25_custom", "yolo3")


def center_net(home: Path) -> RunFolder:
    """A CenterNet on the same pictures, with Adam. One of its transforms has its own generator."""
    return _other_detector(home, "center_net_resnet18_v1b_voc", "center_net", optimizer="adam")


def faster_rcnn(home: Path) -> RunFolder:
    """A Faster R-CNN on the same pictures. It draws its samples as it trains."""
    return _other_detector(home, f"{small_detectors.__name__}:cats_and_dogs", "faster_rcnn")


def segmenter(home: Path, factory: str = "of_the_shapes") -> RunFolder:
    """An FCN on the built-in shapes, with dropout in its heads: four steps of its first epoch."""
    source = ModelSource(
        f"{small_segmenters.__name__}:{factory}",
        classes=("background", *SHAPES),
        pretrained=False,
        input_size=(64, 64),
        seed=5,
    )
    return _four_steps(
        home, source, "segmentation", batch_size=4, learning_rate=0.001, schedule="poly"
    )


def segmenter_of_photographs(home: Path) -> RunFolder:
    """The same on three pictures and their masks: two steps an epoch."""
    data = home / "VOC2012"
    if not data.exists():
        write_masks(data)
    folder = segmenter(home)
    spec, _ = folder.read()
    hyper = msgspec.structs.replace(spec.hyper, batch_size=2)
    write_spec(folder.spec_file, msgspec.structs.replace(spec, data=str(data), hyper=hyper))
    return folder


def mask_rcnn(home: Path) -> RunFolder:
    """A Mask R-CNN on the built-in shapes: four steps of its first epoch."""
    source = ModelSource(
        f"{small_detectors.__name__}:mask",
        classes=SHAPES,
        pretrained=False,
        input_size=(96, 96),
        seed=5,
    )
    return _four_steps(home, source, "mask_rcnn", batch_size=2, learning_rate=0.001)


def simple_pose(home: Path) -> RunFolder:
    """A SimplePose on the built-in arrows, with Adam: four steps of its first epoch."""
    source = ModelSource(
        f"{small_poses.__name__}:of_the_arrow", pretrained=False, input_size=(64, 64), seed=5
    )
    return _four_steps(
        home, source, "simple_pose", batch_size=4, learning_rate=0.001, optimizer="adam"
    )


def _four_steps(home: Path, source: ModelSource, recipe: str, **hyper: object) -> RunFolder:
    settings = Hyperparameters(max_steps=4, epochs=2, **hyper)  # type: ignore[arg-type]
    plan = FreezePlan((Rule("thaw", "all"),))
    return _new(home, RunSpec(source, recipe, "shapes", settings, seed=11), plan)


def _other_detector(home: Path, model: str, recipe: str, **hyper: object) -> RunFolder:
    data = home / "VOC2007"
    if not data.exists():
        usual_tree(data)
    source = ModelSource(
        model, classes=("cat", "dog"), pretrained=False, input_size=(96, 96), seed=5
    )
    plan = FreezePlan(
        (Rule("freeze", "all"), Rule("thaw", "role", "head"), Rule("thaw", "all", epoch=2))
    )
    settings = Hyperparameters(epochs=3, batch_size=2, learning_rate=0.001, **hyper)  # type: ignore[arg-type]
    return _new(home, RunSpec(source, recipe, str(data), settings, seed=11), plan)


def classifier(
    home: Path, plan: FreezePlan = CLASSIFIER_PLAN, epochs: int = 5, **hyper: object
) -> RunFolder:
    """A classifier with dropout on ten pictures, with Adam: three steps an epoch."""
    data, net = home / "pets", home / "net.py"
    if not data.exists():
        write_folders(data)
        net.write_text(NET)
    source = ModelSource(f"{net}:make", classes=("Cat", "dog"), input_size=(48, 48), seed=5)
    settings = {"epochs": epochs, "batch_size": 4, "learning_rate": 0.02, "optimizer": "adam"}
    return _new(
        home,
        RunSpec(
            source,
            "classification",
            str(data),
            Hyperparameters(**{**settings, **hyper}),  # type: ignore[arg-type]
            seed=11,
        ),
        plan,
    )


def scheduled(home: Path) -> RunFolder:
    """The classifier with all that a step can have beside: a schedule with a warm-up, clipping,
    and two batches to a step, of which the last of an epoch has one."""
    return classifier(
        home, optimizer="adamw", schedule="cosine", warmup_steps=3, clip_norm=0.5, accumulate=2
    )


def _new(home: Path, spec: RunSpec, plan: FreezePlan) -> RunFolder:
    numbers = (home / f"run{number}" for number in range(1000))
    return create_run(spec, plan, next(path for path in numbers if not path.exists()))


def carry_out(
    folder: RunFolder,
    *,
    stop_at: int | None = None,
    die_at: int | None = None,
    watch: Callable[[Run, Event], None] = lambda *_: None,
) -> list[Event]:
    """Carry a run out, or on. It is stopped after `stop_at` steps, as by a command; it dies when
    it has told the step `die_at`. `watch` sees each event. Returns this start's events."""
    spec, plan = folder.read()
    past = read_past(folder)
    writer = EventWriter(folder.events_file)
    told: list[Event] = []

    def emit(event: Event) -> None:
        writer.write(event)
        told.append(event)
        watch(run, event)
        if isinstance(event, Step) and event.step == die_at:
            raise Died

    def should_stop() -> bool:
        return run.loop is not None and run.loop.outcome.steps == stop_at

    run = Run(folder, spec, plan, past, emit, lambda: writer.written, should_stop)
    # Of no process that lives.
    emit(RunStarted(os.getpid(), 1.0, spec.model.model, spec.recipe, spec.data))
    try:
        run.carry_out()
    except Died:
        pass
    finally:
        writer.close()
    return told


def events(folder: RunFolder) -> list[Event]:
    """All that a run's log tells."""
    return [envelope.event for envelope in EventReader(folder.events_file).read(1 << 26)]


def weights(folder: RunFolder) -> dict[str, np.ndarray]:
    """The weights that a run has ended with."""
    found = mx.nd.load(str(folder.weights / "final.params"))
    return {name: array.asnumpy() for name, array in found.items()}


def assert_identical(first: RunFolder, second: RunFolder) -> None:
    """The two runs ended with the same weights, bit for bit."""
    ours, theirs = weights(first), weights(second)
    assert list(ours) == list(theirs)
    differ = [name for name in ours if ours[name].tobytes() != theirs[name].tobytes()]
    assert not differ, f"{len(differ)} of {len(ours)} differ: {differ[:5]}"
