"""Numbers that are neither dates nor measures: ordinals, fractions, ranges, years, telephone numbers, codes."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.languages import base
from speech.tts.normalize.dates import ordinal_form
from speech.tts.normalize.reader import DASH, TAKEN, UNSPACED, Reader, Rule, after, before, literal
from speech.tts.normalize.web import figure

if TYPE_CHECKING:
    from collections.abc import Iterator

TELEPHONE = re.compile(
    r"(?<![\w.,-])(?<!\d )(?:\+\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,8}|\(\d{3,5}\)\s?\d{2,4}(?:[ -]\d{2,4}){1,3}"
    r"|\d{3}[-.]\d{3}[-.]\d{4}|\d{3}-\d{4}|0[1-9]\d{1,4}[/ -]\d{3,9}(?:[ -]\d{2,5}){0,3})(?![\w-]|[.,]\d)"
)
SERIAL = re.compile(r"(?<![\w.,-])\d++(?:[-‐‑]\d++){2,}(?![\w])")
GROUP = re.compile(r"\d+")
CODE = re.compile(r"(?<![\w.,])(?:[^\W\d_]++\d|\d++[^\W\d_])[^\W_]*+(?!\w)")
SPLIT = re.compile(r"\d+|[^\W\d_]+|.")
POWER = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)[eE]([-+−]?)(\d{1,3})(?!\w)")
FRACTION = re.compile(r"(?<![\w/.,⁄])(?:(?P<whole>\d{1,4})\s)?(?P<over>\d{1,6})[/⁄](?P<under>\d{1,6})(?![\w/⁄]|[.,]\d)")
YEARS = re.compile(rf"(?<![\w.,])(?P<from>\d{{4}})\s?{DASH}\s?(?P<to>\d{{4}}|\d\d)(?![\w-]|[.,]\d)")
YEAR = re.compile(r"(?<![\w.,:/#-])\d{4}(?![\w/-]|[.,:]\d)")
EARLY = 1100
"""An earlier year needs a word before it to be one."""
REST = re.compile(r"\d+")
LONG = 4
"""More digits than this in a code are read one by one."""


def telephones(reader: Reader) -> Iterator[Rule]:
    """Telephone numbers, before anything sees a range or a sum in them."""
    yield Rule(TELEPHONE, lambda match: telephone(match[0], reader))
    yield Rule(SERIAL, lambda match: telephone(match[0], reader))


def telephone(written: str, reader: Reader) -> str:
    """Digit by digit, with a short rest between the groups."""
    plus = f"{reader.table.signs.get('+', 'plus')} " if written.lstrip().startswith("+") else ""
    return plus + ", ".join(reader.spell.digits(group) for group in GROUP.findall(written))


def ordinals(reader: Reader) -> Iterator[Rule]:
    """``21st``, ``1er``, ``2º``, and ``3.`` where a full stop means that."""
    table = reader.table
    if table.ordinals:
        number = rf"(?<![\w.,])(?P<n>\d{{1,3}}(?:{reader.marks.group}\d{{3}})+|\d{{1,15}})"
        suffixed = rf"{number}(?P<suffix>{literal(table.ordinals)})(?!\w)"
        yield Rule(re.compile(suffixed), partial(_suffixed, reader=reader))
    if table.ordinal_dot:
        dotted = re.compile(rf"(?<![\w.,:/{TAKEN}-])(?P<n>\d{{1,3}})\.(?=\s?{DASH}?\s?[^\W\d_]|\s(?:und|bis)\s\d)")
        yield Rule(dotted, partial(_dotted, reader=reader))


def _suffixed(match: re.Match[str], reader: Reader) -> str | None:
    digits = re.sub(r"\D", "", match["n"])
    return reader.spell.ordinal(digits, reader.table.ordinals[match["suffix"]])


def _dotted(match: re.Match[str], reader: Reader) -> str | None:
    form = ordinal_form(match, reader, "?")
    follower = after(match)
    within = before(match).endswith(",") or follower[:1].islower()
    if form == "?" and not (follower and within):
        return None  # a sentence ends here, or an item begins
    return reader.spell.ordinal(match["n"], "" if form == "?" else form)


def fractions(reader: Reader) -> Iterator[Rule]:
    """``1/2``, ``2 3/4``, ``24/30``."""
    yield Rule(FRACTION, partial(_fraction, reader=reader))


def _fraction(match: re.Match[str], reader: Reader) -> str | None:
    over, under = int(match["over"]), int(match["under"])
    if over in reader.table.years and len(match["under"]) == 2 and under == (over + 1) % 100:  # the season 2020/21
        return f"{reader.spell.year(match['over'])} {reader.spell.cardinal(match['under'])}"
    if match["whole"]:
        mixed = reader.mixed(match["whole"], over, under) if over < under else None
        return mixed or f"{reader.spell.cardinal(match['whole'])} {_over(match, reader)}"
    named = reader.fraction(over, under) if over < under or (under in (2, 3, 4) and over < 10 * under) else None
    return named or _over(match, reader)


def _over(match: re.Match[str], reader: Reader) -> str:
    first, second = reader.spell.cardinal(match["over"]), reader.spell.cardinal(match["under"])
    return f"{first}{reader.table.fractions.over}{second}"


def numbers(reader: Reader) -> Iterator[Rule]:
    """Everything else that has digits in it; after these rules no digit is left."""
    if reader.table.power:
        yield Rule(POWER, partial(_power, reader=reader))
    if reader.table.times:
        often = re.compile(rf"(?<![\w.,])(?P<n>{reader.marks.pattern})[x×](?!\w)")
        yield Rule(often, lambda match: _joined(match, reader, f" {reader.table.times}"))
    if reader.table.number:
        hashed = re.compile(r"(?<!\w)#\s?(?=\d)")
        yield Rule(hashed, lambda _: f"{reader.table.number} ")
    if reader.table.years:
        yield Rule(YEARS, partial(_years, reader=reader))
        yield Rule(YEAR, partial(_year, reader=reader))
    yield from _scaled(reader)
    if base(reader.language) not in UNSPACED:
        yield Rule(CODE, partial(_code, reader=reader))
    yield Rule(re.compile(reader.quantity()), partial(_quantity, reader=reader))
    yield Rule(
        REST,
        lambda match: reader.spell.digits(match[0]) if match[0].startswith("0") else reader.spell.cardinal(match[0]),
    )


def _scaled(reader: Reader) -> Iterator[Rule]:
    short = [scale for scale in reader.table.scales if scale in ("k", "M", "bn")]
    if short:
        yield Rule(re.compile(rf"{reader.quantity()}(?P<scale>{literal(short)})(?!\w)"), partial(_scale, reader=reader))


def _scale(match: re.Match[str], reader: Reader) -> str | None:
    amount = reader.amount(match)
    if amount is None:
        return None
    one, many = reader.table.scales[match["scale"]]
    return f"{amount[0]} {one if amount[1].count == 1 else many}"


def _joined(match: re.Match[str], reader: Reader, behind: str) -> str | None:
    numeral = reader.numeral(match["n"])
    return reader.spell.number(numeral) + behind if numeral else None


def _power(match: re.Match[str], reader: Reader) -> str | None:
    numeral = reader.numeral(match[1])
    if numeral is None:
        return None
    minus = f"{reader.spell.minus} " if match[2] in ("-", "−") else ""
    return f"{reader.spell.number(numeral)} {reader.table.power} {minus}{reader.spell.cardinal(str(int(match[3])))}"


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
    """A bare number that is a year by the words beside it."""
    if int(match[0]) not in reader.table.years:
        return None
    cue, follower = before(match).strip("(,;"), after(match)
    if cue in reader.table.year_cues:
        return reader.spell.year(match[0])
    free = not follower or follower in reader.table.year_followers
    return reader.spell.year(match[0]) if free and int(match[0]) >= EARLY and _alone(match) else None


def _alone(match: re.Match[str]) -> bool:
    """Whether nothing before the number makes it an amount."""
    return match.string[max(0, match.start() - 2) : match.start()].strip() not in ("+", "-", "−", "=", "±", "~")


def _code(match: re.Match[str], reader: Reader) -> str | None:
    """Letters and digits in one: the digits as a number where they are few."""
    parts = SPLIT.findall(match[0])
    if not all(part.isalpha() or part.isdecimal() for part in parts):  # 3½, 10²
        return None
    return " ".join(_in_code(part, reader) if part.isdecimal() else part for part in parts)


def _in_code(digits: str, reader: Reader) -> str:
    return reader.spell.digits(digits) if len(digits) > LONG else figure(digits, reader)


def _quantity(match: re.Match[str], reader: Reader) -> str | None:
    end = match["end"]
    if end and not reader.table.to:
        return None
    if end and match.string[match.end() : match.end() + 3].lstrip().startswith("="):  # 5 - 3 = 2
        first, last = reader.numeral(match["n"] or ""), reader.numeral(end)
        return (
            f"{reader.spell.number(first)} {reader.spell.minus} {reader.spell.number(last)}" if first and last else None
        )
    amount = reader.amount(match, _counting(match, reader))
    return amount[0] if amount else None


def _counting(match: re.Match[str], reader: Reader) -> str | None:
    """The form of a number that counts the word behind it; None of one that stands alone."""
    noun = after(match)
    if not reader.table.noun or not noun or not re.fullmatch(reader.table.noun, noun):
        return None
    return "feminine" if noun.endswith(reader.table.feminine_nouns) else ""
