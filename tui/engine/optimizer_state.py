"""An optimiser's state as named arrays and counts: no pickle, and no positions.

What is not here yet is not missed: an optimiser makes the state of a parameter at its first
update.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mxnet as mx
from mxnet import gluon

from tui.engine.saving import save_arrays
from tui.model.tree import ModelTree
from tui.runs.checkpoint import CheckpointError, OptimizerCounts


def counts(trainer: gluon.Trainer, tree: ModelTree) -> OptimizerCounts:
    """How often each parameter was updated, by structure name."""
    names = _structure_names(trainer, tree)
    optimizer = trainer._optimizer
    return OptimizerCounts(
        num_update=optimizer.num_update,
        updates={names[index]: count for index, count in optimizer._index_update_count.items()},
    )


def save_states(trainer: gluon.Trainer, tree: ModelTree, file: Path) -> None:
    """Write momenta and their like, by structure name and place in the parameter's state.

    Raises:
        OSError: not all of it could be written.
    """
    names = _structure_names(trainer, tree)
    (updater, *_) = trainer._updaters
    save_arrays(
        {
            f"{names[index]}:{place}": array
            for index, state in updater.states.items()
            for place, array in enumerate(_arrays(state))
        },
        file,
    )


def load_states(
    trainer: gluon.Trainer, tree: ModelTree, file: Path, found: OptimizerCounts
) -> None:
    """Give an optimiser the state that `save_states` and `counts` have told.

    Raises:
        CheckpointError: the state is of other parameters, or of another kind of optimiser.
    """
    arrays = mx.nd.load(str(file))
    # A file of no arrays is read as a list.
    saved: dict[str, mx.nd.NDArray] = arrays if isinstance(arrays, dict) else {}
    index_of = {name: index for index, name in _structure_names(trainer, tree).items()}
    unknown = sorted(set(found.updates) - set(index_of))
    if unknown:
        raise CheckpointError(f"it holds the state of {unknown[0]}, which the network has not")
    optimizer = trainer._optimizer
    for updater, ctx in zip(trainer._updaters, trainer._contexts, strict=True):
        for name in found.updates:
            index = index_of[name]
            state = optimizer.create_state_multi_precision(index, trainer._params[index].data(ctx))
            for place, array in enumerate(_arrays(state)):
                kept = saved.get(f"{name}:{place}")
                if kept is None or kept.shape != array.shape:
                    raise CheckpointError(f"the optimiser's state of {name} is of another kind")
                kept.astype(array.dtype, copy=False).copyto(array)
            updater.states[index] = state
            updater.states_synced[index] = True
        optimizer._set_current_context(ctx.device_id)
        optimizer._index_update_count.update(
            {index_of[name]: count for name, count in found.updates.items()}
        )
    optimizer.num_update = found.num_update


def _structure_names(trainer: gluon.Trainer, tree: ModelTree) -> dict[int, str]:
    known = {info.name: info.structure_name for info in tree.parameters}
    return {index: known[one.name] for index, one in enumerate(trainer._params)}


def _arrays(state: Any) -> Iterator[mx.nd.NDArray]:
    # None, an array, or such in tuples: as each optimiser makes it.
    if isinstance(state, (tuple, list)):
        for part in state:
            yield from _arrays(part)
    elif state is not None:
        yield state
