"""The pool against a Ray that is played: a promise is the work itself, done when it is asked for."""

from __future__ import annotations

import sys

import pytest

from speech import jobs, pool
from speech.errors import EngineError

TASKS = [jobs.Task(f"{number}.wav") for number in range(20)]


class DeadError(Exception):
    pass


class Promise:
    def __init__(self, *made_of):
        self.made_of = made_of


class Called:
    remote = Promise


class Worker:
    there = work = Called


class Played:
    """Ray, with workers that do with a group what ``work`` says."""

    class exceptions:  # noqa: N801 - Ray's name
        RayActorError = RaySystemError = ObjectLostError = DeadError

    def __init__(self, work, there=lambda: None):
        self._work = work
        self._there = there
        self.ended = []

    def kill(self, worker):
        self.ended.append(worker)

    def wait(self, promises, num_returns):
        return promises[:num_returns], promises[num_returns:]

    def get(self, promise):
        return self._work(*promise.made_of) if promise.made_of else self._there()


@pytest.fixture
def play(monkeypatch):
    def played(*how):
        ray = Played(*how)
        monkeypatch.setitem(sys.modules, "ray", ray)
        return ray

    return played


def done(items, existing):
    return [jobs.Result(task, "done") for task in items]


def test_results_are_in_order_and_the_workers_end(play):
    ray = play(done)
    found = list(pool.results(TASKS, Worker, 3, "keep"))
    assert [result.task for result in found] == TASKS
    assert len(ray.ended) == 3


def test_nothing_to_do_starts_nothing(play):
    ray = play(done)
    assert list(pool.results([], Worker, 3, "keep")) == []
    assert ray.ended == []


def test_leaving_early_ends_the_workers(play):
    ray = play(done)
    found = pool.results(TASKS, Worker, 2, "keep")
    next(found)
    found.close()
    assert len(ray.ended) == 2


def test_only_what_ends_workers_is_given_up(play):
    seen = []

    def work(items, existing):
        seen.append(([task.source for task in items], existing))
        if any(task.source == "7.wav" for task in items):
            raise DeadError
        return done(items, existing)

    ray = play(work)
    found = list(pool.results(TASKS, Worker, 2, "keep"))
    [failed] = [result for result in found if result.error]
    assert failed.task.source == "7.wav"
    assert isinstance(failed.error, EngineError)
    assert "ended 3 workers" in str(failed.error)
    assert sum("7.wav" in items for items, _ in seen) == pool.DEATHS
    assert len(ray.ended) >= pool.DEATHS
    assert all(existing == "skip" for items, existing in seen if len(items) == 1)


def test_what_a_dead_worker_wrote_is_done(play):
    deaths = iter([True])

    def work(items, existing):
        if next(deaths, False):
            raise DeadError
        return [jobs.Result(task, "skipped" if existing == "skip" else "done") for task in items]

    play(work)
    found = list(pool.results(TASKS, Worker, 2, "keep"))
    assert {result.outcome for result in found} == {"done"}
    assert any("worker died" in result.notice for result in found)


def test_workers_that_never_come_are_no_endless_wait(play):
    def there():
        raise DeadError("no such image")

    play(done, there)
    with pytest.raises(EngineError, match="no such image"):
        list(pool.results(TASKS, Worker, 1, "keep"))


def test_a_model_that_cannot_be_had_is_an_error(play):
    play(lambda *_: EngineError("no such model"))
    with pytest.raises(EngineError, match="no such model"):
        list(pool.results(TASKS, Worker, 2, "keep"))
