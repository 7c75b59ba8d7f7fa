"""Bytes of a document as they arrive, as text.

UTF-8, or UTF-16 and UTF-32 with the mark that says so; XML also in the encoding that its first line declares (XML 1.0,
section 4.3.3 and appendix F). What is anything else is refused before a word is spoken; no encoding is guessed.
"""

from __future__ import annotations

import codecs
import io
import re
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 16
"""Bytes read at once, at most."""
HEAD, MARKUP_HEAD = 64, 512
"""Bytes that tell what a file is; more where it begins as markup does, whose first lines tell nothing."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RECORDINGS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3", b"\x1aE\xdf\xa3", b"FORM", b".snd", b"#!AMR", b"wvPK")
_OTHERS = {
    b"%PDF": "is a PDF; convert it to text, as with pdftotext",
    b"{\\rtf": "is in Rich Text Format; save it as plain text",
    b"\xd0\xcf\x11\xe0": "is an old office document; save it as plain text",
    b"<!doctype html": "is an HTML page; convert it to Markdown or plain text, as with pandoc",
    b"<html": "is an HTML page; convert it to Markdown or plain text, as with pandoc",
}
"""How files begin that hold text and are still not read, and what to do with them."""


_DECLARED = re.compile(rb"""\s*<\?xml[^>]{1,200}?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_SETS = re.compile(r"iso8859|iso2022|cp\d|koi8|mac|shift|euc|gb|big5|johab|hz|tis|kz|ptcp|utf-8")
"""How Python's names of character sets begin; its other codecs are none."""


class Incoming:
    """Bytes as they arrive: a pipe's reader never waits for more than there is."""

    def __init__(self, file: IO[bytes], name: str, *, refuse: bool = True) -> None:
        """Read how it begins.

        Raises:
            UnsupportedError: it is a recording, or something else that is no text.
        """
        self._file = file
        self._name = name
        self._read = getattr(file, "read1", file.read)
        self.head = b""
        while not _enough(self.head) and (data := self._more()):
            self.head += data
        if refuse:
            self._refuse()

    def texts(self) -> Iterator[str]:
        """What is written in it, block by block.

        Raises:
            UnsupportedError: a byte that is none of the encoding.
        """
        encoding = encoding_of(self.head)
        decoder = codecs.getincrementaldecoder(encoding)()
        before = 0
        data = self.head
        while True:
            waiting = len(decoder.getstate()[0])
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                self._undecodable(encoding, before - waiting + error.start, error)
            if text := text if before else text.removeprefix("\ufeff"):
                yield text
            if not data:
                return
            before += len(data)
            data = self._more()

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """The file from its first byte, copied to disk where it cannot seek."""
        from shutil import copyfileobj
        from tempfile import TemporaryFile

        if hasattr(self._file, "seekable") and self._file.seekable():
            self._file.seek(-len(self.head), io.SEEK_CUR)
            yield cast("BinaryIO", self._file)
            return
        with TemporaryFile() as copy:
            copy.write(self.head)
            copyfileobj(self._file, copy)
            copy.seek(0)
            yield cast("BinaryIO", copy)

    def _more(self) -> bytes:
        try:
            data = self._read(BLOCK)
        except (OSError, ValueError) as error:
            raise UnsupportedError(f"{self._name!r} cannot be read ({error}); check where it comes from") from error
        if data is None:
            raise UnsupportedError(f"{self._name!r} is in non-blocking mode and has no data yet; make it blocking")
        if isinstance(data, str):
            return data.encode("utf-8", "surrogateescape")
        return bytes(data)

    def _refuse(self) -> None:
        head = self.head
        mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[:2] != codecs.BOM_UTF16_LE
        if head.startswith(_RECORDINGS) or head[4:8] == b"ftyp" or mpeg:
            raise UnsupportedError(f"{self._name!r} is a recording, not a text; did you mean `speech transcribe`?")
        start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
        for mark, advice in _OTHERS.items():
            if start.startswith(mark.lower()):
                raise UnsupportedError(f"{self._name!r} {advice}")
        marked = head.startswith(tuple(mark for mark, _ in _MARKS)) or encoding_of(head).startswith("utf-16")
        if b"\0" in head[:HEAD] and not marked and not head.startswith(b"PK\x03\x04"):
            raise UnsupportedError(f"{self._name!r} is no text, or one in UTF-16 without a mark; save it as UTF-8")

    def _undecodable(self, encoding: str, offset: int, error: UnicodeDecodeError) -> None:
        name = encoding.upper()
        byte = error.object[error.start : error.start + 1].hex()
        raise UnsupportedError(
            f"{self._name!r} is not {name}: byte {offset} is 0x{byte}; convert it, as with `iconv -f CP1252 -t UTF-8`"
        ) from error


def _enough(head: bytes) -> bool:
    """Whether it tells what follows. A pipe that gave a line is not asked for more."""
    if head.lstrip()[:1] == b"<":
        return len(head) >= MARKUP_HEAD or b"<speak" in head
    return len(head) >= HEAD or b"\n" in head.lstrip()


def encoding_of(head: bytes) -> str:
    """The encoding that a text says it has by how it begins."""
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    if marked:
        return marked
    if head[:2] == b"<\0" and head[3:4] == b"\0":
        return "utf-16-le"
    if head[:3] == b"\0<\0":
        return "utf-16-be"
    return _declared(head) or "utf-8"


def _declared(head: bytes) -> str | None:
    """The character set of an XML declaration; None where that is none that such bytes can be in."""
    found = _DECLARED.match(head)
    if not found:
        return None
    try:
        name = codecs.lookup(found[1].decode()).name
    except LookupError:
        return None
    return name if _SETS.match(name) else None  # written in single bytes it is not UTF-16, whatever it says
