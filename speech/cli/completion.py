"""``speech completion``: what a shell needs to complete commands, options, models and formats."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: speech completion bash >> ~/.bashrc
    zsh:  speech completion zsh >> ~/.zshrc
    fish: speech completion fish > ~/.config/fish/completions/speech.fish
    """  # noqa: D301 - click wants the sign itself
    from click.shell_completion import get_completion_class

    from speech.cli import PROGRAM, stdout

    found = get_completion_class(shell)
    assert found is not None
    root = ctx.find_root().command
    complete = found(root, {}, PROGRAM, f"_{PROGRAM}_COMPLETE".upper())
    # The head of click's script needs no running shell; ``source()`` would start bash to ask for its version.
    stdout.write(complete.source_template % complete.source_vars() + "\n")
