"""The values of SSML: rates, pitches, volumes and times as numbers.

W3C Speech Synthesis Markup Language 1.1, section 3.2.4, names the labels and the units and leaves what the labels
mean to each processor. Rates, pitches and the lengths of breaks are those that Microsoft publishes for Azure's voices;
volumes are our own choice: 6 dB a step down and half of that up, so that what is loud is seldom cut off.

Each function gives None for what it does not understand, and the change where it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import isfinite, log2, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.data import Seconds
    from speech.tts.plan import Manner

RATES = {"x-slow": 0.5, "slow": 0.64, "medium": 1.0, "default": 1.0, "fast": 1.55, "x-fast": 2.0}
PITCHES = {"x-low": 0.55, "low": 0.8, "medium": 1.0, "default": 1.0, "high": 1.2, "x-high": 1.45}
"""Times the voice's own frequency."""
SILENT = -120.0
"""Decibels: below the last of 16 bits, and so nothing."""
VOLUMES = {"silent": SILENT, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "default": 0.0, "loud": 3.0, "x-loud": 6.0}
BREAKS = {"none": 0.0, "x-weak": 0.25, "weak": 0.5, "medium": 0.75, "strong": 1.0, "x-strong": 1.25}
"""Seconds."""

SLOWEST, FASTEST = 0.2, 5.0
"""What a voice can follow."""
MOST_TIMES = 20.0
"""A rate that changes by more is a slip of the pen: ``100`` where ``100%`` was meant."""
MOST_PITCH = 24.0
"""Semitones; a voice follows less, this is where it stops to mean anything."""
LEAST_PERCENT = 50.0
"""Of a pitch without a sign: less is a change by it, more is a part of what holds."""
USUAL_PITCH = 160.0
"""Hertz, where a change is given in them, since how high a voice is by itself is known to nobody here: between the
voices of most men (85 to 155 Hz) and most women (165 to 255 Hz)."""
MOST_GAIN = 20.0
"""Decibels."""
LONGEST_BREAK = 600.0
"""Seconds: longer is a slip of the pen."""

_NUMBER = r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)"
_VALUE = re.compile(rf"{_NUMBER}\s*(%|st|semitones?|hz|db|s|ms)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """What a value asks for."""

    by: float
    """A factor of a rate, semitones of a pitch, decibels of a volume."""
    absolute: bool = False
    """It is a label: it counts from the voice's own, not from what holds already."""

    def times(self, now: float) -> float:
        """The rate that results."""
        return self.by if self.absolute else now * self.by

    def plus(self, now: float) -> float:
        """The pitch or volume that results."""
        return self.by if self.absolute else now + self.by


def rate(value: str) -> Change | None:
    """``slow``, ``120%`` (of what holds), ``+20%``, ``-10%``, ``1.2`` (times what holds)."""
    label = value.strip().lower()
    if label in RATES:
        return Change(RATES[label], absolute=True)
    number, unit, signed = _parsed(value)
    if number is None or unit not in ("", "%"):
        return None
    factor = number / 100 if unit else number
    factor = 1 + factor if signed else factor
    return Change(factor) if 1 / MOST_TIMES <= factor <= MOST_TIMES else None


def pitch(value: str) -> Change | None:
    """``high``, ``+2st``, ``+10%``, ``+20Hz`` (of the usual pitch); not ``180Hz``."""
    label = value.strip().lower()
    if label in PITCHES:
        return Change(12 * log2(PITCHES[label]), absolute=True)
    number, unit, signed = _parsed(value)
    if number is None:
        return None
    if unit in ("st", "semitone", "semitones"):
        return Change(number)
    if unit == "hz":
        return Change(12 * log2(1 + number / USUAL_PITCH)) if signed and number > -USUAL_PITCH else None
    # SSML asks for a sign. Without one 120% can only be a part of what holds, and 10% a change by it.
    factor = 1 + number / 100 if signed or number < LEAST_PERCENT else number / 100
    return Change(12 * log2(factor)) if unit == "%" and factor > 0 else None


def volume(value: str) -> Change | None:
    """``loud``, ``+6dB``, ``50`` (of 100, the voice's own; SSML 1.0), ``+10`` or ``-10%`` (of what holds)."""
    label = value.strip().lower()
    if label in VOLUMES:
        return Change(VOLUMES[label], absolute=True)
    number, unit, signed = _parsed(value)
    if number is None or unit not in ("", "%", "db"):
        return None
    if unit == "db":
        return Change(number)
    amplitude = 1 + number / 100 if signed else number / 100
    absolute = not signed and not unit
    if amplitude < 0 or (absolute and amplitude > 1):
        return None
    return Change(max(SILENT, 20 * log10(amplitude)) if amplitude else SILENT, absolute)


def time(value: str) -> Seconds | None:
    """``500ms``, ``1.5s``, ``0``; not negative."""
    number, unit, _ = _parsed(value)
    if number == 0 and not unit:
        return 0.0
    if number is None or unit not in ("s", "ms") or number < 0:
        return None
    return number / 1000 if unit == "ms" else number


def emphasized(manner: Manner, level: str) -> Manner | None:
    """How a word is said with SSML's emphasis; None: there is no such level.

    What is stressed is said louder and slower, what is reduced softer and faster (as Amazon describes it for Polly);
    how much is our own choice, small enough not to sound like another voice.
    """
    if level == "none":
        return manner
    if level not in EMPHASIS:
        return None
    factor, decibels = EMPHASIS[level]
    return replace(manner, rate=manner.rate * factor, volume=manner.volume + decibels)


EMPHASIS = {"strong": (0.85, 3.0), "moderate": (0.93, 1.5), "reduced": (1.08, -3.0)}
"""Factor of the rate, and decibels."""


def bounded(value: float, low: float, high: float) -> float:
    """The value, or the nearer bound."""
    return min(high, max(low, value))


def _parsed(value: str) -> tuple[float | None, str, bool]:
    """The number, its unit and whether it has a sign."""
    found = _VALUE.fullmatch(value.strip())
    if found is None or len(value) > 40 or not isfinite(number := float(found[1])):
        return None, "", False
    return number, (found[2] or "").lower(), found[1][0] in "+-"
