"""What the form says of a feature cache, held to what a run of the same settings does."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.engine.feature_cache.test_cached_runs import HEAD_ONLY, changed, of
from tests.engine.run_again import carry_out, classifier, detector
from tui.engine.feature_cache.estimate import estimate_cache
from tui.engine.feature_cache.worth import DRAWS_ANEW
from tui.model.plan import FreezePlan, Rule
from tui.runs.events import Caching
from tui.runs.folder import RunFolder
from tui.runs.inspection import CacheEstimate, EstimateCache


def estimate_of(folder: RunFolder, plan: FreezePlan = HEAD_ONLY, **hyper: object) -> CacheEstimate:
    spec, _ = folder.read()
    spec = msgspec.structs.replace(spec, hyper=msgspec.structs.replace(spec.hyper, **hyper))
    return estimate_cache(EstimateCache(spec, plan, str(folder.path)), lambda _: None)


@pytest.mark.parametrize("make", [classifier, pytest.param(detector, marks=pytest.mark.slow)])
@pytest.mark.parametrize("views", [0, 2])
def test_it_is_what_the_run_keeps(tmp_path: Path, make: object, views: int) -> None:
    folder = changed(make(tmp_path), cache="on", epochs=3, augment=views > 0, views=views)
    estimate = estimate_of(folder)
    (caching,) = of(Caching, carry_out(folder))
    assert caching.active
    assert not estimate.why_not
    assert estimate.tensors == caching.tensors
    assert estimate.picture_bytes == caching.picture_bytes
    assert estimate.total_bytes == caching.total_bytes
    assert estimate.epochs == 3
    assert estimate.views == max(1, views)
    assert 0 < estimate.kept_seconds < estimate.picture_seconds
    assert estimate.faster > 1
    assert 0 < estimate.spared_seconds < estimate.plain_seconds


def test_pictures_that_are_drawn_anew_need_no_measuring(tmp_path: Path) -> None:
    folder = changed(classifier(tmp_path), augment=True, cache="auto")
    estimate = estimate_of(folder)
    assert estimate == CacheEstimate(why_not=DRAWS_ANEW)


def test_why_none_is_kept_is_said(tmp_path: Path) -> None:
    folder = changed(classifier(tmp_path))
    assert "more than the" in estimate_of(folder, cache_limit=1e-9).why_not
    assert estimate_of(folder, epochs=1, cache="auto").why_not == "no picture is seen twice"
    everything = FreezePlan((Rule("thaw", "all"),))
    estimate = estimate_of(folder, everything, cache="on")
    assert estimate.why_not
    assert estimate.total_bytes == 0


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    folder = changed(classifier(tmp_path), cache="on")

    def there() -> list[Path]:
        # What Python keeps of a net.py is no doing of ours.
        return sorted(one for one in tmp_path.rglob("*") if "__pycache__" not in one.parts)

    before = there()
    estimate_of(folder)
    assert there() == before
