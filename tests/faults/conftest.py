"""Some of these tests bring in MXNet, as those of the engine do."""

import tui.engine  # noqa: F401  (before any test imports mxnet: it puts NumPy's old names back)
