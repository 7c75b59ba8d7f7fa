"""Years: four figures that are one by themselves, and the years that something lasted."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.languages import base
from speech.tts.normalize.reader import DASH, LOOK, ROMAN, TAKEN, Reader, Rule, after, before, value

if TYPE_CHECKING:
    from collections.abc import Iterator

YEARS = re.compile(rf"(?<![\w.,])(?P<from>\d{{4}})\s?{DASH}\s?(?P<to>\d{{4}}|\d\d)(?![\w-]|[.,]\d)")
YEAR = re.compile(rf"(?<![\w.,:/#{TAKEN}-])\d{{4}}(?![\w/-]|[.,:]\d)")
IDEOGRAPHIC = frozenset({"yue", "zh"})
"""Languages that say a year digit by digit."""
EARLY = 1100
"""An earlier year needs a word before it to be one."""
RECENT = range(1901, 2040)
"""Years of which one speaks so often that a determiner before one outweighs a plural behind it."""
PRESENT = range(2010, 2040)
"""Years that hardly count anything."""
SECOND = re.compile(r"\s[^\W\d_]+\s([^\W\d_]+)")


def rules(reader: Reader) -> Iterator[Rule]:
    """``1939–1945``, ``2019–20``, and what the words beside it make a year."""
    if base(reader.language) in IDEOGRAPHIC:
        yield Rule(re.compile(r"(?<!\d)\d{4}(?=年)"), lambda match: reader.spell.digits(match[0]))
    for noun, (form, word) in reader.table.year_nouns.items():
        numeral = rf"(?<![\w.,])(?:(?P<n>\d{{3,4}})|(?P<roman>[IVX]+))\s?(?P<noun>{noun})(?!\w)"
        yield Rule(re.compile(numeral), partial(_inflected, reader=reader, form=form, word=word))
    if reader.table.years:
        yield Rule(YEARS, partial(_years, reader=reader))
        yield Rule(YEAR, partial(_year, reader=reader))


def _inflected(match: re.Match[str], reader: Reader, form: str, word: str) -> str | None:
    """A year or a century as an ordinal in the case of its noun."""
    if match["roman"] and not re.fullmatch(ROMAN, match["roman"]):
        return None
    if not form:  # an abbreviation, whose case the preposition tells
        form = "masculine-locative" if before(match) in ("в", "во", "о", "при") else "masculine-genitive"
        word = "году" if form == "masculine-locative" else "года"
    said = reader.spell.ordinal(match["n"] or str(value(match["roman"])), form)
    return f"{said} {word or match['noun']}" if said else None


def _years(match: re.Match[str], reader: Reader) -> str | None:
    first, last = match["from"], match["to"]
    years = reader.table.years
    if int(first) not in years or (len(last) == 4 and not int(first) < int(last) < 2100):
        return None
    if len(last) == 2 and int(last) <= int(first[2:]):
        return None
    second = reader.spell.year(last) if len(last) == 4 and int(last) in years else reader.spell.cardinal(last)
    return f"{reader.spell.year(first)} {reader.table.to} {second}"


def _year(match: re.Match[str], reader: Reader) -> str | None:
    """A bare number that is a year, unless it counts what stands behind it."""
    number = int(match[0])
    if number not in reader.table.years:
        return None
    cue = before(match).strip("(,;")
    if cue in reader.table.year_cues and not _counts(match, reader, cue):
        return reader.spell.year(match[0])
    free = number >= EARLY and _alone(match) and not _counts(match, reader, cue)
    return reader.spell.year(match[0]) if free else None


def _counts(match: re.Match[str], reader: Reader, cue: str) -> bool:
    """Whether it is followed by what it is a number of."""
    table, follower = reader.table, after(match)
    if not follower or follower in table.year_followers:
        return False
    if table.year_nouns_capital:
        return _german(match, follower)
    if not table.year_plurals:
        return cue not in table.year_cues
    determined = cue in table.determiners or cue.endswith(("'s", "’s"))
    recent = determined and int(match[0]) in RECENT and int(match[0]) % 100
    if recent or (int(match[0]) in PRESENT and follower.endswith("s")):  # the 1968 protests, 2020 elections
        return False
    if _plural(follower, table.year_plurals):
        return cue not in table.year_cues or int(match[0]) % 100 == 0
    second = SECOND.match(match.string[match.end() : match.end() + LOOK])
    described = bool(second and follower.islower() and _plural(second[1], table.year_plurals))
    return described and not determined and cue not in table.year_cues


def _plural(word: str, endings: tuple[str, ...]) -> bool:
    return word.islower() and word.endswith(endings) and not word.endswith(("ss", "us", "is"))


def _german(match: re.Match[str], follower: str) -> bool:
    """A noun, or an adjective before one; a verb in the past is none."""
    if follower[0].isupper():
        return True
    second = SECOND.match(match.string[match.end() : match.end() + LOOK])
    adjective = follower.endswith(("e", "en", "er", "es", "em")) and not follower.endswith(("te", "ten"))
    return bool(second and second[1][0].isupper() and adjective)


def _alone(match: re.Match[str]) -> bool:
    """Whether nothing before the number makes it an amount."""
    return match.string[max(0, match.start() - 2) : match.start()].strip() not in ("+", "-", "−", "=", "±", "~")
