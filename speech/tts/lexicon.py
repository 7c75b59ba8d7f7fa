"""How words are pronounced that a voice gets wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of a text that the lexicon knows."""

    start: int
    end: int
    spoken: str
    phonemes: str | None = None


class Lexicon:
    """Words and what is said in their place."""

    def __init__(self, entries: tuple[object, ...] = ()) -> None:
        self.entries = entries

    def hits(self, text: str, language: str, voice: str | None) -> Iterator[Hit]:
        """What the lexicon knows of a text, in order; nothing overlaps."""
        yield from ()


EMPTY = Lexicon()
