"""Voice profiles and casts: names for a model with a way of speaking, read from TOML.

    [profiles.narrator]                       # used wherever the name of a voice is
    model = "en_US-libritts-high"             # or voice = "...", another profile (or a model) to build on
    speaker = "p225"
    pauses = { paragraph = 0.8 }

    [cast]                                    # who is who in a script
    Anna = "narrator#p226"
    Bert = { voice = "narrator", speed = 1.1, gain = -3, pan = -0.4, pause = 0.3 }

Whatever a profile says itself replaces what the one that it builds on says. A name with ``#`` after it names a speaker
of the voice, wherever the name of a voice is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from speech import languages
from speech.data import PITCH_LIMIT, Seconds
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from speech.data import SynthesizeOptions
    from speech.tts.plan import Manner

PAUSES = ("sentence", "paragraph", "item", "heading")
"""What a profile may name a pause after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A voice and how it speaks, with everything that it builds on worked in."""

    name: str
    model: str | None = None
    """A model's name or path; None: the document's voice."""
    speaker: str | None = None
    """Of a voice with several: a name or a number."""
    language: str | None = None
    speed: float = 1.0
    pitch: float = 0.0
    """Semitones."""
    volume: float = 0.0
    """Decibels; ``gain`` in a file."""
    pan: float = 0.0
    """-1 is left, 1 is right; heard in stereo only."""
    pause: Seconds | None = None
    """After everything that a member of a cast says; None: what would stand there."""
    loudness: float | None = None
    """LUFS, of a whole document."""
    lexicon: str | None = None
    """A file, as it was written: relative to wherever the profile stands."""
    pauses: Mapping[str, Seconds] = field(default_factory=dict)
    """By what they follow: see ``PAUSES``."""
    fallback: str | None = None
    """A voice that stands in where the model is not there."""


@dataclass(frozen=True, slots=True)
class Voices:
    """What a file of voices holds."""

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    cast: Mapping[str, Profile] = field(default_factory=dict)


def split(name: str) -> tuple[str, str | None]:
    """The name of a voice without its speaker, and the speaker: ``narrator#p225``."""
    voice, sign, speaker = (part.strip() for part in name.rpartition("#"))
    if not sign or not voice or not speaker or "/" in speaker or "\\" in speaker:  # a path may have the sign in it
        return name.strip(), None
    return voice, speaker


def named(name: str, among: Mapping[str, Profile]) -> Profile | None:
    """The profile of that name: written the same, else the same but for case and the width of spaces."""
    if name in among:
        return among[name]
    wanted = plain(name)
    return next((profile for known, profile in among.items() if plain(known) == wanted), None)


def plain(name: str) -> str:
    """A name as it is compared: however its letters are composed, and whichever apostrophe is typed."""
    return " ".join(normalize("NFKC", name).replace("\u2019", "'").split()).casefold()


def read(text: str, where: str, known: Mapping[str, Profile] | None = None) -> Voices:
    """The profiles and the cast of a TOML file.

    Args:
        text: the file's text: ``[profiles.NAME]`` tables, and a cast as ``[cast]`` or as tables of its own.
        where: the file's name, for messages.
        known: profiles from elsewhere that those of the file may build on.

    Raises:
        UnsupportedError: a mistake in the file; the message says where, which key and which value.
    """
    import tomllib

    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise UnsupportedError(f"{where}: not valid TOML: {error}; correct it") from error
    found = profiles(_table(where, "profiles", table.pop("profiles", {})), where, known)
    cast = dict(_table(where, "cast", table.pop("cast", {})))
    for name, value in table.items():
        if _is_group(value):
            near = get_close_matches(name, ("profiles", "cast"), n=1, cutoff=0.7)
            hint = f"did you mean [{near[0]}]?" if near else "profiles go under [profiles.NAME], a cast under [cast]"
            raise UnsupportedError(f"{where}: {name}: no such table; {hint}")
        if name in cast:
            raise UnsupportedError(f"{where}: {name}: is in the cast twice; take one of them out")
        cast[name] = value
    if colon := next((name for name in cast if ":" in name), None):
        raise UnsupportedError(f"{where}: {colon!r}: a colon ends a name in a script; take it out of the name")
    return Voices(found, _Reader(where, cast, "cast", {**(known or {}), **found}).all())


def profiles(table: Mapping[str, Any], where: str, known: Mapping[str, Profile] | None = None) -> dict[str, Profile]:
    """The profiles of a parsed table, by name; see ``read``.

    Raises:
        UnsupportedError: a mistake in it; the message says where, which key and which value.
    """
    return _Reader(where, table, "profiles", known or {}).all()


def _table(where: str, key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnsupportedError(f"{where}: {key}: is {value!r} and should be a table; write [{key}] over its lines")
    return value


def _is_group(value: object) -> bool:
    """Whether it is a table of tables, and so no member of a cast."""
    if not isinstance(value, dict) or not value or set(value) <= {"pauses"}:
        return False
    return all(isinstance(inner, dict) for inner in value.values())


@dataclass(frozen=True, slots=True)
class Cast:
    """Settles who speaks: names of profiles and of a cast become models, and what they say is added up."""

    profiles: Mapping[str, Profile]
    cast: Mapping[str, Profile]
    options: SynthesizeOptions
    """The document's; its speaker and language are those of the document's voice alone."""
    voice: str | None = None
    """The document's: a model, a profile or a member of the cast; None: whichever is chosen for it."""

    def __post_init__(self) -> None:
        speaker = split(self.voice)[1] if self.voice else None
        if speaker and self.options.speaker not in (None, speaker):
            raise UnsupportedError(
                f"the voice {self.voice!r} names a speaker, and the speaker is {self.options.speaker!r}; give one"
            )

    @property
    def document(self) -> Profile:
        """Who speaks where no voice is named."""
        own = self.find(self.voice) if self.voice else Profile(name="")
        speaker, language = self.options.speaker or own.speaker, self.options.language or own.language
        return replace(own, speaker=speaker, language=language)

    def find(self, name: str) -> Profile:
        """The profile behind a name: of the cast, else of the profiles, else the model that is called so."""
        for among in (self.cast, self.profiles):
            if profile := named(name, among):
                return profile
        voice, speaker = split(name)
        if speaker is None:
            return Profile(name=voice, model=voice)
        return replace(self.find(voice), speaker=speaker)

    def speaking(self, name: str | None) -> Profile:
        """Who speaks by that name; what has no voice of its own is another way for the document's to speak."""
        document = self.document
        own = self.find(name) if name else document
        if own.model is not None or own == document:
            return own
        return replace(
            own,
            model=document.model,
            speaker=own.speaker or document.speaker,
            language=own.language or document.language,
            fallback=own.fallback or document.fallback,
            speed=own.speed * document.speed,
            pitch=own.pitch + document.pitch,
            volume=own.volume + document.volume,
        )

    def settle(self, manner: Manner) -> Manner:
        """The manner with a model's name (None: the document's voice, which is not chosen yet) in place of any other.

        The language is None where only the model says which it is. Rate and pitch are the sum of all that was asked:
        whoever speaks bounds them.
        """
        profile = self.speaking(manner.voice)
        return replace(
            manner,
            voice=profile.model,
            speaker=manner.speaker or profile.speaker,
            language=manner.language or profile.language,
            rate=self.options.speed * profile.speed * manner.rate,
            pitch=self.options.pitch + profile.pitch + manner.pitch,
            volume=self.options.volume + profile.volume + manner.volume,
            pan=min(1.0, max(-1.0, profile.pan + manner.pan)),
        )


TEXTS = ("model", "voice", "lexicon", "fallback")
NUMBERS = {
    "speed": (0.2, 5.0, "times as fast"),
    "pitch": (-PITCH_LIMIT, PITCH_LIMIT, "semitones"),
    "volume": (-60.0, 60.0, "decibels"),
    "gain": (-60.0, 60.0, "decibels"),
    "pan": (-1.0, 1.0, "from left to right"),
    "pause": (0.0, 60.0, "seconds"),
    "loudness": (-60.0, -5.0, "LUFS"),
}
"""The bounds of each number, as the options of a document have them."""
KEYS = (*TEXTS, "speaker", "language", *NUMBERS, "pauses")


class _Reader:
    """Reads the entries of one table, and says where a mistake is."""

    def __init__(self, where: str, table: Mapping[str, Any], group: str, known: Mapping[str, Profile]) -> None:
        self.where = where
        self.table = table
        self.group = group
        self.known = known
        self.done: dict[str, Profile] = {}

    def all(self) -> dict[str, Profile]:
        """Every entry, in the order of the file."""
        first: dict[str, str] = {}
        for name in self.table:
            if (other := first.setdefault(plain(name), name)) != name:
                raise self.mistake(name, f"is {other!r} again, since case makes no difference; rename one")
        return {name: self.entry(name, ()) for name in self.table}

    def entry(self, name: str, above: tuple[str, ...]) -> Profile:
        """One entry with what it builds on; ``above`` are the names that build on it."""
        if name in above:
            circle = " -> ".join((*above[above.index(name) :], name))
            raise self.mistake(
                f"{name}.voice", f"builds on itself ({circle}); name a model with `model` in one of them"
            )
        if name not in self.done:
            if not name.strip() or name != name.strip() or "#" in name:
                raise self.mistake(repr(name), "is no name; leave out '#' and spaces around it")
            value = self.table[name]
            facts = {"voice": value} if isinstance(value, str) else value
            if not isinstance(facts, dict):
                raise self.mistake(
                    name, f"is {value!r}; give the name of a voice, or a table such as {{ voice = ... }}"
                )
            self.done[name] = self.profile(name, self.checked(name, facts), (*above, name))
        return self.done[name]

    def profile(self, name: str, facts: dict[str, Any], above: tuple[str, ...]) -> Profile:
        """An entry whose values have been checked."""
        base = Profile(name=name)
        if "voice" in facts:
            voice, speaker = split(facts.pop("voice"))
            base = self.base(voice, above)
            base = base if speaker is None else replace(base, speaker=speaker)
            if speaker and facts.get("speaker", speaker) != speaker:
                raise self.mistake(
                    f"{name}.speaker", f"is {facts['speaker']!r}, and the voice says {speaker!r}; give one"
                )
        if "model" in facts:
            facts["model"], speaker = split(facts["model"])
            # A speaker of one model is none of another.
            facts.setdefault("speaker", speaker or (base.speaker if base.model == facts["model"] else None))
        facts["pauses"] = {**base.pauses, **facts.get("pauses", {})}
        return replace(base, name=name, **facts)

    def base(self, voice: str, above: tuple[str, ...]) -> Profile:
        """What an entry builds on: one of this table, a profile known before, or a model."""
        own = {plain(name): name for name in self.table}
        key = voice if voice in self.table else own.get(plain(voice))
        known = named(voice, self.known)
        if known is not None and (self.group == "cast" or key in (None, above[-1])):
            return known
        if key is None or (self.group == "cast" and key == above[-1]):
            return Profile(name=voice, model=voice)
        return self.entry(key, above)

    def checked(self, name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The values of an entry as a profile has them; ``voice`` is still there."""
        found = {key: self.value(name, key, value) for key, value in facts.items()}
        if "gain" in found:
            if "volume" in found:
                raise self.mistake(f"{name}.gain", "is the same as volume; give one of them")
            found["volume"] = found.pop("gain")
        return found

    def value(self, name: str, key: str, value: object) -> object:
        """One value, if its key is known and it means something."""
        place = f"{name}.{key}"
        if key in NUMBERS:
            return self.number(place, value, *NUMBERS[key])
        if key == "pauses":
            return self.pauses(place, value)
        if key == "speaker" and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return str(value)
        if key not in KEYS:
            raise self.mistake(place, f"no such key; {_nearest(key, KEYS)}")
        if not isinstance(value, str) or not value.strip():
            number = " or a number" if key == "speaker" else ""
            raise self.mistake(place, f"is {value!r} and should be a text in quotes{number}")
        return self.language(place, value) if key == "language" else value.strip()

    def language(self, place: str, value: str) -> str:
        """The tag of a language by whatever name."""
        try:
            return languages.tag(value)
        except UnsupportedError as error:
            raise self.mistake(place, str(error)) from error

    def number(self, place: str, value: object, low: float, high: float, unit: str) -> float:
        """A number between two others."""
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self.mistake(place, f"is {value!r} and should be a number ({low:g} to {high:g} {unit})")
        if not (isfinite(value) and low <= value <= high):
            raise self.mistake(place, f"is {value!r}; give {low:g} to {high:g} {unit}")
        return float(value)

    def pauses(self, place: str, value: object) -> dict[str, Seconds]:
        """Pauses by what they follow."""
        if not isinstance(value, dict):
            raise self.mistake(place, f"is {value!r} and should be a table such as {{ paragraph = 0.8 }}")
        unknown = next((key for key in value if key not in PAUSES), None)
        if unknown is not None:
            raise self.mistake(f"{place}.{unknown}", f"no such pause; {_nearest(unknown, PAUSES)}")
        return {key: self.number(f"{place}.{key}", seconds, 0.0, 60.0, "seconds") for key, seconds in value.items()}

    def mistake(self, place: str, what: str) -> UnsupportedError:
        """An error that names the file and the place in it."""
        return UnsupportedError(f"{self.where}: {self.group}.{place}: {what}")


def _nearest(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
