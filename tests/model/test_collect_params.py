"""Selection held against what `Block.collect_params` really does."""

from __future__ import annotations

import pytest
from gluoncv.model_zoo import get_model

from tui.engine.describe import describe
from tui.model.selection import match_names, suggest

pytestmark = pytest.mark.slow

PATTERNS = [
    "",
    ".*",
    "(?!dense).*",
    "(?!.*dense).*",
    "dense0",
    "weight",
    "features",
    ".*weight",
    ".*(gamma|beta)$",
    ".*conv[0-3]_",
    r".*_stage\d+_.*batchnorm",
    "(?i).*BIAS",
    "ssd|cifar|mobilenet",
    ".*running_(mean|var)",
    "[^_]*_[^_]*$",
]


@pytest.mark.parametrize("name", ["mobilenet1.0", "ssd_512_mobilenet1.0_voc", "cifar_resnet20_v1"])
def test_as_collect_params_does_it(name: str) -> None:
    options = {"pretrained_base": False} if name.startswith("ssd") else {}
    net = get_model(name, **options)
    names = [parameter.name for parameter in describe(net, name).parameters]
    for pattern in PATTERNS:
        selected = [names[index] for index in match_names(pattern, names)]
        assert set(selected) == set(net.collect_params(pattern or None).keys()), pattern
        assert len(selected) == len(set(selected))


def test_the_trap_that_everyone_walks_into() -> None:
    net = get_model("mobilenet1.0")
    described = describe(net, "mobilenet1.0").parameters
    names = [parameter.name for parameter in described]
    assert len(net.collect_params("(?!dense).*").keys()) == len(names) == 137
    hint = suggest("(?!dense).*", names)
    assert hint is not None
    assert len(net.collect_params(hint.pattern).keys()) == 135
    places = [parameter.structure_names for parameter in described]
    for pattern, count in (("features", 135), ("output", 2), ("features.0.weight", 1)):
        assert len(net.collect_params(pattern).keys()) == 0
        hint = suggest(pattern, names, places)
        assert hint is not None
        assert len(net.collect_params(hint.pattern).keys()) == count
