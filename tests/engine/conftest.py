"""Tests of the engine run in a process that may import MXNet."""

import tui.engine  # noqa: F401  (before any test imports mxnet: it puts NumPy's old names back)
