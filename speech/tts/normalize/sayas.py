"""SSML's interpret-as: text whose author says what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from speech.tts.normalize import dates, money, plain, times, units
from speech.tts.normalize.reader import ROMAN, Reader, Rule, reader, value

Read = Callable[[str, str, Reader], str | None]
"""Of the text, the format behind the colon, and the reader."""
CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d\d))?(?:[:.]?(\d\d))?\s*([ap]\.?m?\.?)?", re.IGNORECASE)
FIXED = re.compile(r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)")


def say_as(text: str, kind: str, language: str) -> str | None:
    """The text as what its author says it is; None where it cannot be read so.

    ``kind`` is SSML's ``interpret-as``, with its format after a colon where there is one (``date:dmy``).
    """
    known = reader(language)
    name, _, form = kind.strip().casefold().partition(":")
    read = KINDS.get(name)
    text = text.strip()
    return read(text, form.strip(), known) if known and read and text else None


def _characters(text: str, _: str, known: Reader) -> str:
    """Each by its name."""
    names = {**known.table.signs, **known.table.web}
    spoken = (known.spell.digits(sign) if sign.isdecimal() else names.get(sign, sign) for sign in text if sign.strip())
    return " ".join(spoken)


def _cardinal(text: str, _: str, known: Reader) -> str | None:
    match = re.fullmatch(r"([-−–+])?\s*(.+)", text)
    numeral = known.numeral(match[2]) if match else None
    if numeral is not None:
        said = known.spell.number(numeral)
        return f"{known.sign(match[1])} {said}" if match and match[1] else said
    return known.spell.cardinal(str(value(text))) if re.fullmatch(ROMAN, text) else None


def _ordinal(text: str, _: str, known: Reader) -> str | None:
    suffixed = _first(plain.ordinals)(text, "", known)
    if suffixed:
        return suffixed
    digits = str(value(text)) if re.fullmatch(ROMAN, text) else text.removesuffix(".")
    return known.spell.ordinal(digits) if digits.isdecimal() else None


def _digits(text: str, _: str, known: Reader) -> str | None:
    return plain.telephone(text, known) if any(sign.isdecimal() for sign in text) else None


def _date(text: str, form: str, known: Reader) -> str | None:
    if not form:
        return _first(dates.rules)(text, form, known)
    match = re.fullmatch(r"\D*".join(_part(letter) for letter in form if letter in "ymd"), text)
    if match is None or not set(form) <= set("ymd"):
        return None
    year, month, day = (match.groupdict().get(letter) for letter in "ymd")
    order = form.find("m") < form.find("d")
    year = f"20{year}" if year and len(year) == 2 and int(year) <= dates.LAST_YEAR else year
    year = f"19{year}" if year and len(year) == 2 else year
    if month and day:
        return dates.said(
            match,
            known,
            day,
            month,
            year,
            month_first=order if known.table.dates and known.table.dates.month_day else False,
        )
    return dates.parts(day, month, year, known)


def _part(letter: str) -> str:
    return rf"(?P<{letter}>\d{{4}}|\d\d)" if letter == "y" else rf"(?P<{letter}>\d\d?)"


def _time(text: str, form: str, known: Reader) -> str | None:
    read = _first(times.rules)(text, form, known)
    match = CLOCK.fullmatch(text)
    clock = known.table.clock
    if read or not match or not clock or int(match[1]) > 24 or max(match[2] or "0", match[3] or "0") > "59":
        return read
    half = (match[4] or "")[:1].casefold() + "m" if match[4] else ""
    said = times.said_at(match[1], match[2] or "00", match[3] or "", known, clock, half=bool(half))
    return f"{said} {clock.halves.get(half, half)}" if half else said


def _fraction(text: str, form: str, known: Reader) -> str | None:
    return _first(plain.fractions, plain.numbers)(re.sub(r"\s*\+\s*", " ", text), form, known)


def _first(*groups: Callable[[Reader], Iterator[Rule]]) -> Read:
    """What reads the whole text by the first rule of these groups that can."""

    def read(text: str, _: str, known: Reader) -> str | None:
        rules = (rule for group in groups for rule in group(known))
        matches = ((rule, rule.pattern.fullmatch(text)) for rule in rules)
        spoken = (rule.read(match) for rule, match in matches if match)
        return next((" ".join(said.split()) for said in spoken if said), None)

    return read


KINDS: dict[str, Read] = {
    "characters": _characters, "spell-out": _characters, "verbatim": _characters, "cardinal": _cardinal,
    "number": _cardinal, "ordinal": _ordinal, "digits": _digits, "telephone": _digits, "date": _date, "time": _time,
    "currency": _first(money.rules), "unit": _first(units.rules), "fraction": _fraction,
}  # fmt: skip
"""``address`` and ``expletive`` have no reading of their own."""
