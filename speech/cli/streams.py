"""The standard streams as they may be found: closed, full, of another encoding."""

# ruff: noqa: ANN401 - what stands in for a stream hands everything else through

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

from speech.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Notices:
    """Standard error: a notice that cannot be written is dropped, as it must not cost the result."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """All of it or nothing."""
        try:
            return self._stream.write(text)
        except OSError:
            self.lost = True
            return len(text)

    def flush(self) -> None:
        """As far as it goes."""
        try:
            self._stream.flush()
        except OSError:
            self.lost = True


class Closed(io.TextIOBase):
    """Standard output that the caller has closed: nothing is wrong until there is a result for it."""

    def write(self, _: str) -> NoReturn:
        """Refuse.

        Raises:
            OutputError: always.
        """
        raise OutputError("standard output is closed, and the result goes there; send it elsewhere, or use -o")


@contextmanager
def prepared() -> Iterator[None]:
    """Streams that can be used, and transcripts in UTF-8 whatever the locale says, until it ends."""
    _fill_gaps()
    before = sys.stdout, sys.stderr
    notices = Notices(sys.stderr or open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as the program
    sys.stdout, sys.stderr = cast("TextIO", before[0] or Closed()), cast("TextIO", notices)
    try:
        for stream in (sys.stdout, sys.stderr):
            _write_utf8(stream)
        yield
    finally:
        # At its end the interpreter flushes what is left, and would exit with 120 for what was lost.
        sys.stdout, sys.stderr = before[0], sys.stderr if notices.lost else before[1]


def abandon_output() -> None:
    """Whoever read standard output went away: what is left for it goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.close(nowhere)


def _fill_gaps() -> None:
    """Give each standard descriptor that is closed to no file, or the next file opened would get what is said there."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)


def _write_utf8(stream: TextIO | Any) -> None:
    """A file name that is no UTF-8 is spelled out."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
