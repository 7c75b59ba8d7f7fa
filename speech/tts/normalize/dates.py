"""Dates, in figures and in words, and decades."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.tts.normalize import cldr, times
from speech.tts.normalize.reader import DASH, TAKEN, Reader, Rule, before, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

ISO = re.compile(
    r"(?<![\w-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"
    r"(?:T(?P<h>[01]\d|2[0-3]):(?P<min>[0-5]\d)(?::(?P<s>[0-5]\d)(?:\.\d+)?)?(?P<zone>Z(?!\w))?|(?![\w-]))"
)
FIGURES = re.compile(r"(?<![\w./-])(\d{1,2}|\d{4})(?P<mark>[./-])(\d{1,2})(?P=mark)\s?(\d{4}|\d\d)(?![\w/-]|\.\d)")
SHORT = re.compile(r"(?<![\w./-])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.(?!\s?\d)")
LAST_YEAR = 49
"""Two digits up to this are of our century, the others of the last."""
VERBS = frozenset({"may", "march", "mar"})
"""Months that are words of their own in lower case."""
WORDS = frozenset({"mar", "jan", "may", "march", "mai", "mars", "set", "ago", "out"})
"""Names of months that are other words, too: no month where only a year stands behind."""
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def rules(reader: Reader) -> Iterator[Rule]:
    """The dates of a language, its decades among them."""
    dates = reader.table.dates
    if dates is None:
        return
    yield Rule(ISO, partial(_iso, reader=reader))
    if dates.cues:
        brief = r"(?<![\w./-])(?P<first>\d{1,2})/(?P<last>\d{1,2})(?![\w/]|[.,-]\d|\sof\b)"
        yield Rule(re.compile(brief), partial(_brief, reader=reader))
    yield Rule(FIGURES, partial(_figures, reader=reader))
    if reader.table.ordinal_dot:
        yield Rule(SHORT, lambda match: said(match, reader, match["d"], match["m"]))
    yield from _worded(reader)
    if dates.decades:
        suffix = literal(dates.decades)
        decade = re.compile(rf"(?<![\w.,={TAKEN}])(?P<mark>['’])?(?P<n>(?:\d\d)?\d0)(?P<suffix>{suffix})(?!\w)")
        yield Rule(decade, partial(_decade, reader=reader))


def _worded(reader: Reader) -> Iterator[Rule]:
    dates, names = reader.table.dates, cldr.months(reader.language)
    if dates is None or not names:
        return
    names = {**names, **dates.months}
    month = rf"(?P<m>{literal({name for n in names for name in (n, n.capitalize())})})(?!\w)\.?"
    ordinal = rf"(?:{literal(reader.table.ordinals)}|\.(?=\s|{DASH}))?"
    until = rf"\s?(?:{DASH}|\b{reader.table.to or '(?!)'}\b)\s?"
    day = rf"(?:(?P<from>\d{{1,2}}){ordinal}{until})?(?P<d>\d{{1,2}}){ordinal}"
    glue = rf"\s(?:(?:{dates.between})\s?)?" if dates.between else r"\s"
    year = rf"(?:,?{glue}(?P<y>\d{{4}})(?![\w.,]?\d|\w)(?:{dates.year_noun or '(?!)'})?)?"
    start = rf"(?<![\w.,:/{TAKEN}-])"
    read = partial(_months, reader=reader, names=names)
    yield Rule(re.compile(rf"{start}{day}{glue}{month}{year}"), read)
    if dates.month_day:
        yield Rule(re.compile(rf"(?<!\w){month}\s{day}(?![\w:/%-]|[.,]\d){year}"), partial(read, month_first=True))
    short = literal({name for n in names if n not in WORDS for name in (n, n.capitalize())})
    alone = re.compile(rf"(?<!\w)(?P<m>{short})\.?{glue}(?P<y>\d{{4}})(?![\w.,]?\d|\w)")
    yield Rule(alone, partial(_month_year, reader=reader, names=names))
    yield from _weekdays(reader)


def _weekdays(reader: Reader) -> Iterator[Rule]:
    """From one day of the week to another."""
    names = cldr.weekdays(reader.language)
    if names and reader.table.to:
        name = literal({name for n in names for name in (n, n.capitalize())})
        pattern = re.compile(rf"(?<!\w)(?P<from>{name})\.?\s?{DASH}\s?(?P<to>{name})(?!\w)\.?")
        to = f" {reader.table.to} "
        yield Rule(pattern, lambda match: to.join(names[day.casefold()] for day in (match["from"], match["to"])))


def _month_year(match: re.Match[str], reader: Reader, names: dict[str, int]) -> str | None:
    if not match["m"][0].isupper() and match["m"] in VERBS:
        return None
    month = cldr.month(names[match["m"].casefold()], reader.language)
    dates = reader.table.dates
    return f"{month}{dates.year.format(y=year_words(match['y'], reader))}" if dates and reader.table.years else None


def _months(match: re.Match[str], reader: Reader, names: dict[str, int], month_first: bool = False) -> str | None:
    if match["m"] in VERBS and month_first:
        return None
    number = str(names[match["m"].casefold()])
    until = said(match, reader, match["d"], number, match["y"], month_first=month_first, since=match["from"])
    return until if not match["from"] or 1 <= int(match["from"]) < int(match["d"]) else None


def _iso(match: re.Match[str], reader: Reader) -> str | None:
    date, clock = said(match, reader, match["d"], match["m"], match["y"]), reader.table.clock
    if not date or not match["h"] or not clock:
        return date
    zone = " U T C" if match["zone"] else ""
    return (
        f"{date} {times.said_at(match['h'], match['min'], (match['s'] or '').replace('00', ''), reader, clock)}{zone}"
    )


def _brief(match: re.Match[str], reader: Reader) -> str | None:
    """A day and a month in figures, where a word before them says so."""
    dates = reader.table.dates
    if dates is None or before(match) not in dates.cues:
        return None
    month_first = cldr.date_order(reader.language) == "mdy"
    day, month = (match["last"], match["first"]) if month_first else (match["first"], match["last"])
    return said(match, reader, day, month)


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
    since: str | None = None,
) -> str | None:
    """A date in words, or None where there is no such day; from the day ``since`` on, if given."""
    dates = reader.table.dates
    if dates is None or not (1 <= int(month) <= 12 and 1 <= int(day) <= LENGTHS[int(month) - 1]):
        return None
    if month_first is None:
        month_first = bool(dates.month_day) and cldr.date_order(reader.language) == "mdy"
    pattern = dates.month_day if month_first else dates.day_month
    if not month_first and before(match) != dates.article.strip():
        pattern = dates.article + pattern
    days = f" {reader.table.to} {'' if month_first else dates.article}".join(
        _day(match, reader, str(int(number))) for number in (since, day) if number
    )
    words = pattern.format(d=days, m=cldr.month(int(month), reader.language))
    return words + dates.year.format(y=year_words(year, reader)) if year else words


def _day(match: re.Match[str], reader: Reader, day: str) -> str:
    dates = reader.table.dates
    assert dates is not None
    if dates.days:
        return dates.days[int(day) - 1]
    if match.string[max(0, match.start() - 1) : match.start()] in ("'", "’"):  # l'1 maggio
        return reader.spell.cardinal(day)
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
    if digits == "00":
        digits = "2000"
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
