from __future__ import annotations

import mxnet as mx
import numpy as np
import pytest
from mxnet.gluon import nn

from tests.engine.networks import own, symbol
from tui.engine.look import BINS, block_facts, parameter_facts, value_facts
from tui.engine.refusal import Refusal


def test_a_block() -> None:
    facts = block_facts(own(), "features.0")
    assert facts.class_name == "Conv2D"
    assert facts.module == "mxnet.gluon.nn.conv_layers"
    assert facts.docstring.startswith("2D convolution layer")
    assert facts.written.startswith("Conv2D(3 -> 4, kernel_size=(3, 3)")
    assert block_facts(own(), "").docstring == ("A user's own class, with `features` and `output`.")


def test_a_group_of_names_is_no_block() -> None:
    assert block_facts(symbol(), "0").written.startswith("SymbolBlock of")
    with pytest.raises(Refusal, match="a group made from names"):
        block_facts(symbol(), "0.conv0")


def test_a_parameter() -> None:
    net = own()
    net.output.weight.lr_mult = 0.5
    facts = parameter_facts(net, "output.weight", values=False)
    assert (facts.lr_mult, facts.wd_mult, facts.values) == (0.5, 1.0, None)
    assert "Uniform" in facts.initializer
    assert parameter_facts(net, "features.1.gamma", values=False).initializer == "ones"
    dense = nn.Dense(2, in_units=2, weight_initializer=mx.init.Xavier(magnitude=2))
    dense.initialize()
    assert "magnitude=2" in parameter_facts(dense, "weight", values=False).initializer


def test_values_without_nan_and_inf() -> None:
    facts = value_facts(np.array([0, 1, 2, 3, np.nan, np.inf], np.float32))
    assert (facts.count, facts.not_finite, facts.zeros) == (6, 2, 1)
    assert (facts.low, facts.high, facts.mean) == (0, 3, 1.5)
    assert facts.norm == pytest.approx(14**0.5)
    assert facts.std == pytest.approx(np.std([0, 1, 2, 3]))
    assert len(facts.counts) == BINS
    assert sum(facts.counts) == 4


def test_values_that_are_all_alike_or_none() -> None:
    assert sum(value_facts(np.ones(5)).counts) == 5
    assert value_facts(np.array([np.nan])).counts == ()
    assert value_facts(np.array([], np.float32)).count == 0


class NoWords(nn.Dense):
    pass


class OnlyParameters(nn.Dense):
    """
    Parameters
    ----------
    units : int
    """


class Paragraphs(nn.Dense):
    """What it is,
    in two lines.
    \t
    What it is not.
    """


@pytest.mark.parametrize(
    ("kind", "first"),
    [(NoWords, ""), (OnlyParameters, ""), (Paragraphs, "What it is, in two lines.")],
)
def test_the_first_paragraph_of_a_docstring(kind: type[nn.Dense], first: str) -> None:
    assert block_facts(kind(2), "").docstring == first


def test_a_parameter_without_an_attribute() -> None:
    net = own()
    inner = nn.HybridSequential(prefix="inner_")
    inner.params.get("alone_weight", shape=(2,)).initialize()
    net.register_child(inner, "inner")
    facts = parameter_facts(net, "inner.inner_alone_weight", values=True)
    assert facts.values is not None
    assert facts.values.count == 2


def test_values_of_a_shape_that_is_not_known_yet() -> None:
    net = nn.Dense(2)
    net.initialize()
    assert parameter_facts(net, "weight", values=True).values is None


def test_half_precision_does_not_overflow() -> None:
    facts = value_facts(np.array([-60000, 0, 60000], np.float16))
    assert (facts.low, facts.high, facts.not_finite) == (-60000, 60000, 0)
    assert facts.norm == pytest.approx(60000 * 2**0.5, rel=1e-3)
    assert sum(facts.counts) == 3


def test_an_unknown_parameter() -> None:
    with pytest.raises(Refusal, match="no parameter has this structure name"):
        parameter_facts(own(), "features.99.weight", values=True)
