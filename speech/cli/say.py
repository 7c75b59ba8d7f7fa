"""``speech say``: text to the loudspeaker."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from speech.cli import options, parsing, voicing

if TYPE_CHECKING:
    from speech.cli.report import Report
    from speech.readings import Reading
    from speech.synthesizer import Synthesizer
    from speech.transcript import Transcript


@parsing.command(texts=True)
@click.argument("inputs", nargs=-1, required=True, metavar="TEXT|FILE...")
@voicing.KIND
@options.RECURSIVE
@voicing.TEXT
@voicing.VOICE
@voicing.PAUSES
@voicing.SOUND
@options.REPORT
@click.pass_context
def command(ctx: click.Context, /, **_: Any) -> None:
    """Speak a text or documents through the loudspeaker; - is standard input.

    Words without quotes are one text. It plays through PortAudio, where that is installed (`pip install
    'speech-pipeline[play]'`), else through a player of the system: paplay, pw-play, aplay, ffplay or afplay.
    """
    from speech.cli import meant, sounding
    from speech.cli.report import begin
    from speech.errors import SpeechError
    from speech.jobs import Result

    if all(map(meant.is_text, ctx.params["inputs"])):
        ctx.params["inputs"] = (" ".join(ctx.params["inputs"]),)
    listed = sounding.documents_of(ctx)
    how = begin(ctx, len(listed))
    # The loudness of a whole is known when it has been heard: a profile's is for files.
    with how, voicing.loaded(ctx, how.progress, loudness=None) as synthesizer:
        how.model(synthesizer)
        for reading in listed:
            try:
                how.result(Result(reading.task, "done", transcript=_played(synthesizer, reading, how)))
            except SpeechError as error:
                how.result(Result(reading.task, "failed", error=error))
    how.end(ctx)


def _played(synthesizer: Synthesizer, reading: Reading, how: Report) -> Transcript:
    """What was said, once the last sample was heard."""
    from speech import readings
    from speech.audio.play import play

    if reading.task.error:
        raise reading.task.error
    with synthesizer.stream(reading.document(), progress=how.progress) as speaking:
        readings.expect_words(speaking)
        shape = speaking.shape
        play((sound.samples for sound in speaking.sounds()), shape.rate, shape.channels)
        return speaking.transcript()
