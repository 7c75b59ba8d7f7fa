"""Who speaks: profiles, casts and lexica from files, brought together with the voices there are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from speech import catalog, languages
from speech.cabinet import tag
from speech.data import PITCH_LIMIT, Event
from speech.devices import AUTO
from speech.errors import UnknownModelError, UnsupportedError
from speech.options import FASTEST, SLOWEST
from speech.tts import lexicon, voices
from speech.tts.lexicon import EMPTY, Lexicon

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from speech.cabinet import Cabinet
    from speech.choice import Choice
    from speech.data import EventKind, ModelSpec
    from speech.tts.plan import Manner, Report
    from speech.tts.voices import Cast, Profile, Voices

    File = str | os.PathLike[str]


NATIVE_PITCH = 12.0
"""Semitones that a voice with a pitch of its own may be asked for: an octave."""


@dataclass(frozen=True, slots=True)
class Casting:
    """Settles who speaks a document: names become models, and what is not said is filled in."""

    cast: Cast
    cabinet: Cabinet
    report: Report
    told: set[str] = field(default_factory=set)
    """What was reported."""

    def settle(self, manner: Manner) -> Manner:
        """The manner with the name of a voice that was chosen, and a language.

        A voice that nobody knows is spoken by the document's: a document written for another engine is still heard.

        Raises:
            SpeechError: a voice is known and cannot be had.
        """
        profile = self.cast.speaking(manner.voice)
        settled = self.cast.settle(manner)
        try:
            choice = self.choice(settled.voice, settled.language, profile.fallback)
        except UnknownModelError as error:
            if manner.voice is None:
                raise
            message = f"no voice is called {manner.voice!r}: the document's speaks in its place"
            self._tell("swapped", message, asked=manner.voice, cause=str(error))
            return self.settle(replace(manner, voice=None, speaker=None))
        return self._bounded(replace(settled, voice=choice.spec.name, role=manner.voice), choice.spec)

    def require(self, names: Iterable[str]) -> None:
        """Refuse a script before a word of it is spoken, where somebody in it has no voice.

        Raises:
            UnsupportedError: nobody is called that.
            SpeechError: a voice is known and cannot be had.
        """
        for name in names:
            profile = self.cast.speaking(name)
            try:
                self.choice(profile.model, profile.language, profile.fallback)
            except UnknownModelError as error:
                who = f"{name!r} speaks" if profile.model == name else f"{name!r} speaks with {profile.model!r}"
                raise UnsupportedError(
                    f"{who}, and there is neither a voice nor a profile of that name; give --voices a file with a cast"
                ) from error

    def _bounded(self, manner: Manner, spec: ModelSpec) -> Manner:
        """What that voice can do of a manner; what it cannot is told."""
        own = tag(spec)
        language = manner.language or own
        if manner.role and languages.base(language) not in map(languages.base, spec.languages or [language]):
            self._tell("language", f"the voice {spec.name!r} does not know {language!r}: it speaks {own!r}")
            language = own
        highest = NATIVE_PITCH if "pitch" in spec.features else PITCH_LIMIT
        bounded = replace(
            manner,
            language=language,
            rate=min(FASTEST, max(SLOWEST, manner.rate)),
            pitch=min(highest, max(-highest, manner.pitch)),
        )
        for name, asked, given in (("rate", manner.rate, bounded.rate), ("pitch", manner.pitch, bounded.pitch)):
            if asked != given:
                self._tell("flagged", f"a {name} of {asked:g} is beyond the voice {spec.name!r}: it is {given:g}")
        return bounded

    def _tell(self, kind: EventKind, message: str, **details: str) -> None:
        """Once each, however often the document asks."""
        if message not in self.told:
            self.told.add(message)
            self.report(Event(kind, message, details=details))

    def choice(self, model: str | None, language: str | None, fallback: str | None = None) -> Choice:
        """The voice of a model's name; of None, the best for the language."""
        return self.cabinet.choice(model or AUTO, language, fallback)


def known_voices(file: File | None) -> Voices:
    """The profiles of the catalogue, and the profiles and the cast of a file.

    Raises:
        UnsupportedError: a mistake in one of them, or the file cannot be read.
    """
    profiles = voices.profiles(catalog.load().profiles, "models.toml")
    if file is None:
        return voices.Voices(profiles, {})
    own = voices.read(text_of(file), str(file), profiles)
    return voices.Voices({**profiles, **own.profiles}, own.cast)


def options_of(profile: Profile) -> dict[str, Any]:
    """What a profile says of the whole document."""
    pauses = {f"{name}_pause": seconds for name, seconds in profile.pauses.items()}
    return pauses if profile.loudness is None else {**pauses, "loudness": profile.loudness}


def lexica(files: Sequence[File], document: Profile, voices: Voices) -> Lexicon:
    """The entries of all files as one lexicon: those of profiles for their voices, then those for the document.

    Of the same word the entry for a voice wins, then the last.

    Raises:
        UnsupportedError: a mistake in one, or it cannot be read.
    """
    found = EMPTY
    for profile in (*voices.cast.values(), *voices.profiles.values()):
        if profile.lexicon and profile.model:
            own = _read(profile.lexicon)
            found = found.merged(Lexicon(replace(entry, voice=entry.voice or profile.model) for entry in own.entries))
    own_files = [document.lexicon] if document.lexicon else []
    return found.merged(*map(_read, [*own_files, *files]))


def _read(file: File) -> Lexicon:
    return lexicon.parse(text_of(file), str(file), _form(file))


def _form(file: File) -> Literal["toml", "csv"]:
    ending = Path(file).suffix.lower()
    if ending == ".toml":
        return "toml"
    if ending == ".csv":
        return "csv"
    raise UnsupportedError(f"the lexicon {str(file)!r} is neither .toml nor .csv; name it after what it is")


def text_of(path: File) -> str:
    """A small file that the user wrote, as text.

    Raises:
        UnsupportedError: it cannot be read, or is not UTF-8.
    """
    try:
        return Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise UnsupportedError(f"cannot read {str(path)!r}: {error.strerror}; correct the name") from error
    except UnicodeDecodeError as error:
        raise UnsupportedError(f"{str(path)!r} is not UTF-8 text ({error.reason}); save it as UTF-8") from error
