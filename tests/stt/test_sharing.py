"""Groups: the same windows whichever source is read first, and nobody left waiting."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_samples import RATE

from speech.data import Chunk, Heard, Piece, Segment, TranscribeOptions
from speech.errors import EngineError, StoppedError
from speech.stt import packing
from speech.stt.batcher import Batcher

PATIENCE = 30.0
OPTIONS = TranscribeOptions(language="en", pack=True)


class Listener:
    """Hears each clip by the level of its samples, which is its number; ``fails`` on windows of several, or at all."""

    parallel = 2
    batch = 2

    def __init__(self, *, fails=lambda numbers: False, mute=()):
        self.windows = []
        self.fails = fails
        self.mute = set(mute)

    def recognize(self, chunks, options):
        return [self.hear(chunk) for chunk in chunks]

    def hear(self, chunk):
        numbers, segments = [], []
        for piece in chunk.pieces:
            number = round(float(chunk.samples[round(piece.chunk_start * RATE) + 1]) * 100)
            numbers.append(number)
            if number not in self.mute or len(chunk.pieces) == 1:
                end = piece.chunk_start + piece.duration
                segments.append(Segment(f"clip number {number}", piece.chunk_start, end, logprob=-0.1))
        self.windows.append(numbers)
        if self.fails(numbers):
            raise EngineError(f"no window of {numbers}")
        return Heard(tuple(segments))

    def detect(self, chunks):
        return [{} for _ in chunks]

    def close(self):
        pass


def clip(number, seconds=6.0):
    samples = np.full(round(seconds * RATE), number / 100, np.float32)
    return Chunk(samples, (Piece(0.0, 0.0, seconds, 0.0, seconds),), language="en")


def run(listener, clips, order=None, declines=()):
    """What each clip's lane got; the lanes submit in the order given."""
    batcher = Batcher(listener, listener.batch)
    group = batcher.group(30.0)
    lanes = [batcher.lane(group.seat(), urgent=False) for _ in clips]
    group.end()
    jobs = {}
    for place in order or range(len(clips)):
        if place in declines:
            lanes[place].close()
        else:
            jobs[place] = lanes[place].submit_clip(clips[place], OPTIONS)
    try:
        with ThreadPoolExecutor(len(clips)) as pool:
            waiting = {place: pool.submit(lanes[place].wait, job) for place, job in jobs.items()}
            return [waiting[place].result(PATIENCE) if place in jobs else None for place in range(len(clips))], batcher
    finally:
        batcher.close()


def said(heard):
    return [segment.text for segment in heard.segments]


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(9)))
def test_the_windows_are_the_same_whichever_comes_first(order):
    listener = Listener()
    clips = [clip(number, 3.0 + number) for number in range(9)]
    heard, batcher = run(listener, clips, order)
    assert [said(one) for one in heard] == [[f"clip number {number}"] for number in range(9)]
    expected = packing.share(clips, 30.0)
    assert sorted(listener.windows) == sorted(expected)
    shared = [window for window in expected if len(window) > 1]
    assert batcher.packed == packing.Counts(sum(map(len, shared)), len(shared), 0)


def test_one_that_declines_is_not_waited_for():
    listener = Listener()
    heard, _ = run(listener, [clip(n) for n in range(4)], declines={1, 3})
    assert [one and said(one) for one in heard] == [["clip number 0"], None, ["clip number 2"], None]
    assert listener.windows == [[0, 2]]


def test_what_cannot_be_told_apart_is_decoded_alone_and_on_record():
    listener = Listener(mute={1})
    heard, batcher = run(listener, [clip(n) for n in range(3)])
    assert [said(one) for one in heard] == [[f"clip number {n}"] for n in range(3)]
    assert listener.windows == [[0, 1, 2], [1]]
    [event] = heard[1].events
    assert event.kind == "retried"
    assert "shared a window with 2 other clips" in event.message
    assert not heard[0].events
    assert batcher.packed == packing.Counts(3, 1, 1)


def test_a_window_that_fails_costs_only_the_clip_that_fails_alone():
    listener = Listener(fails=lambda numbers: len(numbers) > 1 or numbers == [1])
    with pytest.raises(EngineError, match=r"\[1\]"):
        run(listener, [clip(n) for n in range(2)])
    heard, _ = run(Listener(fails=lambda numbers: len(numbers) > 1), [clip(n) for n in range(3)])
    assert [said(one) for one in heard] == [[f"clip number {n}"] for n in range(3)]


def test_a_mistake_in_putting_together_leaves_nobody_waiting(monkeypatch):
    def broken(*_):
        raise MemoryError

    monkeypatch.setattr(packing, "join", broken)
    batcher = Batcher(Listener(), 2)
    group = batcher.group(30.0)
    lanes = [batcher.lane(group.seat(), urgent=False) for _ in range(2)]
    first = lanes[0].submit_clip(clip(0), OPTIONS)
    lanes[1].submit_clip(clip(1), OPTIONS)
    with pytest.raises(MemoryError):
        group.end()
    assert said(lanes[0].wait(first)) == ["clip number 0"]
    batcher.close()


def test_closing_ends_those_whose_window_never_left():
    batcher = Batcher(Listener(), 2)
    lane = batcher.lane(batcher.group(30.0).seat(), urgent=False)  # the group is never ended
    job = lane.submit_clip(clip(0), OPTIONS)
    failures = []

    def wait():
        try:
            lane.wait(job)
        except StoppedError as error:
            failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    batcher.close()
    thread.join(PATIENCE)
    assert failures
