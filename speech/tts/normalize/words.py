"""Abbreviations, initials, Roman numerals and signs."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.languages import base
from speech.tts.normalize.numbers import Numeral
from speech.tts.normalize.reader import (
    DASH,
    FULL_STOP_ORDINALS,
    LOOK,
    ROMAN,
    TAKEN,
    Reader,
    Rule,
    before,
    literal,
    value,
)
from speech.tts.normalize.units import UNITS, measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.tts.normalize.table import Words

CAPITAL = r"[A-ZÀ-ÖØ-ÞŁŠŽČŚŻА-ЯΑ-Ω]"
INITIALS = re.compile(rf"(?<![\w.])(?:{CAPITAL}\.){{2,}}(?!\w)")
INITIAL = re.compile(rf"(?<![\w.'’-])(?P<letter>{CAPITAL})\.(?=[ \u00a0]?{CAPITAL})")
NAME_BEFORE = re.compile(
    rf"(?:^|[(\"“„«\n]|{TAKEN}[ \u00a0]|\b{CAPITAL}[\w'’-]*[ \u00a0]|\.[ \u00a0]?|[,;:—–][ \u00a0]"
    r"|\b(?:by|and|of|with|from|to|für|von|und|mit|par|de|et|di|da|e|por|y|van|en|door)[ \u00a0])$"
)
"""What may stand before an initial: nothing, or more of the name."""
HEADING = re.compile(r"^(?P<n>(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3}))(?=[.)]\s\S)")
"""At the beginning of all: what a chapter is counted with."""
DOTTED = re.compile(r"(?<=\w )(?P<n>(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3}))\.(?=\s|$)")
PARTICLES = ("de", "den", "der", "van", "von", "ten", "ter", "te", "du", "di")
"""Words in lower case that a name begins with."""
RULED = re.compile(r"\s*(?:$|[^\w\s]|(?:of|was|had|died|ruled|reigned|von|war|starb|de|d'|fue|di|fu|van)\b)")
"""What may follow a king's single letter, which may also be a pronoun or an initial."""
INITIALED = re.compile(rf"\.?\s{CAPITAL}|\.\w")
"""What shows that a single letter is an initial."""
ANYWHERE = "&±≠≈≤≥×÷√∞§№©%†°²³−"
SPACED = "+=<>~^@-–*"
"""Signs that only mean something between spaces or numbers."""


def idioms(reader: Reader) -> Iterator[Rule]:
    """What is written in figures and has a reading of its own: ``24/7``."""
    known = {written: said for written, said in reader.table.abbreviations.items() if _has_digit(written)}
    if known:
        pattern = re.compile(rf"(?<![\w.,/])(?:{literal(known)})(?![\w/]|[.,]\d)")
        yield Rule(pattern, lambda match: known[match[0]])


def _has_digit(written: str) -> bool:
    return any(letter.isdecimal() for letter in written)


def abbreviations(reader: Reader) -> Iterator[Rule]:
    """The abbreviations of the table, each where it is one."""
    table = reader.table
    start, end = r"(?<![\w.@/-])", rf"(?![\w@/]|\.\w|{DASH}\w)"
    number = rf"(?=\s?(?:[\d{TAKEN}#]|(?:[IVX]{{2,}}|[VX])\b))"
    particles = f"(?:{literal(PARTICLES)})\\b"
    name = rf"(?=(?:[\s-]|(?<=\.)){CAPITAL}|\s{TAKEN}|\s{particles})"
    short = {written: said for written, said in table.abbreviations.items() if not _has_digit(written)}
    short = {**{w[:1].upper() + w[1:]: said for w, said in short.items() if _begins(w)}, **short}
    counted = {**{w[:1].upper() + w[1:]: said for w, said in table.counted.items() if _begins(w)}, **table.counted}
    if table.endings:
        ending = re.compile(rf"(?<!\w)(?P<stem>[^\W\d_]{{2,40}}?)(?P<short>{literal(table.endings)})(?!\w)")
        yield Rule(ending, lambda match: match["stem"] + table.endings[match["short"]])
    many = {written: said for written, said in short.items() if " " in written}
    for words, behind in ((many, end), (counted, number), (table.titles, name), (short, end)):
        if words:
            pattern = re.compile(rf"{start}(?P<short>{literal(words, spaced=True)}){behind}")
            yield Rule(pattern, partial(_expanded, words=_unspaced(words)))
        if words is counted and table.places:
            pattern = re.compile(rf"(?<=[\w,{TAKEN}] )(?P<short>{literal(table.places)})(?!\w)(?! {CAPITAL})")
            yield Rule(pattern, partial(_place, words=table.places))
    yield Rule(INITIALS, lambda match: " ".join(match[0].replace(".", "")))
    yield Rule(INITIAL, _initial)


def _begins(written: str) -> bool:
    """Whether an abbreviation may begin a sentence, so that it has a capital letter there."""
    return written[0].islower() and written not in ("max.", "u.") and sum(map(str.isalpha, written)) > 1


def _unspaced(words: Words) -> Words:
    return {written.replace(" ", ""): spoken for written, spoken in words.items()}


def _expanded(match: re.Match[str], words: Words) -> str:
    return words[re.sub(r"\s", "", match["short"])]


def _place(match: re.Match[str], words: Words) -> str | None:
    """A street, a junior: only behind a name."""
    word = match.string[max(0, match.start() - LOOK) : match.start() - 1].split(" ")[-1]
    year = len(word) == 4 and word.isdecimal()
    return words[match["short"]] if word[:1].isupper() or word[:1] == TAKEN or year else None


def _initial(match: re.Match[str]) -> str | None:
    ahead = match.string[max(0, match.start() - LOOK) : match.start()]
    more = re.match(rf"[ \u00a0]?{CAPITAL}\.", match.string[match.end() : match.end() + 3])
    return match["letter"] if more or NAME_BEFORE.search(ahead) else None


def romans(reader: Reader) -> Iterator[Rule]:
    """Kings, chapters and centuries: a Roman numeral is only a number where the word beside it says so."""
    table = reader.table.romans
    if table.kings:
        read = partial(_king, reader=reader)
        dot = r"(?P<dot>\.)?" if reader.table.ordinal_dot else ""
        names = rf"(?<!\w)(?P<name>{literal(table.kings)})(?P<genitive>s?)"
        yield Rule(re.compile(rf"{names} (?P<n>{ROMAN}(?P<suffix>er|re|º|°)?)(?!\w){dot}"), read)
    if base(reader.language) not in FULL_STOP_ORDINALS:
        yield Rule(HEADING, lambda match: reader.spell.cardinal(str(value(match["n"]))))
    if reader.table.ordinal_dot:
        yield Rule(DOTTED, partial(_dotted, reader=reader))
    if table.nouns:
        short = [word for word in reader.table.counted if word.endswith(".")]
        nouns = rf"(?<!\w)(?P<noun>{literal({*table.nouns, *short})})\s(?P<n>{ROMAN}|(?!i\b)[ivx]+)(?!\w)"
        yield Rule(re.compile(nouns), partial(_noun, reader=reader))
    if table.centuries:
        century = re.compile(rf"(?<!\w)(?P<n>{ROMAN})(?:{table.centuries})")
        yield Rule(century, partial(_century, reader=reader))


def _king(match: re.Match[str], reader: Reader) -> str | None:
    table, name = reader.table.romans, match["name"]
    roman = match["n"].removesuffix(match["suffix"] or "\0")
    number, follower = value(roman), match.string[match.end() : match.end() + LOOK]
    letter = len(roman) == 1 and not match["suffix"] and not _dot(match)
    initial = INITIALED.match(follower) or (roman not in "VX" and not RULED.match(follower))
    if number > 40 or (letter and initial):
        return None
    queen = name in table.queens
    form = table.queen_form if queen else table.form
    said = reader.spell.ordinal(str(number), form) if number <= table.ordinals else None
    pattern = table.queen if queen else table.article
    if match["genitive"] and table.genitive and said:
        said, pattern = reader.spell.ordinal(str(number), table.genitive_form), table.genitive
    said = pattern.format(n=said) if said else reader.spell.cardinal(str(number))
    return f"{name}{match['genitive']} {said}"


def _dot(match: re.Match[str]) -> bool:
    """Whether a full stop made the numeral an ordinal, as it does in German."""
    return "dot" in match.re.groupindex and bool(match["dot"])


def _noun(match: re.Match[str], reader: Reader) -> str | None:
    number = match["n"].upper()
    if number in ("C", "D", "L", "M") or not re.fullmatch(ROMAN, number):  # Part C, Class D
        return None
    if len(number) == 1 and match["noun"] in reader.table.counted:  # No. I won't
        return None
    noun = reader.table.counted.get(match["noun"], match["noun"])
    return f"{noun} {reader.spell.cardinal(str(value(number)))}"


def _dotted(match: re.Match[str], reader: Reader) -> str | None:
    """``der II. Weltkrieg``: an ordinal by the word before it."""
    form = reader.table.ordinal_forms.get(before(match, 2), reader.table.ordinal_forms.get(before(match)))
    return None if form is None else reader.spell.ordinal(str(value(match["n"])), form)


def _century(match: re.Match[str], reader: Reader) -> str | None:
    table, number = reader.table.romans, str(value(match["n"]))
    if table.century_form is None:
        return reader.spell.cardinal(number)
    form = reader.table.ordinal_forms.get(before(match, 2), reader.table.ordinal_forms.get(before(match), ""))
    return reader.spell.ordinal(number, table.century_form or form) or reader.spell.cardinal(number)


def signs(reader: Reader) -> Iterator[Rule]:
    """What is left of signs that mean a word, and what stands between two things that were read."""
    table = reader.table
    if table.to:
        yield Rule(re.compile(rf"(?<={TAKEN})(?:\s?[–—]\s?|-)(?={TAKEN})"), lambda _: f" {table.to} ")
    if table.ratio:
        yield Rule(re.compile(rf"(?<={TAKEN}):(?={TAKEN})"), lambda _: f" {table.ratio} ")
    yield Rule(re.compile(rf"(?<={TAKEN}),(?={TAKEN})"), lambda _: ",")
    if table.per:
        unit = re.compile(rf"(?<={TAKEN})/(?P<unit>{literal(UNITS)})(?!\w)")
        yield Rule(unit, lambda match: f" {table.per} {(measured(Numeral('1'), match['unit'], reader) or '  ')[1]}")
        yield Rule(re.compile(rf"(?<={TAKEN})/(?=[^\W\d_])"), lambda _: f" {table.per} ")
    anywhere = [sign for sign in table.signs if sign[0] in ANYWHERE]
    spaced = [sign for sign in table.signs if sign in SPACED]
    near = rf"(?<=[\s{TAKEN}])(?P<sign>{literal(spaced)})(?=\s*{TAKEN}|\s+\w)"
    for pattern in (re.compile(rf"(?P<sign>{literal(anywhere)})"), re.compile(near)):
        yield Rule(pattern, lambda match: table.signs[match["sign"]])
