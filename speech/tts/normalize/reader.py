"""What all rules of one language share: its table, its numbers, and how a quantity is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from speech.tts.normalize.numbers import Marks, Numeral, Speller, marks, speller
from speech.tts.normalize.table import Table, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DASH = r"[-‐‑–—]"
SIGN = "[-−–±+~≈<>≤≥]"
SPACE = "[ \u00a0\u202f]?"
LOOK = 40
"""How far around a match to look for the words beside it, in characters."""
WORD_AFTER = re.compile(r"\s([^\W\d_]+)")
TAKEN = "\ufffc"
"""Stands for every character that an earlier rule has read."""
UNSPACED = frozenset({"ja", "km", "lo", "my", "th", "yue", "zh"})
"""Languages that put no spaces between words."""
FULL_STOP_ORDINALS = frozenset("bs cs da et fi hr hu is lb lv nb nn no pl sk sl sr tr".split())
"""Languages in which a full stop behind figures makes an ordinal, besides those whose tables say so."""
ROMAN = r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅐": (1, 7),
    "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for, and how to say it; ``read`` gives None where it is something else after all."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], str | None]


@dataclass(frozen=True, slots=True)
class Reader:
    """One language."""

    language: str
    table: Table
    spell: Speller
    marks: Marks

    def quantity(self, guard: str = rf"(?<![\w{TAKEN}])") -> str:
        """The regular expression of an amount: a number with its sign, a mixed fraction, or a range of them."""
        number, vulgar = self.marks.pattern, "[" + "".join(VULGAR) + "]"
        return (
            rf"(?:(?<![\w)\]%{TAKEN}])(?P<sign>{SIGN})\s?)?"
            rf"{guard}(?:(?P<n>{number})(?:\s?(?P<part>{vulgar}))?|(?P<only>{vulgar}))"
            rf"(?:\s?{DASH}\s?(?P<end>{number}))?"
        )

    def amount(self, match: re.Match[str], form: str | None = None, noun: str = "") -> tuple[str, Numeral] | None:
        """The words of a ``quantity``, and the number that the noun behind it agrees with.

        A form other than None puts it in front of a noun; ``noun`` stands between the ends of a range, too, if given.
        """
        last = self.numeral(match["end"] or match["n"] or "1")
        if last is None:
            return None
        said = self.fraction(*VULGAR[match["only"]]) if match["only"] else self._first(match, form)
        if said is None:
            return None
        if match["end"]:
            said = f"{said}{noun} {self.table.to} {self.spell.number(last, form)}"
        sign = match["sign"]
        return (f"{self.sign(sign)} {said}" if sign else said), last if not match["part"] else Numeral("2")

    def _first(self, match: re.Match[str], form: str | None) -> str | None:
        first = self.numeral(match["n"])
        if first is None:
            return None
        if match["part"]:
            return self.mixed(first.whole, *VULGAR[match["part"]])
        return self.spell.number(first, None if match["end"] else form)

    def numeral(self, written: str) -> Numeral | None:
        """The number that is written so."""
        return self.marks.read(written)

    def sign(self, sign: str) -> str:
        """A sign before a number, in words."""
        if sign in "-−–":
            return self.spell.minus
        return self.table.signs.get(sign, sign)

    def fraction(self, over: int, under: int) -> str | None:
        """A part of a whole; None where it has no name."""
        names = self.table.fractions
        if (over, under) == (1, 2) and names.half:
            return names.half
        if under not in names.parts:
            return None
        one, many = names.parts[under]
        return f"{self.spell.attributive(str(over))} {one if over == 1 else many}"

    def mixed(self, whole: str, over: int, under: int) -> str | None:
        """A whole number and a part; None where the part has no name."""
        names = self.table.fractions
        if (over, under) == (1, 2) and names.and_half:
            apart = names.and_half.startswith(" ")
            return (self.spell.cardinal(whole) if apart else self.spell.attributive(whole)) + names.and_half
        part = self.fraction(over, under)
        return f"{self.spell.cardinal(whole)}{names.join}{part}" if part else None

    def attributive(self, match: re.Match[str]) -> bool:
        """Whether an amount describes the noun behind it and so is in the singular: ``a 5 km run``."""
        if not self.table.determiners:
            return False
        behind = match.string[match.end() : match.end() + LOOK]
        if re.match(r"-[a-z]", behind):
            return True
        noun = re.match(r"[ \u00a0]([a-zA-Z]{2,})", behind)
        if not noun or noun[1] in self.table.no_nouns or noun[1].endswith(("ed", "ly")):
            return False
        ahead = match.string[max(0, match.start() - LOOK) : match.start()]
        return bool(_determined(self.table.determiners).search(ahead))

    def form(self, noun: str) -> str:
        """The gender that a number takes before a noun."""
        first = noun.split(" ", 1)[0]
        if first in self.table.neuter:
            return "neuter"
        feminine = first in self.table.feminine or (self.table.feminine_end and first.endswith(self.table.feminine_end))
        return "feminine" if feminine else ""


@cache
def reader(language: str) -> Reader | None:
    """The reader of a language; None where its numbers have no rules."""
    found = table(language)
    spell = speller(language, found.point, found.decimals)
    return Reader(language, found, spell, marks(language)) if spell else None


@cache
def _determined(determiners: frozenset[str]) -> re.Pattern[str]:
    """An article, and perhaps a compound behind it, before an amount."""
    compound = rf"(?:[\w{TAKEN}]+-[\w{TAKEN}-]+,?\s)?"
    return re.compile(rf"(?<!\w)(?:{literal(determiners)})\s{compound}$", re.IGNORECASE)


def literal(words: Iterable[str], *, spaced: bool = False) -> str:
    """A regular expression for any of the words, the longest first; ``spaced``: with or without their spaces."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    parts = [re.escape(word).replace("\\ ", SPACE) if spaced else re.escape(word) for word in ordered]
    return "|".join(parts) or r"(?!)"


def value(roman: str) -> int:
    """The number that a well-formed Roman numeral is."""
    figures = [VALUES[letter] for letter in roman]
    pairs = zip(figures, [*figures[1:], 0], strict=True)
    return sum(-figure if figure < following else figure for figure, following in pairs)


def before(match: re.Match[str], words: int = 1) -> str:
    """The word, or the words, in front of a match: folded, and "" where something else stands there."""
    return " ".join(match.string[max(0, match.start() - LOOK) : match.start()].casefold().split(" ")[-1 - words : -1])


def after(match: re.Match[str]) -> str:
    """The word behind a match, as it is written; "" where something else stands there."""
    found = WORD_AFTER.match(match.string, match.end(), match.end() + LOOK)
    return found[1] if found else ""
