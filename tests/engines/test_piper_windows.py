"""Windows of one shape give what the sentences give alone; on a CPU, as the arithmetic is the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.data import Device, Event, Phrase, Sentence, SynthesizeOptions
from speech.engines import _piper_graphs, _piper_session, _piper_windows, piper
from speech.engines._piper_session import Graph, Request
from speech.errors import EngineError

VOICE = Path(__file__).parent.parent / "models" / "piper-vits-micro" / "piper-vits-micro.onnx"
RATE = 16_000


@pytest.fixture(scope="module")
def stages():
    return _piper_graphs.open_stages(VOICE)


@pytest.fixture
def graph(stages):
    return Graph(stages, RATE, 1, batch=4)


def request(count, *, early=False, seed=1):
    """A sentence of so many ids, all different from seed to seed."""
    ids = np.random.default_rng(seed).integers(1, 120, count)
    return Request([int(number) for number in ids], (0.667, 1.0, 0.8), seed % 2, seed, early)


def sound(graph, asked):
    return np.concatenate(list(graph.speak(asked)[1]))


@settings(max_examples=30)
@given(count=st.integers(1, 260), batch=st.integers(1, 5), early=st.booleans(), seed=st.integers(0, 9))
def test_a_sentence_of_any_length_is_the_same_as_alone(stages, count, batch, early, seed):
    asked = request(count, early=early, seed=seed)
    alone = sound(Graph(stages, RATE, 1), asked)
    windows = sound(Graph(stages, RATE, 1, batch), asked)
    assert windows.shape == alone.shape
    np.testing.assert_allclose(windows, alone, atol=1e-6)


def test_what_else_is_spoken_changes_nothing(stages, graph):
    asked = [request(count, seed=count, early=not count % 3) for count in (5, 40, 90, 150, 260, 60)]
    alone = [sound(Graph(stages, RATE, 1, batch=4), one) for one in asked]
    with ThreadPoolExecutor(len(asked)) as pool:
        together = list(pool.map(lambda one: sound(graph, one), asked))
    for mine, theirs in zip(alone, together, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_sentences_share_calls_of_one_shape(graph, monkeypatch):
    shapes = []
    run = graph._sessions[-1].run
    monkeypatch.setattr(graph, "_sessions", [*graph._sessions[:-1], Spied(run, shapes)])
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda seed: sound(graph, request(60, seed=seed)), range(6)))
    assert set(shapes) == {(4, shapes[0][1], _piper_windows.KEPT + 24)}


class Spied:
    """A session that tells the shape of what it was given."""

    def __init__(self, run, shapes):
        self._run = run
        self._shapes = shapes

    def run(self, names, tensors):
        self._shapes.append(next(iter(tensors.values())).shape)
        return self._run(names, tensors)


def too_small(graph, monkeypatch, most):
    """A device whose memory takes no more than ``most`` windows at once."""
    run = Graph._run

    def limited(self, number, tensors, other=None):
        if number >= self._whole and len(tensors[self._layout.stages[number].inputs[0]]) > most:
            raise EngineError("out of memory (as if); use the CPU")
        run(self, number, tensors, other)

    monkeypatch.setattr(Graph, "_run", limited)
    return Graph(graph, RATE, 1, batch=4)


def test_where_memory_runs_out_the_batch_is_halved_and_it_is_told(stages, monkeypatch):
    asked = request(260)
    alone = sound(Graph(stages, RATE, 1), asked)
    np.testing.assert_allclose(sound(too_small(stages, monkeypatch, 1), asked), alone, atol=1e-6)
    assert asked.events == [_piper_session.HALVED]


def test_the_record_says_that_it_was_halved(stages, monkeypatch):
    small, text = too_small(stages, monkeypatch, 2), "One two three four five six."
    monkeypatch.setattr(piper, "Graph", lambda *_: small)
    voice = piper.load(piper.inspect(VOICE), VOICE, Device(name="cpu"))
    sentence = Sentence((Phrase(text, text),), seed=1)
    first, second = (
        [event for speech in voice.speak(sentence, SynthesizeOptions()) for event in speech.events] for _ in range(2)
    )
    assert first == [Event("ignored", _piper_session.HALVED.message)]
    assert second == []


def test_memory_that_takes_not_one_window_is_an_error(stages, monkeypatch):
    with pytest.raises(EngineError, match="out of memory"):
        sound(too_small(stages, monkeypatch, 0), request(260))


def test_a_failure_reaches_all_that_wait_and_nobody_after(graph, monkeypatch):
    run = graph._sessions[-1]
    monkeypatch.setattr(graph, "_sessions", [*graph._sessions[:-1], None])
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(sound, graph, request(60, seed=seed)) for seed in range(3)]
    assert all(isinstance(one.exception(), EngineError) for one in waiting)
    monkeypatch.setattr(graph, "_sessions", [*graph._sessions[:-1], run])
    assert len(sound(graph, request(60)))


def test_a_sentence_that_nobody_wants_any_more_is_not_computed(stages, graph):
    _, pieces = graph.speak(request(260))
    next(pieces)
    pieces.close()
    asked = request(150, seed=2)
    np.testing.assert_array_equal(sound(graph, asked), sound(Graph(stages, RATE, 1, batch=4), asked))
    assert not graph._windows._waiting


@pytest.mark.parametrize(("free", "windows"), [(None, 8), (80 << 30, 8), (1 << 30, 5), (1 << 20, 1)])
def test_windows_of_a_call_follow_from_the_free_memory(free, windows):
    assert piper._batch(Device(name="cuda:0", free_bytes=free)) == windows
