"""Phoneme ids to samples: the stages of a voice one after the other, the later ones in pieces.

How a sentence is cut into pieces follows from its length and from whether its first audio is waited for, never from
the moment, so the same sentence gives the same samples.
"""

from __future__ import annotations

import ctypes
import os
from collections import deque
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import starmap
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from speech.data import Event
from speech.engines._piper_windows import Windows
from speech.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    from speech.data import Samples, Seconds
    from speech.engines._piper_graphs import Stages

    Array = NDArray[Any]
    Piece = Callable[[int, int], Samples]

FIRST: Seconds = 0.5
"""Of a sentence that is waited for: enough to play while the next piece is made."""
GROWTH = 2
LONGEST: Seconds = 4.0
"""Of a piece: a decoder takes about 20 MB for a second (medium). In shorter ones the share of overlap grows faster than
the cost of a frame, which fits the processor's cache better, falls."""
LONGEST_SOUND = 2000
"""Frames of a phoneme, some 23 s: beyond, the voice is damaged, and its next stage would ask for all the memory."""
TAKEN_WHOLE: Seconds = 6.0
"""A sentence up to this long is decoded in one piece, if nobody waits for its first audio."""
HALVED = Event("ignored", "the device's memory is too small for the batch size: halved until it fits")


@dataclass(frozen=True, slots=True)
class Request:
    """What goes into the graph for one sentence."""

    ids: Sequence[int]
    scales: tuple[float, float, float]
    """Noise, length, noise of the durations."""
    speaker: int | None
    seed: int
    early: bool
    events: list[Event] = field(default_factory=list)
    """What is to be told of it; more comes while it is spoken."""


_graphs: WeakSet[Graph] = WeakSet()


def _forked() -> None:
    for graph in list(_graphs):
        graph.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


class Graph:
    """The sessions of a loaded voice; any number of threads may speak at once."""

    def __init__(self, stages: Stages, rate: int, threads: int, batch: int = 0) -> None:
        """``batch``: windows of a call where a GPU computes the later stages; 0 on a CPU, which wants none."""
        self._layout = layout = stages.layout
        self._sessions = list(stages.sessions)
        self._eager = stages.eager
        self._rate = rate
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._lock = Lock()
        self._whole = next(
            (number for number, stage in enumerate(layout.stages) if stage.context is not None), len(layout.stages)
        )
        in_pieces = self._whole < len(layout.stages)
        self._windows = Windows(layout.stages, self._whole, batch, self._run) if batch and in_pieces else None
        self.hop, self.repeats = layout.hop, layout.repeats
        _graphs.add(self)

    def close(self) -> None:
        """Free the sessions once nothing runs in them."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._sessions, self._eager = [], None
        if pool:
            pool.shutdown(wait=False, cancel_futures=True)

    def forked(self) -> None:
        """In the child: go on without the threads of the parent, which are not there."""
        if self._eager is not None:
            # The runtime would wait for its threads when it frees the session, at the end of the process at the latest.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._eager))
        self._eager = self._pool = None
        self._lock = Lock()

    def speak(self, request: Request) -> tuple[Array | None, Generator[Samples]]:
        """The frames of each id (None where the graph does not tell), and the samples, piece by piece.

        Raises:
            EngineError: the runtime failed.
        """
        tensors = self._prepared(request)
        pieces = len(self._layout.stages) - self._whole
        # On a CPU the flow is run in pieces only where somebody waits: its overlap is wide.
        in_pieces = request.early or self._windows
        first = self._whole if in_pieces else self._whole + max(0, pieces - 1)
        for number in range(first):
            if number:
                self._draw(tensors, request, per_frame=True)
            self._run(number, tensors, self._eager if request.early and not number else None)
        durations = tensors.get(self._layout.durations or "")
        told = None if durations is None else durations.reshape(-1)
        if self._layout.output in tensors:
            return told, (piece for piece in [tensors[self._layout.output].reshape(-1)])
        assert told is not None
        frames = self._frames(tensors)
        if self._windows is None:
            return told, self._pieces(tensors, first, frames, request.early)
        if frames < self._windows.shortest:
            return told, (self._piece(tensors, first, frames, *whole) for whole in [(0, frames)])
        halved = partial(request.events.append, HALVED)
        return told, self._windows.pieces(tensors, frames, halved, early=request.early)

    def _prepared(self, request: Request) -> dict[str, Array]:
        import numpy as np

        noise, length, noise_w = request.scales if self._layout.repeats else (0.0, request.scales[1], 0.0)
        tensors: dict[str, Array] = {
            "input": np.array([request.ids], np.int64),
            "input_lengths": np.array([len(request.ids)], np.int64),
            "scales": np.array([noise, length, noise_w], np.float32),
            "sid": np.array([request.speaker or 0], np.int64),
        }
        self._draw(tensors, request, per_frame=False)
        return tensors

    def _draw(self, tensors: dict[str, Array], request: Request, *, per_frame: bool) -> None:
        """Make the noise that the next stages take: a generator of its own for each, so that none moves the other."""
        import numpy as np

        count = self._frames(tensors) if per_frame else len(request.ids)
        for number, noise in enumerate(self._layout.noise):
            if noise.per_frame is per_frame and noise.name not in tensors:
                generator = np.random.Generator(
                    np.random.Philox(key=np.array([request.seed % 2**64, number], np.uint64))
                )
                tensors[noise.name] = generator.standard_normal((1, noise.channels, count), np.float32)

    def _frames(self, tensors: Mapping[str, Array]) -> int:
        durations = tensors[self._layout.durations or ""]
        total = float(durations.sum())
        if not 0 <= total <= LONGEST_SOUND * durations.size:  # nor where it is no number
            raise EngineError(f"the voice wants {total} frames for a sentence; fetch it again, or try another")
        return max(1, int(total))

    def _pieces(self, tensors: Mapping[str, Array], first: int, frames: int, early: bool) -> Generator[Samples]:
        assert self._layout.hop is not None
        bounds = list(_schedule(frames, self._rate / self._layout.hop, early=early))
        piece = partial(self._piece, tensors, first, frames)
        if not early or len(bounds) == 1:  # other sentences keep the other cores busy
            return (samples for samples in starmap(piece, bounds))
        begun = deque(self._submit(piece, *bound) for bound in bounds[: self._threads + 1])
        return self._ahead(piece, begun, bounds[self._threads + 1 :])

    def _ahead(
        self, piece: Piece, waiting: deque[Future[Samples]], bounds: Sequence[tuple[int, int]]
    ) -> Generator[Samples]:
        """Piece after piece, the next ones under way on every core."""
        todo = deque(bounds)
        try:
            while waiting:
                yield _made(waiting.popleft())
                if todo:
                    waiting.append(self._submit(piece, *todo.popleft()))
        finally:
            for future in waiting:
                future.cancel()

    def _submit(self, piece: Piece, start: int, end: int) -> Future[Samples]:
        with self._lock:
            if not self._sessions:
                raise _closed()
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, "piper")
            try:
                return self._pool.submit(piece, start, end)
            except RuntimeError as error:  # the interpreter ends
                raise _closed() from error

    def _piece(self, tensors: Mapping[str, Array], first: int, frames: int, start: int, end: int) -> Samples:
        """Samples of these frames: the stages from ``first`` on, each with the neighbours that it sees."""
        mine = dict(tensors)
        stages = self._layout.stages
        contexts = [stage.context or 0 for stage in stages[first:]]
        low, high = max(0, start - sum(contexts)), min(frames, end + sum(contexts))
        for number in range(first, len(stages)):
            for name in stages[number].inputs:
                if name in tensors and tensors[name].ndim > 1 and tensors[name].shape[-1] == frames:
                    mine[name] = tensors[name][..., low:high]
            self._run(number, mine)
            rest = sum(contexts[number - first + 1 :])
            inner = max(0, start - rest), min(frames, end + rest)
            for name in stages[number].outputs:
                made = mine[name]
                step = made.shape[-1] // (high - low)
                mine[name] = made[..., (inner[0] - low) * step : made.shape[-1] - (high - inner[1]) * step]
            low, high = inner
        return mine[self._layout.output].reshape(-1)

    def _run(self, number: int, tensors: dict[str, Array], other: InferenceSession | None = None) -> None:
        sessions = self._sessions
        if not sessions:
            raise _closed()
        stage = self._layout.stages[number]
        session = other or sessions[number]
        try:
            made = session.run(list(stage.outputs), {name: tensors[name] for name in stage.inputs})
        except Exception as error:  # the runtime's own classes derive from Exception alone
            raise _translated(error) from error
        tensors.update(zip(stage.outputs, made, strict=True))


def _made(piece: Future[Samples]) -> Samples:
    try:
        return piece.result()
    except CancelledError as error:
        raise _closed() from error


def _closed() -> EngineError:
    return EngineError("the voice was closed; load it again")


def _translated(error: Exception) -> EngineError:
    text = str(error)
    if "memory" in text.lower() or "alloc" in text.lower():
        return EngineError(f"out of memory ({text}); use the CPU, or let fewer sentences run at once")
    return EngineError(f"ONNX Runtime failed ({text}); try another voice")


def _schedule(frames: int, per_second: float, *, early: bool) -> Iterator[tuple[int, int]]:
    """The frames of each piece: from, to."""
    longest = round(LONGEST * per_second)
    if not early and frames <= TAKEN_WHOLE * per_second:
        yield 0, frames
        return
    size = round(FIRST * per_second) if early else longest
    start = 0
    while start < frames:
        end = start + size if frames - start - size > size / 2 else frames
        yield start, end
        start, size = end, min(size * GROWTH, longest)
