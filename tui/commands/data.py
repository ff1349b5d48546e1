"""`thaw data`: what lies at a path, as a table or as pictures, and the same in another format."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from tui.commands.asking import answer_to
from tui.commands.completing import data as complete_data
from tui.commands.completing import files
from tui.commands.doing import doing_shown
from tui.commands.helped import HelpedGroup
from tui.commands.problem import Problem
from tui.commands.saying import echo_path, is_unicode, print_json, print_table, say
from tui.commands.source_options import classes_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.runs.inspection import DataSummary

TASKS = ("detection", "classification", "segmentation", "instance segmentation", "pose")
FORMS = ("voc", "coco", "yolo", "rec", "folder")
SHOWN = 4


class _DataGroup(HelpedGroup):
    """`thaw data PATH` looks; everything else has a name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            raise click.UsageError("Missing argument 'PATH'", ctx)
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["look", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """A path, or one of the names."""
        named = super().shell_complete(ctx, incomplete) if incomplete else []
        return named or [CompletionItem(incomplete, type="file")]


@click.group(
    cls=_DataGroup,
    subcommand_metavar="PATH [OPTIONS] | convert FROM TO --as FORM",
    short_help="What lies at a data path; the same in another format.",
    examples=(
        ("thaw data VOCdevkit", "a table"),
        ("thaw data instances.json --show 6", "pictures with their boxes"),
        ("thaw data look --help", "all that can be asked"),
        ("thaw data convert VOCdevkit fruit --as coco", "in another format"),
    ),
)
def data() -> None:
    """What lies at a data path, without a model: kind, pictures, classes, split, problems."""


def _task_option() -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        "--task", type=click.Choice(TASKS), default=None, help="What for, where it serves several."
    )


@data.command(
    short_help="What lies at a path: this is `thaw data PATH`.",
    examples=(
        ("thaw data VOCdevkit", "a table"),
        ("thaw data VOCdevkit --task segmentation", "where it serves several"),
        ("thaw data look pictures --show 6", "pictures with their labels"),
        ("thaw data look shapes --json", "for scripts"),
    ),
)
@click.argument("path", shell_complete=complete_data)
@_task_option()
@click.option(
    "--show",
    type=click.IntRange(1, 1000),
    is_flag=False,
    flag_value=SHOWN,
    metavar="[N]",
    help=f"Pictures with their labels drawn on them, {SHOWN} unless told otherwise.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def look(path: str, task: str | None, show: int | None, as_json: bool) -> None:
    """What lies at PATH: a folder, a COCO .json, a data.yaml, a .rec, a .lst, or `shapes`.

    --json prints one object: version (1), path, kind, tasks, train, validation (pictures), split,
    boxes, numbered (classes have no names), classes (name, train, validation), problem_count and
    problems (kind, count, first: ten lines at most). Fields are added, never changed, under one
    version.
    """
    from tui.runs.inspection import DataSummary, SurveyData

    if show and as_json:
        raise Problem("--show is for people and --json for scripts; give one of them")
    place = _absolute(path)
    if show:
        _show(place, task or "", show)
        return
    with doing_shown() as hear:
        found = answer_to(SurveyData(place, task or ""), hear)
    assert isinstance(found, DataSummary)
    if as_json:
        print_json(_told(found))
    else:
        _print(found)


@data.command(
    short_help="Write a data set in another format.",
    examples=(
        ("thaw data convert VOCdevkit fruit.coco --as coco", ""),
        ("thaw data convert shapes shapes.rec --as rec", ""),
        (
            "thaw data convert instances.json outlines --as yolo --task 'instance segmentation'",
            "",
        ),
    ),
)
@click.argument("source", metavar="FROM", shell_complete=complete_data)
@click.argument("into", metavar="TO", shell_complete=files)
@click.option("--as", "form", type=click.Choice(FORMS), required=True, help="The format to write.")
@_task_option()
@click.option(
    "--classes",
    callback=classes_option,
    metavar="A,B,C",
    help="Names of classes that have only numbers.",
)
def convert(source: str, into: str, form: str, task: str | None, classes: tuple[str, ...]) -> None:
    """Write the data set at FROM in another format, into the new folder TO.

    Pictures are copied as they are; only those that a camera has marked as turned are written
    anew, upright. As folder, objects are cut out of their pictures.
    """
    from tui.figures import counted
    from tui.runs.inspection import ConvertData, DataConverted

    question = ConvertData(
        _absolute(source), os.path.abspath(Path(into).expanduser()), form, task or "", classes
    )
    with doing_shown() as hear:
        done = answer_to(question, hear)
    assert isinstance(done, DataConverted)
    for line in done.left_out:
        say(f"left out: {line}")
    boxes = f", {counted(done.boxes, 'box')}" if done.boxes else ""
    say(
        f"written as {form}: {counted(done.train, 'picture')} to train, "
        f"{done.validation:,} to validate{boxes}"
    )
    echo_path(into)


def _absolute(path: str) -> str:
    if not path.strip():
        raise Problem("the path is empty; name a folder or a file")
    return path if path == "shapes" else os.path.abspath(Path(path).expanduser())


def _told(found: DataSummary) -> dict[str, object]:
    rows = zip(found.classes, found.counts, found.validation_counts, strict=True)
    return {
        "version": 1,
        "path": found.path,
        "kind": found.kind,
        "tasks": found.tasks,
        "train": found.train,
        "validation": found.validation,
        "split": found.split,
        "boxes": found.boxes,
        "numbered": found.numbered,
        "classes": [{"name": n, "train": t, "validation": v} for n, t, v in rows],
        "problem_count": found.problem_count,
        "problems": found.kinds,
    }


def _print(found: DataSummary) -> None:
    from tui.commands.data_table import classes_table, problem_lines
    from tui.figures import counted
    from tui.printable import plain

    ascii_only = not is_unicode(sys.stdout)

    def line(text: str) -> None:
        click.echo(plain(text, ascii_only=ascii_only))

    line(f"{found.kind}, for {', '.join(found.tasks)}")
    boxes = f", {counted(found.boxes, 'box')}" if found.boxes else ""
    line(f"{counted(found.train, 'picture')} to train, {found.validation:,} to validate{boxes}")
    line(f"split: {found.split}")
    if found.numbered:
        line("classes have numbers here, and no names")
    if found.classes:
        line("")
        print_table(classes_table(found, ascii_only=ascii_only))
    line("")
    if not found.problem_count:
        line("no problems")
    for text in problem_lines(found):
        line(text)


def _show(path: str, task: str, count: int) -> None:
    from tui.commands.picture_cells import Screen
    from tui.runs.inspection import PicturesDrawn, ShowPictures

    screen = Screen(sys.stdout)
    with doing_shown() as hear:
        drawn = answer_to(ShowPictures(path, task, count, screen.pixels), hear)
    assert isinstance(drawn, PicturesDrawn)
    for line in drawn.unreadable:
        say(line)
    if screen.why_not:
        say(screen.why_not)
    for picture in drawn.pictures:
        screen.show(picture)
    say(f"{len(drawn.pictures):,} of {drawn.total:,} pictures")
    if not drawn.pictures:
        sys.exit(1)
