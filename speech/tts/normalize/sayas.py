"""SSML's interpret-as: text whose author says what it is."""

from __future__ import annotations


def say_as(text: str, kind: str, language: str) -> str | None:
    """The text as what its author says it is; None where it cannot be read so."""
    return None
