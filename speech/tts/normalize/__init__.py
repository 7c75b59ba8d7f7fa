"""Text as it is written to words as they are spoken, in the language of the voice.

    text -> rules, from the most to the least particular, each over what the earlier ones left -> phrases

``tables/`` hold what is particular to a language; names of units, currencies and months, and numbers in words, are
CLDR's. A rule that is not sure leaves a text as it stands: the voice has rules of its own.
"""

from __future__ import annotations

from functools import cache

from speech.data import Phrase
from speech.languages import base
from speech.tts.normalize import cldr, dates, money, plain, science, times, units, web, words
from speech.tts.normalize.reader import FULL_STOP_ORDINALS, TAKEN, UNSPACED, Reader, Rule, reader
from speech.tts.normalize.sayas import say_as
from speech.tts.normalize.table import table

__all__ = ["normalize", "ordered", "say_as"]

Found = tuple[int, int, str]
"""From where to where in the text, and what is said."""
GROUPS = (
    web.rules, words.idioms, dates.rules, plain.telephones, web.versions, units.feet, units.percentages, science.rules,
    times.rules, money.rules, plain.glued, units.rules, words.romans, plain.ordinals, plain.foreign_ordinals,
    plain.fractions, plain.scaled, words.abbreviations, plain.numbers, science.bare, words.signs,
)  # fmt: skip
"""In this order."""
CLOSING = "\"'”’»)] \t\n\u00a0"


def normalize(text: str, language: str) -> tuple[Phrase, ...]:
    """A sentence (or a stretch of one) as phrases.

    What is said otherwise than it stands is a phrase of its own; the phrases' ``written`` join to the text. Of a
    language without rules the text stays as it is.
    """
    known = reader(language)
    phrases: list[Phrase] = []
    position, beside, unspaced = 0, "", base(language) in UNSPACED
    for start, end, said in find(text, known) if known else []:
        if start > position:
            phrases.append(Phrase(text[position:start], text[position:start]))
            beside = text[start - 1]
        spoken = "".join(said.split()) if unspaced else _fitted(text, start, end, said, beside)
        phrases.append(Phrase(text[start:end], spoken))
        position, beside = end, spoken[-1:] or beside
    if position < len(text):
        phrases.append(Phrase(text[position:], text[position:]))
    return tuple(phrases)


def ordered(word: str, language: str) -> bool:
    """Whether a number and a full stop before that word are an ordinal, at the beginning of a line too."""
    if table(language).ordinal_dot:
        return word in table(language).ordinal_nouns or word.casefold() in cldr.months(language)
    return base(language) in FULL_STOP_ORDINALS and word[0].islower()


def find(text: str, known: Reader) -> list[Found]:
    """What is read otherwise than it stands, in the order of the text."""
    left, found = text, []
    for rule in rules(known.language):
        hits = [
            (match.start(), match.end(), said)
            for match in rule.pattern.finditer(left)
            if match[0] and (said := rule.read(match)) is not None
        ]
        left = _without(left, hits)
        found += hits
    return sorted(found)


@cache
def rules(language: str) -> tuple[Rule, ...]:
    """All rules of a language."""
    known = reader(language)
    return tuple(rule for group in GROUPS for rule in group(known)) if known else ()


def _without(text: str, hits: list[Found]) -> str:
    """The text with what was read blotted out, so that no other rule sees it."""
    parts, position = [], 0
    for start, end, _ in hits:
        parts += [text[position:start], TAKEN * (end - start)]
        position = end
    return "".join([*parts, text[position:]]) if hits else text


def _fitted(text: str, start: int, end: int, said: str, beside: str) -> str:
    """With spaces to the words around it, and with the full stop that ends the sentence too."""
    said = " ".join(said.split())
    if text[end - 1] == "." and not text[end:].strip(CLOSING):
        said += "."
    head = " " if said[:1].isalnum() and (beside.isalnum() or beside in (",", ".")) and start else ""
    tail = " " if text[end : end + 1].isalnum() and said else ""
    return f"{head}{said}{tail}"
