"""When things show: times shared over the characters of a text, and stretches kept in order and apart.

Everything here counts in whole milliseconds, or in whole ticks of a coarser clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.formats.cues.clock import milliseconds
from speech.formats.cues.layout import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speech.data import Segment

REACH = 24
"""Characters of text that a word may lie further on than expected; beyond, the word is not from this text."""


def character_times(segment: Segment, text: str) -> tuple[list[int], list[int]]:
    """Where each character of ``text`` begins and ends, in milliseconds, both never falling.

    Word times where the words are found in the text; all else is shared out evenly between its neighbours.

    Args:
        segment: with or without words.
        text: the segment's, without its spaces.
    """
    first = milliseconds(segment.start)
    last = max(first, milliseconds(segment.end))
    begins, ends = [-1] * len(text), [-1] * len(text)
    now = first
    for place, size, start, end in _find_words(segment, text):
        start, now = max(now, min(start, last)), max(now, min(max(start, end), last))  # noqa: PLW2901
        _share(begins, ends, (place, place + size), (start, now))
    _fill(begins, ends, first, last)
    return begins, ends


def _find_words(segment: Segment, text: str) -> list[tuple[int, int, int, int]]:
    """Place, size, start and end of every word that stands in the text, in order."""
    found, place = [], 0
    for word in segment.words:
        wanted = clean(word.text).replace(" ", "")
        here = text.find(wanted, place, place + len(wanted) + REACH) if wanted else -1
        if here >= 0:
            found.append((here, len(wanted), milliseconds(word.start), milliseconds(word.end)))
            place = here + len(wanted)
    return found


def _share(begins: list[int], ends: list[int], places: tuple[int, int], times: tuple[int, int]) -> None:
    (first, last), (start, end) = places, times
    for place in range(first, last):
        begins[place] = start + (end - start) * (place - first) // (last - first)
        ends[place] = start + (end - start) * (place + 1 - first) // (last - first)


def _fill(begins: list[int], ends: list[int], start: int, end: int) -> None:
    place = 0
    while place < len(begins):
        after = place
        while after < len(begins) and begins[after] < 0:
            after += 1
        times = (ends[place - 1] if place else start, begins[after] if after < len(begins) else end)
        _share(begins, ends, (place, after), times)
        place = after + 1


def in_order(
    spans: Sequence[tuple[int, int]],
    limit: int,
    *,
    wanted: Sequence[int] = (),
    longest: int | None = None,
    gap: int = 0,
    least: int = 1,
) -> list[tuple[int, int]]:
    """Stretches in the same order that never overlap, each at least one tick long.

    They stay before ``limit`` wherever there is a tick for each of them.

    Args:
        spans: starts and ends as they come, in any state.
        limit: where the last one ends at the latest.
        wanted: how long each should last if there is room after it.
        longest: no stretch lasts longer.
        gap: what lies between two of them at least: the earlier one ends sooner for it.
        least: but no stretch becomes shorter than this for the gap's sake.
    """
    starts = _starts([start for start, _ in spans], limit)
    placed = []
    for index, (start, (_, end)) in enumerate(zip(starts, spans, strict=True)):
        last = index + 1 == len(starts)
        following = max(limit, start + 1) if last else starts[index + 1]
        latest = following if longest is None else min(following, start + longest)
        end = min(max(start + 1, end, start + (wanted[index] if wanted else 0)), latest)  # noqa: PLW2901
        if not last and following - end < gap:
            end = max(following - gap, min(end, start + least))  # noqa: PLW2901
        placed.append((start, end))
    return placed


def _starts(starts: Sequence[int], limit: int) -> list[int]:
    rising: list[int] = []
    for index, start in enumerate(starts):
        capped = min(start, limit - (len(starts) - index))
        rising.append(max(capped, rising[-1] + 1 if rising else 0))
    return rising
