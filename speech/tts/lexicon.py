r"""How words are pronounced that a voice gets wrong: a list the user keeps.

As TOML, a word and how to write it so that a voice says it well, or its phonemes in the International Phonetic
Alphabet; tables narrow what stands in them to a language, or to a voice:

    nginx = "engine x"
    Siobhan = { ipa = "ʃɪˈvɔːn" }
    '(\d+)x' = { say = '\1 times', regex = true }

    [de]
    Google = "Guhgel"

    [voices.en_US-ljspeech-high]
    "Łódź" = { say = "woodge", language = "en" }

As CSV, ``word,replacement[,language[,voice]]`` line by line, phonemes between slashes: ``Siobhan,/ʃɪˈvɔːn/,en``.

Words are matched whole, the longest first. What is all in small letters is found in any case; what has a capital is
found as it stands and in capitals (``Polish`` is not ``polish``); with ``case = true`` only as it stands. An apostrophe
does not end a word (``can`` is not found in ``can't``), but ``'s`` is none of it (``Siobhan's``). Regular expressions
are Python's, searched as they stand, with groups as ``\\1`` in ``say``. Nothing stops an expression that takes forever:
keep ``(a+)+`` and its like out of them. Of two finds that overlap the one that starts earlier wins, then the longer; of
two entries for one stretch a word before an expression, then what has capitals, then what is for a voice, then what is
for a language, then the later.

What came from here is a phrase of its own in a sentence, never written out further: ``--show-text`` shows it.
"""

# ruff: noqa: RUF002 - phonemes are what this file is about

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from speech import languages
from speech.data import Phrase
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

KEYS = frozenset({"ipa", "say", "language", "voice", "regex", "case"})

# Scripts that put no space between words: there a word is found anywhere. Thai, Lao, Tibetan, Burmese, Khmer; kana and
# Chinese characters.
SPACELESS = "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
UNSPACED = re.compile(f"[{SPACELESS}]")

# Where a word may begin: what an entry is filed under.
TOKEN = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+|\S")

APOSTROPHES = "'’"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Entry:
    """A word, or a regular expression, and what is said in its place: exactly one of ``say`` and ``ipa``."""

    word: str
    say: str | None = None
    ipa: str | None = None
    language: str | None = None
    """A language tag; a language without a region means all of them."""
    voice: str | None = None
    regex: bool = False
    case: bool = False
    """Only as it stands."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of a text that the lexicon knows, and how it is said."""

    start: int
    end: int
    phrase: Phrase


class Lexicon:
    """Words and what is said in their place.

    Raises:
        UnsupportedError: a regular expression that is none, or a replacement with a group that it lacks.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self._tables: dict[tuple[str, tuple[str | None, ...]], _Table] = {}
        for entry in self.entries:
            _check(entry, repr(entry.word))

    def __bool__(self) -> bool:
        return bool(self.entries)

    def merged(self, *others: Lexicon) -> Lexicon:
        """This one and the others; of entries for the same word the last wins."""
        return Lexicon(entry for lexicon in (self, *others) for entry in lexicon.entries)

    def hits(self, text: str, language: str, *voices: str | None) -> Iterator[Hit]:
        """What it knows of a text, in order and without overlaps.

        Args:
            text: a stretch of a sentence.
            language: the tag of the language it is spoken in.
            voices: the names of who speaks it.
        """
        if not self.entries:
            return
        key = (language, voices)
        if key not in self._tables:
            self._tables[key] = _Table(entry for entry in self.entries if _applies(entry, language, voices))
        yield from self._tables[key].hits(text)


EMPTY = Lexicon()


def parse(text: str, where: str, form: Literal["toml", "csv"]) -> Lexicon:
    """A lexicon from what stands in a file.

    Args:
        text: the file's.
        where: its name, for messages.
        form: how it is written.

    Raises:
        UnsupportedError: it is not of that form, or an entry makes no sense; the message names the line.
    """
    entries = _toml(text, where) if form == "toml" else _csv(text, where)
    return Lexicon(entries)


def _applies(entry: Entry, language: str, voices: tuple[str | None, ...]) -> bool:
    spoken = entry.language in (None, language, languages.base(language))
    return spoken and (entry.voice is None or entry.voice in voices)


class _Table:
    """The entries for one language and voice, filed so that ten thousand are as fast as ten."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_weight = sorted(entries, key=lambda entry: (entry.voice is not None, entry.language is not None))
        self._regexes = [(re.compile(entry.word), entry) for entry in reversed(by_weight) if entry.regex]
        self._words: dict[str, list[tuple[str, Entry]]] = {}
        for entry in reversed(by_weight):
            word = unicodedata.normalize("NFC", entry.word.strip())
            if not entry.regex and (first := TOKEN.match(word)):
                self._words.setdefault(first[0].lower(), []).append((word, entry))
        for filed in self._words.values():
            filed.sort(key=lambda pair: (-len(pair[0]), _any_case(*pair)))  # stable: the weightier stay first

    def hits(self, text: str) -> Iterator[Hit]:
        found = sorted([*self._by_word(text), *self._by_regex(text)], key=lambda hit: (hit.start, -hit.end))
        end = 0
        for hit in found:
            if hit.start >= end:
                yield hit
                end = hit.end

    def _by_word(self, text: str) -> Iterator[Hit]:
        for token in TOKEN.finditer(text):
            for word, entry in self._words.get(token[0].lower(), ()):
                start, end = token.start(), token.start() + len(word)
                if _same(word, text[start:end], entry) and _whole(text, start, end):
                    yield Hit(start, end, _phrase(text[start:end], entry, entry.say))
                    break

    def _by_regex(self, text: str) -> Iterator[Hit]:
        for pattern, entry in self._regexes:
            for match in pattern.finditer(text):
                if match[0]:
                    say = None if entry.say is None else match.expand(entry.say)
                    yield Hit(match.start(), match.end(), _phrase(match[0], entry, say))


def _phrase(written: str, entry: Entry, say: str | None) -> Phrase:
    return Phrase(written, written if say is None else say, entry.ipa)


def _same(word: str, found: str, entry: Entry) -> bool:
    if word == found:
        return True
    if _any_case(word, entry):
        return found.lower() == word
    return not entry.case and found == word.upper()


def _any_case(word: str, entry: Entry) -> bool:
    return not entry.case and word == word.lower()


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the stretch begins and ends with a word."""
    return not (
        (_in_word(text[start - 1 : start]) and _in_word(text[start]))
        or (_in_word(text[end - 1]) and (_in_word(text[end : end + 1]) or _shortened(text[end : end + 3])))
    )


def _in_word(letter: str) -> bool:
    """Whether it joins its neighbours to a word: a letter, a digit, an accent, in scripts that part words by spaces."""
    if not letter or UNSPACED.match(letter):
        return False
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"


def _shortened(after: str) -> bool:
    """Whether an apostrophe goes on with the word ("can" in "can't"), other than as the owner's ``'s``."""
    owner = after[1:2] in "sS" and not after[2:3].isalpha()
    return after[:1] in tuple(APOSTROPHES) and after[1:2].isalpha() and not owner


def _toml(text: str, where: str) -> Iterator[Entry]:
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        advice = "mend that line; words of other than plain letters stand in quotes"
        raise UnsupportedError(f"{where}: the lexicon is not TOML: {error}; {advice}") from error
    for name, value in table.items():
        if not isinstance(value, dict) or _is_entry(value):
            yield from _entries({name: value}, text, where)
        elif name == "voices":
            for voice, words in value.items():
                if not isinstance(words, dict):
                    raise _wrong(where, _line(text, voice), voice, "[voices.NAME] is a table of words")
                yield from _entries(words, text, where, voice=voice)
        elif (line := _line(text, name)) and not text.splitlines()[line - 1].lstrip().startswith("["):
            raise _wrong(where, line, name, f"an entry has say or ipa, not {', '.join(map(repr, value))}")
        else:
            yield from _entries(value, text, where, language=_language(name, text, where))


def _language(name: str, text: str, where: str) -> str:
    try:
        languages.tag(name)
    except UnsupportedError as error:
        what = "a table is a word's, with say or ipa, or a language's such as [de], or [voices.NAME]"
        raise _wrong(where, _line(text, name), name, what) from error
    return name


def _entries(words: Mapping[str, Any], text: str, where: str, **narrowed: str) -> Iterator[Entry]:
    section = max((_line(text, name) or 0 for name in narrowed.values()), default=0)
    for word, value in words.items():
        fields = {"say": value} if isinstance(value, str) else value
        line = _line(text, word, section)
        if not isinstance(fields, dict) or not _is_entry(fields):
            raise _wrong(where, line, word, "give a respelling in quotes, or { ipa = ... } or { say = ... }")
        yield _entry(word, {**narrowed, **fields}, where, line)


def _is_entry(value: Mapping[str, Any]) -> bool:
    """Whether a table is one entry; else it is a section of them."""
    return bool(value) and value.keys() <= KEYS and any(isinstance(value.get(key), str) for key in ("ipa", "say"))


def _line(text: str, name: str, after: int = 0) -> int | None:
    """The line behind ``after`` on which a key or a table stands, which the parser does not tell; None: not found."""
    escaped = re.escape(name.replace("\\", "\\\\"))
    key = re.compile(rf"""\s*\[?\s*(?:voices\s*\.)?\s*["']?(?:{re.escape(name)}|{escaped})["']?\s*[]=.]""")
    for number, line in enumerate(text.splitlines(), 1):
        if number > after and key.match(line):
            return number
    return None


def _csv(text: str, where: str) -> Iterator[Entry]:
    import csv

    rows = csv.reader(text.removeprefix("\ufeff").splitlines(), skipinitialspace=True)
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#") or cells[:2] == ["word", "replacement"]:
                continue
            if not 2 <= len(cells) <= 4:
                raise _wrong(where, rows.line_num, cells[0], "a line is word,replacement[,language[,voice]]")
            word, replacement, language, voice = [*cells, "", ""][:4]
            ipa = replacement[1:-1] if len(replacement) > 2 and replacement[0] == replacement[-1] == "/" else None
            said = {"ipa": ipa} if ipa else {"say": replacement}
            yield _entry(word, {**said, "language": language or None, "voice": voice or None}, where, rows.line_num)
    except csv.Error as error:
        raise UnsupportedError(f"{where}, line {rows.line_num}: {error}; mend that line") from error


def _entry(word: str, fields: Mapping[str, Any], where: str, line: int | None) -> Entry:
    for key, kind in (("regex", bool), ("case", bool), ("language", str), ("voice", str), ("say", str), ("ipa", str)):
        if not isinstance(fields.get(key), kind | None):
            raise _wrong(
                where, line, word, f"{key} is {fields[key]!r}; give a {'word' if kind is str else 'true or false'}"
            )
    try:
        language = languages.tag(fields["language"]) if fields.get("language") else None
        entry = Entry(word, **{**fields, "language": language})
        _check(entry, repr(word))
    except UnsupportedError as error:
        raise UnsupportedError(f"{_place(where, line)}: {error}") from error
    return entry


def _check(entry: Entry, name: str) -> None:
    if not entry.word.strip():
        raise UnsupportedError("a lexicon's entry has no word; give one")
    if (entry.say is None) == (entry.ipa is None):
        raise UnsupportedError(f"the lexicon's entry {name} needs either say or ipa; give one of them")
    if not entry.regex:
        return
    try:
        pattern = re.compile(entry.word)
        if entry.say is not None:
            pattern.sub(entry.say, "")  # parses it, whether or not anything is found
    except (re.error, IndexError) as error:
        raise UnsupportedError(f"the lexicon's regular expression {name} is wrong: {error}; mend it") from error


def _wrong(where: str, line: int | None, word: str, what: str) -> UnsupportedError:
    return UnsupportedError(f"{_place(where, line)}: the lexicon's entry {word!r} makes no sense; {what}")


def _place(where: str, line: int | None) -> str:
    return f"{where}, line {line}" if line else where
