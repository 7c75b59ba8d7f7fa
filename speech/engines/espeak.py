"""eSpeak NG: more than a hundred languages from its package's own data, so that a machine with no network still speaks.

A synthesizer of formants, not of recordings: small, quick, plain in tone. Its manners of speaking ("variants") are the
voice's speakers. Rate, pitch and the times of words are its own.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from speech import languages as known
from speech.data import Device, Event, Speech, Word
from speech.engines import _espeak, _espeak_ipa, _espeak_text
from speech.errors import EngineError, MissingDependencyError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speech.data import ModelSpec, Sentence, SynthesizeOptions

REQUIRES = "espeakng-loader>=0.2.4"

RATE = _espeak.RATE
WORDS_A_MINUTE = 175
"""The library's own pace."""
OWN_CODES = {"en": "en-us", "es-es": "es", "tlh": "piqd", "chr": "chr-us-qaaa-x-west", "zh-hk": "yue", "zh-mo": "yue"}
"""Codes that the library has under another name, or for another region than people expect."""
OWN_NAMES = {"cmn": "zh", "hbs": "hr", "piqd": "tlh", "chr-us-qaaa-x-west": "chr"}
"""Names in the library for what has a shorter or a more usual code."""
ELSEWHERE = {"es": "es-419", **{f"en-{region}": "en-gb" for region in ("au", "ie", "in", "nz", "za")}}
"""Spanish of a region that has no voice of its own is Latin American; some Englishes are nearer to the British."""


def load(spec: ModelSpec, files: Path | None, device: Device) -> ESpeak:  # noqa: ARG001 - there is only the CPU
    """Load the library that the package brings; ``files`` is None.

    Raises:
        EngineError: ``files`` is a directory, or the library or its data cannot be read.
        MissingDependencyError: the package with the library is not installed.
    """
    if not find_spec("espeakng_loader"):
        raise MissingDependencyError(
            f"voice {spec.name!r} needs eSpeak NG's library, which is not installed; type: pip install espeakng-loader"
        )
    if files is not None:
        raise EngineError(
            f"eSpeak NG speaks only with the data of its package, not {str(files)!r}; name another engine"
        )
    _espeak.languages()  # what does not start fails here
    return ESpeak(spec)


def inspect(path: Path) -> ModelSpec | None:  # noqa: ARG001 - the contract's signature
    """None: only the data that the package brings is used."""
    return None


def probe() -> list[Device]:
    """The CPU where the package is installed."""
    return [Device(name="cpu", compute_types=("float32",))] if find_spec("espeakng_loader") else []


@cache
def languages() -> tuple[str, ...]:
    """The tags of all languages: ISO 639-1 where there is one, else ISO 639-3 or the library's own.

    With a region where the library has a voice for it; others may follow all the same (``de-AT``).
    """
    tags = {_tag(OWN_NAMES.get(code, code)) for code in _espeak.languages()}
    return tuple(sorted(tags - {""}))


def _tag(code: str) -> str:
    """As a caller writes it; "" for what is no plain language and region, or has another name."""
    try:
        tag = known.tag(code)
    except UnsupportedError:
        return ""
    _, *subtags = tag.split("-")
    return tag if not subtags or len(subtags[0]) == 2 or subtags[0].isdigit() else ""


def speakers() -> tuple[str, ...]:
    """The manners of speaking, in the order of their numbers."""
    return _espeak.variants()


def identifier(language: str) -> str:
    """The library's voice for a language code, with or without a region.

    Raises:
        UnsupportedError: the library does not speak it.
    """
    voices = _espeak.languages()
    wanted = language.strip().lower().replace("_", "-")
    base = wanted.partition("-")[0]
    regional = [wanted] if wanted in voices else [ELSEWHERE.get(wanted), ELSEWHERE.get(base) if "-" in wanted else None]
    shorter = [wanted.rsplit("-", count)[0] for count in range(wanted.count("-") + 1)]
    for code in (OWN_CODES.get(wanted), *regional, *(OWN_CODES.get(code, code) for code in shorter)):
        if code in voices:
            return voices[code]
    raise UnsupportedError(
        f"eSpeak NG does not speak {language!r}; it knows {', '.join(languages())}: give one of these, or name a voice"
    )


class ESpeak:
    """The voice. The library speaks one sentence at a time in a process, so several would only wait for each other."""

    parallel = 1

    def __init__(self, spec: ModelSpec) -> None:
        self._spec = spec
        self._closed = False

    def speak(self, sentence: Sentence, options: SynthesizeOptions) -> Iterator[Speech]:  # noqa: ARG002 - the contract
        """The sentence, in one stretch or, where it is very long, in several.

        Raises:
            EngineError: the library failed, or the voice was closed.
            UnsupportedError: the language or the speaker is not there.
        """
        if self._closed:
            raise EngineError(f"voice {self._spec.name!r} was closed; load it again")
        voice = identifier(sentence.language or self._language())
        script, events = _espeak_text.script(sentence, lambda ipa: _espeak_ipa.mnemonics(ipa, voice), self._spec.name)
        voice += self._variant(sentence.speaker)
        yield from _spoken(sentence, script, voice, tuple(events), self._spec.name)

    def close(self) -> None:
        """There is nothing to free; calling it again does nothing."""
        self._closed = True

    def _language(self) -> str:
        own = self._spec.languages
        return own[0] if own and "en" not in own else "en"

    def _variant(self, speaker: str | None) -> str:
        if speaker is None:
            return ""
        names = self._spec.speakers or speakers()
        if speaker.isdecimal() and speaker not in names and int(speaker) < len(names):
            speaker = names[int(speaker)]
        if speaker not in names or speaker not in speakers():  # a catalogue may name what this version does not have
            raise UnsupportedError(
                f"voice {self._spec.name!r} has no speaker {speaker!r}; give one of {', '.join(names)}, or none"
            )
        return f"+{speaker}"


def _spoken(
    sentence: Sentence, script: _espeak_text.Script, voice: str, events: tuple[Event, ...], name: str
) -> Iterator[Speech]:
    import numpy as np

    tokens = sentence.spoken.split()
    manner = _manner(sentence, _espeak.range_share(voice))
    parts = list(script.parts())
    first, passed, heard = 0, 0, False
    for index, part in enumerate(parts):
        goes_on = index + 1 < len(parts)
        uttered = _espeak.utter(part.text, voice, manner, phonemes=part.phonemes, goes_on=goes_on)
        heard = heard or bool(uttered.samples.any())
        if not goes_on and not heard:
            events += (Event("dropped", f"voice {name!r} has no sound for {sentence.spoken!r:.80}; nothing is heard"),)
        times = _espeak_text.words(tokens, first, part, uttered.marks, len(uttered.samples))
        words = tuple(
            Word(tokens[number], (passed + start) / RATE, (passed + end) / RATE, interpolated=guess)
            for number, start, end, guess in times
        )
        yield Speech(uttered.samples, RATE, words, events)
        first, passed, events = first + len(words), passed + len(uttered.samples), ()
    if not parts:
        silence = Event("dropped", f"voice {name!r} was given nothing to say")
        yield Speech(np.zeros(0, np.float32), RATE, (), (*events, silence))


def _manner(sentence: Sentence, range_share: float) -> _espeak.Manner:
    wanted = WORDS_A_MINUTE * sentence.rate
    pace = round(min(max(wanted, _espeak.SLOWEST), _espeak.FASTEST))
    factor = 2 ** (sentence.pitch / 12)
    # The library's pitch is an exponent (50 is as it is, 100 an octave up), its range a percentage of twice the usual.
    # A wider range it sets lower, which is made up for here.
    base = factor + range_share * (factor - 1)
    return _espeak.Manner(
        words_a_minute=pace,
        stretch=wanted / pace,
        pitch=round(50 + 50 * math.log2(base)),
        pitch_range=round(50 * factor),
        seed=sentence.seed,
    )
