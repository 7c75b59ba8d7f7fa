"""Whether a full stop belongs to what stands before it: to an abbreviation, a measure, an ordinal.

The words are those of the tables that read them, so that nothing is taken apart that is read as one.
"""

# ruff: noqa: RUF001 - the signs of many scripts, some of which look like others

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from speech.tts.normalize.reader import VULGAR, literal
from speech.tts.normalize.table import table
from speech.tts.normalize.units import UNITS

WINDOW = 40
"""How far to look to either side, in characters."""

ROMAN = r"[IVXLC]+"
COUNTED = re.compile(rf"[\d#]|(?:{ROMAN}|[A-Z])\b")
MEASURE = re.compile(rf"[\d{''.join(VULGAR)}]\s?(?P<unit>[^\W\d_]+)\.$")
ORDINAL = re.compile(rf"(?:^|(?P<beside>\S+)\s)(?:\d{{1,3}}|{ROMAN})\.$")
HALF_DAY = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)
ZONE = re.compile(r"(?:[ECMP][SD]?T|GMT|UTC|BST|CES?T|IST|JST)\b")
"""What goes on with a time of day in capitals."""
LAST = re.compile(r"(?:^|(?<=[\s(“\"'«„]))[^\s(“\"'«„]+$")

FINAL = {
    "cs": "atd. apod.", "de": "usw. etc. u.s.w. u.v.m.", "el": "κ.λπ. κλπ.", "es": "etc.", "fr": "etc.",
    "it": "ecc. etc.", "nl": "enz. etc.", "pl": "itd. itp.", "pt": "etc.", "ru": "т.д. т.п. др.", "sk": "atď. a pod.",
    "sv": "osv. m.m.", "tr": "vb. vs.", "uk": "т.д. т.п. ін.",
}  # fmt: skip
"""What closes a list, and with a capital behind it the sentence."""


@dataclass(frozen=True, slots=True)
class Shorts:
    """The abbreviations of one language, by what must follow for the sentence to go on."""

    titles: frozenset[str]
    """A name."""
    counted: frozenset[str]
    """A number."""
    others: frozenset[str]
    """A word in lower case, or a number."""
    endings: tuple[str, ...]
    """The same, as ends of words."""
    spaced: re.Pattern[str]
    """Those of several words."""
    final: re.Pattern[str]
    units: frozenset[str]
    ordinals: frozenset[str] | None
    """Words before an ordinal; None in a language that writes it otherwise."""


@cache
def shorts(language: str) -> Shorts:
    """Those of the tables."""
    known = table(language)
    dotted = [{word for word in words if word.endswith(".")} for words in (known.titles, known.places, known.counted)]
    titles, places, counted = dotted
    others = {word for word in (*known.abbreviations, *known.scales) if word.endswith(".")} | places | counted
    many = [word for word in known.abbreviations if " " in word]
    finals = [re.escape(word).replace(r"\.", r"\.\s?").removesuffix(r"\s?") for word in FINAL.get(language, "").split()]
    final = "|".join(finals) or "(?!)"
    return Shorts(
        frozenset(titles - places),
        frozenset(counted),
        frozenset(others),
        tuple(ending for ending in known.endings if ending.endswith(".")),
        re.compile(rf"(?<![\w.])(?:{literal(many, spaced=True)})"),
        re.compile(rf"(?<!\w)(?:{final})[\"'”’»)]* +(?=[^\W\d_])"),
        frozenset({*UNITS, *known.units}),
        frozenset(known.ordinal_forms) - {"und", "oder"} if known.ordinal_dot else None,
    )


def binds(before: str, gap: str, rest: str, language: str) -> bool:
    """Whether the full stop at the end of ``before`` ends no sentence, ``rest`` being what follows."""
    known = shorts(language)
    if _inside(before + gap, rest, known):
        return True
    last = LAST.search(before[-WINDOW:])
    word = last[0] if last else ""
    if not word.endswith("."):
        return False
    if _before_capital(word, rest, known):
        return True
    if rest[0].isalnum() and not rest[0].isupper():
        measure = MEASURE.search(before[-WINDOW:])
        if measure and known.units & {measure["unit"], measure["unit"] + "."}:
            return True
        if word in known.others or word.endswith(known.endings or "\0"):
            return True
    return _ordinal(before, known)


def _before_capital(word: str, rest: str, known: Shorts) -> bool:
    """Whether an abbreviation takes a name, a number or a time zone behind it."""
    titled = word in known.titles and rest[0].isalnum()
    counted = word in known.counted and COUNTED.match(rest)
    return bool(titled or counted or (HALF_DAY.search(word) and ZONE.match(rest)))


def closes(text: str, language: str) -> list[int]:
    """Where a sentence ends that ends with an abbreviation: before a capital letter."""
    return [found.end() for found in shorts(language).final.finditer(text) if text[found.end()].isupper()]


def _inside(text: str, rest: str, known: Shorts) -> bool:
    """Whether an abbreviation of several words goes on behind the text."""
    near, ahead = text[-WINDOW:], rest[:WINDOW]
    return any(found.start() < len(near) < found.end() for found in known.spaced.finditer(near + ahead))


def _ordinal(before: str, known: Shorts) -> bool:
    """Whether an ordinal stands there: the full stop makes it one, and the word before it tells."""
    if known.ordinals is None:
        return False
    found = ORDINAL.search(before[-WINDOW:])
    return bool(found and found["beside"] and found["beside"].casefold() in known.ordinals)
