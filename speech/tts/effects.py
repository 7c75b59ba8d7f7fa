"""Pure stages over samples: rate and pitch, edges, gain, place and silence.

Stages that need to see a whole stretch of sound take and give iterators, so that they can wait for what follows;
what they give never depends on how the sound was cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.data import Samples, Seconds

Stage = Callable[[Iterator["Samples"]], Iterator["Samples"]]
"""What the sound of a whole document may pass through, such as a watermark: as many frames out as in."""

FADE = 0.003
"""Seconds: long enough that a join does not click, too short to take anything from a consonant."""

BLOCK = 1.0
"""Seconds of silence given at once."""


def pitch_ratio(semitones: float) -> float:
    """How much higher in frequency: 12 semitones are an octave, equally tempered."""
    ratio: float = 2 ** (semitones / 12)
    return ratio


def resampled(pieces: Iterable[Samples], from_rate: float, to_rate: float) -> Iterator[Samples]:
    """Sound at another rate: round(n * to / from) frames of n, none of them late.

    Played at the same rate as before it is higher or lower in pitch, and shorter or longer.
    """
    if from_rate == to_rate:
        yield from pieces
        return
    import numpy as np
    import soxr

    stream, taken, given = None, 0, 0
    for piece in pieces:
        if stream is None:
            channels = 1 if piece.ndim == 1 else piece.shape[1]
            stream = soxr.ResampleStream(from_rate, to_rate, channels, dtype="float32", quality="HQ")
            empty = piece[:0]
        taken += len(piece)
        made = stream.resample_chunk(np.ascontiguousarray(piece))
        given += len(made)
        yield made
    if stream is not None:
        rest = stream.resample_chunk(empty, last=True)
        yield _exactly(rest, round(taken * to_rate / from_rate) - given)


def faded(pieces: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """Sound whose very first and last moments rise from silence and fall back to it, along half a cosine."""
    import numpy as np

    length = round(FADE * rate)
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)).astype(np.float32)
    held: Samples | None = None
    begun = 0
    for piece in pieces:
        rising = _times(piece, rise[begun : begun + len(piece)])
        begun += min(len(piece), length - begun)
        held = rising if held is None else np.concatenate([held, rising])
        if len(held) > length:
            yield held[:-length]
            held = held[-length:]
    if held is not None:
        yield _times(held[::-1], rise[: len(held)])[::-1]


def gained(samples: Samples, decibels: float) -> Samples:
    """Louder or softer."""
    import numpy as np

    return samples if decibels == 0 else samples * np.float32(10 ** (decibels / 20))


def panned(samples: Samples, pan: float) -> Samples:
    """Mono placed between two channels: (frames,) to (frames, 2).

    -1 is left, 1 is right. Constant power, scaled so that the middle is as loud in both channels as mono is: then
    a document sounds the same in stereo where nothing is placed.
    """
    import numpy as np

    angle = (pan + 1) * np.pi / 4
    sides = np.sqrt(2) * np.array([np.cos(angle), np.sin(angle)])
    return samples[:, None] * np.minimum(sides, 1.0).astype(np.float32)


def silence(seconds: Seconds, rate: int, channels: int) -> Iterator[Samples]:
    """As many frames of nothing, of shape (frames, channels)."""
    import numpy as np

    left, most = round(seconds * rate), round(BLOCK * rate)
    while left > 0:
        yield np.zeros((min(left, most), channels), np.float32)
        left -= most


def _times(samples: Samples, factors: Samples) -> Samples:
    import numpy as np

    if not len(factors):
        return samples
    head = samples[: len(factors)] * (factors if samples.ndim == 1 else factors[:, None])
    return np.concatenate([head, samples[len(factors) :]])


def _exactly(samples: Samples, frames: int) -> Samples:
    import numpy as np

    if frames <= len(samples):
        return samples[: max(0, frames)]
    return np.concatenate([samples, np.zeros((frames - len(samples), *samples.shape[1:]), np.float32)])
