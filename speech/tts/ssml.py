"""SSML to items of the plan: reading the XML, and telling where it is wrong. What it means: ``elements.py``.

W3C Speech Synthesis Markup Language 1.1, and the dialects of it that services publish. Expat reads the document as a
stream, without namespaces, since many documents use prefixes that they never declare. A document type is refused, and
with it every entity but XML's own five; depth and size are bounded. The document is checked whole before its first
word is given out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from speech.errors import UnsupportedError
from speech.tts.elements import Builder
from speech.tts.vocabulary import own_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.parsers.expat import XMLParserType

    from speech.tts.plan import Item, Report

DEPTH = 64
"""Elements inside each other; what people write has ten."""
LONGEST = 32_000_000
"""Characters: some four hundred hours of speech. What is held of it at a time is a sentence or two."""
LONGEST_TAG = 1 << 18
"""Bytes of a tag or a comment, which the parser must hold whole."""
CHUNK = 1 << 13
"""Characters that are parsed at a time."""

BEGIN = 'an SSML document is <speak version="1.1" xml:lang="en">...</speak>'

_UNCLOSED = (
    expat.errors.XML_ERROR_TAG_MISMATCH,
    expat.errors.XML_ERROR_NO_ELEMENTS,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN,
)
_NAME = re.compile(r"[<&]?/?([^\s<>&;/]+)")


def items(text: str, report: Report) -> Iterator[Item]:
    """The items of an SSML document.

    Args:
        text: the document; an encoding that its first line declares is not minded.
        report: told of whatever in it is not done as it says.

    Raises:
        UnsupportedError: it is not well-formed, not SSML, or not safe to read; the message names line and column.
    """
    document = text.removeprefix("\ufeff")
    bare = document.lstrip(" \t\r\n")
    document = bare if bare.startswith("<?xml") else document  # before that nothing may stand
    before = text[: len(text) - len(document)].count("\n")
    if len(document) > LONGEST:
        raise UnsupportedError(f"the SSML has {len(document):,} characters, and {LONGEST:,} are read; split it")
    _Check(document, before).run()
    return _items(document, before, report)


def _items(document: str, before: int, report: Report) -> Iterator[Item]:
    parser = _parser()
    builder = Builder(report, lambda: parser.CurrentLineNumber + before)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    for chunk in _chunks(document):
        parser.Parse(chunk, False)
        yield from builder.take()
    parser.Parse(b"", True)
    yield from builder.take()


def _parser() -> XMLParserType:
    parser = expat.ParserCreate("utf-8")  # whatever the document's first line says: it is text by now
    parser.buffer_text = True
    return parser


def _chunks(document: str) -> Iterator[bytes]:
    for start in range(0, len(document), CHUNK):
        yield document[start : start + CHUNK].encode("utf-8", "surrogatepass")  # halves of characters: an error there


class _Check:
    """Reads a document to its end, and says where it is wrong."""

    def __init__(self, document: str, before: int) -> None:
        self.document = document
        self.before = before
        """Lines before the document's first."""
        self.parser = _parser()
        self.open: list[tuple[str, int]] = []
        self.begun = False

    def run(self) -> None:
        """Parse it all.

        Raises:
            UnsupportedError: it is wrong.
        """
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype
        try:
            fed = 0
            for chunk in _chunks(self.document):
                self.parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - self.parser.CurrentByteIndex > LONGEST_TAG:
                    raise self.here(f"a tag or comment has more than {LONGEST_TAG:,} bytes; is its end missing?")
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self.wrong(error.lineno, error.offset, self.cause(error)) from error

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if not self.begun and own_name(tag, attributes) != "speak":
            raise self.here(f"the document begins with <{tag}>; {BEGIN}")
        if len(self.open) == DEPTH:
            raise self.here(f"<{tag}> is the {DEPTH + 1}th element inside others; nest them less")
        self.begun = True
        self.open.append((tag, self.parser.CurrentLineNumber))

    def end(self, _: str) -> None:
        """An element ends."""
        self.open.pop()

    def doctype(self, *_: object) -> None:
        """A document type begins, and with it whatever it would have loaded or multiplied."""
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber
        raise self.wrong(
            line, column, "a document type is not read; take <!DOCTYPE ...> out, and write letters as such"
        )

    def cause(self, error: expat.ExpatError) -> str:
        """What is wrong, and what to do."""
        code = expat.errors.messages[error.code]
        here = self.source(error.lineno, error.offset)
        found = _NAME.match(here) or _NAME.match(here[1:])
        name = found[1] if found else ""
        if code == expat.errors.XML_ERROR_UNDEFINED_ENTITY:
            return f"there is no entity &{name}; in SSML; write the character itself, or its number as in &#160;"
        if code == expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
            return "something follows </speak>; put all of it into one <speak>"
        if not self.begun and not self.document.lstrip().startswith("<"):
            return f"this is not SSML ({code}); {BEGIN}"
        if self.open and code in _UNCLOSED:
            return self.unclosed(name if code == expat.errors.XML_ERROR_TAG_MISMATCH else "")
        return f"{code}; in text write &amp; for & and &lt; for <, and put quotes around the values of attributes"

    def unclosed(self, name: str) -> str:
        """An element that is not closed where another is, or the document ends."""
        tag, line = self.open[-1]
        if name and name not in (tag for tag, _ in self.open):
            return f"</{name}> closes what was never begun; take it out"
        if name:
            return f"</{name}> closes <{tag}> of line {line + self.before}; write </{tag}> before it"
        return f"the document ends inside <{tag}> of line {line + self.before}; write </{tag}> where it ends"

    def source(self, line: int, column: int) -> str:
        """What stands at a place, and a little after it."""
        lines = re.split(r"\r\n|\r|\n", self.document)
        return lines[line - 1][max(0, column) :][:80] if line <= len(lines) else ""

    def here(self, what: str) -> UnsupportedError:
        """An error that names where the parser is."""
        return self.wrong(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber, what)

    def wrong(self, line: int, column: int, what: str) -> UnsupportedError:
        """An error that names a place, counted from 1."""
        return UnsupportedError(f"SSML, line {line + self.before}, column {column + 1}: {what}")
