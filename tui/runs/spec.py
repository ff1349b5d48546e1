"""run.toml: all that determines a run, but for the freeze plan, which has a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tui.model.source import ModelSource
from tui.toml import TomlError, read_toml, write_toml

SPEC_VERSION = 1

Optimizer = Literal["sgd", "nag", "adam", "adamw"]
Cache = Literal["auto", "on", "off"]
CachePrecision = Literal["float32", "float16"]
Schedule = Literal["constant", "step", "cosine", "poly"]

MOST_WORKERS = 256
"""Processes that may read pictures; each takes some 250 MB of memory."""

HEADER = "# A run of thaw. `thaw train FOLDER` does exactly this, with plan.toml beside it.\n"


class Hyperparameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a recipe can be told. The defaults are the recipe's, filled in when a run is made.

    `max_steps` ends the run early (0: never); `validate_every` counts epochs;
    `validate_every_steps` counts steps, and takes its place (0: it does not). `augment` is
    whether the recipe's random augmentation is used. A checkpoint is written at the end of every
    `checkpoint_every`th epoch (0: only when the run is stopped); the last `keep_checkpoints` are
    kept, and the best by metric, which is written wherever it is measured.

    `schedule` is how the learning rate goes on after `warmup_steps` steps, in which it rises
    from 0: `step` multiplies it by `decay_factor` at the end of each of `decay_epochs`, `poly`
    falls to 0 with the power `poly_power`. `clip_norm` is the largest norm that all gradients of
    a step may have together (0: any). A step takes the gradients of `accumulate` batches.
    `cache` is whether what the frozen side makes of a picture is kept and not computed again:
    `auto` where that pays and changes nothing, so with augmentation only if `views` says how many
    pictures are drawn of each (0: new ones in each epoch). `cache_dtype` is how it is kept,
    `cache_limit` how many gigabytes it may take (0: half of what is free).
    `patience` ends the run after as many validations without a better metric (0: never). `amp`
    is MXNet's mixed precision, on a GPU. `workers` processes read the pictures, ahead of the steps
    (0: the trainer itself does); they make no difference to what is trained on.
    """

    epochs: Annotated[int, Meta(ge=1)] = 1
    batch_size: Annotated[int, Meta(ge=1)] = 8
    learning_rate: Annotated[float, Meta(gt=0, le=1e3)] = 0.001
    momentum: Annotated[float, Meta(ge=0, lt=1)] = 0.9
    weight_decay: Annotated[float, Meta(ge=0, le=10)] = 0.0005
    optimizer: Optimizer = "sgd"
    augment: bool = True
    validate_every: Annotated[int, Meta(ge=1)] = 1
    validate_every_steps: Annotated[int, Meta(ge=0)] = 0
    max_steps: Annotated[int, Meta(ge=0)] = 0
    checkpoint_every: Annotated[int, Meta(ge=0)] = 1
    keep_checkpoints: Annotated[int, Meta(ge=1)] = 2
    schedule: Schedule = "constant"
    warmup_steps: Annotated[int, Meta(ge=0)] = 0
    decay_epochs: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    decay_factor: Annotated[float, Meta(gt=0, le=1)] = 0.1
    poly_power: Annotated[float, Meta(gt=0, le=10)] = 0.9
    clip_norm: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    accumulate: Annotated[int, Meta(ge=1)] = 1
    patience: Annotated[int, Meta(ge=0)] = 0
    amp: bool = False
    cache: Cache = "auto"
    views: Annotated[int, Meta(ge=0, le=1000)] = 0
    cache_dtype: CachePrecision = "float32"
    cache_limit: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    workers: Annotated[int, Meta(ge=0, le=MOST_WORKERS)] | Literal["auto"] = "auto"


MOST_PROCESSES = 256

KVStore = Literal["auto", "dist_sync", "dist_device_sync", "horovod"]


class Distribution(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Over how many processes a run is divided. Each takes `batch_size` pictures of a batch, so
    that the batch of a step has as many times more.

    `hosts` are the machines that they run on, as a hostfile has them (none: all on this one);
    `kvstore` is what adds up their gradients: MXNet's parameter server (`auto`: dist_sync, or
    dist_device_sync on GPUs), or Horovod. `port` is that of the server (0: a free one), and
    `connect_seconds` how long a process may take to come up.
    """

    processes: Annotated[int, Meta(ge=1, le=MOST_PROCESSES)] = 1
    kvstore: KVStore = "auto"
    hosts: tuple[str, ...] = ()
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    connect_seconds: Annotated[float, Meta(gt=0, le=86400)] = 120.0


class RunSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run. `data` is a path, or `shapes` for the built-in pictures."""

    model: ModelSource
    recipe: str
    data: str
    hyper: Hyperparameters
    seed: int = 0
    version: int = SPEC_VERSION
    distribution: Distribution = Distribution()


def read_spec(path: Path) -> RunSpec:
    """Read a run.toml.

    Raises:
        TomlError: it cannot be read, or is no run that this version understands.
    """
    raw = read_toml(path)
    version = raw.get("version")
    if isinstance(version, int) and version > SPEC_VERSION:
        raise TomlError(f"{path}: run version {version} is newer than this thaw; update thaw")
    try:
        return msgspec.convert(raw, RunSpec)
    except msgspec.ValidationError as error:
        raise TomlError(f"{path}: not a run: {error}") from None


def write_spec(path: Path, spec: RunSpec) -> None:
    """Write a run.toml, whole or not at all."""
    table = msgspec.to_builtins(spec)
    if not table["distribution"]:
        del table["distribution"]  # one process, as most runs have
    write_toml(path, table, HEADER)
