"""Peaks held under a ceiling, so that a whole can be as loud as was asked for.

A recording is never turned down as a whole for the sake of a few high peaks: the gain dips around each of them, from
20 ms before it to 20 ms after, and is exactly 1 everywhere else. Looking ahead costs nothing, as nobody listens yet.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from speech.audio.sound import Samples
    from speech.data import Seconds

REACH: Seconds = 0.02
"""How far around a peak the gain dips: slow enough that the voice's own wave is not bent."""
PHASES = 4
"""Points at which the wave is looked at for each sample (ITU-R BS.1770-5, annex 2)."""
TAPS = 12
"""Samples that a point between two others is made of, half on either side."""
MARGIN = 0.1
"""Decibels: what so short an interpolation may miss of a peak."""


def limited(blocks: Iterable[Samples], rate: int, channels: int, ceiling: float) -> Iterator[Samples]:
    """The same sound with no true peak above ``ceiling`` dBTP; blocks are of shape (frames, channels).

    All channels are turned down together, so that nobody moves from their place.
    """
    import numpy as np

    reach = max(1, round(REACH * rate))
    context = 2 * reach + TAPS
    edge = np.zeros((context, channels), np.float32)
    held = edge
    for block in chain(blocks, [edge]):
        held = np.concatenate([held, block])
        ready = len(held) - 2 * context
        if ready > 0:
            gain = _gain(held, reach, 10 ** ((ceiling - MARGIN) / 20))[context : context + ready]
            yield held[context : context + ready] * gain[:, None]
            held = held[ready:]


def _gain(samples: Samples, reach: int, ceiling: float) -> Samples:
    """For each frame a gain that keeps it and its neighbours under the ceiling, smooth in time."""
    import numpy as np

    peaks = _peaks(samples)
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, ceiling))
    if needed.min() == 1.0:
        return np.ones(len(samples), np.float32)
    # Each of the averaged values reaches over the frame in the middle, so their mean is never above what that needs.
    return _average(_average(_lowest(needed, reach), reach), reach)


def _peaks(samples: Samples) -> Samples:
    """The highest point of the wave around each frame, over all channels."""
    import numpy as np

    highest = np.abs(samples)
    for phase in range(1, PHASES):
        at = np.arange(-TAPS // 2 + 1, TAPS // 2 + 1) - phase / PHASES
        kernel = np.sinc(at) * np.cos(np.pi * at / (TAPS + 1)) ** 2
        for channel in range(samples.shape[1]):
            between = np.abs(np.convolve(samples[:, channel], kernel[::-1], mode="same"))
            highest[:, channel] = np.maximum(highest[:, channel], np.maximum(between, np.roll(between, 1)))
    loudest: Samples = highest.max(axis=1)
    return loudest


def _lowest(values: Samples, reach: int) -> Samples:
    """The lowest of the values up to ``reach`` on either side, by windows of doubled width."""
    import numpy as np

    width, lowest = 1, np.pad(values, reach, constant_values=1.0)
    while 2 * width <= 2 * reach + 1:
        lowest = np.minimum(lowest[:-width], lowest[width:])
        width *= 2
    rest = 2 * reach + 1 - width
    return np.minimum(lowest[: len(lowest) - rest], lowest[rest:]) if rest else lowest


def _average(values: Samples, reach: int) -> Samples:
    """The mean over ``reach`` frames around each (half of them on either side)."""
    import numpy as np

    half = reach // 2
    sums = np.cumsum(np.pad(values, (half + 1, half), mode="edge"), dtype=np.float64)
    means: Samples = ((sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)).astype(np.float32)
    return means
