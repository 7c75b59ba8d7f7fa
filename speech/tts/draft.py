"""The sentence whose end is not known yet, in pieces."""

# ruff: noqa: RUF001 - the signs of many scripts, some of which look like others

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from speech.tts import ends
from speech.tts.plan import Mark, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.tts.plan import Manner

# Marks that belong to the word they stand at, whoever speaks what follows.
TRAILING = re.compile(r"[.,;:!?…)\]}”’»。！？，、；：）」』]+")
# Marks that belong to the word that follows.
LEADING = re.compile(r"(?:^|(?<=\s))[(\[{\"'“‘«„¿¡（「『]+$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: words of one manner, or a mark."""

    shown: str
    """Stands for it where the sentence's end is looked for; "" for a mark."""
    manner: Manner
    source: Text | Mark | None = None
    """None: plain text, which may be cut anywhere."""


class Draft:
    """What was read of the text and is not a sentence yet; plain spaces in it are single, and it begins with a word."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._text = ""
        self._seen = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was read."""
        return not self._pieces

    def write(self, text: str, manner: Manner) -> None:
        """Add plain text, with single spaces."""
        if not self._text or self._text.endswith(" "):
            text = text.removeprefix(" ")
        if text and self._text and manner != (before := self._pieces[-1].manner):
            stays = TRAILING.match(text) if self._text[-1] != " " else None
            if stays:
                self.insert(Piece(stays[0], before))
                text = text[stays.end() :]
            elif text[0] != " ":
                text = self._taken_back() + text
        if text:
            self.insert(Piece(text, manner))

    def _taken_back(self) -> str:
        """The marks at the end that belong to the next word, taken off."""
        last = self._pieces[-1]
        opening = LEADING.search(last.shown) if last.source is None else None
        if not opening:
            return ""
        self._text = self._text[: len(self._text) - len(opening[0])]
        self._seen = min(self._seen, len(self._text))
        self._pieces[-1:] = [replace(last, shown=last.shown[: opening.start()])] if opening.start() else []
        return opening[0]

    def mark(self, mark: Mark) -> None:
        """Add a mark, which goes with what stands before it."""
        self.insert(Piece("", self._pieces[-1].manner, mark))

    def insert(self, piece: Piece) -> None:
        """Add a piece as it is."""
        self._text += piece.shown
        last = self._pieces[-1] if self._pieces else None
        if last and last.source is None and piece.source is None and last.manner == piece.manner:
            self._pieces[-1] = replace(last, shown=last.shown + piece.shown)
        else:
            self._pieces.append(piece)

    def cut(self, *, complete: bool) -> tuple[list[Piece], bool] | None:
        """Take off the first sentence, if its end is sure.

        Returns:
            The pieces, and whether the sentence ended by itself: False where it was only too long.
        """
        if not self._text:
            return None
        language = self._pieces[0].manner.language or "en"
        found = ends.first(self._text, language, self._seen, self._whole(), complete=complete)
        if found is None:
            self._seen = len(self._text)
            return None
        return self._take(found[0]), found[1]

    def leading_marks(self) -> Iterator[Mark]:
        """Take off the marks with no word before them."""
        while self._pieces and isinstance(mark := self._pieces[0].source, Mark):
            del self._pieces[0]
            yield mark

    def _whole(self) -> list[tuple[int, int]]:
        """The stretches that are not cut."""
        spans, at = [], 0
        for piece in self._pieces:
            if isinstance(piece.source, Text):
                spans.append((at, at + len(piece.shown)))
            at += len(piece.shown)
        return spans

    def _take(self, length: int) -> list[Piece]:
        taken: list[Piece] = []
        left = iter(self._pieces)
        while length > 0:
            piece = next(left)
            taken.append(replace(piece, shown=piece.shown[:length]))
            length -= len(piece.shown)
        rest = [replace(piece, shown=piece.shown[length:])] if length < 0 else []
        self._pieces, self._text, self._seen = [], "", 0
        for piece in [*rest, *left]:
            if piece.source is None:
                self.write(piece.shown, piece.manner)
            else:
                self.insert(piece)
        return taken


def by_manner(pieces: list[Piece]) -> Iterator[tuple[Manner, list[Piece]]]:
    """Pieces of one manner that follow each other."""
    for manner, group in groupby(pieces, lambda piece: piece.manner):
        yield manner, list(group)
