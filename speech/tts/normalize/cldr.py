"""What CLDR says of a language, through babel: names of units, currencies and months, and the order of a date."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from speech.languages import base

if TYPE_CHECKING:
    from babel import Locale

    from speech.tts.normalize.numbers import Numeral


@cache
def locale(language: str) -> Locale | None:
    """The locale of a language tag, of its language where the region is unknown, or None."""
    from babel import Locale, UnknownLocaleError

    for tag in (language, base(language)):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None


def unit(count: Numeral, name: str, language: str) -> tuple[str, str] | None:
    """What stands before and after the number in a measure; ``name`` is CLDR's, ``a/b`` where it is one per other."""
    from babel.numbers import format_decimal
    from babel.units import UnknownUnitError, format_compound_unit, format_unit

    found = locale(language)
    over, _, under = name.partition("/")
    if found is None:
        return None
    amount = min(count.count, 10**12)
    try:
        said = (
            format_compound_unit(amount, over, denominator_unit=under, length="long", locale=found)
            if under
            else format_unit(amount, over, length="long", locale=found)
        )
    except (UnknownUnitError, ValueError):
        return None
    shown = format_decimal(amount, locale=found)
    # CLDR has no name for it, or only a sign.
    if not said or over in said or shown not in said or not any(map(str.isalpha, said)):
        return None
    before, _, after = said.replace("\u00a0", " ").partition(shown.replace("\u00a0", " "))
    return before.strip(), after.strip()


def currency(count: Numeral, code: str, language: str) -> str:
    """The name of a currency as it stands behind the number."""
    from babel.numbers import get_currency_name

    found = locale(language)
    return get_currency_name(code, count=count.count, locale=found) if found else code


@cache
def months(language: str) -> dict[str, int]:
    """The names of the months and their abbreviations, folded and without their dots, and which month each is."""
    from babel.dates import get_month_names

    found = locale(language)
    if found is None:
        return {}
    shapes = (
        get_month_names("abbreviated", locale=found),
        get_month_names("abbreviated", context="stand-alone", locale=found),
        get_month_names("wide", context="stand-alone", locale=found),
        get_month_names("wide", locale=found),
    )
    names = {name.casefold().rstrip("."): number for shape in shapes for number, name in shape.items()}
    return {name: number for name, number in names.items() if not name.isdigit()}


@cache
def weekdays(language: str) -> dict[str, str]:
    """The abbreviations of the days of the week, folded and without their dots, and what they stand for."""
    from babel.dates import get_day_names

    found = locale(language)
    if found is None:
        return {}
    full = get_day_names("wide", locale=found)
    shapes = [get_day_names(width, locale=found) for width in ("short", "abbreviated")]
    names = {name.casefold().rstrip("."): full[day] for shape in shapes for day, name in shape.items()}
    return {name: day for name, day in names.items() if len(name) > 1}


def month(number: int, language: str) -> str:
    """The full name of a month, in the form it has beside a day."""
    from babel.dates import get_month_names

    return str(get_month_names("wide", locale=locale(language))[number])


def date_order(language: str) -> str:
    """``mdy``, ``dmy`` or ``ymd``: how the language writes a date in figures."""
    found = locale(language)
    pattern = str(found.date_formats["short"].pattern) if found else "d/M/y"
    return "".join(sorted("dmy", key=pattern.lower().index))
