"""The options of the commands that speak, grouped as the help shows them; see ``options``."""

# ruff: noqa: ANN401 - click hands values of any type through

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from speech.cli import options
from speech.cli.parsing import NOTES, Names, ParamType, Threshold, option, together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.data import Samples
    from speech.synthesizer import Synthesizer

KINDS = ("text", "markdown", "ssml", "dialogue", "csv", "epub")


class Seed(ParamType):
    """A whole number, or ``random``: then it is drawn, and said."""

    name = "number|random"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if value == "random":
            import secrets

            drawn = secrets.randbits(31)
            if ctx is not None:
                ctx.meta.setdefault(NOTES, []).append(f"seed {drawn}: --seed {drawn} says it the same way again")
            return drawn
        try:
            return int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor 'random'", param, ctx)


def _complete_format(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from speech.audio import writing

    del ctx, param
    return [name for name in writing.formats() if name.startswith(incomplete)]


def _formats() -> str:
    from speech.audio import writing

    return ", ".join(writing.formats())


KIND = option("-t", "--input-format", "kind", type=click.Choice(KINDS), section="Input",
              stands="what the name and the first bytes say", help="What the input is written in.")  # fmt: skip

SOUND_FILES = together(
    option("-f", "--format", "audio", metavar="FORMAT", section="Output", shell_complete=_complete_format, stands="wav",
           listed=_formats, help="What the end of -o says, or one of {}."),
    option("-o", "--output", metavar="PATH", section="Output",
           help="A file such as x.mp3, a folder, in which the inputs' folders are mirrored, or - for standard output."),
    option("--subtitles", type=Names(), multiple=True, section="Output", shell_complete=options.complete_format,
           listed=options.formats, help="Beside the sound, one or several with commas: {}."),
    option("--overwrite", is_flag=True, section="Output", help="Replace files that are there."),
    option("--skip-existing", is_flag=True, section="Output", help="Leave out what is done already."),
    option("--resume", is_flag=True, section="Output", help="Make only the files that are missing."),
    option("--cache/--no-cache", default=True, section="Output",
           help="Keep finished sentences: a stopped or corrected text costs only what is new.  [default: cache]"),
)  # fmt: skip

SHOW = option("--show-text", is_flag=True, section="Text",
              help="Print the sentences as they would be spoken, in words, and make nothing.")  # fmt: skip

TEXT = together(
    option("-l", "--language", section="Text", stands="the voice's", help="A code or a name: how numbers are read, "
           "and which voice, where none is named."),
    option("--normalize/--no-normalize", default=None, section="Text",
           help="Write out numbers, money, dates, units and abbreviations."),
    option("--lexicon", type=click.Path(exists=True, dir_okay=False), multiple=True, section="Text",
           help="A TOML or CSV file of words and how they are pronounced; more than once."),
    option("--clips", is_flag=True, section="Text", help="Let SSML's <audio> open files of this machine."),
)  # fmt: skip

VOICE = together(
    option("--voice", default="auto", show_default=True, section="Voice", shell_complete=options.complete_voice,
           help="A name (see `speech voices`), a profile, a file, name#speaker, or auto: the best that is here."),
    option("--speaker", section="Voice", help="Of a voice with several: a name or a number."),
    option("--voices", type=click.Path(exists=True, dir_okay=False), section="Voice",
           help="A TOML file of profiles, and of who is who in a script."),
    option("--speed", type=float, stands="1.0", section="Voice", help="2 is twice as fast."),
    option("--pitch", type=float, stands="0.0", section="Voice", help="Semitones, up to 4 up or down."),
    option("--volume", type=float, stands="0.0", section="Voice", help="Decibels."),
    option("--noise", type=float, section="Voice", stands="the voice's", help="How much the tone varies."),
    option("--noise-w", type=float, section="Voice", stands="the voice's", help="How much the rhythm varies."),
    option("--seed", type=Seed(), stands="0", section="Voice",
           help="The same seed gives the same samples; random: another reading each time."),
    option("--device", default="auto", show_default=True, section="Voice", help="auto, cpu, cuda or cuda:1."),
    option("--threads", type=click.IntRange(min=0), default=0, section="Voice",
           help="Processor threads of a voice; 0: one for each core."),
    option("--offline", is_flag=True, section="Voice", help="Never ask the network."),
    option("--fallback", metavar="VOICE", section="Voice", shell_complete=options.complete_voice,
           help="Used when the voice that was named cannot be had."),
)  # fmt: skip

PAUSES = together(
    option("--sentence-pause", type=float, stands="0.25", section="Pauses", help="Seconds after a sentence."),
    option("--paragraph-pause", type=float, stands="0.6", section="Pauses", help="After a paragraph."),
    option("--item-pause", type=float, stands="0.4", section="Pauses", help="After an item of a list."),
    option("--heading-pause", type=float, stands="0.9", section="Pauses", help="After a heading."),
    option("--lead-in", type=float, stands="0.0", section="Pauses", help="Silence before the first word."),
    option("--lead-out", type=float, stands="0.0", section="Pauses", help="Silence behind the last."),
)  # fmt: skip

SOUND = together(
    option("--sample-rate", type=int, stands="the voice's", section="Sound", help="Hz."),
    option("--stereo", "channels", flag_value="stereo", section="Sound", help="Two channels, with everybody's place."),
)  # fmt: skip

LOUDNESS = together(
    option("--loudness", type=Threshold(), section="Sound",
           help="Of the whole, in LUFS: -16 for a podcast, -23 for radio; off: as it comes."),
    option("--true-peak", type=float, stands="-1.0", section="Sound", help="The ceiling for it, in dBTP."),
)  # fmt: skip


def unfetched(ctx: click.Context) -> dict[str, Any]:
    """The voice to show a text for: the one asked for, or where that is not here another of its language."""
    from speech import catalog
    from speech.cabinet import tag
    from speech.choice import installed
    from speech.devices import AUTO
    from speech.errors import UnknownModelError
    from speech.store import Store

    voice, language = ctx.params["voice"], ctx.params["language"]
    try:
        spec = catalog.load().find(voice, "synthesize")
    except UnknownModelError:  # auto, a profile or a path
        return {}
    return {} if installed(spec, Store(offline=True)) else {"voice": AUTO, "language": language or tag(spec)}


def loaded(ctx: click.Context, progress: Any, *, cache: bool = False, **fixed: Any) -> Synthesizer:
    """The synthesizer that the options ask for.

    Args:
        ctx: holds the options.
        progress: told of downloads, of loading and of the work.
        cache: keep finished sentences.
        fixed: options that the command settles itself.
    """
    from speech.synthesizer import Synthesizer

    return Synthesizer(progress=progress, **{**arguments(ctx), "cache": cache, **fixed})


def arguments(ctx: click.Context) -> dict[str, Any]:
    """What the options ask of a ``Synthesizer``."""
    from dataclasses import fields

    from speech.data import SynthesizeOptions

    params = ctx.params
    asked = options.given(ctx, [item.name for item in fields(SynthesizeOptions)])
    loading = {
        name: params[name] for name in ("voice", "device", "threads", "offline", "fallback", "voices", "lexicon")
    }
    clips = _clips if params["clips"] else None
    return {"clips": clips, **loading, **asked}


def _clips(source: str, rate: int) -> Iterator[Samples]:
    """A recording of this machine, as mono."""
    from speech import audio

    return (block[:, 0] for block in audio.blocks(source, rate=rate))
