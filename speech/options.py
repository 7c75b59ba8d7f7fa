"""Options as keywords: typed once, and checked as far as that needs no model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from difflib import get_close_matches
from functools import cache
from math import inf
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, get_args, get_origin, get_type_hints

from speech import languages
from speech.data import PITCH_LIMIT, SynthesizeOptions, TranscribeOptions
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speech.data import Seconds

AnyOptions = TypeVar("AnyOptions", TranscribeOptions, SynthesizeOptions)


SLOWEST, FASTEST = 0.2, 5.0
"""Speeds beyond these no voice can follow."""

MOST_GAIN = 60.0
MOST_NOISE = 2.0
LONGEST_PAUSE = 60.0


class Options(TypedDict, total=False):
    """The fields of ``TranscribeOptions`` as keywords; see there."""

    language: str | None
    task: Literal["transcribe", "translate"]
    words: bool
    prompt: str | None
    hotwords: str | Iterable[str]
    beam_size: int
    temperature: float
    no_repeat_ngram: int
    vad: bool
    vad_threshold: float
    min_silence: Seconds
    speech_pad: Seconds
    max_chunk: Seconds | None
    pack: bool
    logprob_threshold: float | None
    compression_ratio_threshold: float | None
    no_speech_threshold: float | None
    retry: bool
    start: Seconds
    end: Seconds | None
    track: int | None
    channels: Literal["mix", "split"]


class VoiceOptions(TypedDict, total=False):
    """The fields of ``SynthesizeOptions`` as keywords; see there."""

    language: str | None
    speaker: str | int | None
    speed: float
    pitch: float
    volume: float
    noise: float | None
    noise_w: float | None
    seed: int
    normalize: bool
    sentence_pause: Seconds
    paragraph_pause: Seconds
    item_pause: Seconds
    heading_pause: Seconds
    lead_in: Seconds
    lead_out: Seconds
    sample_rate: int | None
    channels: Literal["mono", "stereo"]
    loudness: float | None
    true_peak: float


def with_options(base: AnyOptions, options: Mapping[str, Any] | Options | VoiceOptions) -> AnyOptions:
    """The options with some replaced, checked as far as that needs no model.

    Raises:
        UnsupportedError: an option that there is not, or a value that means nothing.
    """
    kind = type(base)
    asked = replace(base, **_normal(options, kind))
    for field in fields(asked):
        _check_type(kind, field.name, getattr(asked, field.name))
    _check_values(asked, _wrong(asked) if isinstance(asked, TranscribeOptions) else _wrong_for_a_voice(asked))
    return asked


def _normal(options: Mapping[str, Any] | Options | VoiceOptions, kind: type) -> dict[str, Any]:
    """The options as the fields want them."""
    given: dict[str, Any] = dict(options)
    known = [field.name for field in fields(kind)]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UnsupportedError(
                f"there is no option {name!r}; "
                + (f"did you mean {near[0]!r}?" if near else f"see help(speech.{kind.__name__})")
            )
    if isinstance(language := given.get("language"), str):
        given["language"] = languages.code(language) if kind is TranscribeOptions else languages.tag(language)
    if "hotwords" in given:
        given["hotwords"] = _listed(given["hotwords"])
    if isinstance(speaker := given.get("speaker"), Integral) and not isinstance(speaker, bool):
        given["speaker"] = str(speaker)
    return given


def _listed(hotwords: object) -> object:
    """Hotwords as a tuple, from text with commas or from any collection; what is neither stays, to be refused."""
    if hotwords is None:
        return ()
    words = hotwords.split(",") if isinstance(hotwords, str) else hotwords
    if not isinstance(words, Iterable):
        return hotwords
    return tuple(word.strip() if isinstance(word, str) else word for word in words if word != "" and str(word).strip())


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, localns={"Seconds": float})


def _check_type(kind: type, name: str, value: object) -> None:
    if not _fits(value, _hints(kind)[name]):
        raise UnsupportedError(
            f"{name} is {value!r}, of the wrong kind ({type(value).__name__}); see help(speech.{kind.__name__})"
        )


def _fits(value: object, hint: Any) -> bool:  # noqa: ANN401 - a type hint may be anything
    """Whether a value is of the type that a field's hint names: of the kinds of hint that the options have."""
    kind = get_origin(hint)
    if kind is Literal:
        return isinstance(value, str)  # which one, ``_check_values`` says with the choices
    if kind is tuple:
        return isinstance(value, tuple) and all(isinstance(item, get_args(hint)[0]) for item in value)
    if kind is not None:
        return any(_fits(value, one) for one in get_args(hint))
    if hint is float:
        return isinstance(value, Real) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, Integral) and not isinstance(value, bool)
    return isinstance(value, hint)


Wrong = list[tuple[bool, str, str]]
"""Whether an option is wrong, its name, and what it must be."""


def _check_values(options: TranscribeOptions | SynthesizeOptions, wrong: Wrong) -> None:
    for bad, name, should in wrong:
        if bad:
            raise UnsupportedError(f"{name} is {getattr(options, name)!r}; it must be {should}")


def _wrong(options: TranscribeOptions) -> Wrong:
    return [
        (options.task not in ("transcribe", "translate"), "task", "'transcribe' or 'translate'"),
        (options.channels not in ("mix", "split"), "channels", "'mix' or 'split'"),
        (options.beam_size < 1, "beam_size", "at least 1"),
        (not 0 <= options.temperature < inf, "temperature", "0 or more"),
        (options.no_repeat_ngram < 0, "no_repeat_ngram", "0 or more"),
        (not 0 < options.vad_threshold < 1, "vad_threshold", "between 0 and 1"),
        (not 0 <= options.min_silence < inf, "min_silence", "0 or more seconds"),
        (not 0 <= options.speech_pad < inf, "speech_pad", "0 or more seconds"),
        (options.max_chunk is not None and not options.max_chunk >= 1, "max_chunk", "at least 1 second"),
        (not 0 <= options.start < inf, "start", "0 or more seconds"),
        (options.end is not None and not options.end > options.start, "end", f"after the start ({options.start} s)"),
    ]


def _wrong_for_a_voice(options: SynthesizeOptions) -> Wrong:
    pauses = ("sentence_pause", "paragraph_pause", "item_pause", "heading_pause", "lead_in", "lead_out")
    rate, loudness = options.sample_rate, options.loudness
    return [
        (not SLOWEST <= options.speed <= FASTEST, "speed", f"between {SLOWEST} and {FASTEST}"),
        (not abs(options.pitch) <= PITCH_LIMIT, "pitch", f"at most {PITCH_LIMIT:g} semitones up or down"),
        (not abs(options.volume) <= MOST_GAIN, "volume", f"at most {MOST_GAIN:g} dB up or down"),
        (options.noise is not None and not 0 <= options.noise <= MOST_NOISE, "noise", f"from 0 to {MOST_NOISE:g}"),
        (options.noise_w is not None and not 0 <= options.noise_w <= MOST_NOISE, "noise_w", f"0 to {MOST_NOISE:g}"),
        *((not 0 <= getattr(options, name) <= LONGEST_PAUSE, name, f"0 to {LONGEST_PAUSE:g} s") for name in pauses),
        (rate is not None and not 4000 <= rate <= 192_000, "sample_rate", "between 4000 and 192000 Hz"),
        (options.channels not in ("mono", "stereo"), "channels", "'mono' or 'stereo'"),
        (loudness is not None and not -60 <= loudness <= -5, "loudness", "between -60 and -5 LUFS"),
        (not -20 <= options.true_peak <= 0, "true_peak", "between -20 and 0 dBTP"),
    ]
