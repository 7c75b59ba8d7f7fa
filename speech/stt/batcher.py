"""The one place that groups chunks for the engine.

Every source (a long file, one of a thousand short ones, a request) opens a lane and submits its chunks; the one
thread that calls the recognizer (more, where that allows it) fills batches from all lanes. Chunks share a call only if
their options are equal.

What goes into a batch does not depend on timing as long as one lane is open: a batch leaves when it is full, or when
a lane can do nothing but wait for a chunk that is still queued. The first chunk of a lane is urgent: it leaves at once
and shares a batch with other first chunks only, so that the first text is there soonest.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from speech.errors import EngineError, SpeechError, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from speech.data import Chunk, Heard, TranscribeOptions
    from speech.engines import Recognizer

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Job:
    """A chunk on its way through the recognizer."""

    chunk: Chunk
    options: TranscribeOptions
    urgent: bool
    result: Future[Heard] = field(default_factory=Future)

    @property
    def key(self) -> tuple[TranscribeOptions, bool]:
        """Jobs with equal keys may share a batch."""
        return self.options, self.urgent


class Batcher:
    """Owns the threads that call a recognizer; closing it does not close the recognizer.

    Args:
        recognizer: called from as many threads at once as its ``parallel`` allows, and from no other.
        size: chunks in one call at most.
    """

    def __init__(self, recognizer: Recognizer, size: int) -> None:
        self.size = size
        self._recognizer = recognizer
        self._queue: deque[Job] = deque()
        self._awaited: set[Job] = set()
        self._calls: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._process = os.getpid()
        self._threads: list[threading.Thread] = []

    def lane(self) -> Lane:
        """A place in the queue for one source."""
        return Lane(self)

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
            for job in self._queue:
                job.result.cancel()
            self._queue.clear()
            self._changed.notify_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _submit(self, job: Job) -> None:
        with self._changed:
            self._check_open()
            self._queue.append(job)
            self._wake()

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
                self._changed.notify_all()
        try:
            return job.result.result()
        except CancelledError:
            raise StoppedError("the transcriber was closed while a stream was open; open it again") from None
        finally:
            with self._changed:
                self._awaited.discard(job)

    def _withdraw(self, jobs: Sequence[Job]) -> None:
        with self._changed:
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
            if urgent or len(jobs) >= self.size or any(job in self._awaited for job in jobs):
                batch = jobs[: self.size]
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
            job.result.set_result(heard)

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
            _settle(job.result, partial(self._recognize_one, job))


class Lane:
    """One source's way into the batches; used from one thread."""

    def __init__(self, batcher: Batcher) -> None:
        self.size = batcher.size
        self._batcher = batcher
        self._first = True
        self._open: dict[Job, None] = {}

    def submit(self, chunk: Chunk, options: TranscribeOptions) -> Job:
        """Queue a chunk; the caller bounds how many."""
        job = Job(chunk, options, urgent=self._first)
        self._first = False
        self._open[job] = None
        self._batcher._submit(job)
        return job

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

    def close(self) -> None:
        """Withdraw what is still queued."""
        self._batcher._withdraw(list(self._open))
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
