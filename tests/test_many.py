"""Many sources at once: in order, bounded, and none held up by another."""

import threading

import pytest

from speech import many
from speech.stt.batcher import Batcher

PATIENCE = 30.0


def results(sources, work, *, underfull=lambda: False, group=None):
    return (future.result(PATIENCE) for future in many.in_order(sources, work, underfull=underfull, group=group))


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 200])
@pytest.mark.parametrize("underfull", [True, False])
def test_all_come_in_their_order(count, underfull):
    given = list(results(range(count), lambda source, seat: source, underfull=lambda: underfull))
    assert given == list(range(count))


def test_a_slow_one_holds_nobody_up():
    """The first ends only after many others have: they did not wait for it."""
    done, others = threading.Semaphore(0), 30

    def work(source, seat):
        if source:
            done.release()
        else:
            assert all(done.acquire(timeout=PATIENCE) for _ in range(others))
        return source

    assert list(results(range(40), work)) == list(range(40))


def test_of_a_stuck_one_only_so_many_get_ahead():
    taken, go = [], threading.Event()
    ended = threading.Semaphore(0)

    def sources():
        for number in range(1000):
            taken.append(number)
            yield number

    def work(source, seat):
        if source:
            ended.release()
        else:
            assert go.wait(PATIENCE)
        return source

    given = results(sources(), work)
    first = threading.Thread(target=lambda: next(given))
    first.start()
    assert all(ended.acquire(timeout=PATIENCE) for _ in range(many.HELD - 1))
    assert len(taken) == many.HELD
    go.set()
    first.join(PATIENCE)
    given.close()
    assert len(taken) < 1000


def test_more_are_open_where_they_do_not_fill_the_calls():
    inside, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(many.MOST_OPEN)

    def work(source, seat):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        if source >= 200:  # by now as many as may be are open
            together.wait(PATIENCE)
        with lock:
            inside -= 1

    list(results(range(200 + many.MOST_OPEN), work, underfull=lambda: True))
    assert most == many.MOST_OPEN


def test_every_seat_of_a_group_is_decided_whatever_becomes_of_its_source():
    """The groups are those of a batcher that nothing is submitted to: they end, since every seat declines."""
    batcher = Batcher(recognizer=None, size=1)
    groups = []

    def group():
        groups.append(batcher.group(30.0))
        return groups[-1]

    def work(source, seat):
        if source % 3 == 0:
            raise KeyError(source)
        return source

    futures = list(many.in_order(range(70), work, underfull=lambda: False, group=group))
    assert [future.exception() is not None for future in futures] == [number % 3 == 0 for number in range(70)]
    assert len(groups) == 3
    assert [each._undecided for each in groups] == [0, 0, 0]


def test_leaving_early_begins_nothing_more():
    begun = []

    def work(source, seat):
        begun.append(source)
        return source

    given = many.in_order(range(1000), work, underfull=lambda: False)
    next(given)
    given.close()
    assert len(begun) < 20
