"""Where somebody speaks: spans of speech out of a stream.

Onset and end follow Silero's own rule: speech begins at ``threshold`` and ends once the probability has been below
``threshold - 0.15`` (or 0.01, if that is more) and, for as long as a pause must last, not above ``threshold`` again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speech.stt.silero import RATE, WINDOW, SpeechDetector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speech.data import Samples, TranscribeOptions

HYSTERESIS = 0.15
LEAST_OFFSET = 0.01
CUT_WINDOWS = 3
"""Where speech has no pause, it is cut in the middle of the three windows (0.1 s) that sound least like speech."""


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A stretch of audio with speech in it; positions count samples from the start of the input."""

    samples: Samples
    """With padding on both sides."""
    start: int
    speech_start: int
    speech_end: int

    @property
    def end(self) -> int:
        """The sample after the last."""
        return self.start + len(self.samples)


class SpanFinder:
    """Cuts a stream of samples into spans of speech, none longer than ``longest`` seconds.

    Holds at most one span and its padding. With ``options.vad`` off everything counts as speech, and the probabilities
    only say where a long stretch is best cut.
    """

    def __init__(self, options: TranscribeOptions, longest: float) -> None:
        import numpy as np

        self._detector = SpeechDetector()
        self._onset = options.vad_threshold if options.vad else float("-inf")
        self._offset = max(self._onset - HYSTERESIS, LEAST_OFFSET) if options.vad else self._onset
        self._min_silence = max(1, -int(-options.min_silence * RATE // WINDOW))
        # At least half of the longest span is for speech, however much padding is asked for.
        self._pad = round(min(options.speech_pad, longest / 4) * RATE) if options.vad else 0
        self._longest = (int(longest * RATE) - 2 * self._pad) // WINDOW
        self._samples = np.zeros(0, np.float32)  # from _origin on: what an open or closed span may still need
        self._probabilities = np.zeros(0, np.float32)  # one for each window of _samples that was looked at
        self._origin = 0  # in windows
        self._seen = 0  # windows looked at
        self._open: int | None = None  # the window in which the open span began
        self._quiet: int | None = None  # the window in which its speech may have ended
        self._closed: tuple[int, int] | None = None  # a span that waits for its padding, in windows
        self._edge = 0  # samples before this belong to a span already given

    @property
    def frontier(self) -> int:
        """The sample before which no span to come can start."""
        candidates = (self._closed[0] if self._closed else None, self._open, self._seen)
        nearest = next(window for window in candidates if window is not None)
        return max(self._edge, nearest * WINDOW - self._pad)

    def feed(self, samples: Samples) -> Iterator[Span]:
        """The spans that are complete once ``samples`` has been heard."""
        import numpy as np

        self._samples = np.concatenate((self._samples, samples))
        whole = (len(self._samples) // WINDOW) * WINDOW
        fresh = self._samples[(self._seen - self._origin) * WINDOW : whole]
        yield from self._look(self._detector.probabilities(fresh))

    def finish(self) -> Iterator[Span]:
        """The spans that are left when the stream has ended."""
        import numpy as np

        end = self._origin * WINDOW + len(self._samples)
        yield from self.feed(np.zeros(-len(self._samples) % WINDOW, np.float32))
        self._samples = self._samples[: end - self._origin * WINDOW]
        if self._open is not None:
            self._close(self._seen if self._quiet is None else self._quiet)
        yield from self._release(end + 2 * self._pad)
        self._edge = end

    def _look(self, probabilities: Samples) -> Iterator[Span]:
        import numpy as np

        self._probabilities = np.concatenate((self._probabilities, probabilities))
        for probability in probabilities.tolist():
            if self._open is None:
                yield from self._idle(probability)
            else:
                yield from self._inside(probability)
            self._seen += 1
        self._forget()

    def _idle(self, probability: float) -> Iterator[Span]:
        if probability >= self._onset:
            yield from self._release(self._seen * WINDOW)
            self._open = self._seen
        elif self._closed and (self._seen - self._closed[1]) * WINDOW > 2 * self._pad:
            yield from self._release(self._seen * WINDOW)

    def _inside(self, probability: float) -> Iterator[Span]:
        assert self._open is not None
        if probability >= self._onset:
            self._quiet = None
        elif probability < self._offset:
            self._quiet = self._seen if self._quiet is None else self._quiet
            if self._seen - self._quiet >= self._min_silence:
                self._close(self._quiet)
                return
        if self._seen - self._open >= self._longest:
            yield from self._cut()

    def _cut(self) -> Iterator[Span]:
        """End the open span at its least speech-like moment, and open the next one there."""
        import numpy as np

        assert self._open is not None
        pause = self._quiet
        first = self._open + (self._seen - self._open) * 2 // 3
        third = self._probabilities[first - self._origin : self._seen - self._origin]
        likeness = np.convolve(third, np.ones(CUT_WINDOWS), "valid")
        quietest = len(likeness) - 1 - int(np.argmin(likeness[::-1]))  # the last of equals
        cut = first + quietest + CUT_WINDOWS // 2
        if pause is not None and pause <= cut:  # a pause that lasts until now: nothing has begun after it yet
            self._close(pause)
            return
        self._close(cut)
        yield from self._release(cut * WINDOW)
        self._open, self._quiet = cut, pause

    def _close(self, end: int) -> None:
        assert self._open is not None
        self._closed = (self._open, end)
        self._open = self._quiet = None

    def _release(self, until: int) -> Iterator[Span]:
        """Give the span that waits, padded by at most half of the pause that lasts ``until`` this sample."""
        if self._closed is None:
            return
        speech_start, speech_end = (window * WINDOW for window in self._closed)
        start = max(self._edge, speech_start - self._pad)
        end = min(speech_end + self._pad, max(speech_end, (speech_end + until) // 2))
        end = min(end, self._origin * WINDOW + len(self._samples))
        origin = self._origin * WINDOW
        self._edge, self._closed = end, None
        yield Span(self._samples[start - origin : end - origin].copy(), start, speech_start, min(speech_end, end))

    def _forget(self) -> None:
        """Drop what no span can need any more."""
        keep = self._open if self._open is not None else self._seen
        if self._closed:
            keep = min(keep, self._closed[0])
        keep = max(self._origin, keep - -(-self._pad // WINDOW))
        self._samples = self._samples[(keep - self._origin) * WINDOW :]
        self._probabilities = self._probabilities[keep - self._origin :]
        self._origin = keep
