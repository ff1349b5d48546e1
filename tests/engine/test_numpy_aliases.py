from __future__ import annotations

import numpy as np


def test_the_names_that_mxnet_reads_are_there() -> None:
    import tui.engine  # noqa: F401  (importing it puts them back)

    assert np.bool is bool
    assert np.array([1.5]).astype(np.int).tolist() == [1]
    assert np.zeros(1, np.float).dtype == np.float64
    assert np.object is object
