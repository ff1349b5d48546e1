"""Multiply-adds of one call of a block with weights of its own, told by its class."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mxnet.gluon import Block, Constant, Parameter, contrib, nn, rnn
from mxnet.gluon.nn.conv_layers import _Conv
from mxnet.gluon.rnn.rnn_layer import _RNNLayer

Shape = tuple[int, ...]

_DEFORMABLE = (contrib.cnn.DeformableConvolution, contrib.cnn.ModulatedDeformableConvolution)
_ONCE_A_SAMPLE = (nn.PReLU, nn.Embedding, rnn.RecurrentCell)


def of_layer(block: Block, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int | None:
    """Multiply-adds of a call with inputs and outputs of these shapes: of the block itself, not
    of those in it. None where it has weights and is of no kind that can be counted.

    A convolution (of any groups and dilation) and a dense layer are counted exactly. So is a
    transposed convolution, by its input's positions: torchinfo takes its output's, which are
    `stride²` times as many. All else is counted by torchinfo's rules, each value of its weights
    once a sample, or once a step of a recurrent layer.
    """
    weights = [parameter for parameter in block._reg_params.values() if _is_weight(parameter)]
    if not weights:
        return 0
    if not outputs or not all(parameter.shape for parameter in weights):
        return None
    values = sum(math.prod(parameter.shape) for parameter in weights)
    out = outputs[0]
    if isinstance(block, _Conv):
        if block._op_name == "Deconvolution":
            weight = block.weight.shape
            bias = math.prod(out) if block.bias is not None else 0
            return contraction(math.prod(inputs[0]), weight[0], math.prod(weight)) + bias
        return contraction(math.prod(out), block._channels, values)
    if isinstance(block, nn.Dense):
        return contraction(math.prod(out), block._units, values)
    if isinstance(block, _DEFORMABLE):
        return out[0] * math.prod(out[2:]) * values
    if isinstance(block, _RNNLayer):
        return math.prod(out[:2]) * values
    if isinstance(block, _ONCE_A_SAMPLE) or "Norm" in type(block).__name__:
        return out[0] * values
    return None


def contraction(count: int, channels: int, values: int) -> int:
    """Multiply-adds where each position (all of `count` values, `channels` at each) takes every
    one of a layer's weights and biases once."""
    return count // channels * values


def _is_weight(parameter: Parameter) -> bool:
    if isinstance(parameter, Constant):
        return False
    return parameter.grad_req != "null" or parameter._differentiable
