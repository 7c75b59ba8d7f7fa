"""Short clips in one window: put together with silence between them, and told apart again by the times.

Whisper encodes 30 s whatever it is given, so five clips of 6 s in one window cost the encoder a fifth. What came back
is believed of a clip only where nothing speaks against it: every stretch of text lies in the speech of one clip alone,
all of the clip's speech has text, and no gate complains. Anything else is decoded again, alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from speech.stt.chunks import speech
from speech.stt.gates import faults, is_silence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from speech.data import Chunk, Heard, Piece, Samples, Seconds, Segment, TranscribeOptions, Word

GAP: Seconds = 0.5
"""Silence between two clips, beside the padding that each has: a pause as between two speakers."""
STRAY: Seconds = 0.2
"""So far a stretch of text may reach into the speech of another clip; Whisper's times are off by that much."""
MISSED: Seconds = 0.4
"""So much speech of a clip may be without text: no word is shorter than half of it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How packing went."""

    clips: int = 0
    """Clips that shared a window."""
    windows: int = 0
    alone: int = 0
    """Of the clips, those that could not be told apart and were decoded again."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.clips + other.clips, self.windows + other.windows, self.alone + other.alone)


@dataclass(frozen=True, slots=True)
class Window:
    """Several clips as one chunk."""

    chunk: Chunk
    starts: tuple[Seconds, ...]
    """Where each clip begins in the chunk."""


def share(clips: Sequence[Chunk], longest: Seconds) -> list[list[int]]:
    """Which clips go together, as their places: as few windows of ``longest`` seconds as first-fit decreasing finds."""
    windows: list[list[int]] = []
    room: list[float] = []
    for place in sorted(range(len(clips)), key=lambda place: -clips[place].duration):
        length = clips[place].duration + GAP
        fitting = next((n for n, left in enumerate(room) if left >= length), None)
        if fitting is None:
            fitting = len(windows)
            windows.append([])
            room.append(longest + GAP)
        windows[fitting].append(place)
        room[fitting] -= length
    return [sorted(window) for window in windows]


def join(clips: Sequence[Chunk]) -> Window:
    """The clips one after the other, with silence between them."""
    import numpy as np

    rate = clips[0].rate
    silence = np.zeros(round(GAP * rate), np.float32)
    samples: list[Samples] = []
    starts: list[Seconds] = []
    pieces: list[Piece] = []
    at = 0
    for clip in clips:
        if samples:
            samples.append(silence)
            at += len(silence)
        starts.append(at / rate)
        pieces += [replace(piece, chunk_start=piece.chunk_start + at / rate) for piece in clip.pieces]
        samples.append(clip.samples)
        at += len(clip.samples)
    return Window(replace(clips[0], samples=np.concatenate(samples), pieces=tuple(pieces)), tuple(starts))


def split(window: Window, clips: Sequence[Chunk], heard: Heard, options: TranscribeOptions) -> list[Heard | None]:
    """What was heard in each clip; None where that cannot be told, or is not to be believed."""
    resume = heard.details.get("unfinished_from")
    spans = [
        [(start + low, start + high) for low, high in speech(clip)]
        for start, clip in zip(window.starts, clips, strict=True)
    ]
    shares, doubtful = _assigned(heard.segments, spans)
    found: list[Heard | None] = []
    for place, (start, clip) in enumerate(zip(window.starts, clips, strict=True)):
        own = tuple(_earlier(segment, start, clip.duration) for segment in shares[place])
        # Text with times after the end is told of the last clip; if it was said before, a clip lacks it, and is redone.
        events = tuple(e for e in heard.events if e.kind != "dropped" or place == len(clips) - 1)
        details = {**heard.details, "unfinished_from": None, "clips": len(clips)}
        part = replace(heard, segments=own, details=details, events=events)
        cut_off = resume is not None and resume < start + clip.duration
        found.append(None if place in doubtful or cut_off or not _whole(clip, part, options) else part)
    return found


def _whole(clip: Chunk, heard: Heard, options: TranscribeOptions) -> bool:
    """Whether what was heard can be all that was said, and nothing else."""
    if is_silence(heard, options) or faults(clip, heard, options):
        return False
    covered = [(segment.start, segment.end) for segment in heard.segments]
    return sum(high - low - _shared(low, high, covered) for low, high in speech(clip)) <= MISSED


def _assigned(
    segments: Iterable[Segment], spans: Sequence[Sequence[tuple[Seconds, Seconds]]]
) -> tuple[list[list[Segment]], set[int]]:
    """The segments of each clip, and the clips of which it is not sure which text is theirs."""
    shares: list[list[Segment]] = [[] for _ in spans]
    doubtful: set[int] = set()
    for segment in segments:
        owners = _owners(segment.start, segment.end, spans)
        if len(owners) == 1:
            shares[owners[0]].append(segment)
        elif len(owners) > 1 and (parts := _by_words(segment, spans)):
            for owner, part in parts:
                shares[owner].append(part)
        else:
            doubtful.update(owners or _nearest(segment, spans))
    return shares, doubtful


def _owners(start: Seconds, end: Seconds, spans: Sequence[Sequence[tuple[Seconds, Seconds]]]) -> list[int]:
    """The clips with speech between two times; of more than one, those that it does not merely reach into."""
    shared = [_shared(start, end, own) for own in spans]
    touched = [place for place, seconds in enumerate(shared) if seconds > 0]
    return touched if len(touched) < 2 else [place for place in touched if shared[place] > STRAY]


def _nearest(segment: Segment, spans: Sequence[Sequence[tuple[Seconds, Seconds]]]) -> list[int]:
    """The clips before and after a stretch of text that lies in nobody's speech."""
    before = [place for place, own in enumerate(spans) if own and own[0][0] <= segment.start]
    after = [place for place, own in enumerate(spans) if own and own[-1][1] >= segment.end]
    return before[-1:] + after[:1]


def _by_words(segment: Segment, spans: Sequence[Sequence[tuple[Seconds, Seconds]]]) -> list[tuple[int, Segment]]:
    """The parts of a segment that reaches over several clips, by the times of its words; none where they do not say."""
    owners = [_owner(word, spans) for word in segment.words]
    if not owners or None in owners:
        return []
    parts = []
    begin = 0
    said = zip(owners, segment.words, _ends(segment), strict=True)
    for owner, run in groupby(said, key=itemgetter(0)):
        _, words, ends = zip(*run, strict=True)
        text = segment.text[begin : ends[-1]].strip()
        part = replace(segment, text=text, start=words[0].start, end=words[-1].end, words=words, tokens=())
        parts.append((owner or 0, part))
        begin = ends[-1]
    return parts


def _owner(word: Word, spans: Sequence[Sequence[tuple[Seconds, Seconds]]]) -> int | None:
    """The clip that a word was said in, if its middle lies there."""
    middle = (word.start + word.end) / 2
    inside = [n for n, own in enumerate(spans) if own and own[0][0] - STRAY <= middle <= own[-1][1] + STRAY]
    return inside[0] if len(inside) == 1 else None


def _ends(segment: Segment) -> list[int]:
    """Where in the text each word ends; what follows the last one goes with it."""
    at, ends = 0, []
    for word in segment.words:
        found = segment.text.find(word.text, at)
        at = found + len(word.text) if found >= 0 else at
        ends.append(at)
    return [*ends[:-1], len(segment.text)]


def _shared(start: Seconds, end: Seconds, spans: Iterable[tuple[Seconds, Seconds]]) -> Seconds:
    return sum(max(0.0, min(end, high) - max(start, low)) for low, high in spans)


def _earlier(segment: Segment, by: Seconds, duration: Seconds) -> Segment:
    """The segment with the times of its clip."""

    def moved(time: Seconds) -> Seconds:
        return round(min(max(0.0, time - by), duration), 3)

    words = tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in segment.words)
    return replace(segment, start=moved(segment.start), end=moved(segment.end), words=words)
