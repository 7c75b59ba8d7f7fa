"""Documents: what kind of text a source holds, and its items for the plan.

How their bytes become text, and which bytes are refused: ``incoming.py``.
"""

from __future__ import annotations

import codecs
import io
import os
import reprlib
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, BinaryIO, Literal, TypeAlias, cast

from speech.data import Event
from speech.errors import UnsupportedError
from speech.incoming import BLOCK, MARKUP_HEAD, Incoming, encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from speech.tts.plan import Item, Report
    from speech.tts.tables import Row
    from speech.tts.voices import Profile

    Source: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | Iterable[str] | Document"

Kind = Literal["text", "markdown", "ssml", "dialogue", "csv", "epub"]

STDIN = "-"
KINDS: Mapping[str, Kind] = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown", ".ssml": "ssml", ".xml": "ssml",
    ".script": "dialogue", ".dialogue": "dialogue", ".csv": "csv", ".tsv": "csv", ".epub": "epub",
}  # fmt: skip
"""What the end of a name says."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A text to speak, not yet read."""

    name: str
    """What messages call it."""
    kind: Kind | None
    """None: what its first bytes say, once they are there."""
    length: int | None = None
    """Characters in all, where they are known."""
    voice: str | None = None
    """Who speaks it, where it does not say so itself; None: whoever speaks."""
    title: str = ""
    """What the author calls it, where that is known."""
    language: str | None = None
    """The tag of the language it says it is in as a whole, where that is known before it is read."""
    events: tuple[Event, ...] = ()
    """What was noticed before it was read."""
    texts: Iterable[str] = ()
    open: Callable[[], AbstractContextManager[IO[bytes]]] | None = field(default=None, repr=False)
    """Gives the file it is in; None where it is ``texts``."""

    def items(self, report: Report, cast: Mapping[str, Profile] | None = None) -> Iterator[Item]:
        """The items of the plan, as they are read.

        Args:
            report: told of what is not spoken as it stands.
            cast: who may speak in a dialogue.

        Raises:
            UnsupportedError: it cannot be read.
        """
        for event in self.events:
            report(event)
        items = self._text_items(report, cast) if self.open is None else self._file_items(report, cast)
        yield from items if self.voice is None else _spoken_by(self.voice, items)

    def _text_items(self, report: Report, cast: Mapping[str, Profile] | None) -> Iterator[Item]:
        if self.kind == "epub":
            raise UnsupportedError("an EPUB is no text; give its path, or the file opened in binary mode")
        return _compiled(self.kind or "text", _strings(self.texts), self.name, report, cast)

    def _file_items(self, report: Report, cast: Mapping[str, Profile] | None) -> Iterator[Item]:
        assert self.open
        with self.open() as file:
            stream = Incoming(file, self.name)
            kind = self.kind or kind_of(self.name, stream.head)
            if kind == "epub":
                from speech.tts import epub

                with stream.seekable() as book:
                    yield from epub.items(book, report)
            else:
                yield from _compiled(kind, stream.texts(), self.name, report, cast)


def opened(source: Source, kind: Kind | None = None) -> Document:  # noqa: PLR0911 - one line for each kind of source
    """A source as a document; a file on disk is looked at, anything else is left for later.

    Args:
        source: a text; a path; "-" or its path, which is standard input; a file's bytes; a file object; or texts that
            belong together, such as the tokens of a language model. A document is given back as it is.
        kind: what it holds; None: what its name and first bytes say, plain text where they say nothing.

    Raises:
        UnsupportedError: there is no such file, or it is none that can be read.
    """
    if isinstance(source, Document):
        return source if kind is None else replace(source, kind=kind)
    if isinstance(source, (str, os.PathLike)) and os.fspath(source) == STDIN:
        return Document("<stdin>", kind, open=_stdin)
    if isinstance(source, str):
        return of_text(source, kind)
    if isinstance(source, os.PathLike):
        return _of_path(Path(source), kind)
    if isinstance(source, (bytes, bytearray, memoryview)):
        content = bytes(source)
        return Document("<bytes>", kind, open=lambda: io.BytesIO(content))
    if hasattr(source, "read"):
        return _of_file(cast("IO[bytes]", source), kind)
    if not hasattr(source, "__iter__"):
        raise UnsupportedError(f"{type(source).__name__} is no text; give a text, a path, a file object or texts")
    return Document("<texts>", kind or "text", texts=source)


def of_text(text: str, kind: Kind | None = None, *, name: str = "<text>", voice: str | None = None) -> Document:
    """A text as a document.

    Args:
        text: what to speak.
        kind: what is written in it; None: SSML if it begins with ``<speak``, else plain text.
        name: what messages call it.
        voice: who speaks it.
    """
    events: tuple[Event, ...] = ()
    if len(text) < 260 and is_document(text) and Path(text).is_file():
        message = f"the text {text!r} is the name of a file; to have the file read, give pathlib.Path({text!r})"
        events = (Event("flagged", message),)
    return Document(name, kind or kind_of("", text), len(text), voice, events=events, texts=(text,))


def is_document(name: str) -> bool:
    """Whether a file of that name is taken for a document among others in a folder."""
    suffix = PurePath(name).suffix.lower()
    return suffix in KINDS and suffix != ".xml"


def kind_of(name: str, head: bytes | str | None = None) -> Kind:
    """What a document holds.

    Args:
        name: its file's; where that says something else than plain text, it decides.
        head: how it begins; None: it is read from the file of that name, if there is one.
    """
    named = KINDS.get(PurePath(name).suffix.lower(), "text")
    if named != "text":
        return named
    if head is None:
        head = _head(Path(name)) if name != STDIN else b""
    start = head if isinstance(head, str) else _text_of(head)
    if start.startswith("PK\x03\x04"):
        return "epub"
    return "ssml" if _markup_begins(start, "<speak") else "text"


def rows(source: str | os.PathLike[str], report: Report | None = None) -> Iterator[Row]:
    """The lines of a table to speak, as they are read.

    Raises:
        UnsupportedError: there is no such file, or it is none that can be read.
    """
    from speech.tts import tables

    document = opened(Path(source), "csv")
    assert document.open
    with document.open() as file:
        yield from tables.rows(_lines(Incoming(file, document.name).texts()), document.name, report)


def _compiled(
    kind: Kind, texts: Iterable[str], name: str, report: Report, cast: Mapping[str, Profile] | None
) -> Iterator[Item]:
    """The items of a text of that kind; only what can be read as it arrives is."""
    if kind == "markdown":
        from speech.tts import markdown

        return markdown.items("".join(texts), report)
    if kind == "ssml":
        from speech.tts import ssml

        return ssml.items("".join(texts), report)
    if kind == "dialogue":
        from speech.tts import dialogue

        return dialogue.items(_lines(texts), cast, report)
    if kind == "csv":
        return _table(_lines(texts), name, report)
    from speech.tts import text

    return text.items(texts, report)


def _table(lines: Iterable[str], name: str, report: Report) -> Iterator[Item]:
    """A table as one document: its lines one after the other."""
    from speech.tts import tables, text
    from speech.tts.plan import End

    for row in tables.rows(lines, name, report):
        if row.problem:
            report(Event("dropped", row.problem, details={"line": row.line}))
            continue
        items = text.items([row.text], report)
        yield from items if row.voice is None else _spoken_by(row.voice, items)
        yield End("paragraph")


def _spoken_by(voice: str, items: Iterator[Item]) -> Iterator[Item]:
    from speech.tts.plan import Text

    for item in items:
        spoken = isinstance(item, Text) and item.manner.voice is None
        yield replace(item, manner=replace(item.manner, voice=voice)) if isinstance(item, Text) and spoken else item


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """The lines of a text, with their ends, each as soon as it is complete."""
    parts: list[str] = []
    for text in texts:
        *complete, rest = text.split("\n")
        for line in complete:
            yield "".join([*parts, line, "\n"])
            parts = []
        if rest:
            parts.append(rest)
    if parts:
        yield "".join(parts)


# Where it comes from.


def _strings(texts: Iterable[str]) -> Iterator[str]:
    """The texts. None among them is nothing: language models stream it where they only end."""
    for text in texts:
        if isinstance(text, str):
            yield text
        elif text is not None:
            raise UnsupportedError(f"{reprlib.repr(text)} stands among the texts, and is none; give strings")


def _of_path(path: Path, kind: Kind | None) -> Document:
    """A file on disk; one of text is read through once, so that a bad byte is found before a word is spoken."""
    name = os.fspath(path)
    document = Document(name, kind, open=lambda: _file(path))
    if not path.is_file():
        with _file(path):  # a folder, or nothing at all, says so; a pipe is read when its turn comes
            return document
    with _file(path) as file:
        stream = Incoming(file, name)
        kind = kind or kind_of(name, stream.head)
        if kind != "epub":
            return replace(document, kind=kind, length=sum(map(len, stream.texts())))
        from speech.tts import epub

        title, language = epub.about(cast("BinaryIO", file))
        return replace(document, kind=kind, title=title or "", language=language)


def _of_file(file: IO[bytes], kind: Kind | None) -> Document:
    given = getattr(file, "name", None)
    name = given if isinstance(given, str) else "<file>"
    if isinstance(file, io.TextIOBase):
        return Document(name, kind or kind_of(name, ""), texts=iter(lambda: file.read(BLOCK), ""))

    @contextmanager
    def itself() -> Iterator[IO[bytes]]:
        yield file

    return Document(name, kind, open=itself)


@contextmanager
def _file(path: Path) -> Iterator[IO[bytes]]:
    name = os.fspath(path)
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        if isinstance(error, FileNotFoundError):
            raise UnsupportedError(f"there is no file {name!r}; check the path") from error
        if isinstance(error, IsADirectoryError):
            raise UnsupportedError(f"{name!r} is a folder; give the documents in it") from error
        cause = getattr(error, "strerror", None) or error
        raise UnsupportedError(f"{name!r} cannot be opened ({cause}); check that you may read it") from error
    with file:
        yield file


@contextmanager
def _stdin() -> Iterator[IO[bytes]]:
    if sys.stdin is None:
        raise UnsupportedError("there is no standard input; give a path or a text")
    file = getattr(sys.stdin, "buffer", sys.stdin)
    # A thread that waits in the buffered file for more would hold its lock when the interpreter ends, which aborts it.
    yield cast("IO[bytes]", getattr(file, "raw", file))


def _head(path: Path) -> bytes:
    if not path.is_file():
        return b""
    with _file(path) as file:
        return Incoming(file, os.fspath(path), refuse=False).head


def _text_of(head: bytes) -> str:
    """As much of it as can be told apart by eye."""
    return codecs.getincrementaldecoder(encoding_of(head))("replace").decode(head)


def _markup_begins(start: str, tag: str) -> bool:
    """Whether a text begins with a tag, whatever comments and declarations stand before it."""
    start = start[:MARKUP_HEAD].lstrip("\ufeff \t\r\n")
    return start.startswith(tag) or (start.startswith(("<?xml", "<!--")) and tag in start)
