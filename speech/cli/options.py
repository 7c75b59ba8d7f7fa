"""Every option that commands share, or that transcribe has: grouped as the help shows them, each in one place.

``stands`` is the default that the library keeps; nothing is passed on that was not typed. (The tests compare the two;
reading them from the dataclasses would cost every ``--help`` 10 ms.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from speech.cli.parsing import MANNERS, Clock, Names, Threshold, option, together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speech.cluster import Cluster


def given(ctx: click.Context, names: Sequence[str] | None = None) -> dict[str, Any]:
    """The parameters that were typed, so that the library's own defaults stand for the others."""
    from click.core import ParameterSource

    unasked = (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)
    return {
        name: value
        for name, value in ctx.params.items()
        if (names is None or name in names) and ctx.get_parameter_source(name) not in unasked
    }


def loading(ctx: click.Context) -> dict[str, Any]:
    """The options that say how a model is loaded, as ``Transcriber`` takes them."""
    names = ("device", "compute_type", "threads", "workers", "batch_size", "offline", "fallback")
    return {name: ctx.params[name] for name in names}


def cluster(ctx: click.Context) -> Cluster | None:
    """The cluster that was asked for; None: this machine alone.

    Raises:
        click.UsageError: something is said of a cluster, and none was asked for.
    """
    said = {name: ctx.params[name] for name in ("address", "actors", "cpus", "gpus") if ctx.params[name] is not None}
    if not ctx.params["on"]:
        if said:
            raise click.UsageError(f"--{next(iter(said))} is said of a cluster; add --on ray")
        return None
    from speech.cluster import Cluster

    return Cluster(**said)


def complete_model(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The models whose names begin so."""
    from speech import catalog

    del ctx, param
    return [spec.name for spec in catalog.load().of("transcribe") if spec.name.startswith(incomplete)]


def complete_voice(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The voices and profiles whose names begin so."""
    from speech import catalog

    del ctx, param
    known = catalog.load()
    names = [*known.profiles, *(spec.name for spec in known.of("synthesize"))]
    return [name for name in names if name.startswith(incomplete)]


def complete_format(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The format that is typed last, begun so."""
    from speech import formats

    del ctx, param
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in formats.names() if name.startswith(last)]


def formats() -> str:
    """Every format of text, for a help."""
    from speech import formats as known

    return ", ".join(known.names())


SPEECH = "Speech detection"

CLIP = together(
    option("--from", "start", type=Clock(), section="Input", help="Where to begin: seconds or hh:mm:ss.mmm."),
    option("--to", "end", type=Clock(), section="Input", help="Where to end."),
    option("--track", type=click.IntRange(min=0), section="Input", help="Which audio track, from 0."),
)

RECURSIVE = option("--recursive", is_flag=True, section="Input", help="Folders within folders too.")

CHANNELS = option("--channels", type=click.Choice(["mix", "split"]), section="Input", stands="mix",
                  help="split: each channel apart, with its number as a label.")  # fmt: skip

OUTPUT = together(
    option("-f", "--format", "formats", type=Names(), multiple=True, section="Output", shell_complete=complete_format,
           stands="txt", listed=formats, help="One or several, with commas: {}; or all."),
    option("-o", "--output-dir", "output", metavar="PATH", section="Output",
           help="A folder, in which the inputs' folders are mirrored; for one input also a file such as x.srt, "
           "or - for standard output."),
    option("--overwrite", is_flag=True, section="Output", help="Replace files that are there."),
    option("--skip-existing", is_flag=True, section="Output", help="Leave out what is done already."),
)  # fmt: skip

RESUME = option("--resume", is_flag=True, section="Output",
                help="Go on where a stopped run ended: what is done stays, the half-done continues.")  # fmt: skip

TEXT = together(
    option("-l", "--language", section="Text", stands="detected once",
           help="A code or a name; each: detect it in every chunk."),
    option("--task", type=click.Choice(["transcribe", "translate"]), section="Text", stands="transcribe",
           help="translate gives English text."),
    option("--words/--no-words", default=None, section="Text", help="Times and probabilities of words."),
    option("--prompt", section="Text", help="Text that might stand before: names, spelling, style."),
    option("--hotwords", type=Names(), section="Text", help="Words to expect, with commas."),
    option("--hotwords-file", type=click.Path(exists=True, dir_okay=False), section="Text",
           help="Words to expect, one a line."),
    option("--beam-size", type=int, stands="5", section="Text", help="Alternatives followed at once."),
    option("--temperature", type=float, stands="0.0", section="Text",
           help="Above 0 the model samples, and does not repeat itself."),
    option("--no-repeat-ngram", type=int, stands="0", section="Text",
           help="Forbid repeats of so many tokens; 0: allow them."),
)  # fmt: skip

MODEL = together(
    option("-m", "--model", default="auto", show_default=True, section="Model", shell_complete=complete_model,
           help="A name (see `speech models`), a model's directory, or auto: the best that is here."),
    option("--device", default="auto", show_default=True, section="Model", help="auto, cpu, cuda or cuda:1."),
    option("--compute-type", default="auto", show_default=True, section="Model",
           help="Such as int8, float16 or float32; auto takes what the device does best."),
    option("--threads", type=click.IntRange(min=0), default=0, section="Model",
           help="Processor threads of one call; 0 chooses by the machine (see `speech doctor`)."),
    option("--workers", type=click.IntRange(min=0), default=0, section="Model",
           help="Calls of the model at once; 0 chooses by the machine."),
    option("--batch-size", type=click.IntRange(min=1), section="Model", help="Chunks recognized in one call."),
    option("--pack/--no-pack", default=None, section="Model",
           help="Let short recordings of one --language share windows of the model: faster, perhaps less exact."),
    option("--offline", is_flag=True, section="Model", help="Never ask the network."),
    option("--fallback", metavar="MODEL", section="Model", shell_complete=complete_model,
           help="Used when the model that was named cannot be had."),
)  # fmt: skip

DETECTION = together(
    option("--vad/--no-vad", default=None, section=SPEECH, help="Find the speech first, or recognize everything."),
    option("--vad-threshold", type=float, stands="0.5", section=SPEECH,
           help="Probability above which sound is speech."),
    option("--min-silence", type=float, stands="0.3", section=SPEECH, help="Seconds of silence that end a stretch."),
    option("--speech-pad", type=float, stands="0.4", section=SPEECH, help="Seconds kept around speech."),
    option("--max-chunk", type=float, section=SPEECH, stands="what the model takes",
          help="Seconds recognized at once, at most."),
)  # fmt: skip

TRUST = together(
    option("--logprob-threshold", type=Threshold(), stands="-1.0", section="Trust",
           help="Retry below this mean log-probability."),
    option("--compression-ratio-threshold", type=Threshold(), stands="2.4", section="Trust",
           help="Retry above: text repeats itself."),
    option("--no-speech-threshold", type=Threshold(), stands="0.6", section="Trust",
           help="Doubt text above this chance of silence."),
    option("--retry/--no-retry", default=None, section="Trust", help="Recognize again what is doubtful."),
)  # fmt: skip

CUES = together(
    option("--max-line-width", type=int, stands="42", section="Subtitles", help="Characters on a line."),
    option("--max-lines", type=int, stands="2", section="Subtitles", help="Lines of a cue."),
    option("--max-words", type=int, section="Subtitles", help="Words in a cue."),
    option("--max-cue-seconds", "max_duration", type=float, stands="7.0", section="Subtitles"),
    option("--min-cue-seconds", "min_duration", type=float, stands="0.833", section="Subtitles"),
    option("--min-gap", type=float, stands="0.083", section="Subtitles", help="Seconds between two cues."),
    option("--max-cps", type=Threshold(), stands="20.0", section="Subtitles", help="Characters a second."),
    option("--sentences/--no-sentences", default=None, section="Subtitles",
           help="A cue ends where a sentence does; otherwise as the model cut."),
    option("--highlight-words/--no-highlight-words", default=None, section="Subtitles",
           help="Mark each word while it is spoken; give --words too for its true times."),
)  # fmt: skip

CLUSTER = together(
    option("--on", type=click.Choice(["ray"]), section="Cluster", help="Spread the work over many machines."),
    option("--address", section="Cluster", help="Of a Ray cluster that runs, or auto; else one on this machine."),
    option("--actors", type=click.IntRange(min=0), section="Cluster", stands="all there is room for",
           help="Models loaded at once."),
    option("--cpus", type=click.FloatRange(min=0), section="Cluster", stands="1", help="Cores of each."),
    option("--gpus", type=click.FloatRange(min=0), section="Cluster", stands="0",
           help="GPUs of each; 0.25 puts four on one."),
)  # fmt: skip

REPORT = together(
    option("--progress", type=click.Choice(MANNERS), default="auto", show_default=True,
           help="On standard error: bars where it is a terminal, or one JSON object a line."),
    option("-q", "--quiet", is_flag=True, help="Nothing but errors on standard error."),
    option("-v", "--verbose", count=True, help="Say what was decided, and what is on record."),
)  # fmt: skip
