"""What holds for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Several of these run at once, and what they start: threads that wait for a core that another has
# take far longer than one thread alone.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The machine that runs these may be busy: an example that takes long is no failure.
settings.register_profile("thaw", deadline=None, max_examples=60)
settings.load_profile("thaw")


@pytest.fixture(scope="session", autouse=True)
def away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is read or written where the person who runs the tests keeps things."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "MXNET_HOME"):
            patch.setenv(name, str(home / name.lower()))
        yield
