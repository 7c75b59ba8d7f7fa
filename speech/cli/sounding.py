"""Where sound goes: a stream as it is made, one file that was named, or files planned for every document."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from speech.cli import meant, output
from speech.cli.output import FILE_SUFFIX, STDOUT
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from speech.documents import Document
    from speech.readings import Reading

DEFAULT = "wav"

AGREE = {("opus", "ogg"), ("m4b", "m4a")}
"""A format, and what the end of a file's name may say instead: Opus is often called .ogg."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the sound of a command goes."""

    readings: list[Reading]
    audio: str
    """The format of the sound."""
    stream: str = ""
    """``-``, or the path of a device or a pipe, to which the only reading is written; "": into the readings' files."""


def settle(ctx: click.Context) -> Target:
    """The target that the arguments and options of a command mean.

    Args:
        ctx: holds ``inputs``, ``kind``, ``audio``, ``output``, ``subtitles`` and ``recursive``.

    Raises:
        click.UsageError: they contradict each other.
    """
    from speech import readings

    params = ctx.params
    inputs, where, kind = params["inputs"], params["output"], params["kind"]
    text = meant.typed(inputs)
    alone = text is not None or (len(inputs) == 1 and output.is_one_file(inputs[0]))
    subtitles = output.formats_of(params["subtitles"])
    file = _named_file(where, alone=alone)
    audio = _agreed(params["audio"], file)
    if stream := _stream(where, alone=alone, unnamed=text is not None or inputs == (meant.STDIN,)):
        _refuse_for_streams(ctx, audio, alone=alone)
        return Target([_reading(inputs[0], text, kind, {})], audio, stream)
    if file is not None:
        outputs = {name: file.with_suffix(end) for name, end in readings.extensions_of(audio, subtitles).items()}
        outputs[audio] = file
        _keep_inputs(inputs, outputs)
        return Target([_reading(inputs[0], text, kind, outputs)], audio)
    if text is not None:
        raise click.UsageError(
            f"-o {where} names a folder, and a text has no name of its own; give a file, such as "
            f"-o {os.path.join(where, 'hello.' + audio)}"  # noqa: PTH118 - as it was typed
        )
    planned = readings.plan(inputs, audio, subtitles, kind=kind, output_dir=where, recursive=params["recursive"])
    return Target(planned, audio)


def documents_of(ctx: click.Context) -> list[Reading]:
    """Every document that the inputs mean, and every line of a table, to be read and not to be written.

    Raises:
        click.UsageError: a text among several inputs.
    """
    from speech import readings

    inputs, kind = ctx.params["inputs"], ctx.params["kind"]
    text = meant.typed(inputs)
    if text is not None:
        return [_reading(inputs[0], text, kind, {})]
    return readings.plan(inputs, DEFAULT, kind=kind, recursive=ctx.params["recursive"])


def idle(ctx: click.Context) -> str:
    """What to say of the options for subtitles where there are none; "" otherwise."""
    from dataclasses import fields

    from speech import formats
    from speech.cli.options import given
    from speech.formats.cues import CueRules

    plain = CueRules()
    asked = given(ctx, [item.name for item in fields(CueRules)])
    names = [name for name, value in asked.items() if value != getattr(plain, name)]
    if not names or any(formats.find(name).CUES for name in output.formats_of(ctx.params["subtitles"])):
        return ""
    having = ", ".join(name for name in formats.names() if formats.find(name).CUES)
    return f"{output.typed(ctx, names)}: for subtitles, and none are asked for; --subtitles takes {having}"


def document_of(given: str, text: str | None, kind: str | None) -> Document:
    """The document that an input is, or the text that was typed."""
    from typing import cast

    from speech import documents

    known = cast("documents.Kind | None", kind)
    return documents.opened(Path(given), known) if text is None else documents.of_text(text, known)


def _reading(given: str, text: str | None, kind: str | None, outputs: dict[str, Path]) -> Reading:
    from speech.jobs import Task
    from speech.readings import Reading

    name = "<text>" if text is not None else "<stdin>" if given == meant.STDIN else given
    return Reading(Task(name, outputs), partial(document_of, given, text, kind))


def _stream(where: str | None, *, alone: bool, unnamed: bool) -> str:
    """The stream to write to; "" where it is files."""
    if where is None and alone and unnamed:
        if sys.stdout is not None and sys.stdout.isatty():
            raise click.UsageError("a terminal shows no sound; add -o hello.wav, or hear it with `speech say`")
        return STDOUT
    if where is None or where == STDOUT:
        return where or ""
    path = Path(where)
    return where if path.exists() and not path.is_file() and not path.is_dir() else ""


def _refuse_for_streams(ctx: click.Context, audio: str, *, alone: bool) -> None:
    """Raise where an option needs a file."""
    from speech.audio import writing

    if not alone:
        raise click.UsageError("standard output takes one document; give a folder to -o")
    output.refuse_for_stdout(ctx)
    if ctx.params["subtitles"]:
        raise click.UsageError("--subtitles lie beside a file of sound; add -o, such as -o hello.wav")
    if ctx.params["loudness"] is not None:
        raise click.UsageError(
            "--loudness is measured on the whole before its first byte is written, and a pipe cannot wait; add -o with "
            "a file"
        )
    if not writing.streams(audio):
        raise click.UsageError(
            f"{audio} cannot go to a pipe, as its index is made last; choose one of "
            f"{', '.join(filter(writing.streams, writing.formats()))}, or add -o with a file"
        )


def _named_file(where: str | None, *, alone: bool) -> Path | None:
    """The file that ``-o`` names, if it ends as sound files do and is no folder."""
    from speech.audio import writing

    if where in (None, STDOUT) or where.endswith(("/", os.sep)) or Path(where).is_dir():
        return None
    try:
        writing.of_file(where)
    except UnsupportedError:
        if alone and FILE_SUFFIX.fullmatch(Path(where).suffix) and not os.path.lexists(where):
            raise click.UsageError(
                f"-o {where}: sound is not written as {Path(where).suffix}; there are {', '.join(writing.formats())}; "
                "subtitles come with --subtitles, and a folder of that name ends with /"
            ) from None
        return None
    if not alone:
        raise click.UsageError(f"-o {where} names one file; for several documents give a folder")
    return Path(where)


def _agreed(asked: str | None, file: Path | None) -> str:
    """The format asked for, or the one that the file's name says."""
    from speech.audio import writing

    said = None if file is None else writing.of_file(file)
    if asked is None:
        return said or DEFAULT
    try:
        audio = writing.of_file(f"x.{asked}")
    except UnsupportedError:
        raise click.UsageError(
            f"-f {asked}: sound is not written so; there are {', '.join(writing.formats())}; subtitles come with "
            "--subtitles"
        ) from None
    if said not in (None, audio) and (audio, said) not in AGREE:
        raise click.UsageError(f"-f {asked} and -o {file} contradict each other; leave one out")
    return audio


def _keep_inputs(inputs: tuple[str, ...], outputs: dict[str, Path]) -> None:
    """Raise where a document would be written over."""
    for path in outputs.values():
        if inputs[0] != meant.STDIN and path.exists() and os.path.lexists(inputs[0]) and path.samefile(inputs[0]):
            raise click.UsageError(f"{path} would be written, and is the input itself; choose another name with -o")
