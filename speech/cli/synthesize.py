"""``speech synthesize``: text to files of speech."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from speech.cli import Stopped, options, parsing, voicing

if TYPE_CHECKING:
    from speech.cli.report import Report
    from speech.cli.sounding import Target
    from speech.cluster import Cluster
    from speech.formats.cues import CueRules
    from speech.jobs import Existing
    from speech.speaking import Speaking
    from speech.synthesizer import Synthesizer


@parsing.command(texts=True)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@voicing.KIND
@options.RECURSIVE
@voicing.SOUND_FILES
@voicing.TEXT
@voicing.SHOW
@voicing.VOICE
@voicing.PAUSES
@voicing.SOUND
@voicing.LOUDNESS
@options.CUES
@options.CLUSTER
@options.REPORT
@click.pass_context
def command(ctx: click.Context, /, **_: Any) -> None:
    """Speak a text, or documents, into files.

    INPUT is a text in quotes, a document (plain text, Markdown, SSML, EPUB, a script, a table), a folder, a pattern
    such as 'chapters/*.md', or - for standard input. A word with a slash or a file's ending is no text but a path.

    \b
    speech synthesize "Good morning." -o hello.mp3
    speech synthesize book.epub -o book.m4b --subtitles srt
    speech synthesize chapters/*.md -o out/ -f opus --loudness -16
    speech synthesize lines.csv -o out/            # a file for every line: id|voice|text
    speech synthesize talk.script --voices cast.toml
    command | speech synthesize - -f pcm | aplay -f S16_LE -r 22050

    Documents go into files beside them, or where -o says; a text and standard input go to standard output where that
    is no terminal, each sentence as soon as it is spoken. Every file says that a machine spoke it: see `speech info`.
    """  # noqa: D301 - click wants the sign itself
    from speech.cli import output, sounding
    from speech.cli.report import begin

    if ctx.params["show_text"]:
        _show(ctx)
    existing, rules = output.existing(ctx, resume=ctx.params["resume"]), output.cue_rules(ctx)
    target, cluster = sounding.settle(ctx), options.cluster(ctx)
    if cluster and target.stream:
        raise click.UsageError("--on ray writes files; name a folder or a file with -o")
    how = begin(ctx, len(target.readings))
    how.note(sounding.idle(ctx))
    if target.stream:
        with how, voicing.loaded(ctx, how.progress, cache=ctx.params["cache"], loudness=None) as synthesizer:
            _pour(synthesizer, target, how)
    else:
        _write(ctx, target, rules, how, existing=existing, cluster=cluster)
    how.end(ctx)


def _pour(synthesizer: Synthesizer, target: Target, how: Report) -> None:
    """The sound of one text to a stream, while it is spoken."""
    from speech import readings
    from speech.cli import stdout
    from speech.errors import SpeechError
    from speech.jobs import Result

    def ready(speaking: Speaking) -> None:
        channels = "mono" if speaking.shape.channels == 1 else "stereo"
        how.detail(f"{target.audio}: {speaking.shape.rate} Hz, {channels}{', s16le' * (target.audio == 'pcm')}")

    how.model(synthesizer)
    [reading] = target.readings
    try:
        with stdout.binary(target.stream) as file:
            document = reading.document()
            transcript = readings.heard(synthesizer, document, target.audio, file, progress=how.progress, ready=ready)
        how.result(Result(reading.task, "done", transcript=transcript))
    except SpeechError as error:
        how.result(Result(reading.task, "failed", error=error))


def _write(
    ctx: click.Context, target: Target, rules: CueRules, how: Report, *, existing: Existing, cluster: Cluster | None
) -> None:
    """Every document's files; no voice is loaded where nothing is to be done."""
    from speech import jobs, readings

    tasks = [reading.task for reading in target.readings]
    if (foreseen := jobs.foreseen(tasks, existing)) is not None:
        how.results(foreseen)
        return
    if cluster:
        _spread(ctx, target, rules, how, existing=existing, cluster=cluster)
        return
    with how, voicing.loaded(ctx, how.progress, cache=ctx.params["cache"]) as synthesizer:
        how.model(synthesizer)
        made = readings.run(synthesizer, target.readings, existing=existing, rules=rules, progress=how.progress)
        try:
            with closing(made):
                how.results(made)
        except Stopped:
            again = "the same command goes on from there" if len(tasks) == 1 else "--resume does what is missing"
            how.stopped(again)
            raise


def _spread(
    ctx: click.Context, target: Target, rules: CueRules, how: Report, *, existing: Existing, cluster: Cluster
) -> None:
    """The same, over a cluster."""
    from speech import cluster as clusters

    asked = voicing.arguments(ctx)
    del asked["device"], asked["threads"]  # what a worker takes is said of the cluster
    with how:
        made = clusters.texts(
            target.readings, cluster, arguments=asked, existing=existing, rules=rules, progress=how.progress
        )
        with closing(made):
            how.results(made)


def _show(ctx: click.Context) -> None:
    """The sentences as they would be spoken; nothing is fetched, loaded or written."""
    from speech.cli import sounding
    from speech.cli.report import begin
    from speech.errors import SpeechError
    from speech.jobs import Result

    listed = sounding.documents_of(ctx)
    how = begin(ctx, len(listed))
    with how, voicing.loaded(ctx, how.progress, offline=True, **voicing.unfetched(ctx)) as synthesizer:
        for reading in listed:
            try:
                if reading.task.error:
                    raise reading.task.error
                if len(listed) > 1:
                    how.text(f"[document {reading.task.source}]\n")
                for line in synthesizer.show(reading.document()):
                    how.text(f"{line}\n")
            except SpeechError as error:
                how.result(Result(reading.task, "failed", error=error))
            else:
                how.result(Result(reading.task, "done"))
    how.end(ctx)
