"""The way of results to standard output, and to devices and pipes that are named instead."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from speech.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

STDOUT = "-"


def write(text: str) -> None:
    """Write a part of the result, so that it is there at once.

    Raises:
        OutputError: it cannot be written: the disk is full, say.
        BrokenPipeError: whoever read it went away, which ends the program quietly.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (BrokenPipeError, OutputError):
        raise
    except OSError as error:
        raise OutputError(
            f"cannot write to standard output ({error.strerror or error}); make room, or send it elsewhere"
        ) from error


class Stream:
    """A binary stream whose reader gets everything at once."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.name = name

    def write(self, data: bytes) -> int:
        """All of it."""
        size = self._file.write(data)
        self._file.flush()
        return size

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def binary(where: str = STDOUT) -> Iterator[BinaryIO]:
    """Standard output for bytes, or a device or pipe of that name.

    Raises:
        OutputError: it cannot be opened.
    """
    if where == STDOUT:
        if not hasattr(sys.stdout, "buffer"):
            sys.stdout.write("")  # says that it is closed
        yield cast("BinaryIO", Stream(sys.stdout.buffer, "standard output"))
        return
    try:
        opened = open(where, "wb")  # noqa: PTH123, SIM115 - closed below
    except OSError as error:
        raise OutputError(f"cannot write to {where!r} ({error.strerror}); choose another file with -o") from error
    with opened:
        yield cast("BinaryIO", Stream(opened, where))
