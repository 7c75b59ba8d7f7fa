"""Text as it is written to words as they are spoken, in the language of the voice."""

from __future__ import annotations

import re

from speech.data import Phrase
from speech.tts.normalize.numbers import speller


def normalize(text: str, language: str) -> tuple[Phrase, ...]:
    """A sentence (or a stretch of one) as phrases.

    What is said otherwise than it stands is a phrase of its own; the phrases' ``written`` join to the text.
    """
    words = speller(language, "point")
    if words is None:
        return (Phrase(text, text),) if text else ()
    parts = re.split(r"(\d+)", text)
    return tuple(Phrase(p, words.cardinal(p) if p.isdecimal() else p) for p in parts if p)


def say_as(text: str, kind: str, language: str) -> str | None:
    """The text as what its author says it is (SSML's ``interpret-as``); None where it cannot be read so."""
    words = speller(language, "point")
    return words.cardinal(text) if words and kind == "cardinal" and text.isdecimal() else None
