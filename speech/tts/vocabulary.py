"""The vocabulary of SSML: its elements and attributes, and those of the dialects that services publish."""

from __future__ import annotations

from collections.abc import Mapping

Attributes = Mapping[str, str]

NAMESPACES = ("http://www.w3.org/2001/10/synthesis", "https://www.w3.org/2001/10/synthesis")

OTHER_NAMES = {"paragraph": "p", "sentence": "s", "bookmark": "mark", "token": "w"}

SAY_AS = {
    "characters": "characters", "character": "characters", "spell-out": "characters", "letters": "characters",
    "cardinal": "cardinal", "number": "cardinal", "ordinal": "ordinal", "digits": "digits", "digit": "digits",
    "number_digit": "digits", "date": "date", "time": "time", "telephone": "telephone", "phone": "telephone",
    "currency": "currency", "money": "currency", "unit": "unit", "measure": "unit", "fraction": "fraction",
    "verbatim": "verbatim",
}  # fmt: skip
"""What services call the kinds of text: as the plan calls them."""
FORMATTED = ("date", "time", "telephone", "currency", "unit")
"""Kinds whose format is passed on."""

ALPHABETS = ("ipa", "x-sampa", "xsampa")
SILENCES = ("leading", "leading-exact")
"""Of Azure's silences those that stand where they are heard."""


def own_name(tag: str, attributes: Attributes, prefixes: set[str] | None = None) -> str:
    """The name of an element as this file knows it; with its prefix where it is somebody else's."""
    prefix, colon, name = tag.rpartition(":")
    if colon and (attributes.get(f"xmlns:{prefix}") in NAMESPACES or prefix in (prefixes or ())):
        tag = name
    tag = tag.lower()
    return OTHER_NAMES.get(tag, tag)


COMMON = frozenset(["xmlns", "xml:lang", "xml:base", "xml:id", "xml:space", "id", "onlangfailure"])
"""Attributes that any element may have, and that say nothing of how it is spoken but for the language."""

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    name: frozenset(attributes.split())
    for name, attributes in {
        "speak": "version startmark endmark", "p": "", "s": "", "lang": "", "w": "role", "lookup": "ref",
        "break": "time strength", "emphasis": "level", "sub": "alias", "mark": "name mark",
        "prosody": "rate pitch volume contour range duration amazon:max-duration",
        "say-as": "interpret-as format detail language", "phoneme": "alphabet ph type",
        "voice": "name gender age variant required languages language ordering onvoicefailure effect",
        "audio": "src clipBegin clipEnd speed repeatCount repeatDur soundLevel fetchtimeout fetchhint maxage maxstale",
        "mstts:silence": "type value",
    }.items()
}  # fmt: skip
"""Of each element those that are followed, or are told of where they are not."""


def unknown(name: str, attributes: Attributes) -> list[str]:
    """The attributes that an element of that name does not have."""
    known = ATTRIBUTES.get(name)
    if known is None:
        return []
    return [key for key in attributes if key not in known and key not in COMMON and key[:6] not in ("xmlns:", "xsi:sc")]


def folded(name: str, attributes: Attributes) -> Attributes:
    """The attributes as they are known, where they are written in another case and are not there twice."""
    if not unknown(name, attributes):
        return attributes
    known = {key.lower(): key for key in (*ATTRIBUTES.get(name, ()), *COMMON)}
    return {
        known.get(key.lower(), key) if known.get(key.lower()) not in attributes else key: value
        for key, value in attributes.items()
    }


def format_of(kind: str, given: str) -> str:
    """A format as the plan has it: of a date the order of day, month and year, each once."""
    if kind != "date":
        return given
    return "".join(dict.fromkeys(letter for letter in given.lower() if letter in "dmy")) or given
