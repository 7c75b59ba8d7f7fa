"""``speech transcribe``: recordings to text."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from speech.cli import Stopped, options, parsing

SHORT = 60.0
"""Seconds of a recording that is not worth two calls at once."""

if TYPE_CHECKING:
    from collections.abc import Generator

    from speech.api import Transcriber
    from speech.cli.output import Target
    from speech.cli.report import Report
    from speech.formats.cues import CueRules
    from speech.jobs import Existing, Result
    from speech.transcript import Transcript


@parsing.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@options.CLIP
@options.CHANNELS
@options.RECURSIVE
@options.OUTPUT
@options.RESUME
@options.TEXT
@options.MODEL
@options.DETECTION
@options.TRUST
@options.CUES
@options.CLUSTER
@options.REPORT
@click.pass_context
def command(ctx: click.Context, /, **_: Any) -> None:
    """Write down what is said in recordings.

    INPUT is an audio or video file, a folder, a pattern such as 'talks/*.mp3', or - for standard input.

    One input and one format go to standard output, as soon as they are known. Several inputs or formats go into files
    beside the recordings, or into the folder that -o names. The options of Whisper's command lines work under their
    own names too (--output_format, --word_timestamps True, ...).
    """
    from speech import jobs
    from speech.api import Transcriber
    from speech.cli import output
    from speech.cli.report import begin

    asked, resume = _asked(ctx), ctx.params["resume"]
    existing, rules = output.existing(ctx, resume=resume), output.cue_rules(ctx)
    target, cluster = output.settle(ctx), options.cluster(ctx)
    if cluster and target.stdout:
        raise click.UsageError("--on ray writes files; name a folder or a file with -o")
    how = begin(ctx, len(target.tasks))
    how.note(output.idle(ctx, target))
    loading = options.loading(ctx)
    if not loading["workers"] and _is_short(target):
        loading["workers"] = 1
    if not target.stdout and (results := jobs.foreseen(target.tasks, existing)) is not None:
        how.results(results)
        how.end(ctx)
    if cluster:
        from speech import cluster as clusters

        chosen = {name: value for name, value in loading.items() if name in ("compute_type", "offline", "fallback")}
        spread = partial(clusters.recordings, model=ctx.params["model"], arguments={**chosen, **asked}, resume=resume)
        with how:
            _finish(spread(target.tasks, cluster, existing=existing, rules=rules, progress=how.progress), how)
        how.end(ctx)
    with how, Transcriber(ctx.params["model"], progress=how.progress, **loading, **asked) as transcriber:
        how.model(transcriber)
        if target.stdout:
            _print(transcriber, target, rules, how)
        else:
            _write(transcriber, target, rules, how, existing=existing, resume=resume)
    how.end(ctx)


def _is_short(target: Target) -> bool:
    """Whether all there is to do is one recording of a window or two, which one call with all cores does soonest."""
    from speech import audio
    from speech.errors import SpeechError

    if len(target.tasks) != 1 or target.tasks[0].error:
        return False
    try:
        duration = audio.describe(target.tasks[0].source).duration
    except SpeechError:
        return False
    return duration is not None and duration <= SHORT


def _asked(ctx: click.Context) -> dict[str, Any]:
    """The fields of ``TranscribeOptions`` that were typed."""
    from dataclasses import fields
    from pathlib import Path

    from speech.data import TranscribeOptions

    asked = options.given(ctx, [item.name for item in fields(TranscribeOptions)])
    listed = ctx.params["hotwords_file"]
    if listed is not None:
        try:
            lines = Path(listed).read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise click.UsageError(f"--hotwords-file {listed!r} is not UTF-8 text; save it as that") from error
        asked["hotwords"] = (*asked.get("hotwords", ()), *(line.strip() for line in lines if line.strip()))
    if ctx.params["highlight_words"]:
        asked.setdefault("words", True)
    return asked


def _print(transcriber: Transcriber, target: Target, rules: CueRules, how: Report) -> None:
    """One transcript to standard output, and what came of it."""
    from speech.errors import SpeechError
    from speech.jobs import Result

    [task] = target.tasks
    try:
        how.result(Result(task, "done", transcript=_printed(transcriber, target, rules, how)))
    except SpeechError as error:
        how.result(Result(task, "failed", error=error))


def _printed(transcriber: Transcriber, target: Target, rules: CueRules, how: Report) -> Transcript:
    """The transcript: written as plain text segment by segment, as anything else when it is whole."""
    from speech.formats.cues.layout import clean

    with transcriber.stream(target.tasks[0].source) as stream:
        # Where channels are told apart, their labels depend on the whole.
        if target.stdout == "txt" and transcriber.options.channels == "mix":
            for segment in stream:
                if text := clean(segment.text):
                    how.text(f"{text}\n")
        else:
            how.text(stream.transcript().render(target.stdout or "txt", rules))
        return stream.transcript()


def _write(
    transcriber: Transcriber, target: Target, rules: CueRules, how: Report, *, existing: Existing, resume: bool
) -> None:
    """Every task's files."""
    from speech import jobs

    results = jobs.run(transcriber, target.tasks, existing=existing, resume=resume, rules=rules, progress=how.progress)
    _finish(results, how)
    packed = transcriber.packed
    if packed.clips:
        how.note(f"{packed.clips} recordings shared {packed.windows} windows; {packed.alone} had to be decoded alone")


def _finish(results: Generator[Result, None, None], how: Report) -> None:
    """Report what comes of every task."""
    try:
        with closing(results):
            how.results(results)
    except Stopped:
        how.stopped("the same command with --resume goes on from there")
        raise
