"""Batches: the same whatever the timing, shared by all lanes, and never a way to hang."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.data import Chunk, Heard, Piece, Segment, TranscribeOptions
from speech.errors import EngineError, StoppedError, UnsupportedError
from speech.stt.batcher import Batcher

PATIENCE = 30.0
"""Seconds after which a test takes something for hung; far beyond what any of them needs."""
PLAIN = TranscribeOptions()
WIDE = TranscribeOptions(beam_size=10)


class PanicError(BaseException):
    """As a library written in Rust raises them: no Exception."""


class Scripted:
    """A recognizer that says which chunk it heard, and when it is let; ``bad`` says which chunks it fails on."""

    parallel = 1
    batch = 4

    def __init__(self, *, permits=None, bad=()):
        self.batches = []
        self.threads = set()
        self.detected = []
        self.permits = permits
        self.bad = dict(bad)
        self.entered = threading.Semaphore(0)
        self.lose = 0

    def recognize(self, chunks, options):
        self.batches.append([chunk.index for chunk in chunks])
        self.threads.add(threading.current_thread().name)
        self.entered.release()
        if self.permits is not None:
            assert self.permits.acquire(timeout=PATIENCE)
        for chunk in chunks:
            if chunk.index in self.bad:
                raise self.bad[chunk.index]
        heard = [Heard((Segment(f"{chunk.index} {options.beam_size}", 0.0, 1.0),)) for chunk in chunks]
        return heard[self.lose :]

    def detect(self, chunks):
        self.detected.append(len(chunks))
        if self.bad:
            raise self.bad[0]
        return [{"en": 1.0}] * len(chunks)

    def close(self):
        pass


def chunk(index):
    return Chunk(np.zeros(16, np.float32), (Piece(0.0, float(index), 0.001, float(index), float(index)),), index=index)


def text(heard):
    return heard.segments[0].text


@pytest.fixture
def started():
    """Makes batchers, and closes them."""
    made = []

    def start(recognizer, size=4):
        made.append(Batcher(recognizer, size))
        return made[-1]

    yield start
    for batcher in made:
        within(batcher.close)


def within(call, *args):
    """What ``call`` gives; a failure, not a hang, if it does not come back."""
    results = []

    def run():
        try:
            results.append((call(*args), None))
        except BaseException as error:  # noqa: BLE001 - raised below
            results.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), f"{call} hangs"
    value, error = results[0]
    if error:
        raise error
    return value


def feed(lane, count, ahead, release=lambda _: None):
    """Chunks through a lane as a recording goes: so many ahead, the oldest waited for."""
    waiting, texts = [], []
    for index in range(count):
        waiting.append(lane.submit(chunk(index), PLAIN))
        release(index)
        if len(waiting) > ahead:
            texts.append(text(lane.wait(waiting.pop(0))))
    release(ahead)
    return texts + [text(lane.wait(job)) for job in waiting]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 30), st.integers(1, 5), st.lists(st.integers(0, 3), min_size=31, max_size=31))
def test_one_lane_gives_the_same_batches_whatever_the_timing(count, size, permits):
    """The recognizer goes on at moments that hypothesis chooses, between two submits of the lane."""
    recognizer = Scripted(permits=threading.Semaphore(0))
    batcher = Batcher(recognizer, size)

    def release(index):
        if index >= 2 * size:  # the lane is about to wait
            recognizer.permits.release(1000)
        elif permits[index]:
            recognizer.permits.release(permits[index])

    def run():
        with batcher.lane() as lane:
            try:
                return feed(lane, count, 2 * size, release)
            finally:
                batcher.close()

    assert within(run) == [f"{index} 5" for index in range(count)]
    rest = list(range(1, count))
    expected = [[0]] * bool(count) + [rest[at : at + size] for at in range(0, len(rest), size)]
    assert recognizer.batches == expected


def test_the_first_chunk_leaves_at_once_and_alone(started):
    recognizer = Scripted()
    with started(recognizer).lane() as lane:
        first = lane.submit(chunk(0), PLAIN)
        assert recognizer.entered.acquire(timeout=PATIENCE)  # nobody waits for it yet
        lane.submit(chunk(1), PLAIN)
        assert text(within(lane.wait, first)) == "0 5"
    assert recognizer.batches == [[0]]


def test_a_batch_leaves_when_it_is_full(started):
    recognizer = Scripted()
    with started(recognizer, 3).lane() as lane:
        for index in range(4):
            lane.submit(chunk(index), PLAIN)
        assert recognizer.entered.acquire(timeout=PATIENCE)
        assert recognizer.entered.acquire(timeout=PATIENCE)
    assert recognizer.batches == [[0], [1, 2, 3]]


def test_a_batch_that_is_waited_for_leaves_as_it_is(started):
    recognizer = Scripted()
    with started(recognizer, 8).lane() as lane:
        jobs = [lane.submit(chunk(index), PLAIN) for index in range(4)]
        assert text(within(lane.wait, jobs[2])) == "2 5"
    assert recognizer.batches == [[0], [1, 2, 3]]


def test_the_last_chunks_of_the_only_lane_wait_for_nothing(started):
    recognizer = Scripted()
    with started(recognizer, 3).lane() as lane:
        jobs = [lane.submit(chunk(index), PLAIN) for index in range(6)]
        lane.end()
        assert all(recognizer.entered.acquire(timeout=PATIENCE) for _ in range(3))  # nobody waits for them
        assert [text(within(lane.wait, job)) for job in jobs] == [f"{index} 5" for index in range(6)]
    assert recognizer.batches == [[0], [1, 2, 3], [4, 5]]


def test_beside_others_the_last_chunk_waits_for_company(started):
    recognizer = Scripted()
    batcher = started(recognizer, 2)
    ended, other = batcher.lane(urgent=False), batcher.lane(urgent=False)
    with ended, other:
        mine = ended.submit(chunk(0), PLAIN)
        other.submit(chunk(1), PLAIN)
        other.submit(chunk(2), PLAIN)
        ended.end()
        other.submit(chunk(3), PLAIN)
        assert text(within(ended.wait, mine)) == "0 5"
        assert all(recognizer.entered.acquire(timeout=PATIENCE) for _ in range(2))
    assert recognizer.batches == [[0, 1], [2, 3]]


def test_only_equal_options_share_a_call(started):
    recognizer = Scripted()
    with started(recognizer, 8).lane() as lane:
        jobs = [lane.submit(chunk(index), WIDE if index % 2 else PLAIN) for index in range(7)]
        texts = [text(within(lane.wait, job)) for job in jobs]
    assert texts == [f"{index} {10 if index % 2 else 5}" for index in range(7)]
    assert sorted(recognizer.batches) == [[0], [1, 3, 5], [2, 4, 6]]


def test_lanes_share_batches(started):
    recognizer = Scripted(permits=threading.Semaphore(0))
    batcher = started(recognizer, 4)
    lanes = [batcher.lane() for _ in range(4)]
    jobs = [lane.submit(chunk(number), PLAIN) for number, lane in enumerate(lanes)]
    assert recognizer.entered.acquire(timeout=PATIENCE)  # the first chunk of lane 0, alone or with others
    jobs += [lane.submit(chunk(10 + number), PLAIN) for number, lane in enumerate(lanes)]
    recognizer.permits.release(100)
    for job, lane in zip(jobs, lanes * 2, strict=True):
        within(lane.wait, job)
    assert [10, 11, 12, 13] in recognizer.batches
    assert sorted(index for batch in recognizer.batches for index in batch) == [0, 1, 2, 3, 10, 11, 12, 13]


def test_a_slow_lane_holds_nobody_up(started):
    recognizer = Scripted()
    batcher = started(recognizer, 4)
    slow, quick = batcher.lane(), batcher.lane()
    slow.submit(chunk(100), PLAIN)
    slow.submit(chunk(101), PLAIN)  # stays: its lane neither waits nor sends more
    assert within(feed, quick, 9, 4) == [f"{index} 5" for index in range(9)]


def test_many_lanes_at_once_get_what_is_theirs(started):
    recognizer = Scripted()
    batcher = started(recognizer, 4)

    def one(number):
        with batcher.lane() as lane:
            jobs = [lane.submit(chunk(100 * number + index), WIDE if number % 3 else PLAIN) for index in range(12)]
            return [text(lane.wait(job)).split()[0] for job in jobs]

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(one, number) for number in range(16)]
        for number, future in enumerate(futures):
            assert future.result(PATIENCE) == [str(100 * number + index) for index in range(12)]
    assert len(recognizer.threads) == 1
    assert max(map(len, recognizer.batches)) <= 4


@pytest.mark.parametrize("error", [RuntimeError("boom"), PanicError("boom")])
def test_only_the_bad_chunk_of_a_batch_fails(started, error):
    recognizer = Scripted(bad={2: error})
    with started(recognizer, 4).lane() as lane:
        jobs = [lane.submit(chunk(index), PLAIN) for index in range(5)]
        for index in (0, 1, 3, 4):
            assert text(within(lane.wait, jobs[index])) == f"{index} 5"
        with pytest.raises(EngineError, match="boom") as caught:
            within(lane.wait, jobs[2])
        assert caught.value.__cause__ is error
        assert text(within(lane.wait, lane.submit(chunk(5), PLAIN))) == "5 5"  # the thread lives on
    assert recognizer.batches == [[0], [1, 2, 3, 4], [1], [2], [3], [4], [5]]


def test_a_chunk_alone_is_not_tried_twice_and_our_own_errors_stay_as_they_are(started):
    recognizer = Scripted(bad={0: UnsupportedError("no such language")})
    with started(recognizer).lane() as lane, pytest.raises(UnsupportedError, match="no such language"):
        within(lane.wait, lane.submit(chunk(0), PLAIN))
    assert recognizer.batches == [[0]]


def test_an_engine_that_answers_for_too_few_is_an_error_not_a_hang(started):
    recognizer = Scripted()
    recognizer.lose = 1
    with started(recognizer).lane() as lane:
        for index in range(3):
            with pytest.raises(EngineError):
                within(lane.wait, lane.submit(chunk(index), PLAIN))


def test_closing_cancels_what_waits_and_refuses_what_comes(started):
    recognizer = Scripted(permits=threading.Semaphore(0))
    batcher = started(recognizer, 4)
    lane = batcher.lane()
    jobs = [lane.submit(chunk(index), PLAIN) for index in range(9)]
    assert recognizer.entered.acquire(timeout=PATIENCE)
    with ThreadPoolExecutor(1) as pool:
        last = pool.submit(lane.wait, jobs[8])
        closing = threading.Thread(target=batcher.close)
        closing.start()
        with pytest.raises(StoppedError, match="closed"):
            last.result(PATIENCE)
        recognizer.permits.release(100)
        closing.join(PATIENCE)
    assert not closing.is_alive()
    assert recognizer.batches == [[0]]  # what ran was let finish
    assert text(within(lane.wait, jobs[0])) == "0 5"
    with pytest.raises(StoppedError, match="closed"):
        lane.submit(chunk(9), PLAIN)
    with pytest.raises(StoppedError, match="closed"):
        within(batcher.detect, [chunk(0)])
    within(batcher.close)
    lane.close()


def test_closing_before_any_work_is_nothing(started):
    batcher = started(Scripted())
    within(batcher.close)
    with pytest.raises(StoppedError, match="closed"):
        within(batcher.detect, [chunk(0)])


def test_closing_ends_the_thread():
    before = set(threading.enumerate())
    batcher = Batcher(Scripted(), 4)
    lane = batcher.lane()
    within(lane.wait, lane.submit(chunk(0), PLAIN))
    assert set(threading.enumerate()) - before
    within(batcher.close)
    assert not set(threading.enumerate()) - before


def test_a_lane_that_closes_withdraws_what_is_queued(started):
    recognizer = Scripted(permits=threading.Semaphore(0))
    batcher = started(recognizer, 2)
    leaving, staying = batcher.lane(), batcher.lane()
    jobs = [leaving.submit(chunk(index), PLAIN) for index in range(6)]
    assert recognizer.entered.acquire(timeout=PATIENCE)
    other = staying.submit(chunk(100), PLAIN)
    leaving.close()
    recognizer.permits.release(100)
    assert text(within(staying.wait, other)) == "100 5"
    assert recognizer.batches == [[0], [100]]
    with pytest.raises(StoppedError):  # not a hang
        within(leaving.wait, jobs[5])


def test_detect_takes_its_turn(started):
    recognizer = Scripted(permits=threading.Semaphore(0))
    batcher = started(recognizer)
    lane = batcher.lane()
    job = lane.submit(chunk(0), PLAIN)
    assert recognizer.entered.acquire(timeout=PATIENCE)
    with ThreadPoolExecutor(1) as pool:
        detection = pool.submit(batcher.detect, [chunk(1), chunk(2)])
        recognizer.permits.release(100)
        assert detection.result(PATIENCE) == [{"en": 1.0}, {"en": 1.0}]
    assert text(within(lane.wait, job)) == "0 5"
    assert recognizer.detected == [2]


def test_a_failed_detection_is_an_engine_error(started):
    batcher = started(Scripted(bad={0: ValueError("boom")}))
    with pytest.raises(EngineError, match="boom"):
        within(batcher.detect, [chunk(0)])
    with pytest.raises(EngineError, match="boom"):  # and the thread lives on
        within(batcher.detect, [chunk(0)])
