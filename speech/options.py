"""Options as keywords: typed once, and checked as far as that needs no model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from difflib import get_close_matches
from functools import cache
from math import inf
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args, get_origin, get_type_hints

from speech import languages
from speech.data import TranscribeOptions
from speech.errors import UnsupportedError

if TYPE_CHECKING:
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
    asked = replace(base, **_normal(options))
    for field in fields(asked):
        _check_type(field.name, getattr(asked, field.name))
    _check_values(asked)
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
    if isinstance(language := given.get("language"), str):
        given["language"] = languages.code(language)
    if "hotwords" in given:
        given["hotwords"] = _listed(given["hotwords"])
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
def _hints() -> dict[str, Any]:
    return get_type_hints(TranscribeOptions, localns={"Seconds": float})


def _check_type(name: str, value: object) -> None:
    if not _fits(value, _hints()[name]):
        raise UnsupportedError(
            f"{name} is {value!r}, of the wrong kind ({type(value).__name__}); see help(speech.TranscribeOptions)"
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


def _check_values(options: TranscribeOptions) -> None:
    wrong = [
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
    for bad, name, should in wrong:
        if bad:
            raise UnsupportedError(f"{name} is {getattr(options, name)!r}; it must be {should}")
