"""Dates, in figures and in words, and decades."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.tts.normalize import cldr
from speech.tts.normalize.reader import TAKEN, Reader, Rule, before, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

ISO = re.compile(r"(?<![\w-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?:T(?=\d\d:)|(?![\w-]))")
FIGURES = re.compile(r"(?<![\w./-])(\d{1,2}|\d{4})(?P<mark>[./-])(\d{1,2})(?P=mark)\s?(\d{4}|\d\d)(?![\w/-]|\.\d)")
SHORT = re.compile(r"(?<![\w./-])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.(?!\s?\d)")
LAST_YEAR = 49
"""Two digits up to this are of our century, the others of the last."""
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def rules(reader: Reader) -> Iterator[Rule]:
    """The dates of a language, its decades among them."""
    dates = reader.table.dates
    if dates is None:
        return
    yield Rule(ISO, lambda match: said(match, reader, match["d"], match["m"], match["y"]))
    yield Rule(FIGURES, partial(_figures, reader=reader))
    if reader.table.ordinal_dot:
        yield Rule(SHORT, lambda match: said(match, reader, match["d"], match["m"]))
    yield from _worded(reader)
    if dates.decades:
        suffix = literal(dates.decades)
        decade = re.compile(rf"(?<![\w.,{TAKEN}])(?P<mark>['’])?(?P<n>(?:\d\d)?\d0)(?P<suffix>{suffix})(?!\w)")
        yield Rule(decade, partial(_decade, reader=reader))


def _worded(reader: Reader) -> Iterator[Rule]:
    dates, names = reader.table.dates, cldr.months(reader.language)
    if dates is None or not names:
        return
    month = rf"(?P<m>{literal({name for n in names for name in (n, n.capitalize())})})(?!\w)\.?"
    day = rf"(?P<d>\d{{1,2}})(?:{literal(reader.table.ordinals)}|\.(?=\s))?"
    glue = rf"\s(?:(?:{dates.between})\s?)?" if dates.between else r"\s"
    year = rf"(?:,?{glue}(?P<y>\d{{4}})(?![\w.,]?\d|\w))?"
    start = rf"(?<![\w.,:/{TAKEN}-])"
    read = partial(_months, reader=reader, names=names)
    yield Rule(re.compile(rf"{start}{day}{glue}{month}{year}"), read)
    if dates.month_day:
        yield Rule(re.compile(rf"(?<!\w){month}\s{day}(?![\w:/%-]|[.,]\d){year}"), partial(read, month_first=True))


def _months(match: re.Match[str], reader: Reader, names: dict[str, int], month_first: bool = False) -> str | None:
    if match["m"].islower() and match["m"].capitalize() in ("May", "March", "Mar") and month_first:
        return None  # the verbs
    number = str(names[match["m"].casefold()])
    return said(match, reader, match["d"], number, match["y"], month_first=month_first)


def _figures(match: re.Match[str], reader: Reader) -> str | None:
    first, middle, last = match[1], match[3], match[4]
    if len(first) == 4:
        return said(match, reader, last, middle, first) if len(last) == 2 else None
    if match["mark"] == "-" and len(last) == 2:
        return None
    orders = [(first, middle), (middle, first)]
    if cldr.date_order(reader.language) == "mdy" and match["mark"] != ".":
        orders.reverse()
    year = last if len(last) == 4 else f"{'20' if int(last) <= LAST_YEAR else '19'}{last}"
    return next((date for day, month in orders if (date := said(match, reader, day, month, year))), None)


def said(
    match: re.Match[str],
    reader: Reader,
    day: str,
    month: str,
    year: str | None = None,
    *,
    month_first: bool | None = None,
) -> str | None:
    """A date in words, or None where there is no such day."""
    dates = reader.table.dates
    if dates is None or not (1 <= int(month) <= 12 and 1 <= int(day) <= LENGTHS[int(month) - 1]):
        return None
    if month_first is None:
        month_first = bool(dates.month_day) and cldr.date_order(reader.language) == "mdy"
    pattern = dates.month_day if month_first else dates.day_month
    if not month_first and before(match) != dates.article.strip():
        pattern = dates.article + pattern
    words = pattern.format(d=_day(match, reader, str(int(day))), m=cldr.month(int(month), reader.language))
    return words + dates.year.format(y=year_words(year, reader)) if year else words


def _day(match: re.Match[str], reader: Reader, day: str) -> str:
    dates = reader.table.dates
    assert dates is not None
    if dates.day == "ordinal" or (dates.day == "first" and day == "1"):
        form = ordinal_form(match, reader, dates.form)
        return reader.spell.ordinal(day, form) or reader.spell.cardinal(day)
    return reader.spell.cardinal(day)


def ordinal_form(match: re.Match[str], reader: Reader, otherwise: str) -> str:
    """The form that the words before an ordinal ask for."""
    forms = reader.table.ordinal_forms
    return forms.get(before(match, 2), forms.get(before(match), otherwise))


def year_words(digits: str, reader: Reader) -> str:
    """A number that is known to be a year."""
    spelt = reader.table.dates is not None and reader.table.dates.spelt_years
    return reader.spell.year(digits) if spelt or int(digits) in reader.table.years else reader.spell.cardinal(digits)


def _decade(match: re.Match[str], reader: Reader) -> str | None:
    dates, digits = reader.table.dates, match["n"]
    assert dates is not None
    tens = digits[-2:]
    if (len(digits) == 2 and tens < "20" and not match["mark"]) or (
        len(digits) == 4 and int(digits) not in reader.table.years
    ):
        return None
    suffix = dates.decades[match["suffix"]]
    if tens == "00":
        said = reader.spell.year(digits) if len(digits) == 4 else None
    else:
        century = reader.spell.cardinal(digits[:2]) if len(digits) == 4 else ""
        year = reader.spell.year(digits) if len(digits) == 4 else reader.spell.cardinal(tens)
        said = year if century or not match["mark"] else reader.spell.cardinal(tens)
    if not said:
        return None
    if suffix == "s":  # English: twenties, nineteen hundreds
        return said[:-1] + "ies" if said.endswith("y") else said + "s"
    return said + suffix


def parts(day: str | None, month: str | None, year: str | None, reader: Reader) -> str | None:
    """A date of which only a part is known: a month and a year, or one of the three."""
    if (month and not 1 <= int(month) <= len(LENGTHS)) or (day and not 1 <= int(day) <= max(LENGTHS)):
        return None
    words = [
        (reader.spell.ordinal(str(int(day))) or reader.spell.cardinal(str(int(day)))) if day else "",
        cldr.month(int(month), reader.language) if month else "",
        year_words(year, reader) if year else "",
    ]
    return " ".join(filter(None, words)) or None
