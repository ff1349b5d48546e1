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
from tui.engine.run import Run
from tui.runs.events import Event, Finished, Notice, Phase, Sampled, Validated
from tui.runs.folder import RunFolder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "caption"),
    [
        (detector, "true"),
        (yolo, "true"),
        (center_net, "true"),
        (faster_rcnn, "true"),
        (segmenter, "of the pixels right"),
        (classifier, "true: "),
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
        image = Image.open(run.path / picture.path)
        assert max(image.size) > 100
        assert np.asarray(image).std() > 1


def test_a_few_pictures_and_of_the_oldest_samples_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "KEPT", 2)
    monkeypatch.setattr(samples, "COUNT", 1)
    run = classifier(tmp_path, epochs=4)
    carry_out(run)
    assert sorted(one.name for one in run.samples.iterdir()) == ["00000009", "00000012"]
    assert [one.name for one in (run.samples / "00000012").iterdir()] == ["1.png"]


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
