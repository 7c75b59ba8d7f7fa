"""Measures: an amount and the symbol of a unit. The names come from CLDR."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.languages import base
from speech.tts.normalize import cldr
from speech.tts.normalize.numbers import Numeral
from speech.tts.normalize.reader import TAKEN, UNSPACED, Reader, Rule, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

UNITS = {
    "км": "length-kilometer", "м": "length-meter", "см": "length-centimeter", "мм": "length-millimeter",
    "кг": "mass-kilogram", "мг": "mass-milligram", "т": "mass-tonne", "л": "volume-liter", "мл": "volume-milliliter",
    "км/ч": "speed-kilometer-per-hour", "м/с": "speed-meter-per-second", "мин": "duration-minute",
    "га": "area-hectare",
    "км/год": "speed-kilometer-per-hour", "кВт": "power-kilowatt", "м²": "area-square-meter",
    "км²": "area-square-kilometer",
    "km": "length-kilometer", "m": "length-meter", "dm": "length-decimeter", "cm": "length-centimeter",
    "mm": "length-millimeter", "µm": "length-micrometer", "μm": "length-micrometer", "nm": "length-nanometer",
    "mi": "length-mile", "yd": "length-yard", "ft": "length-foot", "nmi": "length-nautical-mile",
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "µg": "mass-microgram", "μg": "mass-microgram",
    "t": "mass-tonne", "lb": "mass-pound", "lbs": "mass-pound", "oz": "mass-ounce",
    "tsp": "volume-teaspoon", "tbsp": "volume-tablespoon", "Tbsp": "volume-tablespoon",
    "fl oz": "volume-fluid-ounce", "qt": "volume-quart",
    "l": "volume-liter", "L": "volume-liter", "dl": "volume-deciliter", "cl": "volume-centiliter",
    "ml": "volume-milliliter", "mL": "volume-milliliter", "hl": "volume-hectoliter", "gal": "volume-gallon",
    "m²": "area-square-meter", "m2": "area-square-meter", "km²": "area-square-kilometer",
    "km2": "area-square-kilometer", "cm²": "area-square-centimeter", "ha": "area-hectare", "ft²": "area-square-foot",
    "sq ft": "area-square-foot", "mi²": "area-square-mile", "m³": "volume-cubic-meter", "m3": "volume-cubic-meter",
    "cm³": "volume-cubic-centimeter", "km³": "volume-cubic-kilometer",
    "h": "duration-hour", "hrs": "duration-hour", "hr": "duration-hour", "min": "duration-minute",
    "mins": "duration-minute", "s": "duration-second", "sec": "duration-second", "secs": "duration-second",
    "Std.": "duration-hour", "Std": "duration-hour", "Min.": "duration-minute", "Sek.": "duration-second",
    "ms": "duration-millisecond", "µs": "duration-microsecond", "μs": "duration-microsecond",
    "ns": "duration-nanosecond",
    "km/h": "speed-kilometer-per-hour", "kph": "speed-kilometer-per-hour", "kmh": "speed-kilometer-per-hour",
    "mph": "speed-mile-per-hour", "m/s": "speed-meter-per-second", "kn": "speed-knot",
    "m/s2": "acceleration-meter-per-square-second", "m/s^2": "acceleration-meter-per-square-second",
    "m/s²": "acceleration-meter-per-square-second", "ft/s": "length-foot/duration-second",
    "g/km": "mass-gram/length-kilometer", "kg/m³": "mass-kilogram/volume-cubic-meter",
    "mg/l": "mass-milligram/volume-liter", "mg/L": "mass-milligram/volume-liter", "g/l": "mass-gram/volume-liter",
    "mg/kg": "mass-milligram/mass-kilogram", "km/s": "length-kilometer/duration-second",
    "l/100 km": "consumption-liter-per-100-kilometer", "mpg": "consumption-mile-per-gallon",
    "°C": "temperature-celsius", "℃": "temperature-celsius", "°F": "temperature-fahrenheit",
    "℉": "temperature-fahrenheit", "°": "angle-degree",
    "W": "power-watt", "kW": "power-kilowatt", "MW": "power-megawatt", "GW": "power-gigawatt",
    "mW": "power-milliwatt", "hp": "power-horsepower", "kWh": "energy-kilowatt-hour", "kJ": "energy-kilojoule",
    "kcal": "energy-kilocalorie", "V": "electric-volt", "mA": "electric-milliampere", "Ω": "electric-ohm",
    "Hz": "frequency-hertz", "kHz": "frequency-kilohertz", "MHz": "frequency-megahertz",
    "GHz": "frequency-gigahertz", "kB": "digital-kilobyte", "KB": "digital-kilobyte", "MB": "digital-megabyte",
    "GB": "digital-gigabyte", "TB": "digital-terabyte", "Mbit": "digital-megabit", "Gbit": "digital-gigabit",
    "kbit": "digital-kilobit", "Mbit/s": "digital-megabit/duration-second",
    "kbit/s": "digital-kilobit/duration-second",
    "Gbit/s": "digital-gigabit/duration-second", "Mbps": "digital-megabit/duration-second",
    "kbps": "digital-kilobit/duration-second", "Gbps": "digital-gigabit/duration-second",
    "MB/s": "digital-megabyte/duration-second", "GB/s": "digital-gigabyte/duration-second",
    "Pa": "pressure-pascal", "hPa": "pressure-hectopascal", "kPa": "pressure-kilopascal",
    "MPa": "pressure-megapascal", "atm": "pressure-atmosphere",
    "bar": "pressure-bar", "mbar": "pressure-millibar", "psi": "pressure-pound-force-per-square-inch",
    "ppm": "concentr-permillion", "%": "concentr-percent", "‰": "concentr-permille",
    "MP": "graphics-megapixel", "px": "graphics-pixel", "dpi": "graphics-dot-per-inch", "ct": "mass-carat",
    "lm": "light-lumen", "lx": "light-lux", "kn.": "speed-knot",
}  # fmt: skip


PARTS = rf"(?<![\w.,/⁄{TAKEN}-])(?:(?P<whole>\d{{1,3}})\s)?(?P<over>\d{{1,3}})[/⁄](?P<under>\d{{1,4}})"
DIGITS = re.compile(r"\d+")
FEET = re.compile(rf"(?<![\w.,{TAKEN}])(?P<feet>\d{{1,2}})['’′]\s?(?P<inches>1[01]|\d)(?:\"|”|″|'')")


def _part(match: re.Match[str], reader: Reader) -> str | None:
    """``1/4 tsp``, ``2 1/2 kg``."""
    over, under, whole = int(match["over"]), int(match["under"]), match["whole"]
    names = measured(Numeral("2" if whole else "1"), match["unit"], reader)
    if names is None or over >= under:
        return None
    halves = reader.table.fractions.half_of
    if not whole and (over, under) == (1, 2) and halves[0]:
        said: str | None = halves[reader.form(names[1]) == "feminine"]
    else:
        said = reader.mixed(whole, over, under) if whole else reader.fraction(over, under)
    return " ".join(filter(None, (names[0], said, names[1]))) if said else None


def percentages(reader: Reader) -> Iterator[Rule]:
    """``%10`` and ``10%`` where the word comes first."""
    if first := reader.table.percent_first:
        guard = "" if base(reader.language) in UNSPACED else r"(?!\w)"
        pattern = re.compile(rf"%{reader.quantity('')}{guard}|{reader.quantity().replace('?P<', '?P<_')}\s?[%％]")
        yield Rule(pattern, partial(_percentage, reader=reader, first=first))


def _percentage(match: re.Match[str], reader: Reader, first: str) -> str | None:
    written = match["n"] or match["_n"]
    numeral = reader.numeral(written) if written and not (match["end"] or match["_end"]) else None
    return f"{first} {reader.spell.number(numeral)}" if numeral else None


def feet(reader: Reader) -> Iterator[Rule]:
    """``6'2"``: before inches and angles."""
    if reader.language.startswith("en"):
        yield Rule(FEET, partial(_feet, reader=reader))


def rules(reader: Reader) -> Iterator[Rule]:
    """An amount and its unit, with anything between ``5kg`` and ``10–15 km/h``; and sides of a rectangle."""
    known = literal({*UNITS, *reader.table.units})
    per = rf"(?:/(?:{literal(symbol for symbol in UNITS if symbol.isalpha() or symbol[-1] in '²³')}))?"
    beside = rf"(?:(?<![\w{TAKEN}])|(?<=\d[x×]))(?<!\d/)(?<!\d⁄)"
    units = (
        rf"(?P<unit>(?:{known}){per}(?!\w)(?!/\w)(?!(?<=[A-Z])\.\s?[A-Z\d]))(?P<dot>\.(?=\s[a-zà-ÿа-я\d]|[,;:)]|$))?"
    )
    yield from _crowds(reader)
    yield Rule(re.compile(rf"{PARTS}\s?{units}"), partial(_part, reader=reader))
    yield Rule(re.compile(rf"{reader.quantity(beside)}[\s-]?{units}"), partial(_read, reader=reader))
    if reader.table.by:
        if "×" in reader.table.signs:
            product = rf"(?<=[\d{TAKEN}])\s[x×]\s(?=\d[^=\n]{{0,20}}=)"
            yield Rule(re.compile(product), lambda _: f" {reader.table.signs['×']} ")
        sides = rf"(?<=[\d{TAKEN}])(?P<gap>\s?)[x×](?P=gap)(?=[\d{TAKEN}])"
        yield Rule(re.compile(sides), lambda _: f" {reader.table.by} ")


def _crowds(reader: Reader) -> Iterator[Rule]:
    """Millions of people, where the letter might be a metre's."""
    for letter, (scale, nouns) in reader.table.crowds.items():
        pattern = rf"{reader.quantity()}{letter}(?=-strong\b|\s(?:[a-z]+\s)?(?:{literal(nouns)})\b)"
        yield Rule(re.compile(pattern), partial(_crowd, reader=reader, scale=scale))


def _crowd(match: re.Match[str], reader: Reader, scale: str) -> str | None:
    amount = reader.amount(match)
    return f"{amount[0]} {scale}" if amount else None


def _feet(match: re.Match[str], reader: Reader) -> str:
    """Somebody's height."""
    said = []
    for written, name in ((match["feet"], "length-foot"), (match["inches"], "length-inch")):
        names = cldr.unit(Numeral(written), name, reader.language)
        said.append(f"{reader.spell.cardinal(written)} {names[1] if names else ''}")
    return " ".join(said)


def _read(match: re.Match[str], reader: Reader) -> str | None:
    last = reader.numeral(match["end"] or match["n"] or "1")
    one = measured(Numeral("1"), match["unit"], reader)
    if last is None or one is None:
        return None
    form = reader.form(one[1] or one[0])
    amount = reader.amount(match, form)
    if amount is None:
        return None
    names = measured(Numeral("1") if reader.attributive(match) else amount[1], match["unit"], reader)
    return " ".join(filter(None, (names[0], amount[0], names[1]))) if names else None


def measured(count: Numeral, symbol: str, reader: Reader) -> tuple[str, str] | None:
    """What stands before and after that number."""
    own = reader.table.units.get(symbol)
    if own:
        return "", own[count.count != 1]
    names = cldr.unit(count, _named(symbol), reader.language)
    return (names[0], DIGITS.sub(lambda digits: reader.spell.cardinal(digits[0]), names[1])) if names else None


def _named(symbol: str) -> str:
    """What CLDR calls a unit, which may be one per another."""
    over, _, under = symbol.partition("/")
    return UNITS.get(symbol) or (f"{UNITS[over]}/{UNITS[under]}" if over in UNITS and under in UNITS else "")
