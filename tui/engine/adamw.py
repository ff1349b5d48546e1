"""AdamW: Adam whose weight decay is no part of the gradient. MXNet 1.9.1 has the operator, and
no optimiser that calls it."""

from __future__ import annotations

import math

import mxnet as mx


@mx.optimizer.register
class AdamW(mx.optimizer.Optimizer):
    """`w -= rate · (m / (√v + epsilon) + wd · w)`, with both moments set right for their start
    at zero, as in "Decoupled weight decay regularization" (2019) and as others have it."""

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **options: object,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **options)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def create_state(
        self, index: int, weight: mx.nd.NDArray
    ) -> tuple[mx.nd.NDArray, mx.nd.NDArray]:
        """The two moments of a parameter."""
        return tuple(mx.nd.zeros_like(weight) for _ in range(2))

    def update(
        self,
        index: int,
        weight: mx.nd.NDArray,
        grad: mx.nd.NDArray,
        state: tuple[mx.nd.NDArray, mx.nd.NDArray],
    ) -> None:
        """One update of one parameter."""
        self._update_count(index)
        rate, decay = self._get_lr(index), self._get_wd(index)
        count = self._index_update_count[index]
        # The operator divides by √v as it is. Dividing by √(v / right) instead is multiplying the
        # rate and epsilon by √right.
        right = math.sqrt(1 - self.beta2**count)
        start = rate * right / (1 - self.beta1**count)
        mean, variance = state
        mx.nd.contrib.adamw_update(
            weight,
            grad,
            mean,
            variance,
            mx.nd.array([self.rescale_grad], ctx=weight.context),
            lr=start,
            # The operator multiplies both by eta, and decay by nothing else.
            eta=1.0,
            wd=rate * decay,
            beta1=self.beta1,
            beta2=self.beta2,
            epsilon=self.epsilon * right,
            clip_gradient=self.clip_gradient or -1,
            out=weight,
        )
