"""Addresses and versions: what is read sign by sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speech.tts.normalize.reader import TAKEN, Reader, Rule, before

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAINS = "com|org|net|edu|gov|mil|info|io|dev|app|ai|eu|uk|de|fr|nl|ch|pl|cz|ca|jp"
FILES = (
    "csv|doc|docx|epub|exe|gif|html|ini|jpeg|jpg|js|json|md|mp3|mp4|onnx|pdf|png|py|rs|sh|toml|ts|txt|wav|xml|yaml|zip"
)
TOKEN = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)
SPELT = re.compile(r"https?|www|ftp|(?<=\.)[a-z]{2}(?=[/:?#]|$)")
"""Parts of an address that are named letter by letter."""
PATH = rf"[^\s<>\"{TAKEN}]"
URL = re.compile(rf"(?<!\w)(?:(?:https?|ftp)://|www\.)(?={PATH}){PATH}*[\w/]")
DOMAIN = re.compile(
    rf"(?<![\w@./-])(?:[^\W_](?:[\w-]*+)\.)++(?:{DOMAINS}|{FILES})\b(?!\.\w)(?:[/?#]{PATH}*[\w/])?", re.IGNORECASE
)
MAIL = re.compile(r"(?<![\w.+-])(?:mailto:)?[\w.+-]++@[\w-]++(?:\.[\w-]++)++")
ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w]|\.\d)")
VERSION = re.compile(r"(?<![\w.,])(?:(?P<v>[vV])\d++(?:\.\d++)*+|\d++(?:\.\d++){2,})(?!\d)")
LOCAL = re.compile(r"(?<![\w.])localhost:\d{1,5}(?!\d)")
SCHEME = re.compile(r"(?:https?://|mailto:)")
HANDLE = re.compile(r"(?<![\w@])@(?=\w)")
TAG = re.compile(r"(?<![\w&#])#(?=[^\W\d])")


def rules(reader: Reader) -> Iterator[Rule]:
    """Addresses of the web and of the mail, domains, file names, numbers of the Internet."""
    if reader.table.web:
        for pattern in (URL, MAIL, DOMAIN, LOCAL):
            yield Rule(pattern, lambda match: spelt(match[0], reader))
        yield Rule(ADDRESS, lambda match: spelt(match[0], reader))


def versions(reader: Reader) -> Iterator[Rule]:
    """Versions (after the dates, which look like them), and names with a sign before them."""
    if reader.table.web:
        yield Rule(VERSION, lambda match: _version(match, reader))
        yield Rule(HANDLE, lambda _: f"{reader.table.web['@']} ")
        if "#" in reader.table.signs:
            yield Rule(TAG, lambda _: f"{reader.table.signs['#']} ")


def spelt(written: str, reader: Reader) -> str:
    """An address, each sign by its name; how it is fetched goes without saying, and so does a slash at its end."""
    written = SCHEME.sub("", written, count=1)
    written = written.removesuffix("/") if len(written) > 1 else written
    letters = SPELT.sub(lambda match: " ".join(match[0]), written)
    said = (_token(token, reader) for token in TOKEN.findall(letters) if not token.isspace())
    return " ".join(said)


def _token(token: str, reader: Reader) -> str:
    if token.isdecimal():
        return figure(token, reader)
    return reader.table.web.get(token, token)


def figure(digits: str, reader: Reader) -> str:
    """A number that counts nothing: short ones whole, years as years, the others digit by digit."""
    if len(digits) == 4 and int(digits) in reader.table.years:
        return reader.spell.year(digits)
    whole = len(digits) <= 3 and (digits == "0" or not digits.startswith("0"))
    return reader.spell.cardinal(digits) if whole else reader.spell.digits(digits)


def _version(match: re.Match[str], reader: Reader) -> str | None:
    written = match[0].lstrip("vV")
    if not match["v"] and reader.numeral(written):  # 1.234.567
        return None
    dot = reader.table.point if reader.marks.decimal == "." else reader.table.web["."]
    said = f" {dot} ".join(figure(part, reader) for part in written.split("."))
    named = match["v"] and before(match) not in ("version", reader.table.web["v"].casefold())
    return f"{reader.table.web['v']} {said}" if named else said
