"""A recipe's task whose frozen side is computed once for each picture, and read after that.

Batches are what they would be without it, in the same order. The losses are made by the recipe
itself: only its forward pass is given features in the place of pictures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import mxnet as mx
import numpy as np
from mxnet.gluon.data.dataloader import default_batchify_fn

from tui.engine.feature_cache.batch import CachedBatch, Features
from tui.engine.feature_cache.beside import NO_FORM, Beside, can_be_kept
from tui.engine.feature_cache.frontier import NoFrontier
from tui.engine.feature_cache.split import Split
from tui.engine.feature_cache.store import FeatureStore, Row, Rows, RowsOfAnother
from tui.engine.feature_cache.weighing import Weighed, weigh
from tui.engine.feature_cache.worth import epochs_begun
from tui.engine.plan_in_force import PlanInForce
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import Losses, Metric
from tui.engine.seeding import seed_everything
from tui.model.resolution import Resolution
from tui.runs.events import Caching, Event, Notice
from tui.runs.spec import Hyperparameters

Made = TypeVar("Made")


def draws_views(hyper: Hyperparameters) -> bool:
    """Whether so many pictures are drawn of each, once for all, kept or not."""
    return hyper.augment and (hyper.views > 0 or hyper.cache == "on")


class CachedTask:
    """`task` as it is, but that what cannot change is not computed again.

    `identity` says what a picture goes through before the network, and what data it is of; it is
    asked only where features are kept, as it looks at every file of the data. `others` are the
    folders in which other processes of the run keep theirs: what is there is read as well.
    """

    def __init__(
        self,
        task: LoaderTask,
        hyper: Hyperparameters,
        plans: PlanInForce,
        folder: Path,
        identity: Callable[[], str],
        seed: int,
        emit: Callable[[Event], None],
        others: Sequence[Path] = (),
    ) -> None:
        self.net = task.net
        self._task = task
        self._hyper = hyper
        self._plans = plans
        self._folder = folder
        self._identity = identity
        self._seed = seed
        self._emit = emit
        # Views are what a run asks for, whether or not they can be kept.
        self._drawn = draws_views(hyper)
        self._views = max(1, hyper.views) if self._drawn else 1
        self._full = False
        self._batchify = task.batchify or default_batchify_fn
        self._split: Split | None = None
        self._store: FeatureStore | None = None
        self._others = tuple(others)
        self._others_rows: tuple[RowsOfAnother, ...] = ()
        self._made_for: Resolution | None = None
        self._beside = Beside(task)
        self._batch: CachedBatch | None = None
        self._place = 0
        self._pending: list[tuple[Row, list[np.ndarray], tuple[int, ...], Any, int]] = []
        task.forward = self._forward

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch."""
        return self._task.steps_per_epoch

    def divide(self, rank: int, parts: int) -> None:
        """As the recipe has it."""
        self._task.divide(rank, parts)

    def train_mode(self) -> None:
        """As the recipe has it."""
        self._task.train_mode()

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """As the recipe has it, through the whole network."""
        return self._task.validate(stop)

    def batches(self, skip: int = 0) -> Iterator[CachedBatch]:
        """The batches of the epoch that the plan is in."""
        self._keep_pending()
        self._task.order.draw(skip)
        view = (self._plans.epoch - 1) % self._views
        return (
            self._read(tuple((index, view) for index in indices)) for indices in self._task.order
        )

    def losses(self, batch: CachedBatch) -> Losses:
        """The recipe's losses of a batch."""
        return self._task.losses(self._given(batch))

    def losses_on(self, batch: CachedBatch, contexts: Sequence[mx.Context]) -> list[Losses]:
        """Those of its parts, each on a device. They go forward in the order of the pictures."""
        return self._task.losses_on(self._given(batch), contexts)

    def _given(self, batch: CachedBatch) -> Any:
        """What the recipe is given of a batch."""
        if batch.split is not None and not (batch.split is self._split and self._is_current()):
            # The plan has changed since it was read.
            batch = self._of_pictures(batch.rows)
        self._batch, self._place = batch, 0
        return batch.inner

    # Reading

    def _read(self, rows: tuple[Row, ...]) -> CachedBatch:
        if self._store is not None and self._is_current():
            stores = [self._store_of(row) for row in rows]
            if self._others_rows and not all(store is not None for store in stores):
                for others in self._others_rows:
                    others.look()
                stores = [self._store_of(row) for row in rows]
            if all(store is not None for store in stores):
                found = [store.read(row) for store, row in zip(stores, rows, strict=True)]
                if all(arrays is not None for arrays in found):
                    return self._of_store(rows, found)
        return self._of_pictures(rows)

    def _store_of(self, row: Row) -> Rows | None:
        """Where a row is kept, by this process or another; None where it is not."""
        stores = (self._store, *self._others_rows)
        return next((store for store in stores if store is not None and row in store), None)

    def _of_pictures(self, rows: tuple[Row, ...]) -> CachedBatch:
        read = self._drawing(
            rows, [lambda index=index: self._beside.sample(index) for index, _ in rows]
        )
        beside = tuple(beside for _, beside in read)
        return CachedBatch(rows, self._batchify([sample for sample, _ in read]), beside)

    def _of_store(self, rows: tuple[Row, ...], found: list[list[np.ndarray]]) -> CachedBatch:
        split = self._split
        assert split is not None
        tensors = len(split.tensors)
        samples = self._drawing(
            rows,
            [
                lambda kept=arrays[tensors + 1 :]: self._beside.without_picture(kept)
                for arrays in found
            ],
        )
        inner = self._batchify(samples)
        sizes = [tuple(int(side) for side in arrays[tensors]) for arrays in found]

        def features(some: Sequence[int]) -> Features:
            arrays = tuple(
                mx.nd.array(np.stack([found[one][place] for one in some]), dtype="float32")
                for place in range(tensors)
            )
            return Features((len(some), *sizes[some[0]]), arrays)

        if _one_by_one(inner):
            inner = [(features([place]), *picture[1:]) for place, picture in enumerate(inner)]
        else:
            inner = [features(range(len(rows))), *inner[1:]]
        return CachedBatch(rows, inner, split=split)

    def _drawing(self, rows: tuple[Row, ...], makes: Sequence[Callable[[], Made]]) -> list[Made]:
        """What is made for each row. What a view draws depends on picture and view alone, whether
        or not the picture itself is needed: targets that are drawn must be those of the features.
        What comes after it draws depends on what came before."""
        if not self._drawn:
            return [make() for make in makes]
        after = int(np.random.randint(2**31))
        made = []
        for (index, view), make in zip(rows, makes, strict=True):
            seed_everything(self._seed, 1 + index, view)
            made.append(make())
        seed_everything(self._seed, after)
        return made

    # Forward

    def _forward(self, pictures: Any, *more: mx.nd.NDArray) -> Any:
        if isinstance(pictures, Features):
            assert self._split is not None
            return self._split.rest(pictures.arrays, *more)
        if not self._is_current():
            self._open([pictures, *more])
        split = self._split
        if split is None:
            return self.net(pictures, *more)
        features = [self._rounded(one) for one in split.features(pictures)]
        self._keep_pending()
        assert self._batch is not None
        for number in range(pictures.shape[0]):
            row, beside = self._batch.rows[self._place], self._batch.beside[self._place]
            self._place += 1
            self._pending.append((row, beside, pictures.shape[1:], features, number))
        return split.rest(features, *more)

    def _rounded(self, features: mx.nd.NDArray) -> mx.nd.NDArray:
        if self._hyper.cache_dtype == "float32":
            return features
        return features.astype("float16").astype("float32")

    def _keep_pending(self) -> None:
        """Keep the features of the batch before: they are there by now, and nothing waits."""
        pending, self._pending = self._pending, []
        store = self._store
        if store is None or self._full or not self._is_current():
            return
        arrays: dict[int, list[np.ndarray]] = {}
        for row, beside, shape, features, number in pending:
            if self._store_of(row) is not None:
                continue
            if id(features) not in arrays:
                dtype = self._hyper.cache_dtype
                arrays[id(features)] = [one.asnumpy().astype(dtype, copy=False) for one in features]
            kept = [one[number] for one in arrays[id(features)]]
            try:
                room = store.add(row, [*kept, np.array(shape), *beside])
                why = "" if room else "its limit is reached"
            except OSError as error:
                why = (error.strerror or str(error)).lower()
            if why:
                self._emit(
                    Notice(
                        f"the feature cache ends at {len(store)} pictures ({why}); the others "
                        "go through the whole network"
                    )
                )
                self._full = True
                return

    # Opening

    def _is_current(self) -> bool:
        return self._made_for is self._plans.resolution

    def _open(self, inputs: list[mx.nd.NDArray]) -> None:
        """Split the network as the plan has left it, and open the store of that."""
        self._close()
        self._made_for = self._plans.resolution
        if self._hyper.cache == "off":
            return
        try:
            split = Split(self.net, inputs, dict(self._task.hybridized))
            features = split.features(inputs[0])
            split.refuse_mixed(inputs[0], features)
        except NoFrontier as error:
            self._tell(str(error))
            return
        assert self._batch is not None
        beside = self._batch.beside[0]
        if not can_be_kept(beside):
            self._tell(NO_FORM)
            return
        epochs = epochs_begun(self._hyper, self.steps_per_epoch)
        weighed = weigh(
            split,
            inputs[0],
            features,
            beside,
            self._hyper,
            self._folder,
            len(self._task.training) * self._views,
            (epochs - self._plans.epoch + 1) / self._views,
        )
        if weighed.why_not:
            self._tell(weighed.why_not, split, weighed)
            return
        key = hashlib.blake2b(
            f"{self._identity()} {split.digest()} {self._hyper.cache_dtype} {self._views}".encode(),
            digest_size=16,
        ).hexdigest()
        try:
            self._store = FeatureStore(self._folder, key, weighed.limit)
            self._others_rows = tuple(RowsOfAnother(other, key) for other in self._others)
        except OSError as error:
            self._tell(f"its file cannot be made: {(error.strerror or str(error)).lower()}")
            return
        self._split = split
        self._tell("", split, weighed)
        if self._drawn and not self._hyper.views:
            self._emit(
                Notice(
                    "each picture is augmented once for the feature cache and stays so; --views V "
                    "keeps V of each"
                )
            )

    def _close(self) -> None:
        self._pending.clear()
        if self._store is not None:
            self._store.close()
        for rows in self._others_rows:
            rows.close()
        self._others_rows = ()
        self._split = self._store = None
        self._full = False

    def _tell(
        self, why_not: str, split: Split | None = None, weighed: Weighed | None = None
    ) -> None:
        self._emit(
            Caching(
                active=not why_not,
                why_not=why_not,
                tensors=len(split.tensors) if split else 0,
                picture_bytes=weighed.each if weighed else 0,
                total_bytes=weighed.total if weighed else 0,
                picture_seconds=weighed.seconds if weighed else 0.0,
                found=self._store.found if self._store else 0,
            )
        )


def _one_by_one(inner: Any) -> bool:
    return isinstance(inner[0], (tuple, list))
