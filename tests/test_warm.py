"""The last model stays loaded; the one before is closed when nobody uses it any more."""

import threading
from typing import TypedDict

import pytest

from speech.warm import Warm, apart, key


class Model:
    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def made():
    return []


@pytest.fixture
def lend(made):
    warm: Warm[Model] = Warm()

    def lend(name):
        def make():
            made.append(Model(name))
            return made[-1]

        return warm.lend(name, make)

    lend.warm = warm
    return lend


def test_the_same_key_is_the_same_model(lend, made):
    with lend("a") as one, lend("a") as other:
        assert one is other
    with lend("a") as again:
        assert again is one
    assert (len(made), one.closed) == (1, 0)


def test_another_key_closes_the_one_before_first(lend, made):
    with lend("a"):
        pass
    with lend("b"):
        assert [model.closed for model in made] == [1, 0]
    with lend("a") as again:
        assert again is made[2]
    assert [model.closed for model in made] == [1, 1, 0]


def test_a_model_in_use_is_closed_once_by_the_last_who_uses_it(lend, made):
    with lend("a"):
        with lend("a"), lend("b"):
            assert made[0].closed == 0
        assert made[0].closed == 0
    assert [model.closed for model in made] == [1, 0]


def test_an_error_inside_gives_the_model_back(lend, made):
    with pytest.raises(ZeroDivisionError), lend("a"):
        raise ZeroDivisionError
    with lend("b"):
        pass
    assert made[0].closed == 1


def test_what_cannot_be_made_leaves_room_for_the_next(lend, made):
    def fails():
        raise ZeroDivisionError

    with lend("a"):
        pass
    with pytest.raises(ZeroDivisionError), lend.warm.lend("b", fails):
        pass
    with lend("b") as model:
        assert model is made[1]
    assert [one.closed for one in made] == [1, 0]


def test_many_threads_make_one(lend, made):
    barrier = threading.Barrier(8)

    def work():
        barrier.wait(10)
        for _ in range(50):
            with lend("a") as model:
                assert not model.closed

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1


def test_who_forgets_begins_anew_and_closes_nothing(lend, made):
    with lend("a"):
        lend.warm.forget()
    with lend("a") as other:
        assert other is made[1]
    assert made[0].closed == 0


class Loading(TypedDict, total=False):
    device: str
    lexicon: object
    progress: object


def test_loading_is_told_from_options():
    assert apart({"device": "cpu", "speed": 2.0, "nonsense": 1}, Loading) == (
        {"device": "cpu"}, {"speed": 2.0, "nonsense": 1}
    )  # fmt: skip


def test_a_key_knows_lists_and_no_hook():
    one = dict(key({"lexicon": ["a", "b"], "device": "cpu", "progress": print}))
    assert one == dict(key({"device": "cpu", "lexicon": ["a", "b"]}))
    assert hash(tuple(one.items()))
