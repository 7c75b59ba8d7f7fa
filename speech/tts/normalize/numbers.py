"""Numbers in words: CLDR's rule-based number formats, and the numerals of a language as it writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from speech.languages import base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unicode_rbnf import RbnfEngine

MOST_DIGITS = 15
"""The rules look numbers up as doubles; a longer whole number is read digit by digit."""
FULL_CARDINALS = frozenset({"en-AU", "en-GB", "en-IE", "en-IN", "en-NZ", "en-ZA"})
"""Where one says "one hundred and one"."""
RULES_OF = {"nb": "no", "tl": "fil", "pt-PT": "pt_PT", "fr-BE": "fr_BE", "fr-CH": "fr_CH", "de-CH": "de_CH"}
SPACES = "\u00a0\u2009\u202f"
"""No-break and thin spaces: between digits they only ever group."""
DIGITAL = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was written, without the marks of its language."""

    whole: str
    """Decimal digits; empty in ".5"."""
    fraction: str = ""
    negative: bool = False

    @property
    def count(self) -> int | float:
        """What decides between singular and plural."""
        whole = int(self.whole[-MOST_DIGITS:] or "0") + (10**MOST_DIGITS if len(self.whole) > MOST_DIGITS else 0)
        return whole + float(f"0.{self.fraction[:MOST_DIGITS]}") if self.fraction else whole


class Speller:
    """Puts numbers of one language into words."""

    def __init__(self, engine: RbnfEngine, point: str, *, full: bool = False, decimals: int = 0) -> None:
        """``point`` is the word for the decimal mark; ``full`` is for FULL_CARDINALS.

        Up to so many ``decimals`` are read as one number.
        """
        self.engine = engine
        self.point = point
        self.decimals = decimals
        self.rulesets = {name for name, rules in engine.rulesets.items() if not rules.is_private}
        self.plain = "spellout-cardinal-verbose" if full else "spellout-numbering"

    def cardinal(self, digits: str, form: str = "") -> str:
        """A whole number; ``form`` is what the rules call a gender, with a case perhaps: ``feminine``."""
        wanted = f"spellout-cardinal-{form}"
        said = self._said(digits, wanted if form and wanted in self.rulesets else self.plain)
        return said or self.digits(digits)

    def attributive(self, digits: str, form: str = "") -> str:
        """A whole number in front of a noun, of the given gender or the language's most common one."""
        forms = [form] if form else ["reale", "common", "masculine"]
        return self.cardinal(digits, next((f for f in forms if f"spellout-cardinal-{f}" in self.rulesets), ""))

    def ordinal(self, digits: str, form: str = "") -> str | None:
        """The place in an order; None where the rules of the language have no ordinals."""
        forms = [form] if form else ["", "reale", "common", "masculine"]
        names = [f"spellout-ordinal-{f}" if f else "spellout-ordinal" for f in forms]
        name = next((name for name in names if name in self.rulesets), None)
        return self._said(digits, name) if name else None

    def year(self, digits: str) -> str:
        """The number of a year, in the way and the case that the language has for years."""
        return self._said(digits, "spellout-numbering-year") or self.cardinal(digits)

    def digits(self, digits: str) -> str:
        """One after the other."""
        return " ".join(map(self._digit, digits))

    def number(self, numeral: Numeral, form: str | None = None) -> str:
        """Any number: on its own, or (with a ``form``, perhaps "") in front of a noun."""
        whole = numeral.whole or "0"
        zeros = len(whole) > 1 and whole.startswith("0")
        if zeros:
            said = self.digits(whole)
        elif form is None or numeral.fraction:
            said = self.cardinal(whole)
        else:
            said = self.attributive(whole, form)
        if numeral.fraction:
            said = f"{said if numeral.whole else ''} {self.point} {self.fraction(numeral.fraction)}".lstrip()
        return f"{self.minus} {said}" if numeral.negative else said

    def fraction(self, digits: str) -> str:
        """What stands behind the decimal mark: one by one, or few of them as a number behind its zeros."""
        number = digits.lstrip("0")
        if not number or len(digits) > self.decimals:
            return self.digits(digits)
        return f"{self.digits(digits[: -len(number)])} {self.cardinal(number)}".lstrip()

    @property
    def minus(self) -> str:
        """The word before a negative number."""
        return self._format(-1, "spellout-numbering").rpartition(" ")[0] or "minus"

    def _digit(self, digit: str) -> str:
        return self._said(digit, "spellout-numbering") or digit

    def _said(self, digits: str, ruleset: str) -> str | None:
        if len(digits) > MOST_DIGITS:
            return None
        said = self._format(int(digits), ruleset)
        return None if not said or DIGITAL.search(said) else said

    def _format(self, number: int, ruleset: str) -> str:
        from unicode_rbnf.engine import RbnfError

        try:
            said = self.engine.format_number(number, ruleset_names=[ruleset]).text
        except (RbnfError, ValueError, ArithmeticError, RecursionError):  # a rule set with a hole in it
            return ""
        if self.engine.language == "ro":  # is written with a comma below these days, not with a cedilla
            said = said.translate(str.maketrans("şţŞŢ", "șțȘȚ"))
        if self.engine.language == "ru":  # is stressed there, which a voice only knows from the letter
            said = re.sub(r"четверт(?!ь)", "четвёрт", said)
        return said.replace(",", "").strip()  # a comma would be a pause


@cache
def speller(language: str, point: str, decimals: int = 0) -> Speller | None:
    """The speller of a language; None where CLDR has no rules for it."""
    from unicode_rbnf import RbnfEngine

    for name in (RULES_OF.get(language), RULES_OF.get(base(language)), language.replace("-", "_"), base(language)):
        if name:
            try:
                engine = RbnfEngine.for_language(name)
                return Speller(engine, point, full=language in FULL_CARDINALS, decimals=decimals)
            except ValueError:
                continue
    return None


class Marks:
    """How a language writes numbers: its decimal mark, and what groups its thousands."""

    def __init__(self, decimal: str, groups: Sequence[str]) -> None:
        self.decimal = decimal
        self.group = f"[{re.escape(''.join(groups))}'’{SPACES}]"
        other = r"|\.(?!\d{3}(?!\d))\d++" if decimal == "," else r""  # "3.14" where a comma is usual
        tail = rf"(?:{re.escape(decimal)}\d++{other})?"
        spaced = r"|\d{1,3}(?: \d{3})+(?!\d)" if " " in groups else r"|\d{1,3}(?:(?: \d{3}){2,}| 000)(?!\d)"
        indian = r"|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)" if decimal == "." else ""
        self.pattern = (
            rf"(?<!\d)(?<!\d[.,])(?>(?:\d{{1,3}}(?:{self.group}\d{{3}})+(?!\d){spaced}{indian}|\d++){tail}"
            rf"|(?<![\w)])[{re.escape(decimal)}]\d++)"
        )
        """A number without a sign."""
        self._numeral = re.compile(self.pattern)

    def read(self, written: str, *, negative: bool = False) -> Numeral | None:
        """The number that is written so; None if it is none in this language."""
        written = written.strip()
        if not self._numeral.fullmatch(written):
            return None
        grouped = rf"(?<=\d){self.group[:-1]} ](?=\d)"
        mark = self.decimal
        if mark == "," and "," not in written and re.search(r"\.(?!\d{3}(?!\d))\d+$", written):
            mark = "."
        whole, _, fraction = written.rpartition(mark) if mark in written else (written, "", "")
        return Numeral(re.sub(grouped, "", whole), fraction, negative)


@cache
def marks(language: str) -> Marks:
    """How the language writes numbers, as CLDR knows it."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    from speech.tts.normalize.cldr import locale

    found = locale(language)
    decimal = get_decimal_symbol(found) if found else "."
    group = get_group_symbol(found) if found else ","
    if decimal not in ".,":
        decimal, group = ".", ","
    group = "." if decimal == "," and group in SPACES + " ’" else group
    return Marks(decimal, [group, " "] if decimal == "," else [group])
