"""What the words behind ``synthesize`` and ``say`` mean: a text, or documents.

What is there is a document. A word that looks like a path is never spoken, so that a mistyped name is an error and
not a recording of somebody spelling it. Everything else is text: a pattern that matches nothing too, as in "How?".
"""

from __future__ import annotations

import glob
import os
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from speech.cli.output import STDOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

STDIN = STDOUT

WRITTEN = frozenset({".doc", ".docx", ".htm", ".html", ".json", ".odt", ".pdf", ".rtf", ".srt", ".vtt"})
"""Endings of files that hold text and are not read; somebody still meant the file."""


def typed(inputs: Sequence[str]) -> str | None:
    """The text to speak, where it was typed itself; None where the inputs are documents.

    Raises:
        click.UsageError: there are several inputs, and a text among them.
    """
    text = next(filter(is_text, inputs), None)
    if text is not None and len(inputs) > 1:
        raise click.UsageError(
            f"{text!r} is no file, and several inputs must all be files, folders or patterns; one text of several "
            "words stands in quotes"
        )
    return text


def is_text(given: str) -> bool:
    """Whether an input is spoken itself."""
    return given != STDIN and not os.path.lexists(given) and not _matches(given) and not _looks_like_a_path(given)


def _matches(pattern: str) -> bool:
    return glob.has_magic(pattern) and next(glob.iglob(pattern), None) is not None  # noqa: PTH207 - may be absolute


def _looks_like_a_path(given: str) -> bool:
    from speech import documents, naming

    if not given or any(map(str.isspace, given)):
        return False
    known = documents.is_document(given) or naming.is_recording(given) or PurePath(given).suffix.lower() in WRITTEN
    return known or "/" in given or os.sep in given
