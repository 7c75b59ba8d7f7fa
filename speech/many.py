"""Many recordings under way at once, and what comes of them in their order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from speech.audio.source import Source
    from speech.stt.sharing import Group, Seat

    Work = Callable[[Source, Seat | None], "T"]

T = TypeVar("T")

OPEN = 4
"""Recordings read at once, to begin with: one that is slow to read leaves the model enough to do."""
MOST_OPEN = 24
"""The same where they are so short that they do not fill the model's calls."""
HELD = 64
"""Results that may wait for an earlier one: a slow recording holds nobody up, and a stuck one not everything."""
GROUP = 32
"""Recordings whose clips may share windows."""


def in_order(
    sources: Iterable[Source],
    work: Work[T],
    *,
    underfull: Callable[[], bool],
    group: Callable[[], Group] | None = None,
) -> Generator[Future[T], None, None]:
    """What comes of each source, in their order, while later ones are worked on.

    Args:
        sources: taken as they are needed, a few ahead.
        work: called in a thread of its own for each source, with its seat in a group.
        underfull: whether more sources at once would do good.
        group: makes a group; None: nothing is shared.
    """
    crew = _Crew(sources, work, group)
    try:
        crew.fill()
        while crew.results:
            while crew.results and crew.results[0].done():
                yield crew.results.popleft()
                crew.fill()
            if crew.results:
                crew.wait()
                crew.aim(underfull=underfull())
                crew.fill()
    finally:
        crew.stop()


class _Crew(Generic[T]):
    """Threads with a source each, and the results that nobody has taken."""

    def __init__(self, sources: Iterable[Source], work: Work[T], group: Callable[[], Group] | None) -> None:
        self.results: deque[Future[T]] = deque()
        self._remaining = iter(sources)
        self._work = work
        self._make_group = group
        self._group: Group | None = None
        self._seats = 0
        self._ended: SimpleQueue[Future[T]] = SimpleQueue()
        # Those of one group wait for each other, so they must all find a thread, beside those of the one before.
        self._aim = 2 * GROUP if group else OPEN
        self._pool = ThreadPoolExecutor(max(MOST_OPEN, self._aim), thread_name_prefix="speech-source")

    def fill(self) -> None:
        """Begin as many sources as should be open."""
        open_now = sum(not result.done() for result in self.results)
        wanted = min(self._aim - open_now, HELD - len(self.results))
        for source in islice(self._remaining, max(0, wanted)):
            self._begin(source)
            wanted -= 1
        if wanted > 0 and self._group:  # there are no more
            self._end_group()

    def wait(self) -> None:
        """Until a source has ended, whichever."""
        self._ended.get()

    def aim(self, *, underfull: bool) -> None:
        """Have one source more open, or one less."""
        if not self._make_group:
            self._aim = min(MOST_OPEN, self._aim + 1) if underfull else max(OPEN, self._aim - 1)

    def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        if self._group:
            self._end_group()
        self._pool.shutdown(cancel_futures=True)

    def _begin(self, source: Source) -> None:
        seat = self._seat()
        future = self._pool.submit(self._work, source, seat)
        if seat:
            future.add_done_callback(lambda _: seat.decline())  # whatever became of it, nobody waits for its clip
        future.add_done_callback(self._ended.put)
        self.results.append(future)

    def _seat(self) -> Seat | None:
        """The next seat, the last one of a group being the end of it."""
        if not self._make_group:
            return None
        self._group = self._group or self._make_group()
        seat = self._group.seat()
        self._seats += 1
        if self._seats == GROUP:
            self._end_group()
        return seat

    def _end_group(self) -> None:
        group, self._group, self._seats = self._group, None, 0
        if group:
            group.end()
