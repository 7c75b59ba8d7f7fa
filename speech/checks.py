"""Whether a model can do what is asked of it, and which one to name instead where it cannot."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from speech import languages
from speech.catalog import knows, load
from speech.data import Event, SynthesizeOptions, TranscribeOptions
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.data import ModelSpec

TUNING = ("prompt", "hotwords", "beam_size", "temperature", "no_repeat_ngram")
NOISES = ("noise", "noise_w")


def wanted(options: TranscribeOptions) -> frozenset[str]:
    """The features without which a model would give something else than the options ask for."""
    return frozenset(
        name for name, asked in (("words", options.words), ("translate", options.task == "translate")) if asked
    )


def check(
    spec: ModelSpec, options: TranscribeOptions | SynthesizeOptions, needs: frozenset[str] = frozenset()
) -> tuple[Event, ...]:
    """What the model makes of the options: an ``ignored`` event for each tuning that it does not have.

    Args:
        spec: the model.
        options: what is asked of it.
        needs: features that it must have besides.

    Raises:
        UnsupportedError: the options mean something that the model cannot do; the message names one that can.
    """
    if isinstance(options, SynthesizeOptions):
        return _check_voice(spec, options)
    needs |= wanted(options)
    _check_language(spec, options, needs)
    for feature in sorted(needs - spec.features):
        raise UnsupportedError(f"model {spec.name!r} {_lacks(feature)}; {_instead(spec, options.language, needs)}")
    return (*_ignored(spec, options, TUNING), *_unpacked(spec, options))


def named(code: str | None) -> str:
    """A language for people: its English name, and its code."""
    name = languages.NAMES.get(languages.base(code or ""), "")
    return f"{name.title()} ({code!r})" if name else repr(code)


def known_to(spec: ModelSpec) -> str:
    """The languages of a model: the only one, or how many."""
    if len(spec.languages) > 1:
        return f"{len(spec.languages)} languages"
    code = languages.base(spec.languages[0])
    return f"{languages.NAMES.get(code, code).title()} only"


_LACKS = {
    "words": "gives no word times",
    "translate": "does not translate",
    "detect": "does not tell languages apart",
}


def _lacks(feature: str) -> str:
    return _LACKS.get(feature, f"has no {feature.replace('_', ' ')}")


def _unpacked(spec: ModelSpec, options: TranscribeOptions) -> Iterator[Event]:
    """That nothing can share windows where every recording may be in another language."""
    if options.pack and options.language in (None, languages.EACH) and "detect" in spec.features:
        yield Event("ignored", "short recordings share windows only in one language; name the language with --language")


def _check_language(spec: ModelSpec, options: TranscribeOptions, needs: frozenset[str]) -> None:
    if options.language == languages.EACH:
        if "detect" not in spec.features and len(spec.languages) != 1:
            raise UnsupportedError(f"model {spec.name!r} does not detect languages; name one with --language")
    else:
        _check_knows(spec, options.language, needs)


def _check_knows(spec: ModelSpec, language: str | None, needs: frozenset[str]) -> None:
    if not knows(spec, language):
        raise UnsupportedError(
            f"{spec.kind} {spec.name!r} does not know {named(language)}; it knows {known_to(spec)}; "
            + _instead(spec, language, needs)
        )


def _check_voice(spec: ModelSpec, options: SynthesizeOptions) -> tuple[Event, ...]:
    _check_knows(spec, options.language, frozenset())
    _check_speaker(spec, options.speaker)
    return () if "noise" in spec.features else tuple(_ignored(spec, options, NOISES))


def _check_speaker(spec: ModelSpec, speaker: str | None) -> None:
    """A name of the voice's speakers or a number in them; the engine knows the speakers that no catalogue lists."""
    if speaker is None or speaker in spec.speakers:
        return
    if not spec.speakers:
        if spec.path is None and not spec.embedded and speaker != "0":
            raise UnsupportedError(f"voice {spec.name!r} has one speaker, and no {speaker!r}; leave the speaker out")
        return
    if not (speaker.isdecimal() and int(speaker) < len(spec.speakers)):
        near = get_close_matches(speaker, spec.speakers, n=3)
        hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        raise UnsupportedError(
            f"voice {spec.name!r} has no speaker {speaker!r}; {hint}give a number from 0 to {len(spec.speakers) - 1}, "
            f"or a name that `speech voices info {spec.name}` lists"
        )


def _ignored(
    spec: ModelSpec, options: TranscribeOptions | SynthesizeOptions, names: tuple[str, ...]
) -> Iterator[Event]:
    plain = type(options)()
    for name in names:
        value = getattr(options, name)
        if name not in spec.features and value != getattr(plain, name) and value != "":
            yield Event(
                "ignored",
                f"{spec.kind} {spec.name!r} has no {name.replace('_', ' ')}: {value!r} is ignored",
                details={"option": name, "value": value},
            )


def _instead(spec: ModelSpec, language: str | None, needs: frozenset[str]) -> str:
    """The model to name instead: the best on a CPU that can do it all, else the first of the catalogue.

    Of voices only those that are free for any use, or came with a package, are named.
    """
    catalog = load()
    rest = catalog.models if spec.kind == "model" else catalog.embedded(spec.task, language)
    for other in [*catalog.chain(spec.task, language, "cpu"), *rest]:
        if other.task == spec.task and knows(other, language) and needs <= other.features:
            return f"use --{spec.kind} {other.name}"
    return f"no {spec.kind} of the catalogue can"
