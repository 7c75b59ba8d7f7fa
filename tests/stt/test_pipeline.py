"""From chunks to passages: the language that the first chunks agree on, the journal, and the order."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Chunk, Event, Heard, ModelSpec, Passage, Piece, Segment, TranscribeOptions
from speech.errors import EngineError
from speech.stt.batcher import Batcher
from speech.stt.pipeline import Recognition, in_time_order

RATE = 16_000
PLAIN = TranscribeOptions()
FEATURES = frozenset({"detect", "prompt", "beam_size", "no_repeat_ngram"})
MANY = ModelSpec(name="many", task="transcribe", engine="x", features=FEATURES, languages=("en", "de", "fr"))
ENGLISH = ModelSpec(name="english", task="transcribe", engine="x", languages=("en",))


class Polyglot:
    """Says in which language it heard which chunk; ``sounds`` gives the detections by index."""

    parallel = 1
    batch = 4

    def __init__(self, sounds=(), *, detects=True, logprobs=()):
        self.sounds = dict(enumerate(sounds))
        self.detects = detects
        self.logprobs = dict(logprobs)
        self.calls = []

    def recognize(self, chunks, options):
        self.calls.append([(chunk.index, chunk.language) for chunk in chunks])
        return [self.hear(chunk, options) for chunk in chunks]

    def hear(self, chunk, options):
        likely = self.sounds.get(chunk.index, {"en": 0.9, "de": 0.1}) if self.detects else {}
        own = max(likely, key=likely.get, default=None)
        language = chunk.language or options.language or own
        logprob = self.logprobs.get(chunk.index, -0.2)
        return Heard((Segment(f"{chunk.index} in {language}", 0.5, 4.5, logprob=logprob),), likely, 0.01)

    def detect(self, chunks):
        return [{} for _ in chunks]

    def close(self):
        pass


def chunk(index, channel=None):
    start = 10.0 * index
    return Chunk(
        np.zeros(5 * RATE, np.float32), (Piece(0.0, start, 5.0, start, start + 5),), index=index, channel=channel
    )


class Dict:
    """A journal in memory."""

    def __init__(self, passages=()):
        self.passages = {passage.index: passage for passage in passages}
        self.puts = 0

    def get(self, chunk):
        return self.passages.get(chunk.index)

    def put(self, passage):
        self.puts += 1
        self.passages[passage.index] = passage


def recognized(recognizer, count=6, *, spec=MANY, options=PLAIN, journal=None, size=4):
    """The passages of some chunks, and the recognition that gave them."""
    batcher = Batcher(recognizer, size)
    try:
        with batcher.lane() as lane:
            recognition = Recognition(map(chunk, range(count)), lane, spec, options, journal)
            return list(recognition.passages()), recognition
    finally:
        batcher.close()


def texts(passages):
    return [segment.text for passage in passages for segment in passage.segments]


def events(passages, kind=None):
    return [event for passage in passages for event in passage.events if kind in (None, event.kind)]


EN, DE, MAYBE_EN, MAYBE_DE = (
    {"en": 0.95, "de": 0.05},
    {"de": 0.9, "en": 0.1},
    {"en": 0.6, "de": 0.4},
    {"de": 0.6, "en": 0.4},
)


@pytest.mark.parametrize(
    ("sounds", "language", "shares"),
    [
        ([EN, EN, EN, EN], "en", {"en": 0.95, "de": 0.05}),
        ([MAYBE_EN, DE, DE], "de", {"de": 2.2 / 3, "en": 0.8 / 3}),
        ([MAYBE_EN, MAYBE_DE, EN], "en", {"en": 1.95 / 3, "de": 1.05 / 3}),
        ([EN, EN, EN, DE, DE, DE], "en", {"en": 0.95, "de": 0.05}),  # three chunks settle it
        ([{"en": 1.0}], "en", {"en": 1.0}),
        ([{}, EN, EN], "en", {"en": 0.95, "de": 0.05}),
    ],
)
def test_the_first_three_chunks_settle_the_language(sounds, language, shares):
    passages, recognition = recognized(Polyglot(sounds), len(sounds))
    assert recognition.language == language
    assert recognition.vote.shares == pytest.approx(shares)
    assert list(recognition.vote.shares) == list(shares)
    assert texts(passages[1:]) == [f"{index} in {language}" for index in range(1, len(sounds))]
    assert all(segment.language == language for passage in passages[1:] for segment in passage.segments)


def test_a_first_chunk_beyond_doubt_is_given_before_a_second_one_is_read():
    read = []

    def chunks():
        for index in range(5):
            read.append(index)
            yield chunk(index)

    batcher = Batcher(Polyglot([EN] * 5), 4)
    with batcher.lane() as lane:
        passages = Recognition(chunks(), lane, MANY, PLAIN).passages()
        assert texts([next(passages)]) == ["0 in en"]
        assert read == [0]
        assert len(list(passages)) == 4
    batcher.close()


@pytest.mark.parametrize("language", [None, "en"])
def test_chunks_that_are_at_hand_are_begun_beside_the_first(language):
    read = []

    def chunks():
        for index in range(5):
            read.append(index)
            yield chunk(index)

    batcher = Batcher(Polyglot([EN] * 5), 4)
    options = replace(PLAIN, language=language)
    with batcher.lane() as lane:
        passages = Recognition(chunks(), lane, MANY, options).passages(beside=1)
        assert texts([next(passages)]) == ["0 in en"]
        assert read == [0, 1]
        assert texts(passages) == [f"{index} in en" for index in range(1, 5)]
    batcher.close()


@pytest.mark.parametrize("language", [None, "en"])
def test_the_second_of_two_chunks_does_not_wait_for_the_first(language):
    second = threading.Event()

    class Both(Polyglot):
        parallel = 2

        def recognize(self, chunks, options):
            if chunks[0].index == 0:
                assert second.wait(10), "the second was not begun beside it"
            else:
                second.set()
            return super().recognize(chunks, options)

    batcher = Batcher(Both([EN] * 2), 2)
    with batcher.lane() as lane:
        options = replace(PLAIN, language=language)
        found = list(Recognition(map(chunk, range(2)), lane, MANY, options).passages(beside=2))
    batcher.close()
    assert texts(found) == ["0 in en", "1 in en"]


@pytest.mark.parametrize("count", range(5))
def test_what_is_begun_beside_the_first_changes_nothing(count):
    def run(beside):
        batcher = Batcher(Polyglot([MAYBE_EN, DE, DE, EN]), 2)
        with batcher.lane() as lane:
            passages = list(Recognition(map(chunk, range(count)), lane, MANY, PLAIN).passages(beside))
        batcher.close()
        return passages

    assert run(0) == run(1) == run(6)


def test_a_doubtful_first_chunk_waits_for_the_others():
    read = []

    def chunks():
        for index in range(5):
            read.append(index)
            yield chunk(index)

    batcher = Batcher(Polyglot([MAYBE_EN, DE, DE, DE, DE]), 4)
    with batcher.lane() as lane:
        passages = list(Recognition(chunks(), lane, MANY, PLAIN).passages())
    batcher.close()
    assert texts(passages) == [f"{index} in de" for index in range(5)]
    (event,) = events(passages, "retried")
    assert passages[0].events == (event,)
    assert "'en'" in event.message
    assert event.details["languages"] == {"en": 0.6, "de": 0.4}


def test_an_outvoted_voter_is_decoded_again_in_the_language_of_the_others():
    recognizer = Polyglot([EN, MAYBE_DE, EN, EN])
    passages, _ = recognized(recognizer, 4)
    assert texts(passages) == [f"{index} in en" for index in range(4)]
    assert [event.kind for event in passages[1].events] == ["retried"]
    assert [call for calls in recognizer.calls for call in calls if call[0] == 1] == [(1, None), (1, "en")]


def test_a_first_chunk_that_is_outvoted_after_it_was_given_goes_on_record():
    passages, recognition = recognized(Polyglot([{"en": 0.82, "de": 0.18}, DE, DE, DE]), 4)
    assert recognition.language == "de"
    assert texts(passages) == ["0 in en", "1 in de", "2 in de", "3 in de"]
    (event,) = events(passages, "language")
    assert event in passages[1].events
    assert "'en'" in event.message
    assert "'de'" in event.message


def test_a_first_and_a_second_chunk_that_are_both_outvoted_are_both_on_record():
    sounds = [{"en": 0.82, "de": 0.18}, {"fr": 0.5, "de": 0.45}, {"de": 0.95}]
    passages, recognition = recognized(Polyglot(sounds), 3)
    assert recognition.language == "de"
    assert texts(passages) == ["0 in en", "1 in de", "2 in de"]
    assert [event.kind for event in passages[1].events] == ["language", "retried"]


def test_languages_that_are_out_of_the_question_are_not_named():
    passages, recognition = recognized(Polyglot([{"en": 0.98765432, "de": 0.0119, "fr": 0.0004}]), 1)
    assert passages[0].languages == {"en": 0.987654, "de": 0.0119}
    assert recognition.vote.shares == {"en": 0.987654, "de": 0.0119}


@pytest.mark.parametrize(("later", "on_record"), [(DE, True), (MAYBE_DE, False), (EN, False), ({}, False)])
def test_a_later_chunk_that_clearly_differs_goes_on_record(later, on_record):
    passages, _ = recognized(Polyglot([EN, EN, EN, later]), 5)
    assert texts(passages)[3] == "3 in en"
    assert [event.kind for event in passages[3].events] == ["language"] * on_record
    if on_record:
        assert (passages[3].events[0].start, passages[3].events[0].end) == (30.0, 35.0)


def test_each_chunk_in_its_own_language():
    recognizer = Polyglot([EN, DE, MAYBE_DE, EN, {"fr": 1.0}])
    passages, recognition = recognized(recognizer, 5, options=TranscribeOptions(language="each"))
    assert [segment.language for passage in passages for segment in passage.segments] == ["en", "de", "de", "en", "fr"]
    assert all(language is None for call in recognizer.calls for _, language in call)
    assert recognition.language == "en"
    assert recognition.vote.shares["fr"] == pytest.approx(0.2)
    assert events(passages) == []


@pytest.mark.parametrize(
    ("spec", "language", "expected"), [(MANY, "fr", "fr"), (ENGLISH, None, "en"), (ENGLISH, "en", "en")]
)
def test_a_language_that_is_known_needs_no_vote(spec, language, expected):
    recognizer = Polyglot(detects=False)
    passages, recognition = recognized(recognizer, 3, spec=spec, options=TranscribeOptions(language=language))
    assert recognition.language == expected
    assert recognition.vote.shares == {}
    assert texts(passages) == [f"{index} in {expected}" for index in range(3)]
    assert all(segment.language == expected for passage in passages for segment in passage.segments)


def test_no_chunks_have_no_language():
    passages, recognition = recognized(Polyglot(), 0)
    assert (passages, recognition.language, recognition.vote.shares) == ([], None, {})


def test_a_passage_says_where_it_lies_and_how_long_it_was():
    passages, _ = recognized(Polyglot(), 3)
    assert [(p.index, p.start, p.end, p.speech, p.channel) for p in passages] == [
        (0, 0.0, 5.0, 5.0, None),
        (1, 10.0, 15.0, 5.0, None),
        (2, 20.0, 25.0, 5.0, None),
    ]
    assert passages[1].segments[0].start == 10.5
    assert passages[1].languages == {"en": 0.9, "de": 0.1}


def test_retries_of_a_chunk_do_not_change_the_batches():
    """The batches of one recording are the same each time, also where chunks are decoded again on the way."""
    calls = []
    for _ in range(5):
        recognizer = Polyglot(logprobs={3: -2.0, 6: -3.0, 7: -2.0})
        passages, _ = recognized(recognizer, 12, size=3)
        calls.append(recognizer.calls)
        assert [p.index for p in passages] == list(range(12))
    assert all(call == calls[0] for call in calls)


def test_chunks_are_read_only_a_little_ahead():
    read = []

    def chunks():
        for index in range(40):
            read.append(index)
            yield chunk(index)

    batcher = Batcher(Polyglot(), 3)
    with batcher.lane() as lane:
        for passage in Recognition(chunks(), lane, MANY, PLAIN).passages():
            assert len(read) - passage.index <= 2 * 3 + 3
    batcher.close()
    assert len(read) == 40


SOUNDS = [
    [EN] * 8,
    [MAYBE_EN, DE, DE, EN, DE, MAYBE_DE, DE, DE],
    [{"en": 0.82, "de": 0.18}, DE, DE, DE, EN, DE, DE, DE],
    [EN, MAYBE_DE, EN, DE, EN, EN, EN, EN],
    [{"en": 1 / 3, "de": 1 / 3 + 1e-9, "fr": 1 / 3}] * 8,
]


@pytest.mark.parametrize("sounds", SOUNDS)
@pytest.mark.parametrize("options", [PLAIN, TranscribeOptions(language="each")])
@pytest.mark.parametrize("finished", range(9))
def test_a_resumed_run_gives_the_same(sounds, options, finished):
    logprobs = {4: -2.0}
    journal = Dict()
    whole, first = recognized(Polyglot(sounds, logprobs=logprobs), 8, options=options, journal=journal)
    assert journal.puts == 8
    resumed, recognizer = Dict(whole[:finished]), Polyglot(sounds, logprobs=logprobs)
    again, second = recognized(recognizer, 8, options=options, journal=resumed)
    assert again == whole
    assert (second.language, second.vote.shares) == (first.language, first.vote.shares)
    assert {index for call in recognizer.calls for index, _ in call} == set(range(finished, 8))


class Candid(Polyglot):
    """Tells of every chunk what it left out, and which option it ignores."""

    def hear(self, chunk, options):
        told = (Event("ignored", "half of the hotwords"), Event("dropped", f"something of {chunk.index}"))
        return replace(super().hear(chunk, options), events=told)


@pytest.mark.parametrize("finished", range(5))
def test_what_the_engine_tells_goes_on_record_what_it_ignores_once(finished):
    whole, _ = recognized(Candid(), 4)
    passages, _ = recognized(Candid(), 4, journal=Dict(whole[:finished]))
    assert passages == whole
    assert [event.message for event in events(passages, "ignored")] == ["half of the hotwords"]
    dropped = events(passages, "dropped")
    assert [(event.message, event.start, event.end) for event in dropped] == [
        (f"something of {index}", 10.0 * index, 10.0 * index + 5) for index in range(4)
    ]


def test_a_passage_is_in_the_journal_before_it_is_given():
    journal = Dict()
    batcher = Batcher(Polyglot(), 2)
    with batcher.lane() as lane:
        for count, _ in enumerate(Recognition(map(chunk, range(7)), lane, MANY, PLAIN, journal).passages(), start=1):
            assert journal.puts == count
    batcher.close()


def test_an_engine_that_fails_ends_the_passages_with_its_error():
    class Failing(Polyglot):
        def hear(self, chunk, options):
            if chunk.index == 4:
                raise RuntimeError("boom")
            return super().hear(chunk, options)

    journal = Dict()
    with pytest.raises(EngineError, match="boom"):
        recognized(Failing(), 8, journal=journal)
    assert sorted(journal.passages) == [0, 1, 2, 3]


# --- Several channels


def passage(index, channel, start, *spans):
    segments = tuple(Segment(f"{channel}:{a}", a, b, channel=channel) for a, b in spans)
    return Passage(index, channel, start, start + 30, 30.0, segments)


def test_channels_are_merged_by_time():
    passages = [
        passage(0, 0, 0.0, (1, 2), (9, 10), (25, 28)),
        passage(1, 1, 3.0, (4, 5), (11, 30), (31, 33)),
        passage(2, 0, 29.0, (29, 30), (40, 41)),
    ]
    given = [segment.text for segment in in_time_order(passages)]
    assert given == ["0:1", "1:4", "0:9", "1:11", "0:25", "0:29", "1:31", "0:40"]


def test_a_segment_waits_only_until_nothing_can_come_before_it():
    taken = []

    def passages():
        for one in [passage(0, 0, 0.0, (1, 2), (9, 10)), passage(1, 1, 5.0, (6, 7)), passage(2, 0, 50.0, (51, 52))]:
            taken.append(one.index)
            yield one

    seen = [(segment.text, len(taken)) for segment in in_time_order(passages())]
    assert seen == [("0:1", 2), ("1:6", 3), ("0:9", 3), ("0:51", 3)]


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 100), st.lists(st.floats(0, 30), max_size=4)), max_size=12))
def test_whatever_the_passages_the_segments_are_in_order_and_all_there(shapes):
    shapes = sorted(shapes, key=lambda shape: shape[1])
    passages = [
        passage(i, channel, start, *((start + a, start + a + 1) for a in sorted(offsets)))
        for i, (channel, start, offsets) in enumerate(shapes)
    ]
    segments = list(in_time_order(passages))
    assert all(a.start <= b.start for a, b in pairwise(segments))
    assert len(segments) == sum(len(p.segments) for p in passages)


def test_mixed_channels_pass_straight_through():
    one = replace(passage(0, 0, 0.0, (1, 2), (3, 4)), channel=None)
    assert [segment.text for segment in in_time_order([one])] == ["0:1", "0:3"]
