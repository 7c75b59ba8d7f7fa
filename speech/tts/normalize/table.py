"""What neither CLDR nor its number rules know of a language: one table each, in ``tables/``, found by its code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from speech.languages import base

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How a time of day is said; ``{h}``, ``{m}`` and ``{s}`` are numbers in words, ``{zero}`` is nought."""

    hour: str
    """At the full hour."""
    late: str = ""
    """The same where the hour is zero or above twelve."""
    noun: tuple[str, str] = ("", "")
    """One hour and several: ``{noun}``."""
    minutes: str = "{h} {m}"
    under_ten: str = "{m}"
    """Minutes below ten."""
    one: str = ""
    """The hour of one, where it differs from the number."""
    dotted_after: tuple[str, ...] = ()
    """Words before ``20.15`` that make it a time."""
    seconds: str = "{s}"
    form: str = ""
    """The gender of the hour's number."""
    halves: Words = field(default_factory=dict)
    """The marks of the halves of the day, folded and without dots: ``pm``."""
    suffix: str = ""
    """A regular expression: what is written after a time, and said in it: ``Uhr``."""
    separators: str = ":"
    """Between hours and minutes: ``h`` too in French. Only with a suffix may it be a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """How a date is said; ``{d}`` and ``{y}`` are words, ``{m}`` is the name of the month."""

    day_month: str = "{d} {m}"
    month_day: str = ""
    """Where the month may come first."""
    year: str = " {y}"
    day: str = "cardinal"
    """``ordinal``, ``cardinal``, or ``first`` where only the first day is an ordinal."""
    form: str = ""
    """The form of that ordinal, where no word before it tells (``Table.ordinal_forms``)."""
    article: str = ""
    """What ``day_month`` begins with, unless it is there already."""
    between: str = ""
    """A regular expression for what may stand between day, month and year: ``de``."""
    months: Mapping[str, int] = field(default_factory=dict)
    """Other abbreviations of months, in lower case and without their dots."""
    cues: frozenset[str] = frozenset()
    """Words before ``12/25`` that make it a date."""
    days: tuple[str, ...] = ()
    """The days as they stand before a month, where the rules have no such form."""
    year_noun: str = ""
    """A regular expression for a word behind the year that is part of ``year``."""
    spelt_years: bool = False
    """The rules for years are for the year of a date: they have its case."""
    decades: Words = field(default_factory=dict)
    """What is written after a decade, and what is said: ``er``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fractions:
    """How a part of a whole is said."""

    half: str = ""
    """1/2 alone."""
    and_half: str = ""
    """The same after a whole number; with no space before it where it grows together."""
    parts: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """The names of one and of several parts, by denominator."""
    join: str = ""
    """Between the whole number and the part."""
    half_of: tuple[str, str] = ("", "")
    """1/2 in front of a noun, masculine and feminine."""
    over: str = "/"
    """Between numbers that make no part with a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What currencies are called in everyday speech, by their ISO code."""

    names: Mapping[str, tuple[str, str, str, str]] = field(default_factory=dict)
    """One and several of the unit, one and several of its hundredth."""
    join: str = "{unit} {cents}"
    """``{cents}`` is the number, ``{name}`` what it counts."""
    of: str = ""
    """Between a million and the currency; before a vowel, the other one where there is one."""
    of_vowel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Romans:
    """Where a Roman numeral is a number."""

    kings: frozenset[str] = frozenset()
    """First names that are counted."""
    queens: frozenset[str] = frozenset()
    """Those of them that take ``queen``."""
    article: str = "{n}"
    """How a king's number is said: ``the {n}``."""
    queen: str = "{n}"
    form: str = ""
    """The form of that ordinal, and of a queen's."""
    queen_form: str = ""
    ordinals: int = 10**6
    """Kings up to this one have an ordinal, the others a cardinal."""
    genitive: str = ""
    """The same of a name that ends in the genitive's s, with the ordinal in this form."""
    genitive_form: str = ""
    nouns: frozenset[str] = frozenset()
    """Words with a number behind them: ``Chapter``."""
    centuries: str = ""
    """A regular expression after the numeral of a century: ``e siècle``."""
    century_form: str | None = ""
    """Its ordinal's form; None: it is a cardinal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One language. Regular expressions are said to be such; all else is matched literally."""

    point: str
    """The decimal mark."""
    decimals: int = 0
    """Up to so many digits behind the decimal mark are read as one number."""
    to: str = ""
    """Between the ends of a range."""
    by: str = ""
    """Between the sides of a rectangle."""
    times: str = ""
    """How often: ``5x``."""
    number: str = ""
    """Before a number: ``#1``."""
    signs: Words = field(default_factory=dict)
    """Signs that stand on their own or before a number."""
    web: Words = field(default_factory=dict)
    """What addresses and versions are made of."""
    abbreviations: Words = field(default_factory=dict)
    titles: Words = field(default_factory=dict)
    """Abbreviations that are so only before a name."""
    places: Words = field(default_factory=dict)
    """Abbreviations that are so only after a name."""
    counted: Words = field(default_factory=dict)
    """Abbreviations that are so only before a number."""
    endings: Words = field(default_factory=dict)
    """Abbreviations that end a longer word: ``Hauptstr.``"""
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Units that CLDR does not know or not by that symbol, as one and as many."""
    ordinals: Words = field(default_factory=dict)
    """What is written after the digits of an ordinal, and its form in the rules."""
    ordinal_dot: bool = False
    """A full stop behind digits makes an ordinal, as in ``3. Mai``."""
    ordinal_forms: Words = field(default_factory=dict)
    """The form of an ordinal by the word or two before it."""
    ordinal_nouns: Words = field(default_factory=dict)
    """Nouns that are counted with ordinals where no word stands before, and the form of theirs."""
    glued: tuple[str, ...] = ()
    """Endings that grow together with the number before them: ``10er``."""
    determiners: frozenset[str] = frozenset()
    """Words before an amount that is in the singular because it describes a noun: ``a 5 km run``."""
    no_nouns: frozenset[str] = frozenset()
    """Words behind an amount that are no nouns."""
    spelt_after: frozenset[str] = frozenset()
    """Words before a number that is read digit by digit."""
    postal: str = ""
    """A regular expression for a postal code, which is read so too."""
    crowds: Mapping[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """Letters behind a number that are a power of ten before certain nouns: ``3m people``."""
    percent_first: str = ""
    """The word for per cent, where it stands before the number and is written as ``%`` there or behind."""
    years: range = range(0)
    """Numbers that are said as years where they are years."""
    year_cues: frozenset[str] = frozenset()
    """Words before such a number that make it a year."""
    year_followers: frozenset[str] = frozenset()
    """Words behind it that do not make it a count."""
    year_plurals: tuple[str, ...] = ()
    """Endings of nouns that are counted; any other word may stand behind a year."""
    year_nouns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Regular expressions for the word behind the ordinal of a year or a century, the form it asks for ("" where the
    preposition tells), and the word to say ("" for the one that is written)."""
    year_nouns_capital: bool = False
    """Nouns are written with a capital letter, and a number before one counts it."""
    scales: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Abbreviated powers of ten, as one and as many."""
    feminine: frozenset[str] = frozenset()
    """Units and currencies of that gender, by the first word of their name."""
    neuter: frozenset[str] = frozenset()
    feminine_end: tuple[str, ...] = ()
    """Endings of feminine nouns, where that is nearly a rule."""
    noun: str = ""
    """A regular expression for a word that is counted by the number before it."""
    feminine_nouns: tuple[str, ...] = ()
    """Endings of such words that make the number feminine."""
    power: str = ""
    """Between 1 and 5 in ``1e5``."""
    ratio: str = ""
    """Between the numbers of ``16:9``."""
    per: str = ""
    """Between an amount and a noun: ``$5/hour``."""
    clock: Clock | None = None
    dates: Dates | None = None
    fractions: Fractions = Fractions()
    money: Money = Money()
    romans: Romans = Romans()


@cache
def table(language: str) -> Table:
    """The table of a language; of one without, what is true anywhere and its decimal mark."""
    from speech.tts.normalize.tables.others import OTHERS

    code = base(language)
    module = f"speech.tts.normalize.tables.{code}"
    if code.isalpha() and find_spec(module):
        found = import_module(module).TABLE
        assert isinstance(found, Table)
        return found
    return OTHERS.get(code, Table(point=""))
