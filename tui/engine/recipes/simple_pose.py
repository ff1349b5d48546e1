"""SimplePose, as GluonCV's scripts/pose/simple_pose/train_simple_pose.py trains it.

Loss: `L2Loss` of the heatmaps of the joints that are labelled; one value a picture, so that
`Trainer.step` is told the batch size. A picture is the surroundings of one object, which
`SimplePoseDefaultTrainTransform` cuts out, turns and flips with OpenCV. It is flipped where the
data names the joints, so that left ones change places with right ones.

The script's own defaults are a learning rate of 0.1, 3 epochs and a weight decay of 0.0001. Here
they are 0.001, 140 and none, which are our choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.transforms.pose import transform_predictions
from gluoncv.data.transforms.presets.simple_pose import (
    SimplePoseDefaultTrainTransform,
    SimplePoseDefaultValTransform,
)
from gluoncv.model_zoo.simple_pose.simple_pose_resnet import SimplePoseResNet
from gluoncv.utils.metrics.heatmap_accuracy import HeatmapAccuracy
from mxnet.gluon.data import DataLoader
from mxnet.gluon.loss import L2Loss

from tui.engine.datasets.data import Data, Task
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.opencv import need_opencv
from tui.engine.recipes.recipe import Losses, Metric
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

NEAR = 0.1
"""A joint is found within this much of the longer side of its object's box."""
HEATMAP_ACCURACY = "heatmap accuracy"

INFO = RecipeInfo(
    name="simple_pose",
    title="SimplePose keypoints",
    losses=("heatmap",),
    metric=f"PCK@{NEAR}",
    defaults=Hyperparameters(
        epochs=140,
        batch_size=32,
        learning_rate=0.001,
        weight_decay=0.0,
        optimizer="adam",
    ),
    source="GluonCV scripts/pose/simple_pose/train_simple_pose.py",
)

STRIDE, HEATMAP_STRIDE = 32, 4
"""Pixels of the picture to one of the trunk's last feature map, and of the heatmaps."""
SIGMA, SCALING, TURN = 2, 0.3, 40
"""The script's: of a joint's spot in its heatmap, and how far pictures are scaled and turned
(degrees)."""


class SimplePoseRecipe:
    """The recipe of every `gluoncv.model_zoo.simple_pose.SimplePoseResNet`."""

    info: RecipeInfo = INFO
    task: Task = "pose"

    def fits(self, built: Built) -> bool:
        """A network of the family."""
        return isinstance(built.net, SimplePoseResNet)

    def check_classes(self, built: Built) -> None:
        """One heatmap for each class that is named, which here are joints.

        Raises:
            Refusal: there are others.
        """
        self._compare(built, len(built.classes), "--classes names")

    def check_data(self, built: Built, data: Data) -> None:
        """One heatmap for each joint.

        Raises:
            Refusal: there are others.
        """
        self._compare(built, len(data.joints), "the data has")

    def _compare(self, built: Built, wanted: int, who: str) -> None:
        found = built.net.final_layer._kwargs["num_filter"]
        if found != wanted:
            raise Refusal(
                f"the network finds {found} joints, {who} {wanted}; as many are needed, in their "
                f"order: a SimplePose made with num_joints={wanted}"
            )

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> SimplePoseTask:
        """Transforms and loaders for this network and data.

        Raises:
            Refusal: OpenCV is not there, the network has other joints than the data, or the
                pictures' sides are no multiples of 32.
        """
        assert built.input_size is not None
        need_opencv("SimplePose", "pose")
        self.check_data(built, data)
        if any(side % STRIDE for side in built.input_size):
            height, width = built.input_size
            raise Refusal(
                f"pictures of {height}×{width} do not go into a SimplePose: both sides must be "
                f"multiples of {STRIDE}; give another --input-size"
            )
        return SimplePoseTask(built, data, hyper)


class SimplePoseTask(LoaderTask):
    """A SimplePose in training. A batch is pictures B×3×H×W; heatmaps B×joints×h×w; which of them
    count, B×joints×1×1; the numbers of the pictures."""

    net: Any

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        assert built.input_size is not None
        self._joints = data.joints
        pairs = joint_pairs(data.joints)
        given = {
            "num_joints": len(data.joints),
            "joint_pairs": pairs,
            "image_size": built.input_size,
            "heatmap_size": [side // HEATMAP_STRIDE for side in built.input_size],
            "sigma": SIGMA,
            "mean": built.mean,
            "std": built.std,
        }
        plain = SimplePoseDefaultTrainTransform(
            **given, random_flip=False, scale_factor=0, rotation_factor=0
        )
        augmented = SimplePoseDefaultTrainTransform(
            **given, random_flip=bool(pairs), scale_factor=SCALING, rotation_factor=TURN
        )
        super().__init__(
            built, data.train.transform(augmented if hyper.augment else plain), hyper.batch_size
        )
        self._validation = DataLoader(
            data.validation.transform(_Measured(plain, SimplePoseDefaultValTransform(**given))),
            hyper.batch_size,
            last_batch="keep",
        )
        self._loss = L2Loss()

    def losses(self, batch: Any) -> Losses:
        """The heatmaps' loss of a batch."""
        pictures, heatmaps, counted = (array.as_in_context(self._ctx) for array in batch[:3])
        loss = self._loss(self.forward(pictures), heatmaps, counted)
        size = pictures.shape[0]
        return Losses([loss], loss, {INFO.losses[0]: loss}, pictures=size)

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """The share of labelled joints that are found near enough, over all and by joint. Beside
        it, the script's own accuracy: within half of a tenth of the heatmap."""
        accuracy = HeatmapAccuracy()
        right, labelled = np.zeros(len(self._joints)), np.zeros(len(self._joints))
        self._trace()
        for pictures, heatmaps, *where in self._validation:
            if stop():
                return None
            found = self.net(pictures.as_in_context(self._ctx))
            accuracy.update([heatmaps], [found.as_in_context(heatmaps.context)])
            for heatmap, *of in zip(
                found.asnumpy(), *(one.asnumpy() for one in where), strict=True
            ):
                near, seen = _near(heatmap, *of)
                right += near & seen
                labelled += seen
        value = right.sum() / labelled.sum() if labelled.any() else 0.0
        per_joint = {
            name: float(of / count) if count else None
            for name, of, count in zip(self._joints, right, labelled, strict=True)
        }
        beside = {} if not accuracy.num_inst else {HEATMAP_ACCURACY: float(accuracy.get()[1])}
        return Metric(float(value), per_joint, beside)


class _Measured:
    """A picture for validation: its heatmaps, the centre and the extent of what was cut out, its
    joints (joints×2 in pixels of the whole picture, and whether each is labelled), and the longer
    side of its box."""

    def __init__(
        self, plain: SimplePoseDefaultTrainTransform, whole: SimplePoseDefaultValTransform
    ) -> None:
        self._plain = plain
        self._whole = whole

    def __call__(self, picture: mx.nd.NDArray, label: Any, number: int) -> tuple[Any, ...]:
        joints = label["joints_3d"].copy()  # GluonCV's writes into it
        left, top, right, bottom = label["bbox"]
        made, scale, centre, _, _ = self._whole(picture, label, number)
        _, heatmaps, _, _ = self._plain(picture, label, number)
        side = np.float32(max(right - left, bottom - top))
        return made, heatmaps, centre, scale, joints[:, :2, 0], joints[:, 0, 1], side


def _near(
    heatmap: np.ndarray,
    centre: np.ndarray,
    scale: np.ndarray,
    joints: np.ndarray,
    seen: np.ndarray,
    side: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Which joints were found near enough, and which are labelled."""
    height, width = heatmap.shape[1:]
    found = transform_predictions(peaks(heatmap), centre, scale, [width, height])
    distance = np.linalg.norm(found - joints, axis=1)
    return distance <= NEAR * side, seen > 0


def peaks(heatmap: np.ndarray) -> np.ndarray:
    """x and y of the highest value of each map (joints×h×w), a quarter of a pixel towards its
    higher neighbour, as GluonCV has it."""
    count, height, width = heatmap.shape
    places = heatmap.reshape(count, -1).argmax(axis=1)
    found = np.stack([places % width, places // width], axis=1).astype(np.float32)
    for one, of, (x, y) in zip(found, heatmap, found.astype(int).tolist(), strict=True):
        if 0 < x < width - 1 and 0 < y < height - 1:
            one += 0.25 * np.sign([of[y, x + 1] - of[y, x - 1], of[y + 1, x] - of[y - 1, x]])
    return found


def joint_pairs(joints: Sequence[str]) -> list[list[int]]:
    """The joints that change places in a mirror, by their names: left and right ones."""
    return [
        [number, list(joints).index(other)]
        for number, name in enumerate(joints)
        if (other := name.replace("left", "right")) != name and other in joints
    ]


RECIPE = SimplePoseRecipe()
