"""`thaw serve`: the screens in a web browser, for whoever has no terminal at hand."""

from __future__ import annotations

import errno
import os
import shlex
import sys

import click

from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.saying import echo

SERVED = ("open", "demo", "attach", "runs --screen", "compare --screen")
"""The commands that show a screen; without any it is the list of models."""

PORT = 8000


@click.command(
    cls=Helped,
    short_help="The screens in a web browser, on this machine alone.",
    context_settings={"allow_interspersed_args": False},
    examples=(
        ("thaw serve", "the list of models"),
        ("thaw serve demo", "the demo"),
        ("thaw serve --port 9000 attach RUN", "one run, at another port"),
        ("thaw serve open resnet50_v1 --classes cat,dog", "one model"),
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Where it is found; 0: any that is free.",
)
@click.argument("words", nargs=-1, metavar="[COMMAND [ARGS]...]")
@click.pass_context
def serve(ctx: click.Context, port: int, words: tuple[str, ...]) -> None:
    """Show the screens in a web browser, for people without a terminal.

    It is found at 127.0.0.1, this machine alone, and by nobody without the key in the address
    that is printed: whoever opens it runs code as you. There is no option for another address.
    From another machine, forward the port over ssh, then open the same address there:

    \b
    ssh -L 8000:127.0.0.1:8000 HOST

    COMMAND is one that shows a screen (open, demo, attach, runs --screen, compare --screen), with
    its own arguments; without one it is the list of models.

    Each page that is open has a process of its own, which ends with it; runs go on. Nothing is
    loaded from the internet. Ctrl-C ends it. Needs the extra gluon-thaw[serve].
    """
    _check(ctx, words)
    try:
        from tui.commands.local_server import ADDRESS, listen
        from tui.commands.local_server import serve as serve_it
    except ImportError as error:
        raise Problem(
            f"serve: {error.name or error} is not installed; add the extra: gluon-thaw[serve]"
        ) from None
    try:
        listening = listen(port)
    except OSError as error:
        raise Problem(f"--port {port}: {_why(error)}") from None
    # A browser takes UTF-8, whatever the terminal does that this is called from.
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["PYTHONUTF8"] = "1"
    command = f"exec {shlex.join([sys.executable, '-m', 'tui', *words])}"

    def ready(address: str) -> None:
        number = listening.getsockname()[1]
        echo(f"thaw is at {address}")
        echo(f"from another machine first: ssh -L {number}:{ADDRESS}:{number} HOST")
        echo("whoever has that address runs code as you; Ctrl-C ends it, runs go on")
        sys.stdout.flush()

    serve_it(command, listening, ready)


def _check(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Say now what each page would say: bad input is a problem here already."""
    if not words:
        return
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    name, *rest = words
    if " " in name or (
        name not in SERVED and not (f"{name} --screen" in SERVED and "--screen" in rest)
    ):
        known = ", ".join(SERVED)
        raise Problem(f"serve {name}: only screens can be served: {known}")
    command = group.get_command(ctx, name)
    assert command is not None
    command.make_context(name, list(rest), parent=ctx.parent)


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program is there already; give another port, or 0 for any that is free"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "ports below 1024 are for the system; give a larger one"
    return (error.strerror or str(error)).lower()
