"""Spans of speech become chunks for the model, and the model's times become times of the recording again.

A chunk holds as many spans as fit into ``max_seconds``; the silence between them beyond their padding is left out.
The work is linear in the length of the recording and holds one chunk for each channel.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from speech.data import Chunk, Piece
from speech.stt.silero import RATE
from speech.stt.vad import SpanFinder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from speech.data import Samples, Seconds, Segment, TranscribeOptions, Word
    from speech.stt.vad import Span

REACH = 5.0
"""A full chunk ends at the longest pause of its last five seconds: the likeliest end of a sentence there."""

EXTENT = 4
"""A chunk covers at most this many times ``max_seconds`` of the recording, and leaves once no later speech can be part
of it: so sparse speech does not wait, nor does another channel's."""


def chunks(
    blocks: Iterable[Samples], options: TranscribeOptions, max_seconds: Seconds, offset: Seconds = 0.0
) -> Generator[Chunk, None, None]:
    """The chunks of a recording, ordered by where they start, the first before the last block is read.

    Args:
        blocks: shape (frames, channels) each, float32 at 16 kHz; every channel is cut apart from the others.
        options: the speech detection options and ``max_chunk`` are used.
        max_seconds: the longest chunk that the model takes.
        offset: where in the recording the first block begins.
    """
    longest = min(max_seconds, options.max_chunk or max_seconds)
    channels: list[_Channel] = []
    index = 0
    for block in blocks:
        if not channels:
            split = options.channels == "split"
            channels = [_Channel(options, longest, offset, i if split else None) for i in range(block.shape[1])]
        for channel, samples in zip(channels, block.T, strict=True):
            channel.feed(samples)
        for chunk in _in_order(channels):
            yield replace(chunk, index=index)
            index += 1
    for channel in channels:
        channel.finish()
    for chunk in _in_order(channels):
        yield replace(chunk, index=index)
        index += 1


class _Channel:
    """One channel on its way to chunks."""

    def __init__(self, options: TranscribeOptions, longest: Seconds, offset: Seconds, number: int | None) -> None:
        self.ready: list[Chunk] = []
        self._offset = offset
        self._finder = SpanFinder(options, longest)
        self._longest = longest
        self._number = number
        self._open: list[Span] = []

    def feed(self, samples: Samples) -> None:
        for span in self._finder.feed(samples):
            self._add(span)
        if self._too_far(self._finder.frontier):
            self._emit(len(self._open))

    def finish(self) -> None:
        for span in self._finder.finish():
            self._add(span)
        if self._open:
            self._emit(len(self._open))

    def frontier(self) -> Seconds:
        """The time before which no later chunk of this channel starts."""
        return self._offset + (self._open[0].start if self._open else self._finder.frontier) / RATE

    def _add(self, span: Span) -> None:
        if self._too_far(span.start):
            self._emit(len(self._open))
        while self._open and not self._fits(span):
            self._emit(_best_end([*self._open, span], self._longest))
        self._open.append(span)

    def _too_far(self, start: int) -> bool:
        """Whether a span from ``start`` on cannot be in one chunk with those that are open."""
        return bool(self._open) and start - self._open[0].start >= EXTENT * self._longest * RATE

    def _fits(self, span: Span) -> bool:
        length = sum(len(held.samples) for held in self._open) + len(span.samples)
        return length <= self._longest * RATE and not self._too_far(span.end - 1)

    def _emit(self, count: int) -> None:
        spans, self._open = self._open[:count], self._open[count:]
        self.ready.append(_join(spans, self._offset, self._number))


def _in_order(channels: list[_Channel]) -> Iterator[Chunk]:
    """The finished chunks that no channel can still come before."""
    waiting = sorted((chunk.start, i, chunk) for i, channel in enumerate(channels) for chunk in channel.ready)
    frontier = min(((channel.frontier(), i) for i, channel in enumerate(channels)), default=(0.0, 0))
    for start, i, chunk in waiting:
        if (start, i) > frontier:
            return
        channels[i].ready.remove(chunk)
        yield chunk


def _best_end(spans: list[Span], longest: Seconds) -> int:
    """How many of ``spans``, the last of which does not fit, to put into a chunk: up to the best pause near its end."""
    total = sum(len(span.samples) for span in spans[:-1])
    earliest = min(longest * RATE, total) - REACH * RATE
    best, pause, length = len(spans) - 1, -1, 0
    for count, (span, following) in enumerate(pairwise(spans), start=1):
        length += len(span.samples)
        gap = following.speech_start - span.speech_end
        if length >= earliest and gap >= pause:
            best, pause = count, gap
    return best


def _join(spans: list[Span], offset: Seconds, channel: int | None) -> Chunk:
    import numpy as np

    pieces: list[Piece] = []
    at = 0
    for previous, span in pairwise([None, *spans]):
        assert span
        if previous and previous.end == span.start:  # nothing was left out between them
            duration = pieces[-1].duration + len(span.samples) / RATE
            pieces[-1] = replace(pieces[-1], duration=duration, speech_end=offset + span.speech_end / RATE)
        else:
            pieces.append(_piece(span, at, offset))
        at += len(span.samples)
    return Chunk(np.concatenate([span.samples for span in spans]), tuple(pieces), rate=RATE, channel=channel)


def _piece(span: Span, at: int, offset: Seconds) -> Piece:
    return Piece(
        chunk_start=at / RATE,
        start=offset + span.start / RATE,
        duration=len(span.samples) / RATE,
        speech_start=offset + span.speech_start / RATE,
        speech_end=offset + span.speech_end / RATE,
    )


def place(chunk: Chunk, segment: Segment) -> Segment:
    """The segment with the times of the recording instead of the chunk's; never before the speech of its piece."""
    words = tuple(_place_word(chunk.pieces, word) for word in segment.words)
    start, end = _start(chunk.pieces, segment.start), _end(chunk.pieces, segment.end)
    if words:
        start, end = words[0].start, max(word.end for word in words)
    return replace(segment, start=start, end=max(start, end), words=words, channel=chunk.channel)


def _start(pieces: tuple[Piece, ...], time: Seconds) -> Seconds:
    """A start that falls into the silence after a piece's speech belongs to the next piece."""
    for piece in pieces[:-1]:
        if time < piece.chunk_start + piece.speech_end - piece.start:
            return _inside(piece, time)
    return _inside(pieces[-1], time)


def _end(pieces: tuple[Piece, ...], time: Seconds) -> Seconds:
    """An end that falls into the silence before a piece's speech belongs to the piece before."""
    for piece in reversed(pieces[1:]):
        if time > piece.chunk_start + piece.speech_start - piece.start:
            return _inside(piece, time)
    return _inside(pieces[0], time)


def _place_word(pieces: tuple[Piece, ...], word: Word) -> Word:
    """A word lies in one piece, the one it shares most time with: nobody pauses for a minute inside a word."""

    def shared(piece: Piece) -> float:
        low, high = piece.chunk_start, piece.chunk_start + piece.duration
        return min(word.end, high) - max(word.start, low)

    piece = max(pieces, key=shared)
    start = _inside(piece, word.start)
    return replace(word, start=start, end=max(start, _inside(piece, word.end)))


def _inside(piece: Piece, time: Seconds) -> Seconds:
    placed = piece.start + time - piece.chunk_start
    return round(min(max(placed, piece.speech_start), piece.start + piece.duration), 3)


def cut(chunk: Chunk, start: Seconds, end: Seconds) -> Chunk:
    """The part of a chunk between two of its own times, as a chunk that still knows its place in the recording."""
    first, last = round(start * chunk.rate), round(end * chunk.rate)
    start, end = first / chunk.rate, last / chunk.rate
    pieces = []
    for piece in chunk.pieces:
        low, high = max(start, piece.chunk_start), min(end, piece.chunk_start + piece.duration)
        if round((high - low) * chunk.rate) > 0:  # not for a rest that is only a rounding
            begins = piece.start + low - piece.chunk_start
            ends = begins + high - low
            speech_start, speech_end = (min(max(t, begins), ends) for t in (piece.speech_start, piece.speech_end))
            pieces.append(Piece(low - start, begins, high - low, speech_start, speech_end))
    return replace(chunk, samples=chunk.samples[first:last], pieces=tuple(pieces))


def halves(chunk: Chunk) -> tuple[Chunk, Chunk]:
    """A chunk in two, at the quietest tenth of a second of its middle third."""
    import numpy as np

    frame = chunk.rate // 10
    low, high = len(chunk.samples) // 3, max(len(chunk.samples) * 2 // 3, len(chunk.samples) // 3 + frame)
    middle = chunk.samples[low:high]
    frames = middle[: len(middle) // frame * frame].reshape(-1, frame)
    quietest = int(np.argmin(np.square(frames).sum(axis=1))) if len(frames) else 0
    at = (low + quietest * frame + frame // 2) / chunk.rate
    return cut(chunk, 0.0, at), cut(chunk, at, chunk.duration)


def speech(chunk: Chunk) -> list[tuple[Seconds, Seconds]]:
    """Where in the chunk, by its own times, somebody speaks."""
    offsets = [(piece, piece.chunk_start - piece.start) for piece in chunk.pieces]
    return [(piece.speech_start + offset, piece.speech_end + offset) for piece, offset in offsets]
