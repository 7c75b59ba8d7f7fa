"""Times of day."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from speech.languages import base
from speech.tts.normalize import cldr
from speech.tts.normalize.numbers import Numeral
from speech.tts.normalize.reader import UNSPACED, Reader, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.tts.normalize.table import Clock


def rules(reader: Reader) -> Iterator[Rule]:
    """``8:00``, ``5pm``, ``14h30``, ``14.30 Uhr``."""
    clock = reader.table.clock
    if clock is None:
        return
    before = "" if base(reader.language) in UNSPACED else r"\w"
    start = rf"(?<![{before}\d:.,])(?P<h>\d{{1,2}})"
    minutes = r"(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?(?!\d|[:.,]\d)"
    end = "" if base(reader.language) in UNSPACED else r"(?!\w)"
    half = rf"\s?(?P<half>{'|'.join(map(_dotted, clock.halves)) or '(?!)'})(?!\w)"
    suffix = clock.suffix or "(?!)"
    read = partial(_read, reader=reader, clock=clock)
    yield Rule(re.compile(rf"{start}\s?[{clock.separators}]\s?{minutes}(?:{half}|{suffix})?{end}"), read)
    yield Rule(re.compile(rf"{start}\.{minutes}(?:{half}|{suffix})"), read)
    if clock.dotted_after:
        cue = "|".join(rf"(?<=\b{word}[ '’])" for word in clock.dotted_after)
        yield Rule(re.compile(rf"(?:{cue})(?P<h>\d{{1,2}})\.{minutes}(?P<half>)(?!\w)"), read)
    yield Rule(re.compile(rf"{start}(?P<m>)(?P<s>)(?:{half}|{suffix})"), read)


def _dotted(half: str) -> str:
    """A regular expression for a mark of half the day, with and without its dots."""
    return r"\.?".join(f"[{letter}{letter.upper()}]" for letter in half) + r"\.?"


def _read(match: re.Match[str], reader: Reader, clock: Clock) -> str | None:
    half = match["half"] or ""
    if int(match["h"]) > (12 if half else 24):
        return None
    said = said_at(match["h"], match["m"] or "00", match["s"] or "", reader, clock, half=bool(half))
    return f"{said} {clock.halves[half.replace('.', '').casefold()]}" if half else said


def said_at(hour: str, minute: str, second: str, reader: Reader, clock: Clock, *, half: bool = False) -> str:
    """A time of day in words; ``half`` where the half of the day follows, so that the full hour needs no name."""
    spell, number = reader.spell, str(int(hour))
    h = spell.attributive(number, clock.form) if clock.form else spell.cardinal(number)
    h = clock.one if clock.one and number == "1" else h
    m, zero = spell.cardinal(str(int(minute))), spell.cardinal("0")
    words = {"h": h, "zero": zero, "noun": clock.noun[number not in ("0", "1")]}
    if second == "00" and minute != "00":
        second = ""
    if minute == "00" and second and not half:
        return duration(hour, minute, second, reader)
    if minute == "00" and not second:
        late = clock.late if not 1 <= int(hour) <= 12 else ""
        o_clock = "{h}" if half else late or clock.hour
        return o_clock.format(**words)
    if minute.startswith("0") and minute != "00":
        m = clock.under_ten.format(m=m, zero=zero)
    said = clock.minutes.format(m=m, **words)
    return said + (clock.seconds.format(s=spell.cardinal(str(int(second)))) if second else "")


def duration(hours: str, minutes: str, seconds: str, reader: Reader) -> str:
    """Hours, minutes and seconds, each by its name where it is given; the seconds may have decimals."""
    said = []
    for written, unit in ((hours, "hour"), (minutes, "minute"), (seconds, "second")):
        count = reader.numeral(written.lstrip("0") or "0") or Numeral("0")
        names = cldr.unit(count, f"duration-{unit}", reader.language) if written else None
        if names:
            number = reader.spell.number(count, reader.form(names[1]))
            said.append(" ".join(filter(None, (names[0], number, names[1]))))
    return " ".join(said)
