"""Amounts of money."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.languages import base
from speech.tts.normalize import cldr
from speech.tts.normalize.numbers import Numeral
from speech.tts.normalize.reader import TAKEN, UNSPACED, Reader, Rule, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SYMBOLS = {
    "$": "$", "€": "EUR", "£": "GBP", "¥": "JPY", "¢": "¢", "₿": "₿", "₹": "INR", "₽": "RUB", "₴": "UAH", "₺": "TRY",
    "₩": "KRW", "₫": "VND", "₪": "ILS", "฿": "THB", "₦": "NGN", "₱": "PHP", "₸": "KZT", "₾": "GEL", "₡": "CRC",
    "zł": "PLN", "Kč": "CZK", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "R$": "BRL", "MX$": "MXN", "Fr.": "CHF", "SFr.": "CHF", "RMB": "CNY",
    "CN¥": "CNY", "JP¥": "JPY", "лв.": "BGN", "руб.": "RUB", "грн": "UAH",
}  # fmt: skip
CODES = (
    "AED ARS AUD BGN BRL BTC CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW KZT MXN MYR "
    "NGN NOK "
    "NZD PHP PLN RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR"
).split()
"""Codes of ISO 4217 that are not English words too."""
OWN = {
    "bg": "BGN", "cs": "CZK", "da": "DKK", "hu": "HUF", "is": "ISK", "nb": "NOK", "nn": "NOK", "no": "NOK", "pl": "PLN",
    "ro": "RON", "ru": "RUB", "sv": "SEK", "tr": "TRY", "uk": "UAH",
}  # fmt: skip
"""The currency that is no foreign one where the language is spoken: it is named without its country."""
SHORT = {
    "da": ("kr.", "kr"),
    "hu": ("Ft",),
    "is": ("kr.", "kr"),
    "nb": ("kr",),
    "nn": ("kr",),
    "no": ("kr",),
    "sv": ("kr",),
}
"""Symbols that mean a currency in that language only."""
MILLION = ("mil", "bil", "tril")
"""What a power of ten begins with that is a noun; a thousand is none."""
NOUN_FIRST = frozenset({"pl"})
PESOS = frozenset("AR CL CO CU DO MX UY".split())
"""Where the dollar sign is a peso's."""
TONGUES = {
    "en": {"Rs.": "INR"},
    "ja": {"￥": "JPY"},
    "ru": {"руб": "RUB"},
    "tr": {"TL": "TRY"},
    "uk": {"грн.": "UAH"},
    "zh": {"¥": "CNY", "￥": "CNY", "元": "CNY"},
}
"""Other symbols, by language."""
BASE = {"$": "USD", "¢": "¢", "₿": "₿"}
"""What CLDR knows a symbol as."""


def rules(reader: Reader) -> Iterator[Rule]:
    """``$49.95``, ``3,14 €``, ``CHF 10.50``, ``£1bn``."""
    symbols = {**SYMBOLS, **{code: code for code in CODES}}
    tongue = base(reader.language)
    symbols |= dict.fromkeys(SHORT.get(tongue, ()), OWN.get(tongue, ""))
    symbols |= TONGUES.get(tongue, {})
    if tongue == "es" and reader.language.rpartition("-")[2] in PESOS and "peso" in reader.table.money.names:
        symbols["$"] = "peso"
    guard, behind = ("", "") if tongue in UNSPACED else (rf"(?<![\w{TAKEN}])", r"(?!\w)")
    named, scale = literal(symbols), rf"(?:\s?(?P<scale>{literal(reader.table.scales)})(?!\w))?"
    read = partial(_read, reader=reader, symbols=symbols)
    first = rf"{guard}(?P<minus>[-−–])?(?P<symbol>{named})\s?{reader.quantity('')}(?:\s?(?:{named}))?{scale}"
    yield Rule(re.compile(first), read)
    last = rf"{reader.quantity()}{scale}(?P<minus>)\s?(?P<symbol>{named}){behind}"
    yield Rule(re.compile(last), read)


def _read(match: re.Match[str], reader: Reader, symbols: Mapping[str, str]) -> str | None:
    code = symbols[match["symbol"]]
    exact = match["n"] and not (match["end"] or match["part"] or match["scale"])
    numeral = reader.numeral(match["n"]) if exact else None
    said = _exact(numeral, code, reader, match) if numeral else None
    if said and match["sign"]:
        said = f"{reader.sign(match['sign'])} {said}"
    said = said or _loose(match, code, reader)
    return f"{reader.spell.minus} {said}" if said and match["minus"] else said


def _exact(numeral: Numeral, code: str, reader: Reader, match: re.Match[str]) -> str | None:
    """Units and hundredths, where the amount is written with both."""
    names = reader.table.money.names.get(code)
    if len(numeral.fraction) != 2 or (names and not names[2]):
        return None
    whole, cents = numeral.whole or "0", int(numeral.fraction)
    if names is None:
        return _plainly(whole, cents, code, reader)
    singular = reader.attributive(match)
    unit = f"{reader.spell.cardinal(whole)} {names[0]}" if singular else _counted(Numeral(whole), code, reader)
    name = names[2] if cents == 1 or singular else names[3]
    said = reader.spell.attributive(str(cents), reader.form(names[2]))
    if cents == 0:
        return unit
    if not whole.strip("0"):
        return f"{said} {name}"
    if "{name}" not in reader.table.money.join:
        said = reader.spell.cardinal(str(cents))
    return reader.table.money.join.format(unit=unit, cents=said, name=name)


def _plainly(whole: str, cents: int, code: str, reader: Reader) -> str | None:
    """Units and the bare number of hundredths, where nobody told what these are called."""
    if not whole.strip("0") or code in ("¢", "₿") or base(reader.language) in (*UNSPACED, "ko"):
        return None
    unit = _counted(Numeral(whole), code, reader)
    return f"{unit} {reader.spell.cardinal(str(cents))}" if cents else unit


def _loose(match: re.Match[str], code: str, reader: Reader) -> str | None:
    """Any other amount, and what it counts."""
    last = reader.numeral(match["end"] or match["n"] or "1")
    if last is None:
        return None
    if match["scale"]:
        one, many = reader.table.scales[match["scale"]]
        scale = one if last.count == 1 else many
        amount = reader.amount(match, reader.form(one))
        noun = name(Numeral("1" if reader.attributive(match) else "2"), code, reader)
        of = reader.table.money.of if one.startswith(MILLION) else ""
        of = reader.table.money.of_vowel if of and reader.table.money.of_vowel and noun[:1] in "aeiou" else of
        return f"{amount[0]} {scale} {of}{noun}" if amount else None
    amount = reader.amount(match, reader.form(name(Numeral("1"), code, reader)))
    if amount is None:
        return None
    return f"{amount[0]} {name(Numeral('1') if reader.attributive(match) else amount[1], code, reader)}"


def _counted(numeral: Numeral, code: str, reader: Reader) -> str:
    form = reader.form(name(Numeral("1"), code, reader))
    return f"{reader.spell.number(numeral, form)} {name(numeral, code, reader)}"


def name(count: Numeral, code: str, reader: Reader) -> str:
    """The currency as it stands behind that number."""
    names = reader.table.money.names.get(code)
    if names:
        return names[0] if count.count == 1 else names[1]
    said = cldr.currency(count, BASE.get(code, code), reader.language)
    tongue = base(reader.language)
    return said.split(" ")[0 if tongue in NOUN_FIRST else -1] if OWN.get(tongue) == code else said
