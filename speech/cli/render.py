"""``speech render``: another format from a transcript in our json, without a model."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

from typing import Any

import click

from speech.cli import options, parsing


@parsing.command()
@click.argument("inputs", nargs=-1, required=True, metavar="JSON...")
@options.RECURSIVE
@options.OUTPUT
@options.CUES
@options.REPORT
@click.pass_context
def command(ctx: click.Context, /, **_: Any) -> None:
    """Write transcripts that are there as json in other formats.

    One input and one format go to standard output; otherwise files are written beside the inputs, or into the folder
    that -o names.
    """
    from speech import jobs, transcript
    from speech.cli import output
    from speech.cli.report import report

    existing, rules = output.existing(ctx), output.cue_rules(ctx)
    target = output.settle(ctx, wanted=_is_json)
    params = ctx.params
    with report(params["progress"], quiet=params["quiet"], verbose=params["verbose"], files=len(target.tasks)) as how:
        how.note(output.idle(ctx, target))
        if target.stdout:
            how.text(transcript.load(target.tasks[0].source).render(target.stdout, rules))
        else:
            how.results(jobs.render(target.tasks, existing=existing, rules=rules))
    ctx.exit(1 if how.failures else 0)


def _is_json(name: str) -> bool:
    from speech import formats
    from speech.errors import UnsupportedError

    try:
        return formats.of_file(name) == "json"
    except UnsupportedError:
        return False
