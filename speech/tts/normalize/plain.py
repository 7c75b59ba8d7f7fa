"""Numbers that are neither dates nor measures: ordinals, fractions, ranges, years, telephone numbers, codes."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.languages import base
from speech.tts.normalize import years
from speech.tts.normalize.dates import ordinal_form
from speech.tts.normalize.reader import DASH, FULL_STOP_ORDINALS, TAKEN, UNSPACED, Reader, Rule, after, before, literal
from speech.tts.normalize.web import figure

if TYPE_CHECKING:
    from collections.abc import Iterator

TELEPHONE = re.compile(
    r"(?<![\w.,-])(?<!\d )(?:\+\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,8}|(?:1[ -])?\(\d{3,5}\)\s?\d{2,4}(?:[ -]\d{2,4}){1,3}"
    r"|\d{3}[-.]\d{3}[-.]\d{4}|\d{3}-\d{4}|0[1-9]\d{1,4}[/ -]\d{3,9}(?:[ -]\d{2,5}){0,3})(?![\w-]|[.,]\d)"
)
CALLED = re.compile(
    r"(?<!\w)(?P<cue>(?:[Tt]el|[Tt]fno|[Pp]hone|[Ff]ax|[Mm]obile?|Handy)\.?:?\s)(?P<n>\d[\d /-]{5,18}\d)(?!\w)"
)
SERIAL = re.compile(r"(?<![\w.,-])\d++(?:[-‐‑]\d++){2,}(?![\w])")
GROUP = re.compile(r"\d+")
CODE = re.compile(r"(?<![\w.,])(?:[^\W\d_]++\d|\d++[^\W\d_])[^\W_]*+(?P<more>(?:-(?=[^\W_]*\d)[^\W_]++)*+)(?![^\W_])")
HALF = r"(?<![\w.,/-])(?P<a>\d{1,2})(?P<mark>[/-]|–)(?P<b>\d{1,2})(?![\w/-]|[.,]\d)"
"""Two parts of a hundred, perhaps."""
SHAPE = re.compile(r"\d+")
SPLIT = re.compile(r"\d+|[^\W\d_]+|.")
POWER = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)[eE]([-+−]?)(\d{1,3})(?!\w)")
FRACTION = re.compile(r"(?<![\w/.,⁄])(?:(?P<whole>\d{1,4})\s)?(?P<over>\d{1,6})[/⁄](?P<under>\d{1,6})(?![\w/⁄]|[.,]\d)")
REST = re.compile(r"\d+")
LONG = 4
"""More digits than this in a code are read one by one."""


def telephones(reader: Reader) -> Iterator[Rule]:
    """Telephone numbers, before anything sees a range or a sum in them."""
    yield Rule(TELEPHONE, lambda match: telephone(match[0], reader))
    if base(reader.language) != "fr":  # has pairs of figures for that
        yield Rule(CALLED, lambda match: f"{_called(match['cue'], reader)} {telephone(match['n'], reader)}")
    yield Rule(SERIAL, lambda match: telephone(match[0], reader))
    if reader.table.postal:
        yield Rule(re.compile(reader.table.postal), lambda match: telephone(match[0], reader))
    if reader.table.spelt_after:
        cue = literal(reader.table.spelt_after)
        spelt = rf"(?<!\w)(?P<cue>(?:{cue})(?:\s(?:is|was|ist|number))?:?\s)(?P<n>\d{{3,10}})(?!\w|[.,:]\d|\s?%)"
        yield Rule(re.compile(spelt, re.IGNORECASE), lambda match: match["cue"] + reader.spell.digits(match["n"]))


def telephone(written: str, reader: Reader) -> str:
    """Digit by digit, with a short rest between the groups."""
    plus = f"{reader.table.signs.get('+', 'plus')} " if written.lstrip().startswith("+") else ""
    return plus + ", ".join(reader.spell.digits(group) for group in GROUP.findall(written))


def _called(cue: str, reader: Reader) -> str:
    """What stands before a telephone number, written out where it is an abbreviation."""
    word = cue.rstrip(" :")
    colon = ":" if cue.rstrip().endswith(":") else ""
    known = {**reader.table.abbreviations, **reader.table.counted}
    return known.get(word, word) + colon


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


def foreign_ordinals(reader: Reader) -> Iterator[Rule]:
    """``19. století``: in words where there are rules for that, else left to the voice, which may know the case."""
    if base(reader.language) in FULL_STOP_ORDINALS and not reader.table.ordinal_dot:
        dotted = re.compile(rf"(?<![\w.,:/{TAKEN}-])(?P<n>\d{{1,4}})\.(?=\s[^\W\d_])")
        yield Rule(dotted, lambda match: _foreign(match, reader))


def _foreign(match: re.Match[str], reader: Reader) -> str | None:
    if not after(match)[:1].islower():
        return None
    return reader.spell.ordinal(match["n"]) or match[0]


def glued(reader: Reader) -> Iterator[Rule]:
    """``10er``, ``100%ig``: the number and its ending are one word."""
    if reader.table.glued:
        ends = literal(reader.table.glued)
        pattern = rf"(?<![\w.,])(?P<n>\d{{1,4}})(?P<percent>\s?%)?-?(?P<end>{ends})(?![^\W_])"
        yield Rule(re.compile(pattern), partial(_glued, reader=reader))


def _glued(match: re.Match[str], reader: Reader) -> str | None:
    percent = reader.table.signs["%"].lower() if match["percent"] else ""
    return f"{reader.spell.attributive(match['n'])}{percent}{match['end']}"


def _suffixed(match: re.Match[str], reader: Reader) -> str | None:
    digits = re.sub(r"\D", "", match["n"])
    return reader.spell.ordinal(digits, reader.table.ordinals[match["suffix"]])


def _dotted(match: re.Match[str], reader: Reader) -> str | None:
    follower = after(match)
    form = ordinal_form(match, reader, reader.table.ordinal_nouns.get(follower, "?"))
    within = before(match).endswith(",") or follower[:1].islower()
    if form == "?" and not (follower and within):
        return None  # a sentence ends here, or an item begins
    return reader.spell.ordinal(match["n"], reader.table.ordinal_nouns.get("", "") if form == "?" else form)


def fractions(reader: Reader) -> Iterator[Rule]:
    """``1/2``, ``2 3/4``, ``24/30``."""
    yield Rule(re.compile(HALF), partial(_parted, reader=reader))
    yield Rule(FRACTION, partial(_fraction, reader=reader))


def _fraction(match: re.Match[str], reader: Reader) -> str | None:
    over, under = int(match["over"]), int(match["under"])
    if over in reader.table.years and len(match["under"]) == 2 and under == (over + 1) % 100:  # the season 2020/21
        return f"{reader.spell.year(match['over'])} {reader.spell.cardinal(match['under'])}"
    if match["whole"]:
        mixed = reader.mixed(match["whole"], over, under) if over < under else None
        return mixed or f"{reader.spell.cardinal(match['whole'])} {_over(match, reader)}"
    if reader.table.fractions.half_of[0] and (over, under) == (1, 2) and (form := _counting(match, reader)) is not None:
        return reader.table.fractions.half_of[form == "feminine"]
    named = reader.fraction(over, under) if over < under or (under in (2, 3, 4) and over < 10 * under) else None
    return named or _over(match, reader)


def _parted(match: re.Match[str], reader: Reader) -> str | None:
    """``80/20``, ``60-40``: what makes a hundred is said without a word between."""
    first, second = int(match["a"]), int(match["b"])
    if first + second != 100 or (match["mark"] != "/" and first <= second):
        return None
    return f"{reader.spell.cardinal(match['a'])} {reader.spell.cardinal(match['b'])}"


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
    yield from years.rules(reader)
    if base(reader.language) not in UNSPACED:
        yield Rule(CODE, partial(_code, reader=reader))
    yield Rule(re.compile(reader.quantity()), partial(_quantity, reader=reader))
    yield Rule(
        REST,
        lambda match: reader.spell.digits(match[0]) if match[0].startswith("0") else reader.spell.cardinal(match[0]),
    )


def scaled(reader: Reader) -> Iterator[Rule]:
    """``3.5M``, ``2 Mio.``"""
    short = [scale for scale in reader.table.scales if scale in ("k", "M") or len(scale.strip(".")) > 1]
    short = [scale for scale in short if scale not in ("mm", "hundred")]
    if short:
        pattern = re.compile(rf"{reader.quantity()}\s?(?P<scale>{literal(short)})(?!\w)")
        yield Rule(pattern, partial(_scale, reader=reader))


def _scale(match: re.Match[str], reader: Reader) -> str | None:
    one, many = reader.table.scales[match["scale"]]
    amount = reader.amount(match, reader.form(one))
    if amount is None:
        return None
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


def _code(match: re.Match[str], reader: Reader) -> str | None:
    """Letters and digits in one: the digits as a number where they are few."""
    written = match[0]
    if match["more"]:
        alike = len({SHAPE.sub("", part) for part in written.split("-")}) == 1  # Q1-Q3
        written = written.replace("-", f" {reader.table.to} " if alike else " ")
    parts = [part for part in SPLIT.findall(written) if not part.isspace()]
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
