"""What is done to the sound of a voice: rate, pitch, level, place, silence, and edges that do not click.

Stages that need to see a whole stretch of sound take and give iterators, so that they can wait for what follows. The
same samples come out however the sound was cut into pieces: what came whole from the cache and what was just spoken
piece by piece must not differ. Nothing looks at one sentence to decide on its level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import cos, pi, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.data import Samples, Seconds

Stage = Callable[[Iterator["Samples"]], Iterator["Samples"]]
"""What the sound of a whole document may pass through, such as a watermark: as many frames out as in."""

FADE: Seconds = 0.003
"""Of an edge that would click: too short to take anything from a consonant."""
AUDIBLE = 0.001
"""A wave that sets in higher than this clicks: -60 dBFS."""
BLOCK: Seconds = 1.0
"""The longest stretch that is made, or taken, at once."""


def pitch_ratio(semitones: float) -> float:
    """How much faster a voice is played to sound that much higher: 12 semitones, equally tempered, are an octave.

    The voice is asked to speak slower by as much, so that the duration comes back. The formants move with the pitch, as
    if somebody smaller spoke: hence the limit of ``data.PITCH_LIMIT``.
    """
    return float(2 ** (semitones / 12))


def resampled(pieces: Iterable[Samples], from_rate: float, to_rate: float) -> Iterator[Samples]:
    """The same sound at another rate, not a sample late: ``round(frames * to_rate / from_rate)`` frames.

    Played at the same rate as before it is higher or lower in pitch, and shorter or longer. Pieces are of shape
    (frames,) or (frames, channels).
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
            stream = soxr.ResampleStream(from_rate, to_rate, channels, "float32", "HQ")
            empty = np.zeros((0, *piece.shape[1:]), np.float32)
        for part in _parts(piece, max(1, round(BLOCK * from_rate))):
            made = stream.resample_chunk(np.ascontiguousarray(part, np.float32))
            taken += len(part)
            given += len(made)
            if len(made):
                yield made
    if stream is not None:
        missing = round(taken * to_rate / from_rate) - given
        if missing > 0:
            yield _exactly(stream.resample_chunk(empty, last=True), missing)


def faded(pieces: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """An utterance whose first and last moment do not click; nothing changes where they are silent by themselves.

    An edge that does not begin near zero rises, or falls, along half a cosine.
    """
    import numpy as np

    length = max(1, round(FADE * rate))
    rise = (0.5 - 0.5 * np.cos(pi * (np.arange(length) + 0.5) / length)).astype(np.float32)
    held: Samples | None = None
    begun = False
    for piece in pieces:
        held = piece if held is None else np.concatenate([held, piece])
        if not begun and len(held) >= 2 * length:
            held, begun = _eased(held, rise), True
        if begun and len(held) > length:
            yield held[:-length]
            held = held[-length:]
    if held is not None and len(held):
        rise = rise[: len(held)]
        start = held if begun else _eased(held, rise)
        yield _eased(start[::-1], rise)[::-1]


def gained(samples: Samples, decibels: float) -> Samples:
    """Louder or softer."""
    import numpy as np

    return samples if decibels == 0 else samples * np.float32(10 ** (decibels / 20))


def panned(samples: Samples, pan: float) -> Samples:
    """Mono placed between two channels: (frames,) or (frames, 1) to (frames, 2); -1 is left, 1 is right.

    In the middle both channels are as loud as mono, so that a document sounds the same in stereo where nothing is
    placed. Towards a side the far channel falls by the sine law of constant power, and the near one stays: it would
    rise by 3 dB, and clip.
    """
    import numpy as np

    angle = (min(1.0, max(-1.0, pan)) + 1) * pi / 4
    sides = [1.0 if pan <= 0 else sqrt(2) * cos(angle), 1.0 if pan >= 0 else sqrt(2) * sin(angle)]
    return samples.reshape(-1, 1) * np.array([sides], np.float32)


def silence(seconds: Seconds, rate: int, channels: int) -> Iterator[Samples]:
    """As many frames of nothing, of shape (frames, channels)."""
    import numpy as np

    left, most = round(seconds * rate), round(BLOCK * rate)
    while left > 0:
        yield np.zeros((min(left, most), channels), np.float32)
        left -= most


def _parts(samples: Samples, size: int) -> Iterator[Samples]:
    for at in range(0, len(samples), size):
        yield samples[at : at + size]


def _exactly(samples: Samples, frames: int) -> Samples:
    import numpy as np

    if frames <= len(samples):
        return samples[:frames]
    return np.concatenate([samples, np.zeros((frames - len(samples), *samples.shape[1:]), np.float32)])


def _eased(samples: Samples, rise: Samples) -> Samples:
    """Its start faded in, if it would click."""
    import numpy as np

    if np.abs(samples[0]).max() <= AUDIBLE:
        return samples
    eased = samples.copy()
    eased[: len(rise)] *= rise if samples.ndim == 1 else rise[:, None]
    return eased
