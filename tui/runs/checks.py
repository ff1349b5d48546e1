"""Checks of hyper-parameters as a person types them, for the form and the command line."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from tui.runs.spec import (
    MOST_WORKERS,
    Cache,
    CachePrecision,
    Hyperparameters,
    Optimizer,
    Schedule,
)


class ValueProblem(ValueError):
    """A value that cannot be used; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One hyper-parameter: its name in `Hyperparameters`, its label, what it is, its check."""

    name: str
    label: str
    help: str
    parse: Callable[[str], Any]


def _whole(low: int, high: int = 10**9) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            value = int(text.strip())
        except ValueError:
            raise ValueProblem("a whole number is needed") from None
        if not low <= value <= high:
            raise ValueProblem(
                f"at least {low} is needed" if value < low else f"at most {high} is possible"
            )
        return value

    return parse


def _number(low: float, high: float, *, above: bool = False) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text.strip())
        except ValueError:
            raise ValueProblem("a number is needed") from None
        if not math.isfinite(value):
            raise ValueProblem("a finite number is needed")
        if value < low or (above and value == low):
            raise ValueProblem(f"{'more than' if above else 'at least'} {low:g} is needed")
        if value > high:
            raise ValueProblem(f"at most {high:g} is possible")
        return value

    return parse


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.strip().lower() not in allowed:
            raise ValueProblem(f"one of {', '.join(allowed)} is needed")
        return text.strip().lower()

    return parse


def _whole_or_auto(low: int, high: int) -> Callable[[str], int | str]:
    one = _whole(low, high)

    def parse(text: str) -> int | str:
        word = text.strip().lower()
        try:
            return word if word == "auto" else one(word)
        except ValueProblem as problem:
            raise ValueProblem(f"{problem}, or auto") from None

    return parse


def _yes_no(text: str) -> bool:
    word = text.strip().lower()
    if word in ("yes", "y", "true", "on", "1"):
        return True
    if word in ("no", "n", "false", "off", "0"):
        return False
    raise ValueProblem("yes or no is needed")


def _epochs(text: str) -> tuple[int, ...]:
    one = _whole(1, 100_000)
    found = tuple(one(part) for part in text.replace(",", " ").split())
    if list(found) != sorted(set(found)):
        raise ValueProblem("each epoch once, in order")
    return found


CACHES = get_args(Cache)
PRECISIONS = get_args(CachePrecision)

FIELDS: tuple[Field, ...] = (
    Field("epochs", "epochs", "passes over the training pictures", _whole(1, 100_000)),
    Field("batch_size", "batch size", "pictures in a step", _whole(1, 65_536)),
    Field("learning_rate", "learning rate", "above 0", _number(0.0, 1e3, above=True)),
    Field("momentum", "momentum", "0 to below 1; sgd and nag", _number(0.0, 0.999999)),
    Field("weight_decay", "weight decay", "at least 0", _number(0.0, 10.0)),
    Field("optimizer", "optimizer", "sgd, nag, adam or adamw", _choice(*get_args(Optimizer))),
    Field("augment", "augment", "random crops, flips, colours: yes or no", _yes_no),
    Field("validate_every", "validate every", "epochs between validations", _whole(1, 100_000)),
    Field(
        "validate_every_steps",
        "or every",
        "steps between validations; 0: by epochs",
        _whole(0),
    ),
    Field("max_steps", "stop after", "steps; 0 for no limit", _whole(0)),
    Field("schedule", "schedule", "constant, step, cosine or poly", _choice(*get_args(Schedule))),
    Field("warmup_steps", "warm-up", "steps in which the rate rises; 0 for none", _whole(0)),
    Field("decay_epochs", "decay after", "epochs, as 60, 80; for step", _epochs),
    Field(
        "decay_factor",
        "decay factor",
        "of the rate, each time; for step",
        _number(0, 1, above=True),
    ),
    Field("poly_power", "poly power", "of its fall to 0; for poly", _number(0, 10, above=True)),
    Field("clip_norm", "clip norm", "of all gradients together; 0 for none", _number(0, 1e6)),
    Field("accumulate", "accumulate", "batches to a step", _whole(1, 65_536)),
    Field("patience", "patience", "validations without a better one; 0: no end", _whole(0)),
    Field(
        "workers",
        "workers",
        "processes that read pictures; 0: none; auto",
        _whole_or_auto(0, MOST_WORKERS),
    ),
    Field("amp", "mixed precision", "yes or no; on a GPU", _yes_no),
    Field("cache", "feature cache", "frozen side once a picture: auto, on, off", _choice(*CACHES)),
    Field("views", "views", "drawn of a picture, and kept; 0: new ones always", _whole(0, 1000)),
    Field("cache_dtype", "cache precision", "float32 or float16", _choice(*PRECISIONS)),
    Field("cache_limit", "cache limit", "gigabytes; 0: half of what is free", _number(0, 1e6)),
    Field("checkpoint_every", "checkpoint every", "epochs; 0: only when stopped", _whole(0)),
    Field("keep_checkpoints", "keep checkpoints", "the last ones, beside the best", _whole(1)),
)


def text_of(value: object) -> str:
    """A value as a person would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    if isinstance(value, tuple):
        return ", ".join(text_of(one) for one in value)
    return str(value)


def parse_field(name: str, text: str) -> Any:
    """The value of one hyper-parameter.

    Raises:
        ValueProblem: it cannot be used.
        KeyError: there is no hyper-parameter of this name.
    """
    return {field.name: field for field in FIELDS}[name].parse(text)


def with_texts(base: Hyperparameters, texts: dict[str, str]) -> Hyperparameters:
    """`base` with the values that were typed.

    Raises:
        ValueProblem: the first that cannot be used, named.
    """
    changes = {}
    for field in FIELDS:
        if field.name in texts:
            try:
                changes[field.name] = field.parse(texts[field.name])
            except ValueProblem as problem:
                raise ValueProblem(f"{field.label}: {problem}") from None
    return msgspec.structs.replace(base, **changes)


def contradiction(hyper: Hyperparameters, ctx: str, processes: int = 1) -> tuple[str, str]:
    """What cannot be used together, or not on a device, in one line: the field's name and the
    words; two empty strings where there is nothing. The devices are those of so many processes."""
    if hyper.amp and not ctx.startswith("gpu"):
        return "amp", f"needs a GPU, and the model is on {ctx}"
    devices = ctx.count(",") + 1
    if ctx.startswith("gpu"):
        devices = -(-devices // processes)  # which have them for themselves
    if hyper.batch_size < devices:
        return "batch_size", f"{hyper.batch_size} cannot be divided over {devices} devices"
    if hyper.schedule == "step" and not hyper.decay_epochs:
        return "decay_epochs", "the step schedule needs the epochs after which it decays"
    return "", ""


def label_of(name: str) -> str:
    """A hyper-parameter as a person reads it."""
    return next(field.label for field in FIELDS if field.name == name)
