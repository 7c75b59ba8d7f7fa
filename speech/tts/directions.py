"""Directions in a script: what stands in brackets, whether it is for the actor, and how long it is silent."""

# ruff: noqa: RUF001, SIM905 - brackets of East Asian scripts are meant; lists of words read best as words

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.data import Seconds

NEAR = 20
"""Characters before a bracket in which a word is looked for."""
MOST_WORDS = 4
"""Of a direction in the middle of a sentence."""

PAUSES = {"pause": 1.0, "beat": 0.5, "silence": 2.0, "wait": 1.0, "break": 1.0}
"""Seconds, where a direction gives none: our own choice; a beat is the shortest pause that is noticed as one."""
LENGTHS = {"short": 0.5, "brief": 0.5, "slight": 0.5, "small": 0.5, "little": 0.5, "long": 2.0}
UNITS = {"": 1.0, "s": 1.0, "ms": 0.001, "m": 60.0}

_TIME = r"(\d+(?:[.,]\d+)?|[.,]\d+)[\s-]*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?)?"
_KIND = rf"({'|'.join(PAUSES)})"
_PAUSE = re.compile(rf"(?:an?\s+)?(?:({'|'.join(LENGTHS)})\s+)?{_KIND}s?(?:\s*[:=,-]?\s*(?:(?:for|of)\s+)?{_TIME})?")
_BARE = re.compile(_TIME.removesuffix("?"))
_TIMED = re.compile(rf"{_TIME}[\s-]*(?:of\s+)?{_KIND}")

DIRECTION = re.compile(
    r"\[\[[^\[\]\n]*\]\]|\[(?P<square>[^\[\]]*)\](?!\([^()\s]*[./#])|[(（](?P<round>[^()（）]*)[)）]|【(?P<full>[^【】]*)】"
)
_ADVERB = re.compile(r"[a-z]+(?:ly|ing)")
_SENTENCE_END = frozenset('.!?…:;"”»。！？')

MANNERS = frozenset(
    "laughs laugh laughter chuckles giggles sighs sigh sobs cries weeps coughs gasps groans yawns smiles nods shrugs "
    "grins whispers whisper shouts shout screams mumbles aside offstage off o.s. v.o. cont'd contd exits exit enters "
    "enter quiet loud applause sotto".split()
)
"""First words of directions that may stand in the middle of a sentence; others in round brackets are spoken there."""


def directs(found: re.Match[str], text: str) -> bool:
    """Whether brackets hold a direction. Round ones may as well hold words to be spoken in the middle of a sentence."""
    inner = found["round"]
    if inner is None:
        return not found[0].startswith("[[")  # a pronunciation
    words = inner.split()
    if not any(sum(letter.isalpha() for letter in word) > 1 for word in words):
        return False
    before = text[max(0, found.start() - NEAR) : found.start()]
    if before.endswith("]") and re.search("[./#]", inner) and len(words) == 1:
        return False  # a link
    last = before.rstrip()[-1:]
    if not last or last in _SENTENCE_END or last in "])）】":
        return True
    first = words[0].casefold().rstrip(".,;")
    known = first in MANNERS or words[0].casefold() in MANNERS or _ADVERB.fullmatch(words[0])
    return seconds_of(inner) is not None or (bool(known) and len(words) <= MOST_WORDS)


def seconds_of(direction: str, *, bare: bool = False) -> Seconds | None:
    """How long a direction is silent; None: it is no pause. ``bare``: a time by itself is one."""
    words = direction.strip().rstrip(".!").casefold()
    if found := _PAUSE.fullmatch(words):
        length, kind, time, unit = found.groups()
        if time is None:
            return PAUSES[kind] * LENGTHS.get(length, 1.0)
    elif found := _TIMED.fullmatch(words) or (_BARE.fullmatch(words) if bare else None):
        time, unit = found.groups()[:2]
    else:
        return None
    unit = unit or ""
    return float(time.replace(",", ".")) * UNITS["ms" if unit.startswith(("ms", "mil")) else unit[:1]]
