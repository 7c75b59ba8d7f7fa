"""What is said in place of what is written: the author's word, else the lexicon's, else the language's."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from speech.data import Event, Phrase
from speech.tts.plan import Mark, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.tts.draft import Piece
    from speech.tts.lexicon import Lexicon
    from speech.tts.plan import Manner, Report


ITEM = re.compile(r"(\d{1,3})\.")


@dataclass(slots=True)
class Wording:
    """The words of one utterance; for one use."""

    manner: Manner
    lexicon: Lexicon
    normalize: bool
    report: Report
    profile: str | None = None
    """The name of the profile that speaks."""
    phrases: list[Phrase] = field(default_factory=list)

    def words(self, pieces: list[Piece]) -> tuple[tuple[Phrase, ...], tuple[tuple[str, int], ...]]:
        """What is said, and the marks with how many of its words stand before each."""
        places: list[_Place] = []
        stretch = ""
        marks: list[tuple[str, int]] = []
        for number, piece in enumerate(pieces):
            if isinstance(piece.source, Mark):
                marks.append((piece.source.name, len(stretch)))
            elif (phrase := self._told(piece, pieces[number + 1 : number + 3])) is None:
                stretch += unicodedata.normalize("NFC", piece.shown)
            else:
                places += self._plain(stretch, marks)
                stretch, marks = "", []
                self.phrases.append(phrase)
        places += self._plain(stretch, marks)
        return tuple(_tidy(self.phrases)), tuple((place.mark, self._words_before(place)) for place in places)

    @property
    def _language(self) -> str:
        return self.manner.language or "en"

    def _told(self, piece: Piece, behind: list[Piece]) -> Phrase | None:
        """What the author says is to be said; None where that is left to us."""
        text = piece.source
        if not isinstance(text, Text):
            return None
        if text.phonemes is not None:
            return Phrase(piece.shown, piece.shown, text.phonemes)
        if text.spoken is not None:
            item = ITEM.fullmatch(text.text)
            if item and item[1] == text.spoken.rstrip(", ") and self._counted("".join(part.shown for part in behind)):
                return None
            return Phrase(text.text, self._as_said(text.spoken))
        from speech.tts.normalize import say_as

        kind = text.say_as or ""
        spoken = say_as(text.text, kind, self._language)
        if spoken is not None:
            return Phrase(text.text, spoken)
        message = f"{text.text!r} cannot be said as {kind!r}: it is read as it stands"
        self.report(Event("ignored", message, details={"text": text.text, "say_as": kind}))
        return None

    def _counted(self, behind: str) -> bool:
        """Whether the number of an item is an ordinal after all: ``1. Kapitel``."""
        if not self.normalize:
            return False
        from speech.tts.normalize import ordered

        word = re.match(r"\s*([^\W\d_]+)", behind)
        return bool(word and ordered(word[1], self._language))

    def _as_said(self, text: str) -> str:
        """What is to be said in place of something else, in words too."""
        if not self.normalize or not any(map(str.isdigit, text)):
            return text
        from speech.tts.normalize import normalize

        return "".join(phrase.spoken for phrase in normalize(text, self._language))

    def _plain(self, text: str, marks: list[tuple[str, int]]) -> Iterator[_Place]:
        """Say a stretch of plain text, in which the marks stand behind so many characters."""
        first = len(self.phrases)
        at = 0
        for hit in self.lexicon.hits(text, self._language, self.manner.voice, self.profile):
            self._read(text[at : hit.start])
            self.phrases.append(hit.phrase)
            at = hit.end
        self._read(text[at:])
        for name, offset in marks:
            index, rest = first, offset
            while index < len(self.phrases) and rest >= len(self.phrases[index].written):
                rest -= len(self.phrases[index].written)
                index += 1
            yield _Place(name, index, rest)

    def _read(self, text: str) -> None:
        if self.normalize and text.strip():
            from speech.tts.normalize import normalize

            self.phrases += normalize(text, self._language)
        elif text:
            self.phrases.append(Phrase(text, text))

    def _words_before(self, place: _Place) -> int:
        """The words that are over where the mark stands; a word it stands inside comes after it."""
        before = "".join(phrase.spoken for phrase in self.phrases[: place.phrase])
        after = "".join(phrase.spoken for phrase in self.phrases[place.phrase :])
        if place.phrase < len(self.phrases) and _as_written(self.phrases[place.phrase]):
            before, after = before + after[: place.offset], after[place.offset :]
        inside = before and after and not before[-1].isspace() and not after[0].isspace()
        return len(before.split()) - bool(inside)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a mark stands: in a phrase, behind so many of its written characters."""

    mark: str
    phrase: int
    offset: int


def audible(phrases: tuple[Phrase, ...]) -> bool:
    """Whether there is anything that a voice may be able to say: more than punctuation."""
    return any(phrase.phonemes or _in_classes(phrase.spoken, "LNS") for phrase in phrases)


def silent_by_nature(text: str) -> bool:
    """Whether the text is punctuation and spaces only, which nobody expects to hear."""
    return not _in_classes(text, "LMNSC")


def _in_classes(text: str, classes: str) -> bool:
    return any(unicodedata.category(letter)[0] in classes for letter in text)


def _as_written(phrase: Phrase) -> bool:
    return phrase.written == phrase.spoken


def _tidy(phrases: list[Phrase]) -> Iterator[Phrase]:
    """The phrases with single spaces and none at either end, in what is written as in what is spoken."""
    written = _single([phrase.written for phrase in phrases])
    spoken = _single([phrase.spoken for phrase in phrases])
    for phrase, ours, theirs in zip(phrases, written, spoken, strict=True):
        if ours or theirs:
            yield Phrase(ours, theirs, phrase.phonemes)


def _single(texts: list[str]) -> list[str]:
    single: list[str] = []
    space = True
    for text in texts:
        tidy = re.sub(r"\s+", " ", text)
        single.append(tidy.removeprefix(" ") if space else tidy)
        space = single[-1].endswith(" ") if single[-1] else space
    for index in reversed(range(len(single))):
        single[index] = single[index].rstrip()
        if single[index]:
            break
    return single
