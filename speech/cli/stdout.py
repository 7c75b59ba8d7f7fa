"""The way of results to standard output."""

from __future__ import annotations

import sys

from speech.errors import OutputError


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
