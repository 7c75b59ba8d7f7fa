"""What eSpeak NG is given of a sentence, and the words' times from what it tells.

Every character that goes to the library belongs to one word of the sentence, so that a place in the text is a word,
whatever was put in for it (a transcription) or taken out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from speech.data import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from speech.data import Phrase, Sentence
    from speech.engines._espeak import Mark

LONGEST = 500
"""Characters spoken in one go: some 40 s. The library cuts a longer clause anyway (``N_CLAUSE``)."""
UNHEARD = ("Cc", "Cs", "Co", "Cn")
"""Controls (one of them begins a command to the synthesizer), half surrogates, private and unassigned characters."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the library is given, or a part of it."""

    text: str
    owners: tuple[int, ...]
    """For each character of ``text`` the number of its word."""
    phonemes: bool = False
    """Whether there are mnemonics in it, between double square brackets."""

    def parts(self) -> Iterator[Script]:
        """The script in stretches that are short enough to be spoken in one go, cut where it hurts least."""
        start = 0
        while start < len(self.text):
            end = _cut(self.text, start)
            yield Script(self.text[start:end], self.owners[start:end], self.phonemes)
            start = end


def _cut(text: str, start: int) -> int:
    """Where the part from ``start`` ends: after a clause, else a word, else a transcription, else anywhere."""
    end = start + LONGEST
    if end >= len(text):
        return len(text)
    window = text[start:end]
    opened = window.rfind("[[")
    if opened > window.rfind("]]"):  # inside a transcription
        return start + opened if opened > 0 else (text.find("]]", start) + 2)
    clauses = [match.end() for match in re.finditer(r"[.!?;:,。！？；：，、]\s*", window)]  # noqa: RUF001
    spaces = [match.end() for match in re.finditer(r"\s", window)]
    for places in (clauses, spaces):
        if late := [place for place in places if place > LONGEST // 2]:
            return start + late[-1]
    return end


def script(sentence: Sentence, mnemonics: Callable[[str], str | None], name: str) -> tuple[Script, list[Event]]:
    """The sentence as the library of the voice ``name`` takes it, and an event for what it cannot take."""
    events: list[Event] = []
    spelled = [_mnemonics(phrase, mnemonics, name, events) for phrase in sentence.phrases]
    writer = _Writer(_word_numbers(sentence.spoken), phonemes=any(spelled))
    for phrase, sounds in zip(sentence.phrases, spelled, strict=True):
        if sounds:
            writer.transcription(phrase.spoken, sounds)
        else:
            writer.plain(phrase.spoken)
    if writer.unheard:
        listed = ", ".join(sorted(f"U+{ord(one):04X}" for one in writer.unheard)[:10])
        events.append(
            Event("dropped", f"voice {name!r} cannot speak the characters {listed} in {sentence.spoken!r:.80}")
        )
    return Script("".join(writer.text), tuple(writer.owners), any(spelled)), events


def _mnemonics(phrase: Phrase, mnemonics: Callable[[str], str | None], name: str, events: list[Event]) -> str | None:
    if phrase.phonemes is None:
        return None
    if (sounds := mnemonics(phrase.phonemes)) is None:
        events.append(
            Event(
                "ignored",
                f"voice {name!r} has not all the sounds of {phrase.phonemes!r}; it said {phrase.spoken!r} as it reads "
                "it: write the pronunciation with sounds of the language",
            )
        )
    return sounds


def _word_numbers(spoken: str) -> list[int]:
    """For each character the number of the word it is in, or of the next one; at the end, of the last."""
    numbers: list[int] = []
    word, inside = -1, False
    for character in spoken:
        if inside != (not character.isspace()):
            inside = not inside
            word += inside
        numbers.append(word if inside else word + 1)
    return [min(number, word) for number in numbers]


class _Writer:
    """Puts a script together, phrase by phrase."""

    def __init__(self, numbers: Sequence[int], *, phonemes: bool) -> None:
        self.text: list[str] = []
        self.owners: list[int] = []
        self.unheard: set[str] = set()
        self._numbers = numbers
        self._at = 0
        self._phonemes = phonemes

    def plain(self, spoken: str) -> None:
        for character in spoken:
            number = self._numbers[self._at]
            self._at += 1
            if not self.text or self.text[-1] != "]]" or not character.isalnum():
                pass
            else:
                self._put(" ", number)
            self._put(self._heard(character), number)

    def transcription(self, spoken: str, sounds: str) -> None:
        # Where nothing is written, the sounds belong to the word that is written next.
        here = self._numbers[self._at : self._at + max(1, len(spoken))] or self._numbers[-1:] or [-1]
        numbers = sorted(set(here))
        self._at += len(spoken)
        if self.text and not self.text[-1].isspace():
            self._put(" ", numbers[0])
        words = sounds.split(" ")
        self._put("[[", numbers[0])
        for index, word in enumerate(words):
            self._put((" " if index else "") + word, numbers[index * len(numbers) // len(words)])
        self._put("]]", numbers[-1])

    def _put(self, text: str, number: int) -> None:
        self.text.append(text)
        self.owners.extend([number] * len(text))

    def _heard(self, character: str) -> str:
        if character.isspace():
            return " "  # a line's end would end the sentence
        if unicodedata.category(character) in UNHEARD:
            self.unheard.add(character)
            return " "
        # Beside mnemonics, square brackets of the text would be read as theirs.
        return {"[": "(", "]": ")"}.get(character, character) if self._phonemes else character


def words(
    tokens: Sequence[str], first: int, part: Script, marks: Sequence[Mark], end: int
) -> list[tuple[int, int, int, bool]]:
    """Number, start, end, and whether that is a guess, of each word of ``part``, in samples.

    ``first`` is the first word that has no time yet; ``end`` the length of the sound in samples. A word that the
    library tells nothing of (it runs ``of the`` together) shares the time of the word before it, by letters.
    """
    last = part.owners[-1] if part.owners else -1
    spans = _spans(part, marks, end)
    known = {number: span for number, span in spans.items() if first <= number <= last}
    timed = sorted(known)
    found: list[tuple[int, int, int, bool]] = []
    edge = known[timed[0]][0] if timed else 0
    found.extend((number, edge, edge, True) for number in range(first, timed[0] if timed else last + 1))
    for number, after in pairwise([*timed, last + 1]):
        found.extend(_shared(tokens, range(number, after), *known[number]))
    return found


def _spans(part: Script, marks: Sequence[Mark], end: int) -> dict[int, tuple[int, int]]:
    """First and last sample of each word that the library tells of; several marks in one word are one."""
    spans: dict[int, tuple[int, int]] = {}
    current = -1
    for index, mark in enumerate(marks):
        stop = min(end, marks[index + 1].sample if index + 1 < len(marks) else end)
        if mark.position >= 0:
            # Its places may lie before the word that it is at, never before the one it was at.
            current = max(current, part.owners[min(mark.position, len(part.owners) - 1)])
        elif current >= 0 and not mark.sound.startswith("_"):
            start = spans[current][0] if current in spans else min(mark.sample, end)
            spans[current] = (start, max(start, stop))
    return spans


def _shared(tokens: Sequence[str], numbers: range, start: int, end: int) -> Iterator[tuple[int, int, int, bool]]:
    weights = [sum(character.isalnum() for character in tokens[number]) for number in numbers]
    weights[0] = max(1, weights[0])
    total, passed = sum(weights), 0
    for number, weight in zip(numbers, weights, strict=True):
        from_, to = (start + (end - start) * part // total for part in (passed, passed + weight))
        passed += weight
        yield number, from_, to, number != numbers[0]
