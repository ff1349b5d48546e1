"""The MODEL argument and the options that say which network is built."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path

import click

from tui.commands.completing import devices, models, models_or_runs, weights
from tui.commands.problem import Problem


def _size(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    from tui.model.input_size import parse_input_size

    try:
        return parse_input_size(text)
    except ValueError as error:
        raise Problem(f"--input-size {text}: {error}") from None


def classes_option(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, ...]:
    """The value of `--classes`, checked."""
    if text is None:
        return ()
    from tui.model.source import parse_classes

    try:
        return parse_classes(text)
    except ValueError as error:
        raise Problem(f"--classes {text}: {error}") from None


def ctx_option(_: click.Context, __: click.Parameter, text: str) -> str:
    """The value of `--ctx`, checked."""
    from tui.model.devices import canonical

    try:
        return canonical(text)
    except ValueError as error:
        raise Problem(f"--ctx {text}: {error}") from None


def _weights(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    if text is None or text == "trunk":
        return text
    from tui.model.weight_kinds import START, kind_of

    path = Path(text).expanduser()
    try:
        with path.open("rb") as file:
            start = file.read(START)
    except OSError as error:
        raise Problem(f"--weights {text}: {(error.strerror or str(error)).lower()}") from None
    if not kind_of(path.name, start):
        raise Problem(
            f"--weights {text}: not a .params file of MXNet, "
            "nor one of safetensors, PyTorch or darknet"
        )
    return os.path.abspath(path)


def _arguments(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    given = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.isidentifier():
            raise Problem(f"--arg {pair}: write key=value")
        given[key] = value
    return given


_SOURCE_OPTIONS = (
    click.option(
        "--classes", callback=classes_option, metavar="A,B,C", help="Classes to train for."
    ),
    click.option(
        "--weights",
        callback=_weights,
        shell_complete=weights,
        metavar="FILE",
        help="A file to load, of the model or of its trunk: .params, .safetensors, .pth, "
        "darknet; or the word trunk: the weights of its trunk from this disk.",
    ),
    click.option("--no-weights", is_flag=True, help="Start from random weights."),
    click.option("--input-size", callback=_size, metavar="N", help="Side in pixels, or HxW."),
    click.option(
        "--ctx",
        callback=ctx_option,
        shell_complete=devices,
        default="cpu",
        show_default=True,
        help="cpu or gpu(0); gpu(0),gpu(1) train on both, a part of each batch on each.",
    ),
    click.option(
        "--seed", type=click.IntRange(0, 2**31 - 1), default=0, help="For random weights."
    ),
    click.option(
        "--arg",
        "arguments",
        callback=_arguments,
        multiple=True,
        metavar="KEY=VALUE",
        help="An argument of a Python factory, as Python writes it (3, 0.5, True, None, "
        "'(1, 2)') or a plain word; may be given again.",
    ),
    click.option(
        "--input-name",
        default="data",
        show_default=True,
        metavar="NAME",
        help="Input of an exported symbol; several with commas between.",
    ),
)


def source_options(command: Callable[..., None]) -> Callable[..., None]:
    """The MODEL argument and the options that say which network is built; the command's first
    argument is the `ModelSource`."""
    return _with_source(command, click.argument("model", shell_complete=models))


def optional_source(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that goes without a model, and gets None then."""
    return _with_source(command, click.argument("model", required=False, shell_complete=models))


def source_or_run(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command that takes a run in the model's place: the source's `model` is
    whatever the argument says."""
    argument = click.argument(
        "model", metavar="MODEL | RUN.TOML | RUN_DIR", shell_complete=models_or_runs
    )
    return _with_source(command, argument)


def _check_trunk(model: str) -> None:
    from tui.model.zoo import find_entry

    entry = find_entry(model)
    if entry is None:
        raise Problem(f"--weights trunk: {model} is no zoo model; write ./trunk for a file")
    if not entry.trunk:
        raise Problem(f"--weights trunk: {model} is built on no trunk with weights of its own")


def _with_source(
    command: Callable[..., None], argument: Callable[..., Callable[..., None]]
) -> Callable[..., None]:
    @functools.wraps(command)
    def with_source(
        model: str | None,
        classes: tuple[str, ...],
        weights: str | None,
        no_weights: bool,
        input_size: tuple[int, int] | None,
        ctx: str,
        seed: int,
        arguments: dict[str, str],
        input_name: str,
        **others: object,
    ) -> None:
        from tui.model.source import ModelSource

        if weights and no_weights:
            raise Problem("--weights and --no-weights: give one of them")
        if model is None:
            command(None, **others)
            return
        if weights == "trunk":
            _check_trunk(model)
        source = ModelSource(
            model=model,
            classes=classes,
            weights=weights,
            pretrained=not no_weights,
            input_size=input_size,
            ctx=ctx,
            seed=seed,
            arguments=arguments,
            input_name=input_name,
        )
        command(source, **others)

    for option in reversed((argument, *_SOURCE_OPTIONS)):
        with_source = option(with_source)
    return with_source
