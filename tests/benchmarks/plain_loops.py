"""Training loops as GluonCV's scripts have them, to measure against: nothing of thaw is in them
but the network and the pictures."""

from __future__ import annotations

from collections.abc import Callable

import mxnet as mx
from gluoncv.data.batchify import Stack, Tuple
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform
from gluoncv.loss import SSDMultiBoxLoss
from mxnet import autograd, gluon
from mxnet.gluon import HybridBlock
from mxnet.gluon.data import DataLoader, Dataset
from mxnet.gluon.data.vision import transforms

Epoch = Callable[[], None]
"""Trains one epoch, and has waited for its last step."""

SGD = {"learning_rate": 1e-4, "wd": 0.0005, "momentum": 0.9}


def ssd(net: HybridBlock, pictures: Dataset, side: int, batch_size: int) -> Epoch:
    """scripts/detection/ssd/train_ssd.py, without its random augmentation."""
    with autograd.train_mode():
        _, _, anchors = net(mx.nd.zeros((1, 3, side, side)))
    of = SSDDefaultTrainTransform(side, side, anchors)

    def transform(picture: mx.nd.NDArray, label: object) -> tuple[object, ...]:
        picture = mx.image.imresize(picture, side, side, interp=1)
        picture = mx.nd.image.normalize(mx.nd.image.to_tensor(picture), of._mean, of._std)
        boxes = mx.nd.array(label)
        targets = of._target_generator(
            anchors, None, boxes[None, :, :4] * side / picture.shape[1], boxes[None, :, 4:5]
        )
        return picture, targets[0][0], targets[1][0]

    loader = DataLoader(
        pictures.transform(transform), batch_size, shuffle=True,
        batchify_fn=Tuple(Stack(), Stack(), Stack()),
    )  # fmt: skip
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), "sgd", dict(SGD))
    loss_of = SSDMultiBoxLoss()

    def epoch() -> None:
        for arrays in loader:
            batch, class_targets, box_targets = (one.as_in_context(mx.cpu()) for one in arrays)
            with autograd.record():
                class_predictions, box_predictions, _ = net(batch)
                total, *parts = loss_of(
                    class_predictions, box_predictions, class_targets, box_targets
                )
                autograd.backward(total)
            trainer.step(1)
            [float(part[0].mean().asscalar()) for part in parts]  # its metrics, at each step
        mx.nd.waitall()

    return epoch


def classification(net: HybridBlock, pictures: Dataset, side: int, batch_size: int) -> Epoch:
    """The tutorial of transfer learning, without its random augmentation."""
    transform = transforms.Compose(
        [
            transforms.Resize(round(side * 256 / 224), keep_ratio=True),
            transforms.CenterCrop(side),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    loader = DataLoader(pictures.transform_first(transform), batch_size, shuffle=True)
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), "sgd", dict(SGD))
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()

    def epoch() -> None:
        for arrays in loader:
            batch, labels = (one.as_in_context(mx.cpu()) for one in arrays)
            with autograd.record():
                loss = loss_of(net(batch), labels)
            loss.backward()
            trainer.step(batch.shape[0])
            float(loss.mean().asscalar())
        mx.nd.waitall()

    return epoch
