"""Where encoders write: a file of the caller's, whose errors are kept until somebody can hear of them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Sink:
    """A binary file from where it stands.

    libsndfile calls back through C, where an exception is printed and lost: so a failure is remembered, what follows
    it is swallowed, and ``check`` raises it. It also goes back to its header where no pipe can: what it writes over
    bytes that are out already is dropped.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._failure: OSError | ValueError | None = None
        self.seeks = _seeks(file)
        self._base = file.tell() if self.seeks else 0
        self._at = 0
        self._end = 0

    def seekable(self) -> bool:
        """Whether a header can be completed at the end."""
        return self.seeks

    def write(self, data: ReadableBuffer) -> int:
        """Take all of it."""
        view = memoryview(data).cast("B")
        size = len(view)
        out = not self.seeks and self._at < self._end
        try:
            while self._failure is None and not out and len(view):
                view = view[self._file.write(view) or 0 :]  # a raw file may take a part
        except (OSError, ValueError) as error:  # ValueError: it was closed
            self._failure = error
        self._at += size
        self._end = max(self._end, self._at)
        return size

    def read(self, size: int = -1) -> bytes:
        """As on any file."""
        data = self._file.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        """Bytes from where it stood."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As on any file."""
        try:
            if self.seeks and self._failure is None:
                start = self._base if whence == os.SEEK_SET else 0
                self._at = self._file.seek(offset + start, whence) - self._base
            else:
                self._at = offset + (0, self._at, self._end)[whence]
        except (OSError, ValueError) as error:  # what was written before is only now passed on
            self._failure = error
        return self._at

    def abandon(self) -> None:
        """Swallow whatever else is written."""
        self._failure = self._failure or ValueError("it was abandoned")

    def check(self) -> None:
        """Raise what writing met."""
        if self._failure is not None:
            raise self._failure

    def flush(self) -> None:
        """Pass everything on, and stand at the end of the file."""
        self.check()
        if self.seeks:
            self.seek(0, os.SEEK_END)
        self._file.flush()
        self.check()


def _seeks(file: BinaryIO) -> bool:
    """Whether earlier bytes can be written again: not in a pipe, nor in a file open for appending (``>>``)."""
    if not hasattr(file, "seekable") or not file.seekable() or not file.readable():
        return False
    with suppress(ImportError, OSError, ValueError, AttributeError):  # no descriptor, or Windows
        import fcntl

        return not fcntl.fcntl(file.fileno(), fcntl.F_GETFL) & os.O_APPEND
    return True
