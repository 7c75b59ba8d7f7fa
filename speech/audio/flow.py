"""From timed frames to even blocks: each stage is a generator over the one before it and holds about a second.

frames -> channels -> timeline -> resample -> cut -> even blocks
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from speech.audio.reader import Frame
from speech.audio.sound import MOST_CHANNELS
from speech.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from speech.audio.notes import Notes
    from speech.audio.sound import Samples
    from speech.data import Seconds

BLOCK: Seconds = 2.0
"""Length of a block; the last may be shorter."""
TOLERANCE: Seconds = 0.05
"""A gap in the container's times below this is their rounding (Matroska and ASF write milliseconds, and jitter)."""
OVERLAP: Seconds = 0.5
"""Times that fall back by less than this are taken for jitter too: no sample is thrown away for them."""
LONGEST_GAP: Seconds = 3600.0
"""Times that leap further are a new clock (MPEG-TS wraps, cameras join files) or damage: nothing was missed there."""
MOST_SILENCE: Seconds = 6 * 3600.0
"""All gaps of a file together; more is damage, and would keep a recognizer busy with nothing."""
SPARSEST: float = 20.0
"""Silence believed for each second of sound, whatever the header says: Opus leaves out 19 of 20 packets in a pause."""
GRACE: Seconds = 60.0
"""Silence believed besides that."""
STRETCH: Seconds = 1.0
"""Sound before a longer gap, which a header must allow for: a damaged clock puts one after every frame."""
FEWEST_BYTES: float = 1.0
"""In a second of a file, its gaps counted in; a header that spreads it thinner is damaged (Codec 2 takes 88)."""
ROUNDED: Seconds = 1.0
"""By how much a header may put the end too early."""
FAR_OVER: float = 2.0
"""A float sample this large was not written on the scale of -1 to 1; less than that is clipping, and common."""


def in_range(frames: Iterable[Frame], channels: Literal["mix", "split"], notes: Notes) -> Iterator[Frame]:
    """Frames with the channels wanted, as many as the first has, and only numbers in range.

    A mix is the mean of the channels, as everybody's is: what one channel holds upside down of another is lost.
    """
    count = 0
    for frame in frames:
        samples = _clean(frame, notes)
        if channels == "mix":
            samples = _mean(samples)
        count = count or samples.shape[1]
        if count > MOST_CHANNELS:
            raise AudioError(f"{count} channels are too many to split; mix them")
        yield Frame(_with_channels(samples, count), frame.rate, frame.time)


def on_time(frames: Iterable[Frame], begin: Seconds, end: Seconds | None, notes: Notes) -> Iterator[Frame]:
    """Frames without holes: from ``begin`` on, each right after the one before, silence where nothing was recorded.

    Frames from before ``begin`` are cut off to the sample. ``end`` is where the file says that it ends: no gap leads
    beyond it.
    """
    notes.now = begin
    shift = 0.0
    for frame in frames:
        samples, now = frame.samples, notes.now
        lead = 0.0 if frame.time is None else frame.time + shift - now
        if now == begin > 0 and lead < 0:  # still before the place that was asked for
            samples = samples[round(-lead * frame.rate) :]
        elif lead < -OVERLAP or not _believable(lead, end, notes, late=now == begin):
            shift -= lead
            notes.leap(now, lead)
        elif lead > TOLERANCE:
            notes.gap(now, lead)
            for silence in _silence(frame, lead):
                yield silence
                notes.now += len(silence.samples) / frame.rate
        yield Frame(samples, frame.rate, notes.now)
        notes.now += len(samples) / frame.rate


def resampled(frames: Iterable[Frame], rate: int) -> Iterator[Samples]:
    """The same at another rate: as many frames as the time takes, to the nearest one.

    A change of rate on the way (broadcasts do that) starts a new resampler.
    """
    current: _Resampler | None = None
    for frame in frames:
        if current is None or current.source_rate != frame.rate:
            if current is not None:
                yield current.rest()
            current = _Resampler(frame.rate, rate, frame.samples.shape[1])
        # A second at a time: what comes out is then at most a second long too, whatever the rates.
        for at in range(0, len(frame.samples), frame.rate):
            yield current.feed(frame.samples[at : at + frame.rate])
    if current is not None:
        yield current.rest()


def cut(pieces: Iterable[Samples], first: int, end: int | None) -> Iterator[Samples]:
    """Frames ``first`` to ``end`` of the whole; reads no further than that."""
    at = 0
    for piece in pieces:
        stop = len(piece) if end is None else end - at
        yield piece[max(0, first - at) : max(0, stop)]
        at += len(piece)
        if end is not None and at >= end:
            return


def even(pieces: Iterable[Samples], size: int) -> Iterator[Samples]:
    """Blocks of ``size`` frames, the last one shorter, each an array of its own, between -1 and 1."""
    import numpy as np

    held: list[Samples] = []
    count = 0
    for piece in pieces:
        rest = piece
        while count + len(rest) >= size:
            held.append(rest[: size - count])
            rest = rest[size - count :]
            yield np.clip(np.concatenate(held), -1, 1)  # a resampler overshoots full scale, an mp3 decoder too
            held, count = [], 0
        if len(rest):
            held.append(rest)
            count += len(rest)
    if held:
        yield np.clip(np.concatenate(held), -1, 1)


class _Resampler:
    """One stretch at one rate."""

    def __init__(self, source_rate: int, rate: int, channels: int) -> None:
        import numpy as np
        import soxr

        self.source_rate = source_rate
        self._rate = rate
        self._taken = 0
        self._given = 0
        self._none: Samples = np.zeros((0, channels), np.float32)
        self._stream = (
            None if source_rate == rate else soxr.ResampleStream(source_rate, rate, channels, "float32", "HQ")
        )

    def feed(self, samples: Samples) -> Samples:
        if self._stream is None:
            return samples
        import numpy as np

        self._taken += len(samples)
        out: Samples = self._stream.resample_chunk(np.ascontiguousarray(samples))
        self._given += len(out)
        return out

    def rest(self) -> Samples:
        """What is still inside; with it, as much has come out as the time takes."""
        if self._stream is None:
            return self._none
        import numpy as np

        out: Samples = self._stream.resample_chunk(self._none, last=True)
        missing = round(self._taken * self._rate / self.source_rate) - self._given
        return np.pad(out[:missing], ((0, max(0, missing - len(out))), (0, 0)))


def _clean(frame: Frame, notes: Notes) -> Samples:
    """0 for what is no number, full scale for what is far beyond it."""
    import numpy as np

    samples = frame.samples
    peak = float(np.abs(samples).max(initial=0.0))
    if not np.isfinite(peak):
        notes.once("numbers", "samples that are NaN or infinite were set to 0", frame.time)
        samples = np.where(np.isfinite(samples), samples, np.float32(0))
        peak = float(np.abs(samples).max(initial=0.0))
    if peak > FAR_OVER:
        notes.once("scale", f"samples reach {peak:.3g} where 1 is full scale, and were clipped", frame.time)
        samples = np.clip(samples, -1, 1)
    return samples


def _mean(samples: Samples) -> Samples:
    return samples if samples.shape[1] == 1 else samples.mean(axis=1, keepdims=True, dtype="float32")


def _with_channels(samples: Samples, count: int) -> Samples:
    """The same count all through: a change on the way goes to every channel as the mix."""
    import numpy as np

    return samples if samples.shape[1] == count else np.repeat(_mean(samples), count, axis=1)


def _believable(lead: Seconds, end: Seconds | None, notes: Notes, *, late: bool) -> bool:
    """Whether that much can have gone unrecorded; ``late`` is a track that starts with it."""
    if lead <= TOLERANCE:
        return True
    silence = notes.silence + lead
    # Headers round the end, and count the last frame or not.
    inside = end is None or notes.now + lead <= end + ROUNDED
    if not inside or lead > LONGEST_GAP or silence > MOST_SILENCE:
        return False
    declared = end is not None and (late or notes.now - notes.resumed >= STRETCH)
    return declared or silence <= SPARSEST * (notes.now - notes.silence) + GRACE


def _silence(frame: Frame, seconds: Seconds) -> Iterator[Frame]:
    import numpy as np

    left = round(seconds * frame.rate)
    while left > 0:
        some = min(left, frame.rate)
        yield Frame(np.zeros((some, frame.samples.shape[1]), np.float32), frame.rate, None)
        left -= some
