"""Praat's TextGrid, in its long text form: tiers of words and of segments, tiled without a hole from 0 to the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speech.formats.cues import labels
from speech.formats.cues.clock import decimal, milliseconds
from speech.formats.cues.layout import clean
from speech.formats.cues.schedule import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from speech.data import Segment, Word
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".TextGrid"
CUES = False

_Interval = tuple[int, int, str]


def render(transcript: Transcript, rules: CueRules) -> str:  # noqa: ARG001
    """A tier of words (where there are any) and one of segments, for each voice: on a tier nothing may overlap."""
    tiers = [(name, _placed(items)) for name, items in _tiers(transcript.segments)]
    ends = [intervals[-1][1] for _, intervals in tiers if intervals]
    whole = max([1, milliseconds(transcript.end), *ends])
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
    body = "".join(
        _tier(number, name, list(_tiled(found, whole)), whole) for number, (name, found) in enumerate(tiers, 1)
    )
    return f"{head}{_bounds(0, whole)}tiers? <exists>\nsize = {len(tiers)}\nitem []:\n{body}"


def _tiers(segments: Sequence[Segment]) -> Iterator[tuple[str, Sequence[Segment | Word]]]:
    name = labels(segments)
    voices: dict[str, list[Segment]] = {} if segments else {"": []}
    for segment in segments:
        voices.setdefault(name(segment), []).append(segment)
    for voice, spoken in voices.items():
        words = [word for segment in spoken for word in segment.words]
        if words:
            yield f"{voice} words".strip(), words
        yield f"{voice} segments".strip(), spoken


def _placed(items: Iterable[Segment | Word]) -> list[_Interval]:
    """The items' intervals in whole milliseconds, in order, apart, and none of no length."""
    found = sorted((milliseconds(item.start), milliseconds(item.end), clean(item.text)) for item in items)
    limit = max((end for _, end, _ in found), default=0)
    placed = in_order([(start, end) for start, end, _ in found], limit)
    return [(start, end, text) for (start, end), (_, _, text) in zip(placed, found, strict=True)]


def _tiled(intervals: Sequence[_Interval], whole: int) -> Iterator[_Interval]:
    """The intervals with empty ones between, before and after them; a single empty one where there is none."""
    now = 0
    for start, end, text in intervals:
        if now < start:
            yield now, start, ""
        yield start, end, text
        now = end
    if now < whole:
        yield now, whole, ""


def _tier(number: int, name: str, intervals: Sequence[_Interval], whole: int) -> str:
    rows = [f"    item [{number}]:", '        class = "IntervalTier"', f"        name = {_quoted(name)}"]
    rows += [f"        {bound}" for bound in _bounds(0, whole).splitlines()]
    rows.append(f"        intervals: size = {len(intervals)}")
    for index, (start, end, text) in enumerate(intervals, 1):
        rows.append(f"        intervals [{index}]:")
        rows += [f"            {bound}" for bound in _bounds(start, end).splitlines()]
        rows.append(f"            text = {_quoted(text)}")
    return "".join(f"{row}\n" for row in rows)


def _bounds(start: int, end: int) -> str:
    return f"xmin = {decimal(start)}\nxmax = {decimal(end)}\n"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
