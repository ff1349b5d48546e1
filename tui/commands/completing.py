"""What a shell is offered to complete: models, runs, plans by name, files.

Asked at every press of Tab, so nothing here imports more than it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def models(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names in the zoo; where none begins so, files."""
    return _models(begun) or _files(begun)


def runs(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Runs by name, the newest first; where none begins so, files."""
    return _runs(begun) or _files(begun)


def models_or_runs(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Runs, then models; where none begins so, files."""
    return [*_runs(begun), *_models(begun)] or _files(begun)


def presets(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Plans by name."""
    from tui.commands.plan_options import PRESET_NAMES

    return _beginning(PRESET_NAMES.split(", "), begun)


def devices(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Where a network can be. A shell would take the parentheses of gpu(0) for its own."""
    return _beginning(["cpu", "gpu"], begun)


def data(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The built-in pictures, if that is what is begun; files."""
    return _word("shapes", begun)


def weights(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The word for a trunk's weights, if that is what is begun; files."""
    return _word("trunk", begun)


def files(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Files and folders, which the shell knows best."""
    return _files(begun)


def _models(begun: str) -> list[CompletionItem]:
    from tui.model.zoo import zoo_table

    return _beginning(["demo", *(entry.name for entry in zoo_table())], begun)


def _runs(begun: str) -> list[CompletionItem]:
    from tui.runs.finding import begun_so
    from tui.runs.folder import runs_home
    from tui.runs.listed import run_folders

    try:
        found = begun_so(begun, runs_home()) if begun else run_folders(runs_home())
    except OSError:
        return []
    return _beginning((one.path.name for one in found), begun)


def _word(word: str, begun: str) -> list[CompletionItem]:
    return (_beginning([word], begun) if begun else []) or _files(begun)


def _beginning(words: Iterable[str], begun: str) -> list[CompletionItem]:
    # What a shell would take apart, or a terminal act on, is no word to offer.
    return [
        CompletionItem(word)
        for word in words
        if word.startswith(begun) and word.isascii() and word.isprintable() and " " not in word
    ]


def _files(begun: str) -> list[CompletionItem]:
    return [CompletionItem(begun, type="file")]
