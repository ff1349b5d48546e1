"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# The machine that runs these may be busy: an example that takes long is no failure.
settings.register_profile("thaw", deadline=None, max_examples=60)
settings.load_profile("thaw")
