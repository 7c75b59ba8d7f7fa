"""Pages of HTML and XHTML, read: by an XML parser or, where that gives up, by one for broken HTML."""

from __future__ import annotations

import re
from html.entities import html5
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from speech.tts.xhtml import VOID, Compiler

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from speech.tts.plan import Item
    from speech.tts.tally import Tally

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_ENCODING = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?([A-Za-z0-9._-]+)""")


def page(
    data: bytes,
    tally: Tally,
    targets: Mapping[str, str] | None = None,
    chapters: Collection[str] = (),
    language: str | None = None,
) -> tuple[list[Item], bool]:
    """The items of an XHTML page, and whether it was sound; the arguments are those of a ``Compiler``.

    A document type is passed over: the characters HTML has names for are known, nothing is opened, and a page that
    declares entities of its own counts as broken.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

    kept = tally.copy()
    compiler = Compiler(tally, targets, chapters, language)
    parser = DefusedXMLParser(target=compiler, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(without_entities(data))
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        tally.reset(kept)
        return _mended(data, Compiler(tally, targets, chapters, language)), False
    return compiler.items(), True


def without_entities(data: bytes) -> bytes:
    """The page with numbers in place of the names that HTML gives to characters: XML knows but five of them."""
    return _ENTITY.sub(_by_number, data)


def _mended(data: bytes, compiler: Compiler) -> list[Item]:
    html = Html(compiler)
    html.feed(_decoded(data))
    html.close()
    compiler.close()
    return compiler.items()


class Html(HTMLParser):
    """HTML as it is written by hand, told to a compiler."""

    def __init__(self, compiler: Compiler) -> None:
        super().__init__()
        self._compiler = compiler

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins; one that has no end ends at once."""
        self._compiler.start(tag, dict(attrs))
        if tag in VOID:
            self._compiler.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As ``<a/>``, which in XHTML is empty."""
        self._compiler.start(tag, dict(attrs))
        self._compiler.end(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        self._compiler.end(tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        self._compiler.data(data)


def _by_number(entity: re.Match[bytes]) -> bytes:
    name = entity[1].decode()
    known = html5.get(f"{name};") if name not in ("lt", "gt", "amp", "quot", "apos") else None
    return "".join(f"&#{ord(sign)};" for sign in known).encode() if known else entity[0]


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    named = _ENCODING.search(data[:1024])
    try:
        return data.decode(named[1].decode() if named else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
