"""The later stages of a voice in windows of one shape, several of them in a call: how a GPU wants them.

For every new shape the libraries of a GPU look for the best kernels, which takes longer than to compute; and one
window alone leaves most of it idle. So whatever sentences are spoken at the moment share calls of ``batch`` windows,
and a call that is not full is filled up. A window lies where the sentence alone says, its result does not depend on
what else is in the call, and the shape of the call is always the same: so the same sentence gives the same samples.

A sentence that is shorter than a window is filled up with silence, which the flow masks as behind every sentence. The
decoder has no mask, so such a sentence has two windows: its first half is heard in the one that is filled up at its
end, the second in the one that is filled up at its beginning.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

from speech.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from numpy.typing import NDArray

    from speech.data import Samples
    from speech.engines._vits import Stage

    Array = NDArray[Any]
    Run = Callable[[int, dict[str, Array]], None]
    """Computes the stage of that number, and puts what it makes beside what it takes."""

KEPT = 128
"""Frames of a window that are heard, 1.5 s: the flow and the decoder see 44 more on either side."""


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """The frames of a sentence from ``start`` to ``end``, ``KEPT`` at most."""

    tensors: Mapping[str, Array]
    frames: int
    """Of the sentence."""
    start: int
    end: int
    made: Future[Samples] = field(default_factory=Future)

    def low(self, margin: int) -> int:
        """Where a stretch with so many frames beside those heard begins: in the sentence, if that is longer."""
        last = self.frames - KEPT - 2 * margin
        if last < 0:
            return last if self.start else 0
        return max(0, min(self.start - margin, last))


class Windows:
    """The stages from number ``first`` on; any number of threads may ask at once, and whoever waits computes."""

    def __init__(self, stages: Sequence[Stage], first: int, batch: int, run: Run) -> None:
        self._stages = stages
        self._first = first
        self._run = run
        self._batch = batch
        self._waiting: deque[_Window] = deque()
        self._turn = Lock()
        margins = [stage.context or 0 for stage in stages]
        self._margins = [sum(margins[number:]) for number in range(len(stages) + 1)]
        """Frames on either side that a stage and those after it need together."""

    @property
    def shortest(self) -> int:
        """Frames of a sentence of which each half is out of sight of the other's end."""
        return 2 * self._margins[-2]

    def pieces(
        self, tensors: Mapping[str, Array], frames: int, halved: Callable[[], None], *, early: bool
    ) -> Generator[Samples]:
        """The samples of a sentence, in order; an early one goes in front of all that wait.

        ``halved`` is called where the device's memory did not suffice for the whole batch.
        """
        step = KEPT if frames >= KEPT + 2 * self._margins[self._first] else -(-frames // 2)
        starts = range(0, frames, step)
        windows = [_Window(tensors, frames, start, min(start + step, frames)) for start in starts]
        whole = self._batch
        try:
            if early:
                self._waiting.extendleft(reversed(windows))
            else:
                self._waiting.extend(windows)
            for window in windows:
                self._wait(window)
                if self._batch < whole:
                    whole = self._batch
                    halved()
                yield window.made.result()
        finally:
            for window in windows:
                window.made.cancel()

    def _wait(self, window: _Window) -> None:
        """Until it is done: by a call of another thread, or of this one, as soon as it is its turn."""
        while not window.made.done():
            with self._turn:
                if not window.made.done():
                    self._compute_next()

    def _compute_next(self) -> None:
        """Compute the windows that have waited longest."""
        windows: list[_Window] = []
        while self._waiting and len(windows) < self._batch:
            window = self._waiting.popleft()
            if window.made.set_running_or_notify_cancel():
                windows.append(window)
        try:
            made = self._computed(windows)
        except BaseException as error:
            for window in windows:
                window.made.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for window, samples in zip(windows, made, strict=True):
            window.made.set_result(samples)

    def _computed(self, windows: Sequence[_Window]) -> list[Samples]:
        """Their samples; where memory runs out, the batch is halved for good until it fits."""
        made: list[Samples] = []
        while len(made) < len(windows):
            try:
                made += self._call(list(islice(windows, len(made), len(made) + self._batch)))
            except EngineError as error:
                if self._batch == 1 or "out of memory" not in str(error):
                    raise
                self._batch //= 2
        return made

    def _call(self, windows: Sequence[_Window]) -> list[Samples]:
        """All stages once, each with the neighbours that it sees."""
        import numpy as np

        row = [*windows, *[windows[0]] * (self._batch - len(windows))]
        tensors: dict[str, Array] = {}
        for number in range(self._first, len(self._stages)):
            stage, margin, rest = self._stages[number], self._margins[number], self._margins[number + 1]
            width = KEPT + 2 * margin
            for name in stage.inputs:
                if name in row[0].tensors:
                    tensors[name] = np.concatenate([_cut(window, name, margin, width) for window in row])
            self._run(number, tensors)
            for name in stage.outputs:
                step = tensors[name].shape[-1] // width
                size = (KEPT + 2 * rest) * step
                starts = [(window.low(rest) - window.low(margin)) * step for window in row]
                tensors[name] = np.stack(
                    [one[..., start : start + size] for one, start in zip(tensors[name], starts, strict=True)]
                )
        sound = tensors[self._stages[-1].outputs[0]].reshape(len(row), -1)
        return [_heard(window, samples) for window, samples in zip(windows, sound, strict=False)]


def _cut(window: _Window, name: str, margin: int, width: int) -> Array:
    """What a window needs of a tensor of its sentence: all of it where it does not go by frames."""
    import numpy as np

    tensor = window.tensors[name]
    if tensor.shape[-1] != window.frames:
        return tensor
    low, high = window.low(margin), window.low(margin) + width
    part = tensor[..., max(0, low) : high]
    missing = max(0, -low), max(0, high - window.frames)
    return np.pad(part, [(0, 0)] * (part.ndim - 1) + [missing]) if any(missing) else part


def _heard(window: _Window, samples: Samples) -> Samples:
    step, low = len(samples) // KEPT, window.low(0)
    return samples[(window.start - low) * step : (window.end - low) * step]
