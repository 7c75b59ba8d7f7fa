"""Where sentences end, found while the text is still coming.

The ends are those of sentencex, which knows the abbreviations, quotes and full stops of some three hundred languages.
It looks at a text as a whole; here the text arrives in stretches of any size, and a sentence is wanted as soon as it
is over. So it is asked again at the end of every word, always about the sentence so far: the first end it sees is
taken. What is asked depends on the text alone, never on how it was cut into stretches, and so does the answer.
"""

# ruff: noqa: RUF001 - the signs of many scripts, some of which look like others
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from speech import languages

LIMIT = 400
"""Characters after which a sentence without an end is cut, at a clause or a space. About half a minute of speech: the
longest sentences of ordinary prose stay whole, while what a voice computes at once, and keeps a listener waiting
for, stays bounded."""

AHEAD = 40
"""Characters beyond ``LIMIT`` within which a sentence may still end by itself."""

CLOSERS = "\"')\\]}’”»›」』）】》〕〉"

# The end of a word: before a space; or, where no space need stand, one character behind the mark that ends a sentence.
WORD = re.compile(rf"\S(?= )|[!?…。！？｡．।॥።։؟۔။៕]+[{CLOSERS}]*[^\s{CLOSERS}!?…。！？｡．]")

CLAUSE = re.compile(rf"[,;:،؛—–][{CLOSERS}]* |[，、；：]")

# What sentencex 1.0 takes for an end and is none, whatever follows.
ABBREVIATIONS = {
    "en": {"e.g.", "i.e.", "cf."},
    "fr": {"M.", "MM.", "Mme.", "Mlle."},
    "ru": {"Т.", "т.", "Т. е.", "т. е.", "т. д.", "т. п."},
}

# The number of an item in a list is no sentence.
NUMBER = re.compile(r"\W*(?:\d{1,3}|[a-zA-Z])\.\s*")

Spans = Sequence[tuple[int, int]]
"""Stretches of the text, as (start, end), that are not cut inside."""


def first(text: str, language: str, seen: int, whole: Spans, *, complete: bool) -> tuple[int, bool] | None:
    """Where the first sentence of a text ends.

    Args:
        text: from the start of a sentence on, with single spaces.
        language: a language tag.
        seen: how much of the text was given before, and no end found in it.
        whole: stretches that are not cut inside.
        complete: nothing follows.

    Returns:
        The length of the sentence with the space behind it, and whether it ends there by itself; None where that
        cannot be told before more of the text is known.
    """
    for end in _words(text[: LIMIT + AHEAD], seen):
        if found := _end(text[:end], language, whole):
            return found, True
    if len(text) >= LIMIT + AHEAD:
        return _forced(text, whole), False
    if not complete:
        return None
    if found := _end(text, language, whole):
        return found, True
    return (_forced(text, whole), False) if len(text) > LIMIT else (len(text), True)


def _words(text: str, seen: int) -> Iterator[int]:
    """The ends of the words behind ``seen``; what matches there may begin a little before."""
    for word in WORD.finditer(text, max(0, seen - AHEAD)):
        if word.end() >= seen:
            yield word.end()


def _end(text: str, language: str, whole: Spans) -> int:
    """The first end inside the text; 0 where there is none."""
    from sentencex import segment

    end = 0
    for sentence in segment(languages.base(language), text)[:-1]:
        end += len(sentence)
        if not _no_end(text[:end], language) and not _inside(end, whole):
            return end
    return 0


def _no_end(text: str, language: str) -> bool:
    if NUMBER.fullmatch(text):
        return True
    known = ABBREVIATIONS.get(languages.base(language), ())
    words = text.split()
    return bool(words) and (words[-1].lstrip("(“\"'«") in known or " ".join(words[-2:]) in known)


def _forced(text: str, whole: Spans) -> int:
    """Where a sentence that is too long is cut: behind a clause, else behind a word, else between letters."""
    head = text[:LIMIT]
    clauses = [match.end() for match in CLAUSE.finditer(head) if match.end() > LIMIT // 2]
    spaces = [match.end() for match in re.finditer(" ", head)]
    for places in (clauses, spaces, range(1, LIMIT + 1)):
        for place in reversed(places):
            if not _inside(place, whole) and not _joined(text, place):
                return place
    return next((end for start, end in whole if start < LIMIT < end), LIMIT)


def _inside(place: int, whole: Spans) -> bool:
    return any(start < place < end for start, end in whole)


def _joined(text: str, place: int) -> bool:
    """Whether a cut would part a letter from its accents, or an emoji from its parts."""
    around = text[place - 1 : place + 1]
    return "\u200d" in around or any(
        unicodedata.category(after) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= after <= "\U0001f3ff"
        for after in around[1:]
    )
