"""Lanes whose clips share windows, in groups that do not depend on timing.

Nothing of a group leaves before each of its lanes has given its clip or has declined, so that the same sources make
the same windows whichever is read first. What cannot be told apart afterwards is queued again, alone.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from speech.data import Event
from speech.errors import StoppedError
from speech.stt import packing
from speech.stt.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from speech.data import Heard, Seconds


class Group:
    """Seats for the clips of several sources.

    Args:
        queue: takes the jobs that may leave.
        longest: seconds of a window.
        count: told how it went, window by window.
    """

    def __init__(
        self,
        queue: Callable[[Sequence[Job]], None],
        longest: Seconds,
        count: Callable[[packing.Counts], None],
    ) -> None:
        self._queue = queue
        self._longest = longest
        self._count = count
        self._lock = threading.Lock()
        self._seats: list[Job | None] = []
        self._undecided = 1  # one for who gives the seats out

    def seat(self) -> Seat:
        """A place for the next source; to be had before ``end``."""
        with self._lock:
            self._seats.append(None)
            self._undecided += 1
            return Seat(self, len(self._seats) - 1)

    def end(self) -> None:
        """There are no more sources."""
        self._decide()

    def _decide(self, place: int = -1, job: Job | None = None) -> None:
        with self._lock:
            if job:
                self._seats[place] = job
            self._undecided -= 1
            if self._undecided:
                return
        jobs = clips = [job for job in self._seats if job]
        try:
            groups = packing.share([job.chunk for job in clips], self._longest)
            jobs = [self._window([clips[place] for place in places]) for places in groups]
        finally:  # where that fails, each leaves alone, since somebody waits for it
            self._leave(jobs)

    def _window(self, clips: Sequence[Job]) -> Job:
        if len(clips) == 1:
            return clips[0]
        window = packing.join([job.chunk for job in clips])
        shared = Job(window.chunk, clips[0].options, ready=True)
        shared.result.add_done_callback(lambda result: self._share_out(window, clips, result))
        return shared

    def _share_out(self, window: packing.Window, clips: Sequence[Job], result: Future[Heard]) -> None:
        """Give each clip what is its own; what has none is queued again."""
        heard: Sequence[Heard | None] = [None] * len(clips)
        try:
            if not result.cancelled() and not result.exception():
                heard = packing.split(window, [job.chunk for job in clips], result.result(), clips[0].options)
        finally:  # nobody waits in vain, whatever happens
            self._settle(clips, heard)

    def _settle(self, clips: Sequence[Job], heard: Sequence[Heard | None]) -> None:
        alone = []
        for job, own in zip(clips, heard, strict=True):
            if own is None:
                job.notes = (_decoded_alone(len(clips)),)
                alone.append(job)
            elif job.result.set_running_or_notify_cancel():
                job.result.set_result(own)
        self._count(packing.Counts(len(clips), 1, len(alone)))
        self._leave(alone)

    def _leave(self, jobs: Sequence[Job]) -> None:
        with suppress(StoppedError):  # whoever waits for them is told by the batcher
            if jobs:
                self._queue(jobs)


class Seat:
    """One source's place in a group: it gives its clip, or declines; once."""

    def __init__(self, group: Group, place: int) -> None:
        self._group = group
        self._place = place
        self._open = True

    def give(self, job: Job) -> None:
        """This is all of the source."""
        self._open = False
        self._group._decide(self._place, job)

    def decline(self) -> None:
        """The source has no clip to give; nothing, where it has given one."""
        if self._open:
            self._open = False
            self._group._decide()


def _decoded_alone(clips: int) -> Event:
    return Event("retried", f"shared a window with {clips - 1} other clips and could not be told apart: decoded alone")
