"""Image classification, as GluonCV's tutorial on transfer learning trains it.

Loss: softmax cross entropy. Training pictures are cropped at random, flipped and jittered
(`mxnet.gluon.data.vision.transforms`), validation pictures resized and cropped in the middle;
both are normalised as the weights expect. `Trainer.step` is told the batch size.

The tutorial crops 0.08 to 1 of a picture, which is MXNet's default, and changes its light at random
(`RandomLighting(0.1)`). Here it is 0.5 to 1, and the light stays. For validation it squeezes a
picture into a square before it takes the middle; here pictures are resized in proportion, and small
inputs are given the whole of them. It has 5 or 40 epochs, batches of 1 or 64, and a rate that falls
by a quarter every ten epochs; here they are 10 of 32, at one rate. All that is our choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import transforms
from mxnet.gluon.loss import SoftmaxCrossEntropyLoss

from tui.engine.confusion import Confusion
from tui.engine.datasets.data import Data, Task
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import Losses, Metric
from tui.engine.refusal import Refusal
from tui.engine.sources.assumed_size import classes_out
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="classification",
    title="image classification",
    losses=("cross entropy",),
    metric="accuracy",
    defaults=Hyperparameters(
        epochs=10, batch_size=32, learning_rate=0.001, momentum=0.9, weight_decay=0.0001
    ),
    source="GluonCV tutorial: transfer learning with your own image dataset",
)

SMALL = 64
"""Pixels of the longer side of a small input."""
JITTER = 0.4
FIRST = 5
TOP = f"top-{FIRST} accuracy"


@dataclass
class ClassificationRecipe:
    """The recipe of every network with one output of pictures × classes."""

    info: RecipeInfo = INFO
    task: Task = "classification"

    def fits(self, built: Built) -> bool:
        """One output, two axes."""
        return built.input_size is not None and classes_out(built.net, built.input_size) > 0

    def check_classes(self, built: Built) -> None:
        """One output for each class.

        Raises:
            Refusal: there are others.
        """
        self._compare(built, len(built.classes), "--classes names")

    def check_data(self, built: Built, data: Data) -> None:
        """One output for each class.

        Raises:
            Refusal: there are others.
        """
        self._compare(built, len(data.classes), "the data has")

    def _compare(self, built: Built, wanted: int, who: str) -> None:
        assert built.input_size is not None
        outputs = classes_out(built.net, built.input_size)
        if outputs != wanted:
            raise Refusal(
                f"the network tells {outputs} classes apart, {who} {wanted}; "
                "as many are needed, in the order of its outputs"
            )

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> ClassificationTask:
        """Transforms and loaders for this network and data.

        Raises:
            Refusal: the network's output has another size than there are classes.
        """
        self.check_data(built, data)
        return ClassificationTask(built, data, hyper)


class ClassificationTask(LoaderTask):
    """A classifier in training. A batch is (pictures, labels): B×3×H×W, B."""

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        self._classes = data.classes
        training, validation = picture_transforms(built, augment=hyper.augment)
        super().__init__(built, data.train.transform_first(training), hyper.batch_size)
        self._validation = DataLoader(
            data.validation.transform_first(validation), hyper.batch_size, last_batch="keep"
        )
        self._loss = SoftmaxCrossEntropyLoss()

    def losses(self, batch: Any) -> Losses:
        """The cross entropy of a batch."""
        pictures, labels = (array.as_in_context(self._ctx) for array in batch)
        loss = self._loss(self.forward(pictures), labels)
        size = pictures.shape[0]
        return Losses([loss], loss, {"cross entropy": loss}, pictures=size)

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """Top-1 accuracy, and each class's own; beside it, where there are more classes, the share
        of pictures whose class is among the first five."""
        right = np.zeros(len(self._classes))
        among = 0
        total = np.zeros(len(self._classes))
        confusion = Confusion(self._classes)
        for pictures, labels in self._validation:
            if stop():
                return None
            scores = self.net(pictures.as_in_context(self._ctx)).asnumpy()
            found = scores.argmax(axis=1)
            labels = labels.asnumpy().astype(int)
            among += int((scores.argsort(axis=1)[:, -FIRST:] == labels[:, None]).sum())
            np.add.at(total, labels, 1)
            confusion.add(labels.tolist(), found.tolist())
            np.add.at(right, labels, found == labels)
        per_class = {
            name: float(hits / all_) if all_ else None
            for name, hits, all_ in zip(self._classes, right, total, strict=True)
        }
        pictures = max(1, int(total.sum()))
        beside = {TOP: among / pictures} if len(self._classes) > FIRST else {}
        return Metric(float(right.sum()) / pictures, per_class, beside, confusion)


def takes_middle(input_size: tuple[int, int]) -> bool:
    """Whether a network of this height and width is given the middle of a picture, where nothing
    is drawn: a small one is given the whole of it."""
    return max(input_size) > SMALL


def picture_transforms(
    built: Built, *, augment: bool
) -> tuple[transforms.Compose, transforms.Compose]:
    """Transforms of training and validation pictures to 3×height×width."""
    assert built.input_size is not None
    height, width = built.input_size
    finish = [transforms.ToTensor(), transforms.Normalize(built.mean, built.std)]
    # ImageNet's share: a centre crop of 224 from 256.
    side = round(max(height, width) * 256 / 224)
    whole = (
        [transforms.Resize(side, keep_ratio=True), transforms.CenterCrop((width, height))]
        if takes_middle(built.input_size)
        else [transforms.Resize((width, height))]
    )
    random = [
        transforms.RandomResizedCrop((width, height), scale=(0.5, 1.0)),
        transforms.RandomFlipLeftRight(),
        transforms.RandomColorJitter(brightness=JITTER, contrast=JITTER, saturation=JITTER),
    ]
    validation = transforms.Compose([*whole, *finish])
    return (transforms.Compose([*random, *finish]) if augment else validation), validation


RECIPE = ClassificationRecipe()
