"""How loud a recording is, by ITU-R BS.1770 and EBU R 128: one number for the whole, and one gain to change it by.

FFmpeg's filter ``ebur128`` measures, block by block, so that a book is never held; at 48 kHz, for which the standard
gives its weighting: made for 16 kHz, the filter's own differs by 0.07 LU. Its true peak is rounded to
thousandths of full scale, which is coarse on a quiet recording, so that is measured here: the largest sample at four
times the rate (BS.1770-5, annex 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from speech.audio.sound import Samples

SILENT = -70.0
"""LUFS of what the gate leaves nothing of, or that is shorter than one gating block of 0.4 s."""
MOST_LIMITED = 8.0
"""Decibels: a voice whose peaks are held down by more sounds pressed."""
OVERSAMPLING = 4
METER_RATE = 48_000
HIGHEST_RATE = 192_000
"""Above this no oversampling is needed to find the peaks of sound."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was measured of a whole."""

    integrated: float
    """LUFS; minus infinity where there is no sound, or less than 0.4 s of it."""
    true_peak: float
    """dBTP: the highest point of the wave between the samples; minus infinity of silence."""
    range: float
    """LU between the quiet and the loud stretches (EBU Tech 3342)."""


def measure(blocks: Iterable[Samples], rate: int, channels: int) -> Loudness:
    """Listen to a whole; each block is of shape (frames,) or (frames, channels)."""
    meter, peak = _Meter(rate, channels), _Peak(rate, channels)
    for block in blocks:
        for part in _seconds(block.reshape(-1, channels), rate):
            meter.hear(part)
            peak.hear(part)
    meter.end()
    return Loudness(meter.integrated, peak.level(), meter.range)


def gain_for(loudness: Loudness, target: float, ceiling: float) -> float:
    """Decibels that bring the whole to ``target`` LUFS, or as near as its peaks may rise above ``ceiling`` dBTP.

    What rises above it is the limiter's (see ``limiter.py``). 0 where there is nothing to go by; whoever applies less
    than was asked for says so.
    """
    if not isfinite(loudness.integrated):
        return 0.0
    return min(target - loudness.integrated, ceiling + MOST_LIMITED - loudness.true_peak)


class _Meter:
    """FFmpeg's filter, and what it said last."""

    def __init__(self, rate: int, channels: int) -> None:
        import av
        import soxr

        self._av: Any = av
        self._channels, self._frames = channels, 0
        self._layout = "mono" if channels == 1 else "stereo"
        self._stream = soxr.ResampleStream(rate, METER_RATE, channels, "float32", "HQ")
        self._graph: Any = av.filter.Graph()
        source = self._graph.add_abuffer(
            sample_rate=METER_RATE, format="flt", layout=self._layout, time_base=Fraction(1, METER_RATE)
        )
        meter = self._graph.add("ebur128", "metadata=1:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self.integrated = -inf
        self.range = 0.0

    def hear(self, samples: Samples, *, last: bool = False) -> None:
        import numpy as np

        fine = self._stream.resample_chunk(np.ascontiguousarray(samples, np.float32), last=last)
        if not len(fine):
            return
        frame = self._av.AudioFrame.from_ndarray(fine.reshape(1, -1), format="flt", layout=self._layout)
        frame.sample_rate, frame.time_base, frame.pts = METER_RATE, Fraction(1, METER_RATE), self._frames
        self._frames += len(fine)
        self._graph.push(frame)
        for said in self._pulled():
            integrated = float(said.get("lavfi.r128.I", SILENT))
            self.integrated = integrated if integrated > SILENT else -inf
            self.range = float(said.get("lavfi.r128.LRA", 0.0))

    def end(self) -> None:
        import numpy as np

        self.hear(np.zeros((0, self._channels), np.float32), last=True)

    def _pulled(self) -> Iterator[dict[str, str]]:
        while True:
            try:
                yield self._graph.pull().metadata
            except (self._av.error.BlockingIOError, self._av.error.EOFError):
                return


class _Peak:
    """The largest sample of the wave, drawn finer."""

    def __init__(self, rate: int, channels: int) -> None:
        import soxr

        fine = rate if rate >= HIGHEST_RATE else rate * OVERSAMPLING
        self._stream = soxr.ResampleStream(rate, fine, channels, "float32", "HQ")
        self._channels = channels
        self._peak = 0.0

    def hear(self, samples: Samples, *, last: bool = False) -> None:
        import numpy as np

        fine = self._stream.resample_chunk(np.ascontiguousarray(samples, np.float32), last=last)
        heard = max(np.abs(samples).max(initial=0.0), np.abs(fine).max(initial=0.0))
        self._peak = max(self._peak, float(heard))

    def level(self) -> float:
        import numpy as np

        self.hear(np.zeros((0, self._channels), np.float32), last=True)
        return 20 * log10(self._peak) if self._peak else -inf


def _seconds(samples: Samples, rate: int) -> Iterator[Samples]:
    for at in range(0, len(samples), rate):
        yield samples[at : at + rate]
