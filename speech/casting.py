"""Who speaks: profiles, casts and lexica from files, brought together with the voices there are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from speech import catalog
from speech.cabinet import tag
from speech.data import Event
from speech.devices import AUTO
from speech.errors import UnknownModelError, UnsupportedError
from speech.tts import lexicon, voices
from speech.tts.lexicon import EMPTY, Lexicon

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from speech.cabinet import Cabinet
    from speech.choice import Choice
    from speech.tts.plan import Manner, Report
    from speech.tts.voices import Cast, Profile, Voices

    File = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Casting:
    """Settles who speaks a document: names become models, and what is not said is filled in."""

    cast: Cast
    cabinet: Cabinet
    report: Report
    unknown: set[str] = field(default_factory=set)
    """Names that nobody has, as they were met."""

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
            if manner.voice not in self.unknown:
                self.unknown.add(manner.voice)
                message = f"no voice is called {manner.voice!r}: the document's speaks in its place"
                self.report(Event("swapped", message, details={"asked": manner.voice, "cause": str(error)}))
            return self.settle(replace(manner, voice=None, speaker=None))
        language = settled.language or tag(choice.spec)
        return replace(settled, voice=choice.spec.name, language=language, role=manner.voice)

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
