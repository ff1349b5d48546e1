"""VGG with and without norms, as torchvision and timm have it, and its atrous form in SSD."""

from __future__ import annotations

import numpy as np

from tui.engine.weights.architectures.architecture import Architecture, Arrays, same

_FLAT = {"vgg11": 21, "vgg13": 25, "vgg16": 31, "vgg19": 37}
_FLAT |= {"vgg11_bn": 29, "vgg13_bn": 35, "vgg16_bn": 44, "vgg19_bn": 53}
"""At which place of `features` the dense layers begin, which are a part of it in Gluon."""

VGGS = tuple(
    Architecture(
        family="VGG",
        models=(name,),
        rules=(
            same(r"features\.\d+"),
            (r"classifier\.0|pre_logits\.fc1", f"features.{flat}"),
            (r"classifier\.3|pre_logits\.fc2", f"features.{flat + 2}"),
            (r"classifier\.6|head\.fc", "output"),
        ),
        head="output",
    )
    for name, flat in _FLAT.items()
)

_STAGES = {0: (0, 2), 1: (5, 7), 2: (10, 12, 14), 3: (17, 19, 21), 4: (24, 26, 28)}
"""The convolutions of VGG-16 that are in a stage, by their places in torchvision's `features`."""

_PICTURE_SCALE = np.array([0.229, 0.224, 0.225], np.float32) * 255
"""What SSD's VGG multiplies a normalised picture with, before its first layer."""


def _atrous(arrays: Arrays, source: frozenset[str]) -> tuple[str, ...]:
    """SSD's two dilated convolutions are every fourth output, and every third of the 7×7 places,
    of VGG's dense layers; and its pictures are of another scale."""
    for name, size in (("stages.5.0", 7), ("stages.5.2", 1)):
        if f"{name}.weight" in arrays:
            weight = arrays[f"{name}.weight"]
            weight = weight.reshape(len(weight), -1, size, size)[::4, :, ::3, ::3]
            # The second one's inputs are the first one's outputs.
            arrays[f"{name}.weight"] = weight if size > 1 else weight[:, ::4]
            arrays[f"{name}.bias"] = arrays[f"{name}.bias"][::4]
    first = arrays["stages.0.0.weight"]
    arrays["stages.0.0.weight"] = first / _PICTURE_SCALE.reshape(1, 3, 1, 1)
    return ()


VGG_ATROUS = Architecture(
    family="VGG",
    models=("vgg16_atrous",),
    rules=(
        *(
            (rf"features\.{at}", f"stages.{stage}.{2 * nth}")
            for stage, places in _STAGES.items()
            for nth, at in enumerate(places)
        ),
        (r"classifier\.0|pre_logits\.fc1", "stages.5.0"),
        (r"classifier\.3|pre_logits\.fc2", "stages.5.2"),
    ),
    head="",
    unused=r"classifier\.6|head\.fc",
    new=r"extras\..*|norm4\..*",
    adapt=_atrous,
)
