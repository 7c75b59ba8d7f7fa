"""Where cues and lines end: the best places among all, found by dynamic programming over the parts of a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from speech.formats.cues import layout
from speech.formats.cues.clock import milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from speech.formats.cues import CueRules

SHORT_PAUSE = 300
"""Milliseconds of silence that make a place as good as a comma does."""

CUE_COST = 100
"""Of one cue more; a bad place costs 10 times its penalty (at most 80), so that few cues come before good places."""

FILL_COST = 30
"""Of an empty cue; grows with the square, so that cues come out even."""

SHORT_COST = 60
"""Of a cue that shows for no time, falling to nothing for one that can be read: less than one cue more."""

LINE_WEIGHT = 20
"""Of a penalty in a line's end, against squared columns of unevenness: a comma is worth some five columns."""


_Ways = dict[int, tuple[float, tuple[int, ...]]]
"""By the place where it ends: the best way so far, as its cost and the places of its breaks."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is never parted: a word, or a character of a script without spaces. Times in milliseconds."""

    text: str
    start: int
    end: int
    space: bool
    """Whether a space stands before it in running text."""


def running(units: Sequence[Unit], mark: Callable[[Unit], str] = lambda unit: unit.text) -> str:
    """Units as running text, each written by ``mark``."""
    return "".join(" " * (unit.space and index > 0) + mark(unit) for index, unit in enumerate(units))


@dataclass(frozen=True)
class Breaker:
    """A run of units under the rules, with ``lead`` columns of the first line taken by a label."""

    units: Sequence[Unit]
    rules: CueRules
    lead: int = 0

    def cues(self) -> list[Sequence[Unit]]:
        """The run in as few cues as the rules allow, ended at good places, and even."""
        capacity = self.rules.max_line_width * self.rules.max_lines
        best, origin = [0.0], [0]
        for start in range(len(self.units)):
            for stop, columns in self._cue_ends(start):
                empty = 1 - min(1.0, columns / capacity)
                cost = best[start] + CUE_COST + FILL_COST * empty**2 + 10 * self._penalties[stop - 1]
                cost += SHORT_COST * self._shortness(start, stop)
                if stop == len(best):
                    best.append(cost)
                    origin.append(start)
                elif cost < best[stop]:
                    best[stop], origin[stop] = cost, start
        return [self.units[start:stop] for start, stop in pairwise(_path(origin))]

    def is_one(self) -> bool:
        """Whether all of the run may be one cue."""
        return max(stop for stop, _ in self._cue_ends(0)) == len(self.units)

    def _shortness(self, start: int, stop: int) -> float:
        """From 1 for a cue of no time down to 0 for one that shows as long as it should."""
        end = self.units[stop].start if stop < len(self.units) else self.units[-1].end
        wanted = milliseconds(self.rules.min_duration)
        return max(0.0, 1 - (end - self.units[start].start) / wanted) if wanted else 0.0

    def rows(self) -> tuple[tuple[Unit, ...], ...]:
        """The run on as few lines as it takes, ended at good places, and even."""
        count = self._count_rows()
        if count == 1:
            return (tuple(self.units),)
        target = (self.lead + layout.width(running(self.units))) / count
        found: _Ways = {0: (0.0, (0,))}
        for _ in range(count):
            found = self._add_row(found, target)
        places = found[len(self.units)][1]
        return tuple(tuple(self.units[start:stop]) for start, stop in pairwise(places))

    def _add_row(self, found: _Ways, target: float) -> _Ways:
        longer: _Ways = {}
        for start, (before, places) in found.items():
            for stop, columns in self._row_ends(start):
                cost = before + (columns - target) ** 2 + LINE_WEIGHT * self._penalties[stop - 1]
                if stop not in longer or cost < longer[stop][0]:
                    longer[stop] = (cost, (*places, stop))
        return longer

    @cached_property
    def _widths(self) -> list[int]:
        return [layout.width(unit.text) for unit in self.units]

    @cached_property
    def _penalties(self) -> list[int]:
        """How bad it is to end after each unit; nothing after the last."""
        penalties = []
        for left, right in pairwise(self.units):
            bad = layout.penalty(left.text, right.text, right.space)
            penalties.append(min(bad, layout.CLAUSE) if right.start - left.end >= SHORT_PAUSE else bad)
        return [*penalties, 0]

    def _row_ends(self, start: int) -> Iterator[tuple[int, int]]:
        """Where a line from ``start`` may end, and its columns there; at least one unit."""
        columns = 0 if start else self.lead
        for index in range(start, len(self.units)):
            columns += self._widths[index] + (self.units[index].space and index > start)
            if index > start and columns > self.rules.max_line_width:
                return
            yield index + 1, columns

    def _count_rows(self) -> int:
        count = place = 0
        while place < len(self.units):
            place = max(stop for stop, _ in self._row_ends(place))
            count += 1
        return count

    def _cue_ends(self, start: int) -> Iterator[tuple[int, int]]:
        """Where a cue from ``start`` may end, and its columns there; at least one unit."""
        rules, longest = self.rules, milliseconds(self.rules.max_duration)
        rows, used, columns, end = 1, self.lead, self.lead, 0
        for index in range(start, len(self.units)):
            unit, size = self.units[index], self._widths[index]
            used += size + (unit.space and index > start)
            if index > start and used > rules.max_line_width:
                rows, used = rows + 1, size
            columns += size + unit.space
            end = max(end, unit.end)
            words = index + 1 - start
            too_much = rows > rules.max_lines or (rules.max_words is not None and words > rules.max_words)
            if index > start and (too_much or end - self.units[start].start > longest):
                return
            yield index + 1, columns


def _path(origin: Sequence[int]) -> list[int]:
    """The places on the best way to the end, from 0."""
    places = [len(origin) - 1]
    while places[-1]:
        places.append(origin[places[-1]])
    return places[::-1]
