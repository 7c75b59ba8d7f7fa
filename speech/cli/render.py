"""``speech render``: another format from a transcript in our json, without a model."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from speech.cli import options, parsing

if TYPE_CHECKING:
    from speech.cli.output import Target
    from speech.cli.report import Report
    from speech.formats.cues import CueRules


@parsing.command()
@click.argument("inputs", nargs=-1, required=True, metavar="JSON...")
@options.RECURSIVE
@options.OUTPUT
@options.CUES
@options.REPORT
@click.pass_context
def command(ctx: click.Context, /, **_: Any) -> None:
    """Write transcripts that are there as json in other formats.

    - is standard input. One input and one format go to standard output; otherwise files are written beside the inputs,
    or into the folder that -o names.
    """
    from speech import jobs
    from speech.cli import output
    from speech.cli.report import begin

    existing, rules = output.existing(ctx), output.cue_rules(ctx)
    target = output.settle(ctx, wanted=_is_json)
    with begin(ctx, len(target.tasks)) as how:
        how.note(output.idle(ctx, target))
        if target.stdout:
            _print(target, rules, how)
        else:
            how.results(jobs.render(target.tasks, existing=existing, rules=rules))
    how.end(ctx)


def _print(target: Target, rules: CueRules, how: Report) -> None:
    from speech import transcript
    from speech.errors import SpeechError
    from speech.jobs import Result

    [task] = target.tasks
    try:
        how.text(transcript.load(task.source).render(target.stdout or "txt", rules))
    except SpeechError as error:
        how.result(Result(task, "failed", error=error))
    else:
        how.result(Result(task, "done"))


def _is_json(name: str) -> bool:
    from speech import formats
    from speech.errors import UnsupportedError

    try:
        return formats.of_file(name) == "json"
    except UnsupportedError:
        return False
