"""Who speaks: profiles, casts and lexica from files, brought together with the voices there are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from speech import catalog, languages
from speech.cabinet import tag
from speech.checks import check
from speech.data import PITCH_LIMIT, Event, SynthesizeOptions
from speech.devices import AUTO
from speech.errors import NotDownloadedError, UnknownModelError, UnsupportedError
from speech.options import FASTEST, SLOWEST
from speech.tts import lexicon, voices
from speech.tts.lexicon import EMPTY, Lexicon

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

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
    known: dict[str, str | None] = field(default_factory=dict)
    """Of each name in the document, who speaks; None: nobody is called that."""

    def settle(self, manner: Manner) -> Manner:
        """The manner with the name of a voice that was chosen, and a language.

        A voice that nobody knows is spoken by the document's, and so is a language that no voice speaks: a document
        written for another engine is still heard.

        Raises:
            SpeechError: a voice is known and cannot be had.
        """
        if manner.voice is not None and (known := self._known(manner.voice)) != manner.voice:
            manner = replace(manner, voice=known, speaker=manner.speaker if known else None)
        profile = self.cast.speaking(manner.voice)
        settled = self.cast.settle(manner)
        try:
            choice = self.choice(settled.voice, settled.language, profile.fallback)
        except (NotDownloadedError, UnsupportedError) as error:
            if settled.voice or not manner.language:
                raise
            message = f"no voice here speaks {manner.language!r}: the document's reads it as its own"
            self._tell("language", message, cause=str(error))
            return self.settle(replace(manner, language=None))
        self._tell_loudness(profile)
        return self._bounded(replace(settled, voice=self.cabinet.name(choice), role=manner.voice), choice.spec)

    def _known(self, name: str) -> str | None:
        """Who speaks by a name; of several with spaces between, as SSML has it, the first that can."""
        if name not in self.known:
            several = dict.fromkeys([name, *name.split()])
            why = {one: self._unknown(one) for one in several}
            self.known[name] = next((one for one in several if why[one] is None), None)
            if self.known[name] is None:
                message = f"no voice is called {name!r}: the document's speaks in its place"
                self._tell("swapped", message, asked=name, cause=str(why[name]))
        return self.known[name]

    def _unknown(self, name: str) -> UnknownModelError | None:
        """Why nobody of that name can speak; None: somebody can."""
        profile = self.cast.speaking(name)
        try:
            self.choice(profile.model, profile.language, profile.fallback)
        except UnknownModelError as error:
            return error
        return None

    def _tell_loudness(self, profile: Profile) -> None:
        if profile.loudness is not None and profile.loudness != self.cast.document.loudness:
            message = f"the loudness of {profile.name!r} is not kept: it is a whole document's; give a gain instead"
            self._tell("ignored", message)

    def member(self, role: str | None) -> Profile | None:
        """The profile of somebody whom the document names; None: the document's own voice speaks."""
        return self.cast.speaking(role) if role else None

    def require(self, names: Iterable[str]) -> None:
        """Refuse a script before a word of it is spoken, where somebody in it has no voice.

        Raises:
            UnsupportedError: nobody is called that.
            SpeechError: a voice is known and cannot be had.
        """
        unknown: dict[str, UnknownModelError] = {}
        for name in names:
            profile = self.cast.speaking(name)
            try:
                choice = self.choice(profile.model, profile.language, profile.fallback)
                check(choice.spec, SynthesizeOptions(speaker=profile.speaker))
            except UnknownModelError as error:
                who = f"{name!r}" if profile.model == name else f"{name!r} with {profile.model!r}"
                unknown.setdefault(who, error)
        if unknown:
            raise UnsupportedError(
                f"{', '.join(unknown)} speak{'s' if len(unknown) == 1 else ''}, and there is neither a voice nor a "
                "profile of that name; give --voices a file with a cast"
            ) from next(iter(unknown.values()))

    def _bounded(self, manner: Manner, spec: ModelSpec) -> Manner:
        """What that voice can do of a manner; what it cannot is told."""
        own = tag(spec)
        language = manner.language or own
        known = languages.base(language) in map(languages.base, spec.languages or [language])
        # One that was made for one language may still read others with the sounds it has, where it was not asked for.
        if not known and (manner.role or len(spec.languages) > 1):
            self._tell("language", f"the voice {spec.name!r} does not know {language!r}: it speaks {own!r}")
            language = own
        manner = self._spoken_by(manner, spec) if manner.role else manner
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

    def _spoken_by(self, manner: Manner, spec: ModelSpec) -> Manner:
        """With no speaker, where the voice has none of that name."""
        try:
            check(spec, SynthesizeOptions(speaker=manner.speaker))
        except UnsupportedError as error:
            self._tell("swapped", f"{error}: its first speaks in place of {manner.role!r}")
            return replace(manner, speaker=None)
        return manner

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
    folder = Path(file).parent
    return voices.Voices({**profiles, **_placed(own.profiles, folder)}, _placed(own.cast, folder))


def _placed(profiles: Mapping[str, Profile], folder: Path) -> dict[str, Profile]:
    """Profiles whose files lie beside the one they stand in."""
    return {
        name: replace(profile, model=_beside(profile.model, folder), lexicon=_beside(profile.lexicon, folder))
        for name, profile in profiles.items()
    }


def _beside(name: str | None, folder: Path) -> str | None:
    """A file by a relative path, from there; any other name as it is."""
    like_a_path = name is not None and (Path(name).suffix or Path(name).name != name)
    return str(folder / name) if name and like_a_path and (folder / name).exists() else name


def options_of(profile: Profile) -> dict[str, Any]:
    """What a profile says of the whole document."""
    pauses = {f"{name}_pause": seconds for name, seconds in profile.pauses.items()}
    return pauses if profile.loudness is None else {**pauses, "loudness": profile.loudness}


def lexica(files: Sequence[File], document: Profile, voices: Voices) -> Lexicon:
    """The entries of all files as one lexicon: those of profiles for whoever speaks by their name, then the document's.

    Of the same word the entry for a voice wins, then the last.

    Raises:
        UnsupportedError: a mistake in one, or it cannot be read.
    """
    found = EMPTY
    for profile in (*voices.profiles.values(), *voices.cast.values()):
        if profile.lexicon:
            own = _read(profile.lexicon)
            found = found.merged(Lexicon(replace(entry, voice=entry.voice or profile.name) for entry in own.entries))
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
