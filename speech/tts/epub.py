"""EPUB to items of the plan: the pages of a book in their order, with its chapters.

EPUB 2 and 3 (W3C EPUB 3.3; IDPF OPF 2.0.1): a ZIP with a package document that lists the pages and their order, and a
table of contents (a navigation page, or an NCX). One page is held at a time; nothing is extracted or opened elsewhere.
"""

from __future__ import annotations

import lzma
import posixpath
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urldefrag
from zipfile import BadZipFile, ZipFile

from speech import languages
from speech.data import Event
from speech.errors import UnsupportedError
from speech.tts.pages import page, without_entities
from speech.tts.plan import Chapter, Text
from speech.tts.tally import Tally
from speech.tts.xhtml import NO_LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from speech.tts.plan import Item, Report

LARGEST_PAGE = 16 << 20
"""Bytes of one page or list; the longest novels have 5 MB in all."""
LARGEST_BOOK = 512 << 20
"""Bytes of all that is read of a book."""
DEEPEST_CHAPTER = 2
"""Levels of the table of contents that are chapters: parts, and the chapters in them."""

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ciphers that only obscure fonts."""
_OPS_TYPE = "{http://www.idpf.org/2007/ops}type"


def items(file: BinaryIO, report: Report) -> Iterator[Item]:
    """The items of a book, page by page.

    Args:
        file: the EPUB; it must seek.
        report: told of what is not read: footnotes, tables of contents, covers, drawings, broken pages.

    Raises:
        UnsupportedError: it is no EPUB, is damaged or encrypted, or grows beyond all measure when unpacked.
    """
    with _opened(file) as book:
        yield from _with_chapters(book.items(report))


def about(file: BinaryIO) -> tuple[str | None, str | None]:
    """The title of a book, and the tag of the language it says it is in; None for what it does not say.

    Raises:
        UnsupportedError: as ``items``.
    """
    with _opened(file) as book:
        return book.title, book.language


def _with_chapters(found: Iterator[Item]) -> Iterator[Item]:
    """Chapters begin with their first word; one without a word is none."""
    chapter = None
    for item in found:
        if isinstance(item, Chapter):
            chapter = item
            continue
        if chapter is not None and isinstance(item, Text):
            yield chapter
            chapter = None
        yield item


@contextmanager
def _opened(file: BinaryIO) -> Iterator[_Book]:
    with _translated():
        archive = ZipFile(file)
    with archive:
        yield _book(_Archive(archive))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise UnsupportedError(f"the file is no EPUB, or is damaged ({error}); get it again") from error


class _Archive:
    """A ZIP whose members are read whole, as long as they stay in bounds."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._left = LARGEST_BOOK
        self._names = {name.lower(): name for name in archive.namelist()}

    def read(self, name: str) -> bytes | None:
        """A member's content; None where there is none of that name.

        Raises:
            UnsupportedError: it is encrypted, or too large.
        """
        found = self._names.get(name.lower())
        if found is None:
            return None
        member = self._archive.getinfo(found)
        if member.flag_bits & 1:
            raise UnsupportedError(f"{name!r} in the EPUB is encrypted; take a copy without protection")
        with _translated(), self._archive.open(member) as file:
            data = file.read(LARGEST_PAGE + 1)
        self._left -= len(data)
        if len(data) > LARGEST_PAGE or self._left < 0:
            limit = (LARGEST_PAGE if len(data) > LARGEST_PAGE else LARGEST_BOOK) >> 20
            raise UnsupportedError(f"{name!r} in the EPUB makes it larger than {limit} MiB; split the book")
        return data

    def xml(self, name: str) -> Element | None:
        """A member parsed; None where there is none of that name.

        Raises:
            UnsupportedError: it is no XML, or declares entities.
        """
        from xml.etree.ElementTree import ParseError

        from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
        from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

        data = self.read(name)
        try:
            return None if data is None else fromstring(without_entities(data))
        except (ParseError, DefusedXmlException, LookupError) as error:
            raise UnsupportedError(
                f"{name!r} in the EPUB is damaged ({error}); mend the book with an editor"
            ) from error


@dataclass(slots=True)
class _Book:
    """A book that is open."""

    archive: _Archive
    title: str | None
    language: str | None
    pages: list[str] = field(default_factory=list)
    """Names of members, in reading order."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Names of pages that are not read, and what they are."""
    events: list[Event] = field(default_factory=list)
    """What went wrong when it was opened."""
    chapters: dict[str, dict[str, str]] = field(default_factory=dict)
    """For each page, the titles of the chapters in it by the id they begin at; "" is the page's beginning."""

    def items(self, report: Report) -> Iterator[Item]:
        """Page by page."""
        tally = Tally()
        for event in self.events:
            report(event)
        for name in self.pages:
            if name in self.left_out:
                report(Event("dropped", f"page {name!r} is {self.left_out[name]}, and not read"))
                continue
            data = self.archive.read(name)
            if data is None:
                report(Event("dropped", f"page {name!r} is missing in the EPUB"))
                continue
            targets = self.chapters.get(name, {})
            if "" in targets:
                yield Chapter(targets[""])
            found, sound = page(data, tally, targets, () if self.chapters else ("h1",), self.language)
            if not sound:
                report(Event("flagged", f"page {name!r} is broken XHTML; it is read as a browser would"))
            yield from found
        tally.tell(report)


def _book(archive: _Archive) -> _Book:
    container = archive.xml("META-INF/container.xml")
    root = next((path for path in _each(container, "rootfile") if path.get("full-path")), None)
    if root is None:
        raise UnsupportedError("the file is a ZIP but no EPUB (it names no package document); give the book itself")
    path = unquote(root.get("full-path", ""))
    package = archive.xml(path)
    if package is None:
        raise UnsupportedError(f"the EPUB lacks its package document {path!r}; get it again")
    named = next((_said(element) for element in _each(package, "title") if _said(element)), None)
    book = _Book(archive, named, next(map(_language, _each(package, "language")), None))
    manifest = {item.get("id", ""): item for item in _each(package, "item")}
    _list_pages(book, package, manifest, path)
    _refuse_encrypted(book)
    _list_chapters(book, package, manifest, path)
    return book


def _language(element: Element) -> str | None:
    try:
        found = languages.tag(_said(element))
    except UnsupportedError:
        return None
    return found if languages.base(found) not in NO_LANGUAGE else None


def _list_pages(book: _Book, package: Element, manifest: dict[str, Element], base: str) -> None:
    """The pages in reading order, and which of them are not read."""
    for reference in _each(package, "itemref"):
        item = manifest.get(reference.get("idref", ""))
        if item is None or item.get("media-type", _PAGES[0]) not in _PAGES:
            continue
        name = _resolved(base, item.get("href", ""))[0]
        book.pages.append(name)
        if "nav" in item.get("properties", "").split():
            book.left_out[name] = "the table of contents"
        elif reference.get("linear") == "no":
            book.left_out[name] = "outside the reading order"
    for reference in _each(package, "reference"):
        name, _ = _resolved(base, reference.get("href", ""))
        if reference.get("type") in ("cover", "toc"):
            what = "the cover" if reference.get("type") == "cover" else "the table of contents"
            book.left_out.setdefault(name, what)
    if not book.pages:
        raise UnsupportedError("the EPUB lists no pages to read; get it again")


def _refuse_encrypted(book: _Book) -> None:
    encryption = book.archive.xml("META-INF/encryption.xml")
    for data in _each(encryption, "EncryptedData"):
        method = next(_each(data, "EncryptionMethod"), None)
        if method is not None and method.get("Algorithm") in _FONTS_ONLY:
            continue
        for reference in _each(data, "CipherReference"):
            if unquote(reference.get("URI", "")) in book.pages:
                raise UnsupportedError(
                    "the EPUB is encrypted (DRM), and cannot be read; take a copy without protection"
                )


def _list_chapters(book: _Book, package: Element, manifest: dict[str, Element], base: str) -> None:
    """Titles from the navigation page, else from the NCX."""
    navigation = next((item for item in manifest.values() if "nav" in item.get("properties", "").split()), None)
    spine = next(_each(package, "spine"), None)
    named = manifest.get(spine.get("toc", "") if spine is not None else "")
    typed = (item for item in manifest.values() if item.get("media-type") == "application/x-dtbncx+xml")
    ncx = named if named is not None else next(typed, None)
    for item, entries in ((navigation, _navigation), (ncx, _ncx)):
        name = _resolved(base, item.get("href", ""))[0] if item is not None else ""
        try:
            document = book.archive.xml(name) if name else None
        except UnsupportedError as error:
            book.events.append(Event("flagged", f"the chapters have no titles: {error}"))
            continue
        for address, said in entries(document) if document is not None else ():
            page_name, place = _resolved(name, address)
            titles = book.chapters.setdefault(page_name, {})
            # A part and its first chapter may begin at the same place.
            titles[place] = f"{titles[place]}, {said}" if place in titles and titles[place] != said else said
        if book.chapters:
            return


def _navigation(document: Element) -> Iterator[tuple[str, str]]:
    """Address and title of each chapter of an EPUB 3."""
    for element in _each(document, "nav"):
        if "toc" in element.get(_OPS_TYPE, "toc").split():
            yield from _listed(element, "ol", "li", DEEPEST_CHAPTER)
            return


def _listed(element: Element, lists: str, entries: str, depth: int) -> Iterator[tuple[str, str]]:
    for child in element:
        if _local(child) == lists or (_local(child) not in (entries, "a", "span") and depth == DEEPEST_CHAPTER):
            yield from _listed(child, lists, entries, depth)
        elif _local(child) == entries and depth:
            link = next((inner for inner in child if _local(inner) == "a"), None)
            if link is not None and link.get("href") and _said(link):
                yield link.get("href", ""), _said(link)
            for inner in child:
                if _local(inner) == lists and depth > 1:
                    yield from _listed(inner, lists, entries, depth - 1)


def _ncx(document: Element) -> Iterator[tuple[str, str]]:
    """Address and title of each chapter of an EPUB 2."""
    for element in _each(document, "navMap"):
        yield from _points(element, DEEPEST_CHAPTER)


def _points(element: Element, depth: int) -> Iterator[tuple[str, str]]:
    for point in element if depth else ():
        if _local(point) != "navPoint":
            continue
        label = next((_said(inner) for inner in point if _local(inner) == "navLabel"), "")
        source = next((inner.get("src", "") for inner in point if _local(inner) == "content"), "")
        if label and source:
            yield source, label
        yield from _points(point, depth - 1)


def _resolved(base: str, address: str) -> tuple[str, str]:
    """The member that an address in the member ``base`` leads to, and the place in it."""
    path, place = urldefrag(address)
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(path))) if path else base
    return name, unquote(place)


def _each(element: Element | None, name: str) -> Iterator[Element]:
    """All elements of that name, whatever their namespace."""
    return (inner for inner in element.iter() if _local(inner) == name) if element is not None else iter(())


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _said(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
