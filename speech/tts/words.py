"""The words that a voice timed, brought back to what was written."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from speech.data import Sentence, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def written_words(sentence: Sentence, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of ``sentence.written`` with the times of what was said in their place.

    A word that is spoken as it stands keeps its time. What is spoken in other words (``$49.95,``) becomes one word,
    from the start of the first of them to the end of the last.

    Args:
        sentence: what was spoken.
        words: one for each of ``sentence.spoken.split()``, as a voice gives them. If there are fewer or more, the
            time from the first to the last is shared out by the letters, and every word is ``interpolated``.

    Returns:
        Words whose texts, joined by spaces, are what was written; nothing where there are no times.
    """
    if not words:
        return ()
    blocks = list(_blocks(sentence))
    if len(words) != sum(len(spoken.split()) for _, spoken in blocks):
        return tuple(_shared(sentence.written.split(), words[0].start, words[-1].end))
    timed: list[Word] = []
    silent = ""
    at = 0
    for written, spoken in blocks:
        said = words[at : at + len(spoken.split())]
        at += len(said)
        text = " ".join(written.split())
        if said and text:
            timed.append(_one(f"{silent} {text}".strip(), said))
            silent = ""
        elif text and timed:  # written and not spoken: shown with the word before
            timed[-1] = replace(timed[-1], text=f"{timed[-1].text} {text}")
        elif text:
            silent = f"{silent} {text}".strip()
    return tuple(timed) if timed or not silent else (replace(_one(silent, words), interpolated=True),)


def _one(text: str, said: Sequence[Word]) -> Word:
    if len(said) == 1:
        return replace(said[0], text=text)
    known = [word.probability for word in said if word.probability is not None]
    probability = min(known) if len(known) == len(said) else None
    return Word(text, said[0].start, said[-1].end, probability, any(word.interpolated for word in said))


def _blocks(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """The sentence in the smallest stretches, written and spoken, that begin and end with a word in both."""
    written = spoken = ""
    for ours, theirs in _parts(sentence):
        if written[-1:].isspace() or ours[:1].isspace():
            both = (not written or written[-1].isspace() or ours[0].isspace()) and (
                not spoken or spoken[-1].isspace() or theirs[:1].isspace()
            )
            if both:
                yield written, spoken
                written = spoken = ""
        written += ours
        spoken += theirs
    yield written, spoken


def _parts(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """The phrases; those that are spoken as they stand in words and spaces."""
    for phrase in sentence.phrases:
        if phrase.written == phrase.spoken:
            yield from ((part, part) for part in re.findall(r"\s+|\S+", phrase.written))
        else:
            yield phrase.written, phrase.spoken


def _shared(texts: Sequence[str], start: float, end: float) -> Iterator[Word]:
    letters = sum(map(len, texts))
    before = 0
    for text in texts:
        begins, before = before, before + len(text)
        times = [start + (end - start) * at / letters for at in (begins, before)]
        yield Word(text, times[0], times[1], interpolated=True)
