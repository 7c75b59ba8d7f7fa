"""``speech detect``: which language is spoken."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from speech.cli import options, parsing
from speech.cli.parsing import option

if TYPE_CHECKING:
    from speech.detection import Detection

NEEDS = frozenset({"detect"})
"""What a model must be able to do for this."""

LISTED = 3
"""Languages that are named in a line for people, at most,"""
LEAST = 0.001
"""and how likely they must be."""


@parsing.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@option("--json", "as_json", is_flag=True, section="Output", help="A JSON object a line, with every place listened to.")
@options.CLIP
@options.RECURSIVE
@options.MODEL
@options.REPORT
@click.pass_context
def command(ctx: click.Context, /, **_: Any) -> None:
    """Listen in several places of each recording and say which language it is in."""
    from speech import naming
    from speech.api import Transcriber
    from speech.cli.report import begin
    from speech.errors import SpeechError
    from speech.jobs import Result, Task

    params, asked = ctx.params, options.given(ctx, ("start", "end", "track"))
    found = naming.search(params["inputs"], recursive=params["recursive"])
    how, loading = begin(ctx, len(found)), options.loading(ctx)
    with how, Transcriber(params["model"], progress=how.progress, needs=NEEDS, **loading) as transcriber:
        how.model(transcriber)
        for item in found:
            try:
                if item.error:
                    raise item.error
                detection = transcriber.detect(item.source, **asked)
            except SpeechError as error:
                how.result(Result(Task(item.source), "failed", error=error))
            else:
                how.text(_json_line(item.source, detection) if params["as_json"] else _line(item.source, detection))
                how.result(Result(Task(item.source), "done"))
    how.end(ctx)


def _json_line(source: str, detection: Detection) -> str:
    from speech.transcript import to_dict

    return json.dumps({"file": source, **to_dict(detection, rounded=True)}, ensure_ascii=False) + "\n"


def _line(source: str, detection: Detection) -> str:
    from speech.languages import NAMES

    listed = list(detection.languages.items())[:LISTED]
    said = ", ".join(f"{NAMES.get(code, code)} ({code}) {share:.1%}" for code, share in listed if share >= LEAST)
    return f"{source}: {said or 'no speech'}\n"
