"""Workers on a Ray cluster, and which of them has which work, whatever becomes of them.

A worker that dies leaves its items to others, each alone from then on, so that the one to blame is found; after
``DEATHS`` workers it is given up. Work is given only to workers that have their place in the cluster: after a node's
death a new one may wait for a place for ever.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from speech import jobs
from speech.errors import EngineError, SpeechError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from speech.api import Transcriber
    from speech.jobs import Existing, Result, Task
    from speech.readings import Reading
    from speech.synthesizer import Synthesizer

    Item = Task | Reading
    Make = Callable[[], Transcriber | Synthesizer]
    Do = Callable[[Any, Sequence[Item], Existing], list[Result]]

GROUP = 8
"""Recordings that a worker is given at once, so that short ones share the model's calls."""
AHEAD = 2
"""Groups that wait at each worker, the one that it works on counted: it never idles while the next is on its way."""
DEATHS = 3
"""Workers that may die over a recording before it is given up."""


class Worker:
    """What an actor is made of: a model, loaded with the first work."""

    def __init__(self, make: Make, do: Do) -> None:
        self._make = make
        self._do = do
        self._tool: Transcriber | Synthesizer | None = None

    def there(self) -> None:
        """Answers once the worker has its place in the cluster."""

    def work(self, items: Sequence[Item], existing: Existing) -> list[Result] | SpeechError:
        """The results; an error that is no recording's own, where the model cannot be had."""
        try:
            self._tool = self._tool or self._make()
            return self._do(self._tool, items, existing)
        except SpeechError as error:
            return error


@dataclass(slots=True, eq=False)
class Group:
    """Items on their way to one worker, by their places."""

    places: list[int]
    deaths: int = 0


@dataclass(slots=True, eq=False)
class Pool:
    """The workers, what each is busy with, and what waits."""

    items: Sequence[Item]
    existing: Existing
    start: Callable[[], Any]
    """Makes a worker."""
    actors: int
    waiting: deque[Group] = field(default_factory=deque)
    busy: dict[Any, tuple[Any, Group]] = field(default_factory=dict)
    """By the promise of the results: the worker and its group."""
    coming: dict[Any, Any] = field(default_factory=dict)
    """By the promise that they are there: workers without a place yet. After a node's death there may never be one."""
    workers: list[Any] = field(default_factory=list)
    """Those that are there."""
    results: dict[int, Result] = field(default_factory=dict)
    stillborn: int = 0
    """Workers that ended before they were there, since the last that came."""

    @property
    def promises(self) -> list[Any]:
        """What can be waited for."""
        return [*self.busy, *self.coming]

    def feed(self) -> None:
        """Start workers for what waits, and give it out: the worker with least to do first."""
        while len(self.workers) + len(self.coming) < min(self.actors, len(self.busy) + len(self.waiting)):
            worker = self.start()
            self.coming[worker.there.remote()] = worker
        while self.waiting and self.workers:
            load = {worker: sum(held is worker for held, _ in self.busy.values()) for worker in self.workers}
            worker = min(load, key=lambda each: load[each])
            if load[worker] >= self._limit(worker):
                return
            group = self.waiting.popleft()
            given = [self.items[place] for place in group.places]
            # What its last worker wrote before it died is there, and is no mistake.
            again = "skip" if group.deaths and self.existing == "keep" else self.existing
            self.busy[worker.work.remote(given, again)] = worker, group

    def _limit(self, worker: Any) -> int:  # noqa: ANN401 - Ray's
        """Groups for a worker; a recording over which one died is alone with its next, so that no other is blamed."""
        suspect = self.waiting[0].deaths or any(held is worker and group.deaths for held, group in self.busy.values())
        return 1 if suspect else AHEAD

    def take(self, promise: Any) -> None:  # noqa: ANN401 - Ray's
        """Take a worker that is there, what it made of a group, or what its death leaves to do.

        Raises:
            SpeechError: no worker can be started, or load the model.
        """
        import ray

        worker, group = self.busy.pop(promise, None) or (self.coming.pop(promise), None)
        try:
            made = ray.get(promise)
        except (ray.exceptions.RayActorError, ray.exceptions.RaySystemError, ray.exceptions.ObjectLostError) as error:
            self._died(worker, group, error)
            return
        if group is None:
            self.workers.append(worker)
            self.stillborn = 0
            return
        if isinstance(made, SpeechError):
            raise made
        for place, result in zip(group.places, made, strict=True):
            self.results[place] = _done(result) if group.deaths and result.outcome == "skipped" else result

    def _died(self, worker: Any, group: Group | None, error: Exception) -> None:  # noqa: ANN401
        """Its recordings wait again, each apart from now on, so that the one to blame is found."""
        self.workers = [each for each in self.workers if each is not worker]
        _end(worker)  # it may live on where it cannot be reached
        if group is None:
            self.stillborn += 1
            if self.stillborn == DEATHS:
                raise EngineError(f"no worker can be started ({error}); see the logs of the cluster") from error
            return
        for place in reversed(group.places):
            if group.deaths + 1 < DEATHS:
                self.waiting.appendleft(Group([place], group.deaths + 1))
                continue
            task = _task(self.items[place])
            message = (
                f"{task.source!r} ended {DEATHS} workers ({type(error).__name__}); try it on one machine, without Ray"
            )
            self.results[place] = jobs.Result(task, "failed", error=EngineError(message))


def results(
    items: Sequence[Item], start: Callable[[], Any], actors: int, existing: Existing
) -> Generator[Result, None, None]:
    """What became of each item, in their order; leaving early ends the workers.

    Args:
        items: recordings or texts.
        start: makes a worker: an actor of ``Worker``.
        actors: workers at once.
        existing: what becomes of outputs that are there.

    Raises:
        SpeechError: no worker can be started, or load the model.
    """
    import ray

    pool = Pool(items, existing, start, actors)
    size = max(1, min(GROUP, -(-len(items) // actors)))
    pool.waiting.extend(Group(list(range(at, min(at + size, len(items))))) for at in range(0, len(items), size))
    given = 0
    try:
        while given < len(items):
            pool.feed()
            ready, _ = ray.wait(pool.promises, num_returns=1)
            pool.take(ready[0])
            while given in pool.results:
                yield pool.results.pop(given)
                given += 1
    finally:
        for worker in (*pool.workers, *pool.coming.values()):
            _end(worker)


def _end(worker: Any) -> None:  # noqa: ANN401 - Ray's
    import ray

    ray.kill(worker)


def _task(item: Item) -> Task:
    return item if isinstance(item, jobs.Task) else item.task


def _done(result: Result) -> Result:
    return replace(result, outcome="done", written=tuple(result.task.outputs.values()), notice="its first worker died")
