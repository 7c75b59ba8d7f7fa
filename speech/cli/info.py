"""``speech info``: what a sound file says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from speech.cli import parsing, stdout
from speech.cli.parsing import option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from speech.audio.marking import Details

FACTS = {
    "voice": "voice", "engine": "engine", "repo": "model", "revision": "revision", "licence": "licence",
    "generator": "made with",
}  # fmt: skip
"""What a mark may hold, and what people call it."""

TECHNICAL = frozenset({
    "compatible_brands", "encoder", "encoding_tool", "handler_name", "language", "major_brand", "minor_version",
    "vendor_id",
})  # fmt: skip
"""Tags that containers bring, and that only --json shows."""

SHOWN = 10
"""Chapters that are listed; of more there is a count."""


@parsing.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@option("--json", "as_json", is_flag=True, help="A JSON object a line, with everything.")
@click.pass_context
def command(ctx: click.Context, files: Sequence[str], as_json: bool) -> None:
    """Show the container, length and tags of sound files, and whether they are marked as made by a machine.

    `speech synthesize` marks every file it makes, but bare samples (pcm), which have no place for it. Any other file
    may well be synthetic: that there is no mark says nothing.
    """
    from speech.audio import marking
    from speech.cli import PROGRAM
    from speech.errors import SpeechError
    from speech.transcript import to_dict

    failed = False
    for file in files:
        try:
            found = marking.details(file)
        except SpeechError as error:
            failed = True
            click.echo(f"{PROGRAM}: {error}", err=True)
            continue
        line = json.dumps(to_dict(found, rounded=True), ensure_ascii=False) if as_json else "\n".join(_lines(found))
        stdout.write(f"{line}\n")
    ctx.exit(1 if failed else 0)


def _lines(found: Details) -> Iterator[str]:
    from speech.audio.marking import COMMENTS
    from speech.cli.report import clock

    yield found.source
    channels = {1: "mono", 2: "stereo"}.get(found.channels, f"{found.channels} channels")
    bits = f", {found.bit_rate / 1000:.0f} kbit/s" if found.bit_rate else ""
    yield _fact("sound", f"{found.codec} in {found.container}, {found.rate} Hz, {channels}{bits}")
    long = "not known" if found.duration is None else f"{found.duration:.3f} s ({clock(found.duration)})"
    yield _fact("length", long)
    for name, value in sorted(found.tags.items()):
        if name not in TECHNICAL and (found.mark is None or name not in COMMENTS):
            yield _fact(name, value)
    for chapter in found.chapters[:SHOWN]:
        yield _fact("chapter", f"{clock(chapter.start):>7} {chapter.title}")
    if len(found.chapters) > SHOWN:
        yield _fact("", f"and {len(found.chapters) - SHOWN} chapters more")
    yield from ([_fact("mark", "no mark of ours")] if found.mark is None else _mark(found.mark))


def _mark(mark: Mapping[str, object]) -> Iterator[str]:
    label = mark.get("AIGC")
    aigc = f", AIGC label {label.get('Label')!r} of GB 45438" if isinstance(label, dict) else ""
    made = "made by a machine" if mark.get("ai_generated") else "marked"
    yield _fact("mark", f"{made}{aigc}")
    for name, called in FACTS.items():
        if mark.get(name):
            yield _fact(called, mark[name])
    asked = mark.get("options")
    if isinstance(asked, dict) and asked:
        yield _fact("options", ", ".join(f"{name} {value}" for name, value in asked.items()))


def _fact(name: str, value: object) -> str:
    return f"  {name:<10} {value}"
