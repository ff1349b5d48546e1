"""`thaw completion`: the script with which a shell completes thaw's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from tui.commands.helped import Helped

VARIABLE = "_THAW_COMPLETE"
"""The variable that click looks for, by the name of the program."""


@click.command(
    cls=Helped,
    short_help="Let your shell complete commands, models and runs.",
    examples=(
        ("thaw completion bash", "print the script"),
        ("thaw completion zsh > ~/.zfunc/_thaw", "for zsh"),
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a shell completes thaw's words: commands, options, models of the
    zoo, plans by name, and your runs.

    \b
    bash   put it where bash looks for it (with bash-completion):
             mkdir -p ~/.local/share/bash-completion/completions
             thaw completion bash \\
                 > ~/.local/share/bash-completion/completions/thaw
           or add to ~/.bashrc: eval "$(thaw completion bash)"
    zsh    put it into a folder of fpath, named before compinit in ~/.zshrc
           (fpath+=~/.zfunc):
             thaw completion zsh > ~/.zfunc/_thaw
    fish     thaw completion fish > ~/.config/fish/completions/thaw.fish

    A shell that is opened after that completes at Tab. thaw must be a command that the shell
    finds (uv tool install, pipx, or an environment that is active).
    """
    made = get_completion_class(shell)
    assert made is not None
    root = ctx.find_root()
    click.echo(made(root.command, {}, root.info_name or "thaw", VARIABLE).source())
