"""The one place that groups chunks for the engine.

Every source (a long file, one of a thousand short ones, a request) opens a lane and submits its chunks; as many
threads as the recognizer allows calls at once fill batches from all lanes. Chunks share a call only if their options
are equal.

What goes into a batch does not depend on timing as long as one lane is open: a batch leaves when it is full, when a
lane can do nothing but wait for a chunk that is still queued, or when its lane has ended. The first chunk of a lane is
urgent: it leaves at once and shares a batch with other first chunks only, so that the first text is there soonest.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Self, TypeVar

from speech.errors import EngineError, SpeechError, StoppedError
from speech.stt import packing
from speech.stt.job import Job
from speech.stt.sharing import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from speech.data import Chunk, Heard, Seconds, TranscribeOptions
    from speech.engines import Recognizer
    from speech.stt.sharing import Seat

T = TypeVar("T")

FULL = 0.75
"""Calls that are this full on the average need no more lanes."""
MOST_BESIDE = 6
"""Chunks at most that are read while the first is heard: more would keep its text waiting on a fast device."""


class Batcher:
    """Owns the threads that call a recognizer; closing it does not close the recognizer.

    Args:
        recognizer: called from as many threads at once as its ``parallel`` allows, and from no other.
        size: chunks in one call at most.
    """

    def __init__(self, recognizer: Recognizer, size: int) -> None:
        self.size = size
        self._recognizer = recognizer
        self.packed = packing.Counts()
        """How many clips shared windows so far."""
        self._lanes = 0
        self._room = self._filled = 0
        self._queue: deque[Job] = deque()
        self._awaited: set[Job] = set()
        self._calls: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._process = os.getpid()
        self._threads: list[threading.Thread] = []

    def lane(self, seat: Seat | None = None, *, urgent: bool = True) -> Lane:
        """A place in the queue for one source.

        Args:
            seat: where the source may give its only clip, to share a window with others.
            urgent: whether somebody waits for the first text.
        """
        return Lane(self, seat, urgent=urgent)

    def group(self, longest: Seconds) -> Group:
        """Seats for sources whose clips may share windows of ``longest`` seconds."""
        return Group(self.submit, longest, self._count)

    @property
    def ahead(self) -> int:
        """Chunks that a lane should have under way, so that all lanes together fill every call and the next ones."""
        return max(1, (self._recognizer.parallel + 1) * self.size // max(1, self._lanes))

    @property
    def beside(self) -> int:
        """Chunks that the other calls can take while the first of a lane is heard."""
        return min((self._recognizer.parallel - 1) * self.size, MOST_BESIDE)

    def underfull(self) -> bool:
        """Whether, since this was last asked, the calls had much room for chunks of more lanes."""
        with self._changed:
            underfull = self._filled < FULL * self._room
            self._room = self._filled = 0
        return underfull

    def submit(self, jobs: Sequence[Job]) -> None:
        """Queue jobs.

        Raises:
            StoppedError: the batcher is closed.
        """
        with self._changed:
            self._check_open()
            self._queue.extend(jobs)
            self._wake()

    def detect(self, chunks: Sequence[Chunk]) -> list[Mapping[str, float]]:
        """``Recognizer.detect``, between two batches.

        Raises:
            EngineError: the recognizer failed.
            StoppedError: the batcher is closed.
        """
        future: Future[list[Mapping[str, float]]] = Future()
        with self._changed:
            self._check_open()
            self._calls.append(lambda: _settle(future, lambda: self._recognizer.detect(chunks)))
            self._wake()
        return future.result()

    def close(self) -> None:
        """Stop after the batch that is running; what waits is cancelled."""
        with self._changed:
            self._closed = True
            for job in (*self._queue, *self._awaited):
                job.result.cancel()  # unless it runs
            self._queue.clear()
            self._changed.notify_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _check_open(self) -> None:
        if self._process != os.getpid():
            raise StoppedError("the transcriber belongs to the process that was forked; make a new one in this one")
        if self._closed:
            raise StoppedError("the transcriber is closed; make a new one, or close it after the last stream")

    def _wait(self, job: Job) -> Heard:
        """The job's result; that somebody waits for it lets a batch leave that is not full."""
        if not job.result.done():
            with self._changed:
                self._awaited.add(job)
                if self._closed:
                    job.result.cancel()  # a clip whose window has not left yet
                self._changed.notify_all()
        try:
            return job.result.result()
        except CancelledError:
            raise StoppedError("the transcriber was closed while a stream was open; open it again") from None
        finally:
            with self._changed:
                self._awaited.discard(job)

    def _count(self, more: packing.Counts) -> None:
        with self._changed:
            self.packed += more

    def _enter(self) -> None:
        with self._changed:
            self._lanes += 1

    def _end(self, jobs: Iterable[Job]) -> None:
        """A lane has no more to submit; where it is the only one, its last chunks wait for no company."""
        with self._changed:
            for job in jobs if self._lanes == 1 else ():
                job.ready = True
            self._changed.notify_all()

    def _leave(self, jobs: Sequence[Job]) -> None:
        """A lane ends that had entered, with what it still has under way."""
        with self._changed:
            self._lanes -= 1
            gone = set(jobs)
            for job in gone:
                job.result.cancel()  # whoever still waits for it gets an error, not nothing for ever
            self._queue = deque(job for job in self._queue if job not in gone)

    def _wake(self) -> None:
        while len(self._threads) < self._recognizer.parallel:
            thread = threading.Thread(target=self._work, name="speech-batcher", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                batch: list[Job] = []
                while not self._closed and not self._calls and not (batch := self._next()):
                    self._changed.wait()
                if self._closed and not self._calls:
                    return
                call = self._calls.popleft() if self._calls else None
            if call:
                call()
            else:
                self._run(batch)

    def _next(self) -> list[Job]:
        """The batch that may leave now, taken from the queue; empty if none may."""
        groups: dict[tuple[TranscribeOptions, bool], list[Job]] = {}
        for job in self._queue:
            groups.setdefault(job.key, []).append(job)
        for (_, urgent), jobs in groups.items():
            if urgent or len(jobs) >= self.size or any(job.ready or job in self._awaited for job in jobs):
                batch = jobs[: self.size]
                self._room += self.size
                self._filled += len(batch)
                taken = set(batch)
                self._queue = deque(job for job in self._queue if job not in taken)
                return batch
        return []

    def _run(self, jobs: list[Job]) -> None:
        jobs = [job for job in jobs if job.result.set_running_or_notify_cancel()]
        if not jobs:
            return
        try:
            results = list(zip(jobs, self._recognize(jobs), strict=True))
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it, and the thread lives on
            self._run_apart(jobs, error)
            return
        for job, heard in results:
            job.settle(heard)

    def _recognize(self, jobs: list[Job]) -> list[Heard]:
        return self._recognizer.recognize([job.chunk for job in jobs], jobs[0].options)

    def _recognize_one(self, job: Job) -> Heard:
        return self._recognize([job])[0]

    def _run_apart(self, jobs: list[Job], error: BaseException) -> None:
        """After a failed batch: one bad chunk must not take the others with it."""
        if len(jobs) == 1:
            jobs[0].result.set_exception(_translated(error))
            return
        for job in jobs:
            try:
                job.settle(self._recognize_one(job))
            except BaseException as failure:  # noqa: BLE001 - whoever waits gets it
                job.result.set_exception(_translated(failure))


class Lane:
    """One source's way into the batches; used from one thread."""

    def __init__(self, batcher: Batcher, seat: Seat | None, *, urgent: bool) -> None:
        self._batcher = batcher
        self._seat = seat
        self._urgent = urgent
        self._entered = False
        self._open: dict[Job, None] = {}

    @property
    def ahead(self) -> int:
        """Chunks that it should have under way; keeping to that is the caller's."""
        return self._batcher.ahead

    @property
    def beside(self) -> int:
        """Chunks that may be submitted before the first is waited for, to keep the recognizer's other calls busy."""
        return self._batcher.beside

    @property
    def shares(self) -> bool:
        """Whether its only clip may go into a window with others."""
        return self._seat is not None

    def submit(self, chunk: Chunk, options: TranscribeOptions) -> Job:
        """Queue a chunk."""
        self._decline()
        job = self._begun(chunk, options, urgent=self._urgent)
        self._urgent = False
        self._batcher.submit([job])
        return job

    def submit_clip(self, chunk: Chunk, options: TranscribeOptions) -> Job:
        """Queue the only chunk of a lane that shares."""
        assert self._seat, "it sits in no group"
        job = self._begun(chunk, options)
        self._seat.give(job)
        return job

    def _begun(self, chunk: Chunk, options: TranscribeOptions, *, urgent: bool = False) -> Job:
        if not self._entered:
            self._entered = True
            self._batcher._enter()
        job = Job(chunk, options, urgent)
        self._open[job] = None
        return job

    def _decline(self) -> None:
        if self._seat:
            self._seat.decline()

    def wait(self, job: Job) -> Heard:
        """What was heard in a submitted chunk.

        Raises:
            EngineError: the recognizer failed on it.
            StoppedError: the batcher was closed.
        """
        try:
            return self._batcher._wait(job)
        finally:
            self._open.pop(job, None)

    def end(self) -> None:
        """Say that there are no more chunks to submit but those that are asked for again."""
        self._batcher._end(self._open)

    def close(self) -> None:
        """Withdraw what is still queued; closing again does nothing."""
        self._decline()
        if self._entered:
            self._entered = False
            self._batcher._leave(list(self._open))
            self._open.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - whoever waits gets it
        future.set_exception(_translated(error))
    else:
        future.set_result(result)


def _translated(error: BaseException) -> SpeechError:
    if isinstance(error, SpeechError):
        return error
    wrapped = EngineError(f"the engine failed: {error!r}; try a smaller batch size, or report this with the recording")
    wrapped.__cause__ = error
    return wrapped
