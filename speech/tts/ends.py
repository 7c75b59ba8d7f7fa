"""Where sentences end, found while the text is still coming.

The ends are those of sentencex, which knows the abbreviations, quotes and full stops of some three hundred languages.
It looks at a text as a whole; here the text arrives in stretches of any size, and a sentence is wanted as soon as it
is over. So it is asked again at the end of every word, always about the sentence so far: the first end it sees is
taken. What is asked depends on the text alone, never on how it was cut into stretches, and so does the answer.
"""

# ruff: noqa: RUF001 - the signs of many scripts, some of which look like others

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from typing import TYPE_CHECKING

from speech import languages
from speech.tts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Spans = Sequence[tuple[int, int]]
    """Stretches of the text, as (start, end), that are not cut inside."""

LIMIT = 400
"""Characters after which a sentence without an end is cut, at a clause or a space. About half a minute of speech: the
longest sentences of ordinary prose stay whole, while what a voice computes at once, and keeps a listener waiting
for, stays bounded."""

AHEAD = 40
"""Characters beyond ``LIMIT`` within which a sentence may still end by itself."""

STOPS = "!?…。！？｡．।॥։؟۔።፧၊။។៕།"
CLOSERS = "\"')\\]}’”»›」』）】》〕〉"

# The end of a word: before a space; or, where no space need stand, one character behind a mark that ends a sentence.
WORD = re.compile(rf"\S(?= )|(?:(?<=[{STOPS}])|(?<=[{STOPS}][{CLOSERS}]))[^\s{STOPS}{CLOSERS}]")

CLAUSE = re.compile(rf"[,;:،؛—–][{CLOSERS}]* |[，、；：]")

# Full stops that sentencex does not know.
MORE = re.compile(rf"[។៕།][{CLOSERS}]* *(?=[^\s{CLOSERS}។៕།])")

# Abbreviations that it does not know, as the last word of a sentence; in lower case, but for those that are otherwise
# words of their own.
_ABBREVIATIONS = {
    "de": "dr. prof. dipl. bzw. abb.",
    "en": "mr. mrs. ms. dr. prof. rev. capt. lt. sgt. gov. e.g. i.e. cf. fig. figs. vol. vols. ch. pp. eq. approx. "
    "univ. messrs. mon. tue. thu. fri.",
    "es": "D. pág. págs. cap. fig. vol.",
    "fr": "M. MM. Me. mme. mmes. mlle. mgr. dr. pr. ste. av. fig. vol. chap. env.",
    "it": "pag. pagg. fig. vol. cap. dott. prof.",
    "nl": "dhr. mevr. mw. o.a. d.w.z. bijv. blz. nr. fig.",
    "pl": "dr. np. tzn. m.in. rys. ul. al.",
    "pt": "av. pág. fig. vol. cap. exa.",
    "ru": "т.е. им. ул. рис. табл. млн. млрд. тыс. стр.",
    "sv": "t.ex. bl.a. d.v.s. kl. fig. nr.",
    "tr": "örn. bkz. şek.",
    "uk": "ім. вул. рис. млн. млрд. тис. стор.",
}
ABBREVIATIONS = {language: frozenset(words.split()) for language, words in _ABBREVIATIONS.items()}

# A sentence of nothing but the number of an item in a list or of a chapter: it belongs to the item.
NUMBER = re.compile(r"\W*(?:\d{1,3}|[a-zA-Z]|[IVXLC]{1,7})\.\s*")

# What is in brackets as a whole, and ends with a full stop in them, is a sentence of its own.
BRACKETED = re.compile(rf"[.{STOPS}][\"'”’»]?[)\]] +(?=[^\s{CLOSERS}])")

# What never begins a sentence.
INNER = ",;:)]}،؛，、；：）」』】》〕"

# Initials and the like ("d.w.z.", "T. e."), which end a sentence only where the next word is a beginning.
INITIALS = re.compile(r"(?:^|[^\w.])\w\.$|\w\.\w+\.$")
OPENING = re.compile(r"(?<= )[\"'“‘«‹„¿¡(\[]+$")
QUOTED = re.compile(rf"[{CLOSERS}]$")

# What shows in a word that it is an address, or a line of a program.
ADDRESS = re.compile(r"[/=&@#<>_]")


def first(text: str, language: str, seen: int, whole: Spans, *, complete: bool) -> tuple[int, bool] | None:
    """Where the first sentence of a text ends.

    Args:
        text: from the start of a sentence on, with single spaces.
        language: a language tag.
        seen: how much of the text was given before, and no end found in it.
        whole: stretches that are not cut inside.
        complete: nothing follows.

    Returns:
        The length of the sentence with the space behind it, and whether it ends there by itself; None where that
        cannot be told before more of the text is known.
    """
    known = text[: LIMIT + AHEAD]
    for end in _words(known, seen):
        if found := _end(known[:end], language, whole):
            return found, True
    if not complete and len(known) < LIMIT + AHEAD:
        return None
    if found := _end(known, language, whole):
        return found, True
    return (_forced(text, whole), False) if len(text) > LIMIT else (len(text), True)


def _words(text: str, seen: int) -> Iterator[int]:
    """The ends of the words that were not all there when ``seen`` characters were."""
    for word in WORD.finditer(text, max(0, seen - 1)):
        yield word.end()


def _end(text: str, language: str, whole: Spans) -> int:
    """The first end inside the text; 0 where there is none."""
    from sentencex import segment

    language = languages.base(language)
    seen = {
        *accumulate(map(len, segment(language, text))),
        *(match.end() for match in MORE.finditer(text)),
        *_brackets(text),
        *shortened.closes(text, language),
    }
    for end in sorted(_before_quote(text[:end]) for end in seen - {len(text)}):
        if not _goes_on(text[:end], text[end:], language) and not _inside(end, whole):
            return end
    return 0


def _brackets(text: str) -> Iterator[int]:
    """Where a sentence in brackets ends, or the last one in them; what follows begins with a capital letter."""
    for found in BRACKETED.finditer(text):
        before, rest = text[: found.start()].lstrip(), text[found.end() :].lstrip("\"'“‘«‹„¿¡([")
        if (before.startswith(("(", "[")) or not set("([") & set(before)) and rest[:1].isupper():
            yield found.end()


def _before_quote(text: str) -> int:
    """The length without an opening quote, which sentencex leaves behind where the closing one is not there yet."""
    opening = OPENING.search(text)
    return opening.start() if opening else len(text)


def _goes_on(text: str, rest: str, language: str) -> bool:
    """Whether the sentence goes on, although an end was seen between the text and the rest."""
    before = text.rstrip()
    gap = text[len(before) :]
    if not before or rest[0] in INNER or NUMBER.fullmatch(text) or _bound(before, gap, rest):
        return True
    if shortened.binds(before, gap, rest, language):
        return True
    last = before.rsplit(maxsplit=1)[-1].lstrip("(“\"'«„")
    known = ABBREVIATIONS.get(language, frozenset())
    if last in known or (last.lower() in known and last != last.upper()):
        return True
    if rest[0].islower():
        return bool(QUOTED.search(before) or INITIALS.search(before))
    return before[-1] in "」』" and rest.startswith(("と", "って"))  # "...," said they, in Japanese


def _bound(before: str, gap: str, rest: str) -> bool:
    """Whether what stands before and behind is one word, or meant to stay on one line."""
    if gap:
        return gap.strip("\xa0\u2007\u202f") == ""
    if not rest[0].isascii() or not rest[0].isalnum():
        return False
    if before[-1] == ".":
        return before[-2:] != ".."
    return before[-1] in "!?" and bool(ADDRESS.search(before.rsplit(maxsplit=1)[-1] + rest))


def _forced(text: str, whole: Spans) -> int:
    """Where a sentence that is too long is cut: behind a clause, else behind a word, else between letters."""
    head = text[:LIMIT]
    clauses = [match.end() for match in CLAUSE.finditer(head) if match.end() > LIMIT // 2]
    spaces = [match.end() for match in re.finditer(" ", head)]
    for places in (clauses, spaces, range(1, LIMIT + 1)):
        for place in reversed(places):
            if not _inside(place, whole) and not _joined(text, place):
                return place
    return next((end for start, end in whole if start < LIMIT < end), LIMIT)


def _inside(place: int, whole: Spans) -> bool:
    return any(start < place < end for start, end in whole)


def _joined(text: str, place: int) -> bool:
    """Whether a cut would part a letter from its accents, or an emoji from its parts."""
    before, after = text[place - 1], text[place : place + 1]
    return (
        "\u200d" in (before, after)
        or unicodedata.category(after or " ")[0] == "M"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
