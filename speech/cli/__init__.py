"""The command line: one file per command, imported when it is called.

Exit status: 0 done; 1 something failed, as standard error says; 2 wrong usage; 128 + n stopped by signal n: 130 by
Ctrl-C, and 141 where whoever read standard output went away (``| head -1``).
"""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

import os
import shlex
import signal
import sys
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

import click

from speech.cli import streams
from speech.errors import SpeechError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

COMMANDS = {
    "transcribe": "Recordings to text, subtitles or JSON.",
    "synthesize": "Texts, documents and scripts to speech.",
    "say": "Speak, through the loudspeaker.",
    "render": "Subtitles and other formats from json, without a model.",
    "detect": "Which language is spoken, with probabilities.",
    "info": "What a sound file says of itself, and of who spoke in it.",
    "models": "The models there are, and those that are here.",
    "voices": "The voices there are, and those that are here.",
    "doctor": "What is installed here, what works, and what auto would take.",
    "completion": "A script that lets the shell complete what you type.",
}
"""Each command's file, and its line in the list, which so needs to import none of them."""

PROGRAM = "speech"

BROKEN_PIPE = getattr(signal, "SIGPIPE", 13)


class Stopped(BaseException):
    """A signal asks to stop: everything closes in order, then the process ends."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


class Group(click.Group):
    """The commands, each found by its file's name; the file holds ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use."""
        del ctx
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, from the lines above."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import it."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", import_module(f"{__name__}.{cmd_name}").command)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; where nobody reads its output any more, click would say 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise Stopped(BROKEN_PIPE) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; a recording in its place is what ``transcribe`` takes."""
        if args[0] not in COMMANDS and (os.path.lexists(args[0]) or PurePath(args[0]).suffix):
            meant = f"{PROGRAM} transcribe {shlex.quote(args[0])}"
            ctx.fail(f"No such command {args[0]!r}; did you mean: {meant}?")
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    del param
    if value:
        from speech import __version__

        click.echo(f"{PROGRAM} {__version__}")
        ctx.exit()


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show it.")
def cli() -> None:
    """Recordings to text, and text to speech: public open-weight models, on your own machine."""


def main(args: Sequence[str] | None = None) -> int:
    """Run one command line; the exit status."""
    with streams.prepared():
        return _run(args)


def _run(args: Sequence[str] | None) -> int:
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return _exit_status(cli.main(args, prog_name=PROGRAM, standalone_mode=False))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SpeechError as error:
        click.echo(f"{PROGRAM}: {error}", err=True)
        return 1
    except Stopped as stopped:
        if stopped.number == BROKEN_PIPE:
            streams.abandon_output()
        return 128 + stopped.number
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit_status(returned: Any) -> int:
    return returned if isinstance(returned, int) else 0


def _stop(number: int, frame: FrameType | None) -> None:
    if _is_importing(frame):
        # An import that is cut short makes other errors of it; and nothing of worth is begun.
        _leave(number, frame)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _leave)
    if sys.stderr.isatty():
        os.write(2, b"\r\x1b[2Kspeech: stopping; once more leaves at once\n")  # What runs may take seconds to end.
    raise Stopped(number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _leave(number: int, frame: FrameType | None) -> None:
    """The second time nothing is waited for; files have their names only when they are whole, so none is harmed."""
    del frame
    if sys.stderr.isatty():
        os.write(2, b"\x1b[?25h\n")  # Progress bars hide the cursor.
    os._exit(128 + number)
