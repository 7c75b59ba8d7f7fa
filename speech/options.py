"""Options as keywords: typed once, and checked as far as that needs no model."""

from __future__ import annotations

from dataclasses import fields, replace
from difflib import get_close_matches
from math import inf
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from speech import languages
from speech.data import TranscribeOptions
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speech.data import Seconds


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
    logprob_threshold: float | None
    compression_ratio_threshold: float | None
    no_speech_threshold: float | None
    retry: bool
    start: Seconds
    end: Seconds | None
    track: int | None
    channels: Literal["mix", "split"]


def with_options(base: TranscribeOptions, options: Options) -> TranscribeOptions:
    """The options with some replaced, checked as far as that needs no model.

    Raises:
        UnsupportedError: an option that there is not, or a value that means nothing.
    """
    try:
        asked = replace(base, **_normal(options))
        _check_values(asked)
    except (TypeError, AttributeError) as error:
        message = f"an option is of the wrong kind ({error}); see help(speech.TranscribeOptions)"
        raise UnsupportedError(message) from error
    return asked


def _normal(options: Options) -> dict[str, Any]:
    """The options as the fields want them."""
    given: dict[str, Any] = dict(options)
    known = [field.name for field in fields(TranscribeOptions)]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UnsupportedError(
                f"there is no option {name!r}; "
                + (f"did you mean {near[0]!r}?" if near else "see help(speech.Transcriber)")
            )
    if given.get("language") is not None:
        given["language"] = languages.code(given["language"])
    if isinstance(hotwords := given.get("hotwords", ()), str):
        given["hotwords"] = hotwords.split(",")
    if "hotwords" in given:
        given["hotwords"] = tuple(word.strip() for word in given["hotwords"] or () if word.strip())
    return given


def _check_values(options: TranscribeOptions) -> None:
    wrong = [
        (options.task not in ("transcribe", "translate"), "task", "'transcribe' or 'translate'"),
        (options.channels not in ("mix", "split"), "channels", "'mix' or 'split'"),
        (not isinstance(options.prompt, str | None), "prompt", "text"),
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
    for bad, name, should in wrong:
        if bad:
            raise UnsupportedError(f"{name} is {getattr(options, name)!r}; it must be {should}")
