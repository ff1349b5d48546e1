"""What is drawn on a picture, as pixels."""

from __future__ import annotations

import numpy as np

from tui.engine.datasets.drawing import COLOURS
from tui.engine.predictors.drawing import SMALLEST, areas, drawn, in_words, legend
from tui.engine.predictors.predicted import Predicted, PredictedObject

CLASSES = ("cat", "dog")
GREY = np.full((300, 400, 3), 90, dtype=np.uint8)
DOG = PredictedObject("dog", 0.875, (100, 120, 200, 220), joints=((150, 170, True), (9, 9, False)))
TRUE = Predicted((PredictedObject("dog", None, (250, 50, 350, 150)),))


def test_what_is_predicted_has_whole_lines_and_what_is_true_dashed_white_ones() -> None:
    pixels = np.asarray(drawn(GREY, Predicted((DOG,)), CLASSES, true=TRUE))
    assert (pixels[130:220, 100] == COLOURS[1]).all()
    edge = (pixels[60:140, 250] == 255).all(axis=1)
    assert 0.3 < edge.mean() < 0.8, "white here and there"
    assert (pixels[170, 150] == COLOURS[1]).all(), "a joint that is seen"
    assert (pixels[9, 9] == 90).all(), "one that is not"
    assert (pixels[119, 101] == COLOURS[1]).all(), "the label stands above the box"


def test_a_mask_is_blended_and_small_pictures_are_enlarged() -> None:
    mask = np.zeros((300, 400), dtype=bool)
    mask[150:160, 120:130] = True
    one = PredictedObject("cat", 0.5, (100, 120, 200, 220), mask)
    pixels = np.asarray(drawn(GREY, Predicted((one,)), CLASSES))
    assert (pixels[155, 125] == (0.5 * 90 + 0.5 * np.array(COLOURS[0])).astype(np.uint8)).all()
    assert (pixels[200, 150] == 90).all()
    assert max(drawn(GREY[:40, :50], Predicted(), CLASSES).size) >= 320


def test_where_there_is_no_room_no_text_covers_the_picture() -> None:
    ranked = Predicted(ranked=(("cat", 0.75), ("dog", 0.25)))
    small = drawn(GREY, ranked, CLASSES, within=(40, 30))
    assert small.size == (40, 30)
    assert max(small.size) < SMALLEST
    assert drawn(GREY, ranked, CLASSES).height > 300


def test_words_and_colours() -> None:
    mask = np.zeros((2, 4), dtype=np.uint8)
    mask[0] = 1
    mask[1, :2] = 255
    assert areas(mask, CLASSES) == [("dog", 0.5), ("cat", 0.25)]
    assert in_words(Predicted((DOG,)), CLASSES) == ("dog 0.88 100, 120, 200, 220",)
    assert legend(Predicted((DOG, DOG)), CLASSES) == (("dog", 2, COLOURS[1]),)
