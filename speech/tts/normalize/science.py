"""What figures and signs mean in science: powers of ten, exponents, formulas, angles, durations, bare units."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING

from speech.tts.normalize import cldr
from speech.tts.normalize.numbers import Numeral
from speech.tts.normalize.reader import TAKEN, Reader, Rule, literal
from speech.tts.normalize.times import duration
from speech.tts.normalize.units import UNITS, measured

if TYPE_CHECKING:
    from collections.abc import Iterator

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
LOWERED = "₀₁₂₃₄₅₆₇₈₉"
PLAIN = str.maketrans(RAISED + LOWERED + "⁻−⁺", "0123456789" * 2 + "--+")
EXPONENT = rf"(?:\^(?P<up>[-−+]?\d{{1,4}})|(?P<raised>[⁻⁺]?[{RAISED}]{{1,4}}))"
RAISED_ALONE = re.compile(rf"(?:(?<=[\d)\]])|(?<![^\W\d_])(?<=[^\W\d_]))(?P<raised>[⁻⁺]?[{RAISED}]{{1,4}})")
"""Behind a number, a bracket or a single letter; behind a word it is a note's."""
FORMULA = re.compile(rf"(?<!\w)(?=[A-Za-z]+[{LOWERED}])[A-Za-z{LOWERED}]+")
ANGLE = re.compile(
    r"(?<![\w.,])(?P<deg>\d{1,3})°\s?(?P<min>\d{1,2})['’′](?:\s?(?P<sec>\d{1,2}(?:[.,]\d+)?)(?:\"|”|″|''))?"
)
INCHES = re.compile(
    rf"(?<![\w.,{TAKEN}/])(?P<n>\d{{1,3}}(?:[.,]\d{{1,2}})?)(?:/(?P<under>\d{{1,2}}))?(?P<mark>[\"”″])(?=$|[\s,;:)-])"
)
ALONE = frozenset({"mph", "kph", "kWh", "km/u"})
"""Units of letters that are no words."""
QUOTED = 400
"""How far back an opening quotation mark is looked for, in characters."""
SIGNED = re.compile(r"(?<=\bUTC)[-+−](?=\d)|(?<=\bGMT)[-+−](?=\d)")
SINGLE = re.compile(r"[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ①-⑳]")
OVER = re.compile(rf"(?<=[\d{TAKEN}]) / (?=\d)")


def rules(reader: Reader) -> Iterator[Rule]:
    """In the order in which they must be tried."""
    table = reader.table
    mark = r"\." if reader.marks.decimal == "." else "[.,]"
    pace = rf"(?<![\w:.,])(?:(?P<h>\d{{1,2}}):)?(?P<m>\d{{1,2}}):(?P<s>[0-5]\d{mark}\d{{1,3}})(?![\w:]|[.,]\d)"
    yield Rule(
        re.compile(pace), lambda match: duration(match["h"] or "", match["m"], match["s"].replace(",", "."), reader)
    )
    yield Rule(ANGLE, partial(_angle, reader=reader))
    yield Rule(INCHES, partial(_inches, reader=reader))
    if table.power:
        units = rf"(?:\s?(?P<unit>{literal(UNITS)})(?!\w))?"
        mantissa = rf"(?<![\w.,])(?P<n>{reader.marks.pattern})\s?[x×·⋅*]\s?10{EXPONENT}"
        yield Rule(re.compile(mantissa + units), partial(_scientific, reader=reader))
    if "^" in table.signs:
        yield Rule(RAISED_ALONE, partial(_raised, reader=reader))
        yield Rule(re.compile(r"\^(?P<raised>[-−]\d{1,4})(?!\w)"), partial(_raised, reader=reader))
    yield Rule(FORMULA, partial(_formula, reader=reader))
    yield Rule(SIGNED, lambda match: table.signs.get("+", "") if match[0] == "+" else reader.spell.minus)
    yield Rule(SINGLE, lambda match: reader.spell.cardinal(str(int(unicodedata.numeric(match[0])))))
    if "÷" in table.signs:
        yield Rule(OVER, lambda _: f" {table.signs['÷']} ")


def bare(reader: Reader) -> Iterator[Rule]:
    """Units with no number, where only units are written so: ``km/h``."""
    symbols = [
        symbol for symbol in UNITS if ("/" in symbol and " " not in symbol) or symbol[-1] in "²³" or symbol in ALONE
    ]
    pattern = re.compile(rf"(?<![\w/{TAKEN}])(?<!\d )(?:{literal(symbols)})(?![\w/])")
    yield Rule(pattern, lambda match: _named(match[0], reader))


def _named(symbol: str, reader: Reader) -> str | None:
    names = measured(Numeral("2"), symbol, reader)
    return " ".join(filter(None, names)) if names else None


def _power(exponent: str, reader: Reader) -> str:
    exponent = exponent.translate(PLAIN)
    minus = f"{reader.spell.minus} " if exponent.startswith("-") else ""
    return minus + reader.spell.cardinal(str(int(exponent.lstrip("+-"))))


def _scientific(match: re.Match[str], reader: Reader) -> str | None:
    numeral = reader.numeral(match["n"])
    if numeral is None:
        return None
    exponent = _power(match["up"] or match["raised"], reader)
    unit = _named(match["unit"], reader) or match["unit"] if match["unit"] else ""
    return f"{reader.spell.number(numeral)} {reader.table.power} {exponent} {unit}".rstrip()


def _raised(match: re.Match[str], reader: Reader) -> str:
    own = reader.table.signs.get(match["raised"])
    return f" {own or reader.table.signs['^'] + ' ' + _power(match['raised'], reader)} "


def _formula(match: re.Match[str], reader: Reader) -> str:
    parts = re.findall(r"\d+|[A-Za-z]+", match[0].translate(PLAIN))
    return " ".join(reader.spell.cardinal(part) if part.isdecimal() else part for part in parts)


def _angle(match: re.Match[str], reader: Reader) -> str | None:
    degrees = measured(Numeral(match["deg"]), "°", reader)
    if degrees is None:
        return None
    said = f"{reader.spell.number(Numeral(match['deg']), reader.form(degrees[1]))} {degrees[1]}"
    return f"{said} {duration('', match['min'], (match['sec'] or '').replace(',', '.'), reader)}"


def _inches(match: re.Match[str], reader: Reader) -> str | None:
    """The size of a screen, unless the mark closes a quotation."""
    numeral = reader.numeral(match["n"])
    ahead = match.string[max(0, match.start() - QUOTED) : match.start()]
    opened = ahead.count('"') % 2 or "“" in ahead or "„" in ahead
    names = cldr.unit(numeral, "length-inch", reader.language) if numeral else None
    if names is None or numeral is None or (opened and match["mark"] != "″"):
        return None
    if match["under"]:
        part = reader.fraction(int(match["n"]), int(match["under"])) if match["n"].isdecimal() else None
        one = cldr.unit(Numeral("1"), "length-inch", reader.language)
        return f"{part} {one[1]}" if part and one else None
    noun = cldr.unit(Numeral("1"), "length-inch", reader.language) if reader.attributive(match) else names
    return f"{reader.spell.number(numeral, reader.form(names[1]))} {(noun or names)[1]}"
