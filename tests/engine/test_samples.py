"""A few validation pictures, drawn after each validation of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.run_again import (
    assert_identical,
    carry_out,
    center_net,
    classifier,
    detector,
    events,
    faster_rcnn,
    segmenter,
    yolo,
)
from tui.engine import samples
from tui.engine.predictors.predicted import Predicted, PredictedObject
from tui.engine.run import Run
from tui.runs.events import Event, Finished, Notice, Phase, Sampled, Validated
from tui.runs.folder import RunFolder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "caption"),
    [
        (detector, "; true: "),
        (yolo, "; true: "),
        (center_net, "; true: "),
        (faster_rcnn, "; true: "),
        (segmenter, "of the pixels right; predicted: "),
        (classifier, "; true: "),
    ],
)
def test_every_family_has_one_after_each_validation(
    make: Callable[[Path], RunFolder], caption: str, tmp_path: Path
) -> None:
    run = make(tmp_path)
    carry_out(run)
    told = events(run)
    assert not [event for event in told if isinstance(event, Notice) and "sample" in event.message]
    sampled = [event for event in told if isinstance(event, Sampled)]
    assert [one.step for one in sampled] == [e.step for e in told if isinstance(e, Validated)]
    for picture in sampled[-1].pictures:
        assert caption in picture.caption
        assert "predicted: " in picture.caption
        image = Image.open(run.path / picture.path)
        assert max(image.size) > 100
        assert np.asarray(image).std() > 1
        small = Image.open(run.path / picture.small)
        assert small.height <= samples.SMALL[1]
        assert np.asarray(small).std() > 1


def test_a_few_pictures_and_of_the_oldest_samples_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "KEPT", 2)
    monkeypatch.setattr(samples, "COUNT", 1)
    run = classifier(tmp_path, epochs=4)
    carry_out(run)
    assert sorted(one.name for one in run.samples.iterdir()) == ["00000009", "00000012"]
    names = sorted(one.name for one in (run.samples / "00000012").iterdir())
    assert names == ["1.png", "1.small.png"]


def test_a_run_goes_on_where_none_can_be_written(tmp_path: Path) -> None:
    run = classifier(tmp_path, epochs=2)
    run.samples.write_text("in the way")
    told = carry_out(run)
    assert isinstance(told[-1], Finished)
    notices = [event.message for event in told if isinstance(event, Notice)]
    assert [line for line in notices if "sample" in line] == [
        "no sample of pictures could be written at step 3: file exists; the run goes on"
    ]
    assert not [event for event in told if isinstance(event, Sampled)]


@pytest.mark.parametrize("make", [detector, classifier])
def test_the_weights_are_the_same_with_and_without(
    make: Callable[[Path], RunFolder], tmp_path: Path
) -> None:
    """Nothing that is drawn at random is drawn by a sample, and the network is as it was."""

    def without(run: Run, event: Event) -> None:
        if isinstance(event, Phase) and run.loop is not None:
            run.loop.sample = lambda _: None

    with_samples, bare = make(tmp_path), make(tmp_path)
    carry_out(with_samples)
    carry_out(bare, watch=without)
    assert with_samples.samples.exists()
    assert not bare.samples.exists()
    assert_identical(with_samples, bare)


def objects(*named: tuple[str, float | None]) -> Predicted:
    return Predicted(tuple(PredictedObject(name, score, (0, 0, 9, 9)) for name, score in named))


def test_a_caption_says_what_is_predicted_and_what_is_true() -> None:
    def caption(found: Predicted, true: Predicted) -> str:
        return samples.caption_of(found, true, ("cat", "dog"))

    true = objects(("dog", None), ("cat", None), ("dog", None))
    assert caption(objects(("cat", 0.875), ("dog", 0.5)), true) == (
        "predicted: cat 0.88, dog 0.50; true: 2 dog, cat"
    )
    assert caption(objects(), objects()) == "predicted: nothing; true: nothing"
    many = caption(objects(*[("cat", 0.9)] * 6), objects())
    assert many.startswith("predicted: cat 0.90, cat 0.90, cat 0.90, cat 0.90 and 2 more; ")
    ranked = Predicted(ranked=(("cat", 0.75), ("dog", 0.25)))
    assert caption(ranked, Predicted(ranked=(("dog", None),))) == "predicted: cat 0.75; true: dog"
    mask = np.zeros((2, 4), dtype=np.uint8)
    half = mask.copy()
    half[0] = 1
    half[1, 0] = samples.NO_CLASS
    assert caption(Predicted(mask=mask), Predicted(mask=half)) == (
        "43% of the pixels right; predicted: cat 100%; true: dog 50%, cat 38%"
    )
    joints = ((1.0, 1.0, True), (2.0, 2.0, True), (0.0, 0.0, False))
    pose = Predicted((PredictedObject("person", 0.9, (0, 0, 9, 9), joints=joints),))
    assert caption(pose, pose) == "predicted: 2 joints; true: 2 joints"
