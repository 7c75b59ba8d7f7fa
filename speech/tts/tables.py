"""Tables of lines to speak, one recording each: ``id|voice|text``, or CSV with a header.

The bare form has no quoting: after the second bar everything is text. A header, ``id`` and ``text`` and perhaps
``voice``, says in which order the columns stand and what stands between them; with commas, semicolons or tabs it is
CSV (RFC 4180), with its quotes.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from speech.data import Event
from speech.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from speech.tts.plan import Report

COLUMNS = ("id", "voice", "text")
SIGNS = "|\t;,"
"""What may stand between columns; the first that makes sense of the header."""
LONGEST_ID = 200
"""Bytes: with an ending it is a file name everywhere."""

UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
"""What is no part of a file name on Linux, macOS or Windows."""
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows gives to devices, with whatever ending."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recording to make."""

    id: str
    """Its name: safe as that of a file, and nowhere else in the table."""
    voice: str | None
    """None: the document's."""
    text: str
    line: int
    """Where it begins in the file, from 1."""
    problem: str = ""
    """Why it cannot be spoken, where it cannot: the others can."""


def rows(lines: Iterable[str], where: str, report: Report | None = None) -> Iterator[Row]:
    """The rows of a table, as its lines arrive; blank lines are skipped.

    Args:
        lines: the table's, with or without their ends.
        where: the table's name, for messages.
        report: told of columns that are not used.

    Raises:
        UnsupportedError: a line is no row, or its id is unsafe or there already; the message names the line.
    """
    table = _Table(where)
    seen: dict[str, int] = {}
    for row in table.rows(lines, report):
        table.check_id(row, seen)
        yield row


class _Table:
    """Reads one table, and says where a mistake is."""

    def __init__(self, where: str) -> None:
        self.where = where

    def rows(self, lines: Iterable[str], report: Report | None) -> Iterator[Row]:
        """All rows, their ids unchecked."""
        numbered = _numbered(lines)
        first = next(numbered, None)
        if first is None:
            return
        number, line = first
        sign, header = _header(line)
        if header is None:
            yield from (self.bare(number, line) for number, line in chain([first], numbered) if line.strip())
            return
        self.check_header(number, header)
        if report and (unused := [name for name in header if name not in COLUMNS]):
            message = f"{self.where}: only the columns id, voice and text are used, not {', '.join(map(repr, unused))}"
            report(Event("ignored", message, details={"line": number}))
        split = self.barred(numbered, len(header), header[-1]) if sign == "|" else self.quoted(numbered, sign)
        for number, cells in split:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise self.mistake(
                    number,
                    f"has {len(cells)} columns and the header {len(header)}; put quotes around what has {sign!r}",
                )
            yield self.row(number, dict(zip(header, cells, strict=True)))

    def bare(self, number: int, line: str) -> Row:
        """``id|voice|text``."""
        cells = line.split("|", maxsplit=2)
        if len(cells) != len(COLUMNS):
            raise self.mistake(
                number,
                f"{_short(line)!r} is not id|voice|text; write id||text for the document's voice, or begin a CSV "
                "with a header such as id,voice,text",
            )
        return self.row(number, dict(zip(COLUMNS, cells, strict=True)))

    def barred(self, numbered: Iterator[tuple[int, str]], columns: int, last: str) -> Iterator[tuple[int, list[str]]]:
        """Lines with bars, in which the text may have bars too where it is the last column."""
        for number, line in numbered:
            yield number, line.split("|", maxsplit=columns - 1 if last == "text" else -1)

    def quoted(self, numbered: Iterator[tuple[int, str]], sign: str) -> Iterator[tuple[int, list[str]]]:
        """CSV, in which a cell in quotes may have line ends in it."""
        at = [0, 0]  # the lines that the row began and ended with

        def watched() -> Iterator[str]:
            for number, line in numbered:
                at[:] = [at[0] or number, number]
                yield line + "\n"

        reader = csv.reader(watched(), delimiter=sign, strict=True)
        try:
            for cells in reader:
                yield at[0], cells
                at[0] = 0
        except csv.Error as error:
            raise self.mistake(
                at[0] or at[1], f'is not CSV ({error}); put "..." around a cell with quotes in it, and write them twice'
            ) from error

    def row(self, number: int, cells: dict[str, str]) -> Row:
        """A row from its cells."""
        text = cells["text"].strip()
        problem = "" if text else f"{self.where}, line {number}: {cells['id'].strip()!r} has no text; add it"
        return Row(cells["id"].strip(), cells.get("voice", "").strip() or None, text, number, problem)

    def check_header(self, number: int, header: Sequence[str]) -> None:
        """An id and a text, and nothing twice."""
        for name in ("id", "text"):
            if name not in header:
                raise self.mistake(number, f"the header {', '.join(header)!r} has no column {name!r}; add it")
        if twice := [name for name in COLUMNS if header.count(name) > 1]:
            raise self.mistake(number, f"the header has {twice[0]!r} twice; rename one")

    def check_id(self, row: Row, seen: dict[str, int]) -> None:
        """The id can be the name of a file, and of no other row's, also where case makes no difference to files."""
        name = row.id
        if not name:
            raise self.mistake(row.line, "has no id; give one, as the name of its file")
        if found := UNSAFE.search(name):
            raise self.mistake(row.line, f"the id {name!r} has {found[0]!r} in it; it names a file: take that out")
        if not name.strip(".") or name.endswith((".", " ")) or RESERVED.fullmatch(name):
            raise self.mistake(row.line, f"the id {name!r} is no name for a file everywhere; choose another")
        if len(name.encode("utf-8", "replace")) > LONGEST_ID:
            raise self.mistake(row.line, f"the id {_short(name)!r} is too long; give at most {LONGEST_ID} bytes")
        first = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), row.line)
        if first != row.line:
            raise self.mistake(row.line, f"the id {name!r} is that of line {first} too; give each its own")

    def mistake(self, number: int, what: str) -> UnsupportedError:
        """An error that names the table and the line."""
        return UnsupportedError(f"{self.where}, line {number}: {what}")


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines from the first that is not blank, without their ends; blank ones too, which may stand inside quotes."""
    begun = False
    for number, line in enumerate(lines, start=1):
        bare = line.rstrip("\r\n")
        bare = bare.removeprefix("\ufeff") if number == 1 else bare
        if begun or bare.strip():
            begun = True
            yield number, bare


def _header(line: str) -> tuple[str, list[str] | None]:
    """What stands between the columns, and their names; None where the line is no header."""
    for sign in SIGNS:
        cells = [cell.strip().strip('"').strip().lower() for cell in line.split(sign)]
        if len(set(COLUMNS) & set(cells)) > 1:
            return sign, cells
    return "|", None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
