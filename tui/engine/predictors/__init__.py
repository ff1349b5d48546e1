"""What a trained network says of a picture. A new family is one new file and one line in
`PREDICTORS`."""

from __future__ import annotations

from tui.engine.predictors import classes, detections, joints, masks, objects_in_place
from tui.engine.predictors.predicted import Predictor
from tui.engine.sources.built import Built

PREDICTORS: tuple[type[Predictor], ...] = (
    objects_in_place.MaskRCNNPredictor,
    detections.SSDPredictor,
    detections.YOLO3Predictor,
    detections.CenterNetPredictor,
    detections.FasterRCNNPredictor,
    masks.SegmentationPredictor,
    joints.JointsPredictor,
    classes.ClassPredictor,
)


def predictor_for(built: Built) -> Predictor | None:
    """What predicts with a network, or None where nothing does yet."""
    for kind in PREDICTORS:
        if kind.fits(built):
            return kind(built)
    return None
