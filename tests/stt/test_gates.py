"""What the gates make of what a model says: believed, decoded again, dropped or flagged, and always on record."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Chunk, Heard, ModelSpec, Piece, Segment, TranscribeOptions
from speech.errors import EngineError
from speech.stt.gates import Gates, compression_ratio, faults, is_silence, longest_loop, passed_over, spoken_length

RATE = 16_000
PLAIN = TranscribeOptions()
FEATURES = frozenset({"beam_size", "no_repeat_ngram", "prompt", "words"})
ABLE = ModelSpec(name="able", task="transcribe", engine="x", features=FEATURES)
UNABLE = ModelSpec(name="unable", task="transcribe", engine="x", features=frozenset({"words"}))
TEXT = "the quick brown fox jumps over the lazy dog and runs away"
"""57 characters: some 4 s of speech."""


def chunk_of(seconds, start=100.0, pad=0.0):
    """A chunk that is speech but for its padding."""
    piece = Piece(0.0, start, seconds, start + pad, start + seconds - pad)
    samples = np.random.default_rng(1).uniform(-0.3, 0.3, round(seconds * RATE)).astype(np.float32)
    return Chunk(samples, (piece,), prompt="said before")


def seg(text, start=0.0, end=4.0, logprob=-0.3, **details):
    return Segment(text, start, end, logprob=logprob, details=details)


def heard(*segments, no_speech=0.1):
    return Heard(tuple(segments), no_speech=no_speech)


class Asked:
    """Answers in turn, one list of ``Heard`` for each call, and what was asked for."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.calls = []

    def __call__(self, chunks, options):
        self.calls.append((list(chunks), options))
        answer = self.answers.pop(0)
        assert len(answer) == len(chunks)
        return answer


def judged(chunk, first, *answers, spec=ABLE, options=PLAIN):
    ask = Asked(*answers)
    verdict = Gates(spec, options, ask).judge(chunk, first)
    assert not ask.answers, "fewer calls than expected"
    return verdict, ask.calls


# --- The measures


@pytest.mark.parametrize(
    ("no_speech", "logprob", "options", "silent"),
    [
        (0.9, -1.5, {}, True),
        (0.9, -0.5, {}, False),  # sure of its text
        (0.9, None, {}, False),  # no log-probability counts as sure
        (0.5, -1.5, {}, False),
        (0.6, -1.5, {}, False),  # above, not at
        (0.5, -1.5, {"no_speech_threshold": 0.4}, True),
        (0.99, -9.0, {"no_speech_threshold": None}, False),
        (None, -9.0, {}, False),
        (0.9, -0.1, {"logprob_threshold": None}, True),
        (0.9, -0.7, {"logprob_threshold": -0.5}, True),
    ],
)
def test_is_silence(no_speech, logprob, options, silent):
    assert (
        is_silence(heard(seg("thanks", logprob=logprob), no_speech=no_speech), TranscribeOptions(**options)) is silent
    )


@pytest.mark.parametrize(
    ("text", "seconds", "logprob", "options", "word"),
    [
        (TEXT, 4.0, -0.3, {}, None),
        ("", 4.0, None, {}, None),
        (TEXT, 4.0, -1.2, {}, "log-probability -1.20"),
        (TEXT, 4.0, -1.2, {"logprob_threshold": None}, None),
        (TEXT, 4.0, -1.2, {"logprob_threshold": -1.5}, None),
        (TEXT, 4.0, None, {}, None),
        ("and then " * 30, 25.0, -0.3, {}, "compression ratio"),
        ("and then " * 30, 25.0, -0.3, {"compression_ratio_threshold": None}, None),
        ("oh no " * 6, 6.0, -0.3, {"compression_ratio_threshold": 99.0}, "6 times the same words"),
        ("oh no " * 5, 6.0, -0.3, {"compression_ratio_threshold": 99.0}, None),
        (TEXT, 1.0, -0.3, {}, "more than anybody speaks"),
        ("a" * 36, 0.1, -0.3, {"compression_ratio_threshold": None}, "more than anybody"),  # never less than a second
        ("a" * 34, 0.1, -0.3, {"compression_ratio_threshold": None}, None),
        ("yes", 9.0, -0.3, {}, "too few for 9.0 s"),
        ("yes", 7.0, -0.3, {}, None),
        ("yes yes", 9.0, -0.3, {}, None),
        ("yes", 9.0, -0.3, {"vad": False}, None),
        ("", 9.0, None, {}, "0 characters are too few"),
        ("你好吗我很好谢谢" * 2, 1.0, -0.3, {}, "more than anybody"),  # 16 wide ones count as 48
        ("你好", 9.0, -0.3, {}, None),
    ],
)
def test_faults(text, seconds, logprob, options, word):
    segments = (seg(text, logprob=logprob),) if text else ()
    found = faults(chunk_of(seconds), heard(*segments), TranscribeOptions(**options))
    assert len(found) == (word is not None)
    assert word is None or word in found[0]


def test_padding_is_no_speech():
    (fault,) = faults(chunk_of(2.0, pad=0.7), heard(seg(TEXT)), PLAIN)
    assert "0.6 s" in fault


def test_several_faults_are_all_named():
    assert len(faults(chunk_of(1.0), heard(seg("no " * 60, logprob=-3.0)), PLAIN)) == 3


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("", 1),
        ("word", 1),
        ("a b c d", 1),
        ("la la la la", 4),
        ("La la LA", 3),
        ("thank you thank you thank you", 3),
        ("one two three four one two three four", 2),
        ("no no no and now for something else that is longer", 1),  # not half of the text
        ("well it is what it is what it is what it is", 3),
        ("a b c d e f g h i " * 4, 1),  # nine words are more than it looks for
        ("a b c d e f g h " * 4, 4),
    ],
)
def test_longest_loop(text, times):
    assert longest_loop(text) == times


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8), st.integers(2, 12))
def test_whatever_is_repeated_is_found(words, times):
    assert longest_loop(" ".join(words * times)) >= times


def test_compression_ratio():
    import zlib

    assert compression_ratio("") == 0.0
    assert compression_ratio(TEXT) == len(TEXT) / len(zlib.compress(TEXT.encode()))
    assert compression_ratio("ha " * 100) > 2.4 > 1.5 > compression_ratio(TEXT)
    assert compression_ratio("ü") == 2 / len(zlib.compress("ü".encode()))


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("abc d", 5), ("日本", 6), ("\uff211", 4), ("한국어", 9), ("über", 4)]
)
def test_spoken_length(text, length):
    assert spoken_length(text) == length


LONG = "w" * 26


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([], []),  # a chunk without any text is for the other gates
        ([seg(LONG, 0, 4), seg(LONG, 4, 10)], []),
        ([seg(LONG, 2.5, 6), seg(LONG, 6, 10)], [(0.0, 2.5)]),
        ([seg(LONG, 1.5, 6), seg(LONG, 6, 10)], []),
        ([seg(LONG, 0, 4), seg(LONG, 6.5, 10)], [(4, 6.5)]),
        ([seg(LONG, 0, 4), seg(LONG, 5.5, 10)], []),
        ([seg(LONG, 0, 4), seg(LONG, 4, 8.5)], [(8.5, 10.0)]),
        ([seg(LONG, 0, 4), seg(LONG, 4, 9.2)], []),
        ([seg(LONG, 0, 4), seg("w", 4, 10)], [(4, 10)]),
        ([seg("w", 0, 10)], []),  # alone it is for the other gates
        ([seg(LONG, 0, 4), seg(LONG, 4, 8), seg("w", 8, 10, unfinished=True)], [(8, 10.0)]),
        ([seg(LONG, 0, 10, unfinished=True)], []),
    ],
)
def test_passed_over(segments, expected):
    assert passed_over(chunk_of(10.0), heard(*segments)) == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([seg(LONG, 0, 2), seg(LONG, 6, 8)], []),
        ([seg(LONG, 0, 4), seg(LONG, 4, 8), seg("w", 8, 10, unfinished=True)], [(8, 10.0)]),
    ],
)
def test_without_detection_only_an_unfinished_end_is_passed_over(segments, expected):
    assert passed_over(chunk_of(10.0), heard(*segments), vad=False) == expected


def test_silence_is_not_passed_over():
    chunk = Chunk(np.zeros(10 * RATE, np.float32), (Piece(0.0, 0.0, 10.0, 0.2, 4.0),))
    assert passed_over(chunk, heard(seg(LONG, 0, 4))) == []


# --- The verdict


def test_good_text_is_simply_accepted_at_its_place():
    verdict, calls = judged(chunk_of(4.0), heard(seg(TEXT, 0.5, 3.5)))
    assert [(s.text, s.start, s.end, s.details) for s in verdict.segments] == [(TEXT, 100.5, 103.5, {})]
    assert verdict.events == ()
    assert calls == []


def test_what_is_dropped_stands_in_the_record_with_its_text():
    verdict, calls = judged(
        chunk_of(4.0), heard(seg("thanks for", logprob=-2), seg("watching", logprob=-2), no_speech=0.9)
    )
    (event,) = verdict.events
    assert verdict.segments == ()
    assert calls == []
    assert (event.kind, event.start, event.end) == ("dropped", 100.0, 104.0)
    assert event.details == {"text": "thanks for watching", "logprob": -2.0}
    assert "0.90" in event.message


def test_silence_without_text_is_no_event():
    verdict, _ = judged(chunk_of(4.0), heard(no_speech=0.95), options=TranscribeOptions(logprob_threshold=None))
    assert (verdict.segments, verdict.events) == ((), ())


def test_the_first_rung_is_two_halves_with_a_wider_beam_and_no_prompt():
    options = TranscribeOptions(prompt="a prompt", hotwords=("w",), beam_size=3)
    one, two = heard(seg("first half of it all", 0, 1.9)), heard(seg("second half of it all", 0.1, 2))
    verdict, calls = judged(chunk_of(4.0), heard(seg("uh", logprob=-3)), [one, two], options=options)
    ((chunks, asked),) = calls
    assert [chunk.prompt for chunk in chunks] == ["", ""]
    assert sum(len(chunk.samples) for chunk in chunks) == 4 * RATE
    assert (asked.beam_size, asked.prompt, asked.hotwords, asked.no_repeat_ngram) == (6, None, (), 0)
    assert [s.text for s in verdict.segments] == ["first half of it all", "second half of it all"]
    assert verdict.segments[1].start == pytest.approx(chunks[1].start + 0.1, abs=0.001)
    (event,) = verdict.events
    assert event.kind == "retried"
    assert event.details == {"attempts": 2, "first_text": "uh"}
    assert "below -1.0" in event.message
    assert "two halves" in event.message


def test_the_second_rung_blocks_repeated_n_grams():
    bad, good = heard(seg("no " * 60)), heard(seg("no, no, it is not so", 0, 9))
    verdict, calls = judged(chunk_of(8.0), bad, [bad, bad], [good, good])
    assert [options.no_repeat_ngram for _, options in calls] == [0, 3]
    assert [s.text for s in verdict.segments] == ["no, no, it is not so"] * 2
    assert verdict.events[0].details["attempts"] == 3
    assert "n-grams blocked" in verdict.events[0].message


def test_a_model_without_blocked_n_grams_has_one_rung():
    spec = ModelSpec(name="x", task="transcribe", engine="x", features=frozenset({"beam_size"}))
    bad = heard(seg(TEXT, logprob=-3))
    _, calls = judged(chunk_of(4.0), bad, [bad, bad], spec=spec)
    assert len(calls) == 1


def test_the_beam_stays_within_bounds_and_short_chunks_whole():
    bad, good = heard(seg("mm", 0, 1, logprob=-3)), heard(seg("good", 0, 1))
    _, calls = judged(chunk_of(1.5), bad, [good], options=TranscribeOptions(beam_size=8))
    ((chunks, options),) = calls
    assert (len(chunks), options.beam_size) == (1, 10)


def test_the_best_of_bad_attempts_is_kept_and_flagged():
    first, second, third = (heard(seg(f"{TEXT} {n}", 0, 2, logprob=n)) for n in (-3.0, -1.5, -2.0))
    verdict, _ = judged(chunk_of(8.0), first, [second, second], [third, third])
    assert [s.logprob for s in verdict.segments] == [-1.5, -1.5]
    assert all("log-probability" in s.details["flags"][0] for s in verdict.segments)
    retried, flagged = verdict.events
    assert (retried.kind, flagged.kind) == ("retried", "flagged")
    assert retried.details == {"attempts": 3, "first_text": f"{TEXT} -3.0"}
    assert "log-probability" in flagged.message


def test_where_the_first_attempt_was_the_best_it_stays():
    first, worse = heard(seg(TEXT, logprob=-1.1)), heard(seg("worse", 0, 1, logprob=-4.0))
    verdict, _ = judged(chunk_of(4.0), first, [worse, worse], [worse, worse])
    assert [s.text for s in verdict.segments] == [TEXT]
    assert "the first attempt was the best" in verdict.events[0].message
    assert verdict.events[0].details["first_text"] == ""


def test_a_half_in_which_nobody_speaks_is_dropped_from_the_retry():
    good, phantom = heard(seg(TEXT, 0, 9)), heard(seg("thanks for watching", 0, 2, logprob=-2), no_speech=0.9)
    verdict, calls = judged(chunk_of(8.0), heard(seg(TEXT, logprob=-3)), [good, phantom])
    assert len(calls) == 1
    assert [s.text for s in verdict.segments] == [TEXT]
    assert [(event.kind, event.details.get("text")) for event in verdict.events] == [
        ("retried", None),
        ("dropped", "thanks for watching"),
    ]


@pytest.mark.parametrize(
    ("spec", "options"),
    [(ABLE, TranscribeOptions(retry=False)), (UNABLE, PLAIN), (UNABLE, TranscribeOptions(retry=False))],
)
def test_without_retries_a_fault_is_only_flagged(spec, options):
    first = heard(seg("no " * 40, 0, 3), seg("no " * 40, 7, 10))
    verdict, calls = judged(chunk_of(10.0), first, spec=spec, options=options)
    assert calls == []
    assert [s.text for s in verdict.segments] == [s.text for s in first.segments]
    assert all(s.details["flags"] for s in verdict.segments)
    assert [event.kind for event in verdict.events] == ["flagged"]


def test_without_retries_a_hole_stays():
    verdict, calls = judged(chunk_of(10.0), heard(seg(TEXT, 0, 3), seg(TEXT, 7, 10)), spec=UNABLE)
    assert (len(verdict.segments), verdict.events, calls) == (2, (), [])


def test_a_hole_is_decoded_apart_and_filled():
    first = heard(seg(TEXT, 0, 3), seg(TEXT, 7, 10))
    verdict, calls = judged(chunk_of(10.0), first, [heard(seg("what lay between the two of them", 0.1, 3.9))])
    (((part,), options),) = calls
    assert (part.start, part.end, part.prompt) == (103.0, 107.0, "")
    assert options == PLAIN
    assert [s.text for s in verdict.segments] == [TEXT, "what lay between the two of them", TEXT]
    assert verdict.segments[1].start == pytest.approx(103.1, abs=0.001)
    (event,) = verdict.events
    assert (event.kind, event.start, event.end) == ("retried", 103.0, 107.0)


def test_text_that_a_better_one_replaces_is_on_record():
    first = heard(seg(TEXT, 0, 4), seg("uh", 4, 10))
    verdict, _ = judged(chunk_of(10.0), first, [heard(seg(TEXT, 0, 6))])
    assert [s.text for s in verdict.segments] == [TEXT, TEXT]
    (event,) = verdict.events
    assert event.details == {"first_text": "uh"}


@pytest.mark.parametrize(
    "more",
    [
        heard(),
        heard(seg("thanks", 0, 3, logprob=-2), no_speech=0.9),  # silence
        heard(seg(TEXT, 0, 3, logprob=-2)),  # doubtful
    ],
)
def test_a_hole_that_cannot_be_filled_is_flagged(more):
    verdict, _ = judged(chunk_of(10.0), heard(seg(TEXT, 0, 3), seg(TEXT, 7, 10)), [more])
    assert [s.text for s in verdict.segments] == [TEXT, TEXT]
    assert [(event.kind, event.start) for event in verdict.events] == [("flagged", 103.0)]


def test_less_text_never_replaces_more():
    verdict, _ = judged(chunk_of(10.0), heard(seg(TEXT, 0, 4), seg("uh well", 4, 10)), [heard(seg("uh", 0, 6))])
    assert [s.text for s in verdict.segments] == [TEXT, "uh well"]


def test_the_rest_of_a_rest_is_decoded_but_not_for_ever():
    """A model that says only the first second of whatever it is given."""
    answer = heard(seg("words that take one second", 0, 1))
    verdict, calls = judged(
        chunk_of(28.0), heard(seg("words that take one second", 0, 1)), [answer], [answer], [answer]
    )
    assert len(calls) == 3
    assert len(verdict.segments) == 4
    assert all(a.end <= b.start for a, b in zip(verdict.segments, verdict.segments[1:], strict=False))


def test_a_retry_that_fails_costs_the_attempt_and_not_the_text():
    def fails(chunks, options):
        raise EngineError("out of memory; take a smaller batch")

    chunk = chunk_of(10.0)
    verdict = Gates(ABLE, PLAIN, fails).judge(chunk, heard(seg(TEXT, 0.0, 9.9, logprob=-3.0)))
    assert [segment.text for segment in verdict.segments] == [TEXT]
    assert any("could not be decoded again: out of memory" in event.message for event in verdict.events)


@pytest.mark.parametrize(
    "retry",
    [
        [heard(), heard()],  # nothing at all
        [heard(seg("the quick brown fox")), heard()],  # half of it
        [heard(seg("the quick brown fox")), heard(seg("jumps", logprob=-2.0), no_speech=0.99)],
    ],
)
def test_a_doubtful_text_is_better_than_half_of_one(retry):
    verdict, _ = judged(chunk_of(5.0), heard(seg(TEXT, logprob=-1.05)), retry, retry)
    assert [segment.text for segment in verdict.segments] == [TEXT]
    assert {event.kind for event in verdict.events} >= {"retried", "flagged"}


def test_a_loop_gives_way_to_less_text():
    loop = " ".join(["and so on"] * 12)
    verdict, _ = judged(chunk_of(8.0), heard(seg(loop)), [heard(seg("and so on", 0.0, 3.9)), heard(seg("and on"))])
    assert [segment.text for segment in verdict.segments] == ["and so on", "and on"]
