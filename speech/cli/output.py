"""Where results go: standard output, one file that was named, or files planned for every input."""

from __future__ import annotations

import glob
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from speech.cli.options import given
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from speech.formats.cues import CueRules
    from speech.jobs import Existing, Task

STDOUT = "-"

FILE_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")
"""Of what is meant as a file: ``.docx``, but not ``.2`` or ``.d``."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the results of a command go."""

    tasks: list[Task]
    formats: list[str]
    stdout: str | None = None
    """The format in which the only task's result is written to standard output; None: into the tasks' files."""


def settle(ctx: click.Context, *, wanted: Callable[[str], bool] | None = None) -> Target:
    """The target that the arguments and options of a command mean.

    Args:
        ctx: holds ``inputs``, ``formats``, ``output`` and ``recursive``.
        wanted: whether a file of that name in a folder is meant; None: recordings are.

    Raises:
        click.UsageError: they contradict each other.
    """
    from speech import jobs, naming

    inputs, output = ctx.params["inputs"], ctx.params["output"]
    asked = formats_of(ctx.params["formats"])
    alone = len(inputs) == 1 and is_one_file(inputs[0])
    file = _named_file(output, alone=alone)
    formats = _agreed(asked, file)
    if output == STDOUT or (output is None and alone and len(formats) == 1):
        if not alone or len(formats) > 1:
            raise click.UsageError("standard output takes one input and one format; give a folder to -o")
        refuse_for_stdout(ctx)
        return Target([jobs.Task(inputs[0])], formats, formats[0])
    if file is not None:
        if file.exists() and inputs[0] != "-" and Path(inputs[0]).exists() and file.samefile(inputs[0]):
            raise click.UsageError(f"-o {output} is the input itself")
        return Target([jobs.Task(inputs[0], {formats[0]: file})], formats)
    found = jobs.plan(
        inputs,
        formats,
        output_dir=output,
        recursive=ctx.params["recursive"],
        wanted=wanted or naming.is_recording,
    )
    return Target(found, formats)


def existing(ctx: click.Context, *, resume: bool = False) -> Existing:
    """What to do about files that are there; to resume leaves alone what is done.

    Raises:
        click.UsageError: both at once.
    """
    if ctx.params["overwrite"] and ctx.params["skip_existing"]:
        raise click.UsageError("--overwrite and --skip-existing exclude each other")
    if ctx.params["overwrite"]:
        return "overwrite"
    return "skip" if ctx.params["skip_existing"] or resume else "keep"


def cue_rules(ctx: click.Context) -> CueRules:
    """The rules for subtitles."""
    from dataclasses import fields

    from speech.formats.cues import CueRules

    values: dict[str, Any] = given(ctx, [item.name for item in fields(CueRules)])
    return CueRules(**values)


def idle(ctx: click.Context, target: Target) -> str:
    """What to say of the options for cues where none of the formats has any; "" otherwise."""
    from dataclasses import fields

    from speech import formats
    from speech.formats.cues import CueRules

    plain = CueRules()
    asked = given(ctx, [item.name for item in fields(CueRules)])
    names = [name for name, value in asked.items() if value != getattr(plain, name)]
    if not names or any(formats.find(name).CUES for name in target.formats):
        return ""
    having = ", ".join(name for name in formats.names() if formats.find(name).CUES)
    return f"{typed(ctx, names)}: for subtitles, and there are none in {', '.join(target.formats)}; -f takes {having}"


def refuse_for_stdout(ctx: click.Context) -> None:
    """Raise where an option speaks of files, and there will be none.

    Raises:
        click.UsageError: one does.
    """
    asked = [name for name in ("resume", "overwrite", "skip_existing") if ctx.params.get(name)]
    if asked:
        raise click.UsageError(
            f"{typed(ctx, asked)}: for results in files, and this one goes to standard output; add -o with a file or "
            "a folder"
        )


def typed(ctx: click.Context, names: Iterable[str]) -> str:
    """The options under the names that people type."""
    long = {param.name: max(param.opts, key=len) for param in ctx.command.params}
    return ", ".join(long[name] for name in names)


def formats_of(lists: Sequence[tuple[str, ...]]) -> list[str]:
    """Every format asked for, once, by its own name.

    Raises:
        click.UsageError: there is none of that name.
    """
    from speech import formats

    names: list[str] = []
    try:
        for name in (name for each in lists for name in each):
            found = None if name.lower() == "all" else formats.find(name)
            names += [known for known in formats.names() if found in (None, formats.find(known))]
    except UnsupportedError as error:
        raise click.UsageError(str(error)) from error
    return list(dict.fromkeys(names))


def is_one_file(text: str) -> bool:
    """Whether an input is one file, not a folder or a pattern; it need not be there."""
    path = Path(text)
    return text == "-" or (not path.is_dir() and (os.path.lexists(path) or not glob.has_magic(text)))


def _named_file(output: str | None, *, alone: bool) -> Path | None:
    """The file that ``-o`` names, if it ends as a format's files do and is no folder."""
    from speech import formats

    if output in (None, STDOUT) or output.endswith(("/", os.sep)) or Path(output).is_dir():
        return None
    try:
        formats.of_file(output)
    except UnsupportedError:
        if alone and FILE_SUFFIX.fullmatch(Path(output).suffix) and not os.path.lexists(output):
            known = ", ".join(formats.find(name).EXTENSION for name in formats.names())
            raise click.UsageError(
                f"-o {output}: no format writes {Path(output).suffix}; there are {known}; a folder of that name ends "
                "with /"
            ) from None
        return None
    if not alone:
        raise click.UsageError(f"-o {output} names one file; for several inputs give a folder")
    return Path(output)


def _agreed(asked: list[str], file: Path | None) -> list[str]:
    """The formats asked for, or the one that the file's name says."""
    from speech import formats

    if file is None:
        return asked or ["txt"]
    said = formats.of_file(file)
    extension = formats.find(said).EXTENSION
    if not asked:
        return [said]
    if len(asked) > 1 or not formats.find(asked[0]).EXTENSION.endswith(extension):
        raise click.UsageError(f"-f {','.join(asked)} and -o {file} contradict each other; leave one out")
    return asked
