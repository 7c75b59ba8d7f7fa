"""Characters as a voice can take them: what is no text goes, what stands for a pause or a space is made one.

What every reader shares; words and sentences are left as the author wrote them.
"""

# ruff: noqa: RUF001 - signs are what this file is about

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speech.data import Event
from speech.tts.plan import PLAIN, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.tts.plan import Manner, Report

LONGEST_TEXT = 2000
"""Characters of one item."""

PHONEMES = re.compile(r"\[\[([^\[\]\n]+)\]\]")
"""How piper's users write a pronunciation into a text."""

_NARROW = "\u00a0\u2007\u2009\u202f"
"""Spaces at which a line is not broken; between digits they group thousands."""

_INVISIBLE = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]"  # colours, where the output of a program is read
    r"|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f]"
    r"|[\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
    # Joiners belong to the spelling of Persian, of the Indic scripts and of emoji; elsewhere they are left over.
    r"|(?<![\u0600-\U0010ffff])[\u200c\u200d]"
)
_LOST = re.compile(r"[\ud800-\udfff\ue000-\uf8ff\ufffc\ufffd\U000f0000-\U0010ffff]")
"""Halves of characters, characters of a private font, and places where a character was lost before."""

_TIDY = (
    (re.compile(rf"[{_NARROW}](?!\d)|(?<!\d)[{_NARROW}]"), " "),
    (re.compile(rf"[^\S{_NARROW}]+"), " "),
    (re.compile(r"\.{3,}|(?<!\S)\.(?: \.){2,}(?!\S)"), "…"),
    (re.compile(r"([=_*~#+^<>|-])\1{3,}"), " "),  # a line drawn
    (re.compile(r"(?<=[^\W_])-{2,3}(?!\S)|(?<=[^\s-])-{2,3}(?=[^\W_]|[\"'“‘(])|(?<!\S)-{2,3}(?!\S)"), "—"),
    (re.compile(r"(?<=[^\d\s] )-(?= [^\d\s])"), "–"),  # 5 - 3 is left to whoever knows numbers
    # Emphasis as typed: *so*, **so**, _so_; __init__ and snake_case are left.
    (re.compile(r"(?<![^\s\"'“‘(—-])(?:\*{1,3}|_)(?=[\"'“‘(]?[^\W_])"), ""),
    (re.compile(r"(?<=[^\W\d_]|[.,;:!?…)\"'”’])(?:\*{1,3}|_)(?![\w*])"), ""),
    (re.compile(r" {2,}"), " "),
)


class Cleaner:
    """Takes out what is no text, and remembers what of it was content."""

    def __init__(self) -> None:
        self.lost = 0
        self.line = 0

    def clean(self, text: str, line: int = 0) -> str:
        """The text without what is neither heard nor seen; ``line`` is where it stands, counted from 1."""
        if text.isascii() and text.isprintable():
            return text
        found = len(_LOST.findall(text))
        if found:
            self.line = self.line or line
            self.lost += found
            text = _LOST.sub("", text)
        return _INVISIBLE.sub("", text)

    def tell(self, report: Report) -> None:
        """One event for all that was lost."""
        if self.lost:
            where = f", the first in line {self.line}" if self.line else ""
            message = f"{self.lost} characters that stand for nothing readable were left out{where}"
            report(Event("dropped", message, details={"characters": self.lost, "line": self.line}))


def tidy(text: str) -> str:
    """Ellipses and dashes as single signs, spaces as one space, marks of emphasis and drawn lines left out."""
    for pattern, sign in _TIDY:
        text = pattern.sub(sign, text)
    return text


def texts(raw: str, manner: Manner = PLAIN) -> Iterator[Text]:
    """A stretch of clean text as items: pronunciations in double brackets apart from the rest."""
    for turn, part in enumerate(PHONEMES.split(raw)):
        if turn % 2:
            yield Text(part, manner, phonemes=part)
        else:
            yield from (Text(piece, manner) for piece in _cut(tidy(part)))


def _cut(text: str) -> Iterator[str]:
    """Pieces that a sentence finder can hold, cut at spaces where there are any."""
    at = 0
    while len(text) - at > LONGEST_TEXT:
        end = text.rfind(" ", at, at + LONGEST_TEXT) + 1
        yield text[at : end or at + LONGEST_TEXT]
        at = end or at + LONGEST_TEXT
    if at < len(text):
        yield text[at:]
