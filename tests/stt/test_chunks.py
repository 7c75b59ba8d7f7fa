"""Speech in, chunks out, and the model's times back into the recording's."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from speech_samples import RATE

from speech.data import Chunk, Piece, Segment, TranscribeOptions, Word
from speech.stt.chunks import EXTENT, chunks, cut, halves, place, speech
from speech.stt.silero import WINDOW, SpeechDetector

ROUNDING = 0.0005
"""Times are given in whole milliseconds."""
NOISE = np.random.default_rng(7).uniform(-0.5, 0.5, 3_000_000).astype(np.float32)


@pytest.fixture(autouse=True, scope="module")
def loud_is_speech():
    """The detector has tests of its own: here speech is what has any sound in it, and silence is zeros."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            SpeechDetector,
            "probabilities",
            lambda self, samples: (np.abs(samples).reshape(-1, WINDOW).max(axis=1) > 0).astype(np.float32),
        )
        yield


def layout(runs):
    """Samples of runs (seconds of speech, seconds of silence, ...); all speech differs."""
    parts, at = [], 0
    for turn, seconds in enumerate(runs):
        length = round(seconds * RATE)
        parts.append(np.zeros(length, np.float32) if turn % 2 else np.resize(NOISE[at:], length))
        at += 0 if turn % 2 else length
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def blocks(*channels, size=32_000):
    together = np.stack(channels, axis=1)
    for at in range(0, len(together), size):
        yield together[at : at + size]


def of(samples, options=None, longest=30.0, offset=0.0, size=32_000):
    return list(chunks(blocks(samples, size=size), options or TranscribeOptions(), longest, offset))


RUNS = st.lists(st.one_of(st.floats(0.1, 4.0), st.floats(0.1, 45.0)), max_size=16).filter(lambda runs: sum(runs) < 180)


@settings(deadline=None, max_examples=40)
@given(RUNS, st.booleans(), st.sampled_from([30.0, 12.3456, 1.0]), st.sampled_from([0.0, 0.4, 2.0]))
def test_every_chunk_is_the_recording_at_its_pieces(runs, vad, longest, pad):
    samples = layout(runs)
    found = of(samples, TranscribeOptions(vad=vad, speech_pad=pad), longest)
    covered = np.zeros(len(samples), int)
    for chunk in found:
        assert 0 < len(chunk.samples) <= longest * RATE
        assert chunk.duration == len(chunk.samples) / chunk.rate
        assert chunk.end - chunk.start <= EXTENT * longest + 1 / RATE
        at = 0
        for piece in chunk.pieces:
            first, length = round(piece.start * RATE), round(piece.duration * RATE)
            assert round(piece.chunk_start * RATE) == at
            assert np.array_equal(chunk.samples[at : at + length], samples[first : first + length])
            assert piece.start <= piece.speech_start <= piece.speech_end <= piece.start + piece.duration + 1e-9
            covered[first : first + length] += 1
            at += length
        assert at == len(chunk.samples)
        assert all(a.start + a.duration < b.start for a, b in pairwise(chunk.pieces))  # else they would be one
    assert covered.max(initial=0) <= 1
    assert covered[samples != 0].all()
    assert vad or covered.all()
    assert [chunk.index for chunk in found] == list(range(len(found)))
    assert all(before.end <= after.start + 1e-9 for before, after in pairwise(found))
    assert all(chunk.channel is None for chunk in found)


@settings(deadline=None, max_examples=15)
@given(RUNS, st.integers(800, 200_000))
def test_the_blocks_make_no_difference(runs, size):
    samples = layout(runs)
    one, other = of(samples, longest=10.0, size=len(samples) or 1), of(samples, longest=10.0, size=size)
    assert [chunk.pieces for chunk in one] == [chunk.pieces for chunk in other]


def test_a_long_pause_is_shortened_and_a_short_one_stays():
    (chunk,) = of(layout([0, 1.024, 2.048, 5.12, 1.024, 0.512, 1.024, 2.048]))
    first, second = chunk.pieces
    assert (first.start, first.speech_start, first.speech_end) == (0.624, 1.024, 3.072)
    assert first.start + first.duration == pytest.approx(3.472)
    assert (second.speech_start, second.speech_end) == (8.192, 10.752)  # the pause of half a second is in it
    assert speech(chunk) == [(pytest.approx(0.4), pytest.approx(2.448)), (pytest.approx(3.248), pytest.approx(5.808))]


def test_a_full_chunk_ends_at_the_longest_pause_near_its_end():
    # Pauses of 1 s after 24 s, 3 s after 27 s and 0.6 s after 28 s; then more than fits.
    found = of(layout([6, 6, 6, 0.4, 12, 1, 3, 3, 1, 0.6, 8]))
    assert len(found) == 2
    assert found[0].pieces[-1].speech_end == pytest.approx(6 + 6 + 6 + 0.4 + 12 + 1 + 3, abs=0.04)


@pytest.mark.parametrize("size", [16_000, 32_000, 10_000_000])
def test_speech_too_far_apart_for_one_chunk_is_parted_the_same_in_any_blocks(size):
    # Words at 0, 100 and 117 s: the third is within reach of the first. One more at 121 s is not.
    found = of(layout([1, 99, 1, 16, 1, 3, 1, 30]), size=size)
    assert [[round(piece.speech_start) for piece in chunk.pieces] for chunk in found] == [[0, 100, 117], [121]]


def test_max_chunk_shortens_what_the_model_takes():
    assert max(chunk.duration for chunk in of(layout([60]), TranscribeOptions(max_chunk=7.0))) <= 7
    assert max(chunk.duration for chunk in of(layout([60]), TranscribeOptions(max_chunk=99.0))) <= 30


def test_the_offset_is_where_the_recording_begins():
    samples = layout([0, 1, 2, 3, 40])
    plain, moved = of(samples), of(samples, offset=1234.5)
    for chunk, other in zip(plain, moved, strict=True):
        for piece, same in zip(chunk.pieces, other.pieces, strict=True):
            assert same.chunk_start == piece.chunk_start
            assert same.start == pytest.approx(piece.start + 1234.5)
            assert same.speech_end == pytest.approx(piece.speech_end + 1234.5)


def test_nothing_comes_of_nothing():
    assert of(np.zeros(0, np.float32)) == []
    assert of(np.zeros(100_000, np.float32)) == []
    assert list(chunks(iter(()), TranscribeOptions(), 30.0)) == []


def test_the_first_chunk_comes_while_blocks_are_left():
    read = []

    def counted():
        for block in blocks(layout([300])):
            read.append(len(block))
            yield block

    stream = chunks(counted(), TranscribeOptions(), 30.0)
    assert next(stream).duration <= 30
    assert sum(read) <= 60 * RATE


def test_sparse_speech_does_not_wait_for_more():
    read = []

    def counted():
        for block in blocks(layout([2, 600])):
            read.append(len(block))
            yield block

    next(chunks(counted(), TranscribeOptions(), 30.0))
    assert sum(read) <= (EXTENT * 30 + 5) * RATE


def split(*channels, size=32_000, longest=30.0):
    return list(chunks(blocks(*channels, size=size), TranscribeOptions(channels="split"), longest))


@settings(deadline=None, max_examples=15)
@given(RUNS, RUNS, st.integers(2_000, 100_000))
def test_channels_are_cut_apart_and_come_in_order(left, right, size):
    one, two = layout(left), layout(right)
    length = max(len(one), len(two))
    one, two = (np.pad(samples, (0, length - len(samples))) for samples in (one, two))
    found = split(one, two, size=size, longest=10.0)
    assert [chunk.index for chunk in found] == list(range(len(found)))
    assert all((a.start, a.channel) < (b.start, b.channel) for a, b in pairwise(found))
    for number, samples in enumerate((one, two)):
        own = [chunk.pieces for chunk in found if chunk.channel == number]
        assert own == [chunk.pieces for chunk in of(samples, longest=10.0)]


def test_a_silent_channel_holds_nobody_up():
    """A party that says one word and then listens for ten minutes."""
    read = [0]

    def counted():
        for block in blocks(layout([1, 598]), layout([599])):
            read[0] += len(block)
            yield block

    held = [read[0] / RATE - chunk.end for chunk in chunks(counted(), TranscribeOptions(channels="split"), 30.0)]
    assert len(held) > 20
    assert max(held) <= EXTENT * 30 + 35


def test_one_channel_split_is_channel_0():
    assert {chunk.channel for chunk in split(layout([2, 3, 2]))} == {0}


# --- Back to the recording's times. Two pieces: 0 to 3 s is 10 to 13, 3 to 7 s is 100 to 104; padding of 0.4 s.

FIRST = Piece(0.0, 10.0, 3.0, 10.4, 12.6)
SECOND = Piece(3.0, 100.0, 4.0, 100.4, 103.6)


def chunk_of(*pieces, channel=None):
    length = round(sum(piece.duration for piece in pieces) * RATE)
    return Chunk(np.zeros(length, np.float32), pieces, channel=channel)


TWO = chunk_of(FIRST, SECOND, channel=1)


@pytest.mark.parametrize(
    ("start", "end", "placed"),
    [
        (0.5, 2.0, (10.5, 12.0)),
        (0.0, 2.0, (10.4, 12.0)),  # not before the speech
        (0.5, 2.9, (10.5, 12.9)),  # the padding after it may be used
        (0.5, 3.2, (10.5, 13.0)),  # an end in the padding before the next piece's speech stays in its own
        (2.7, 5.0, (100.4, 102.0)),  # a start in the padding after the speech is the next piece's
        (3.1, 5.0, (100.4, 102.0)),
        (1.0, 5.0, (11.0, 102.0)),  # a segment without words may span the pause
        (5.0, 99.0, (102.0, 104.0)),
        (99.0, 99.0, (104.0, 104.0)),
        (6.0, 5.0, (103.0, 103.0)),  # never backwards
    ],
)
def test_a_segment_goes_to_its_place(start, end, placed):
    segment = place(TWO, Segment("x", start, end))
    assert (segment.start, segment.end) == placed
    assert segment.channel == 1


@pytest.mark.parametrize(
    ("start", "end", "placed"),
    [
        (0.5, 1.0, (10.5, 11.0)),
        (0.1, 1.0, (10.4, 11.0)),
        (2.5, 3.1, (12.5, 13.0)),  # mostly in the first piece
        (2.9, 3.9, (100.4, 100.9)),  # mostly in the second
        (2.65, 2.85, (12.65, 12.85)),
        (6.9, 7.5, (103.9, 104.0)),
        (0.0, 0.2, (10.4, 10.4)),
    ],
)
def test_a_word_lies_in_one_piece(start, end, placed):
    segment = place(TWO, Segment("x", 0.0, 7.0, words=(Word("x", start, end),)))
    word = segment.words[0]
    assert (word.start, word.end) == placed == (segment.start, segment.end)


@st.composite
def chunk_pieces(draw):
    """Pieces as ``chunks`` makes them."""
    pieces, at, now = [], 0, draw(st.integers(0, 100_000))
    for _ in range(draw(st.integers(1, 5))):
        before, spoken, after = draw(st.integers(0, 6400)), draw(st.integers(512, 60_000)), draw(st.integers(0, 6400))
        length = before + spoken + after
        start, end = (now + before) / RATE, (now + before + spoken) / RATE
        pieces.append(Piece(at / RATE, now / RATE, length / RATE, start, end))
        at, now = at + length, now + length + draw(st.integers(1, 200_000))
    return chunk_of(*pieces)


TIMES = st.lists(st.floats(0, 1), min_size=2, max_size=24).map(sorted)


@settings(deadline=None, max_examples=150)
@given(chunk_pieces(), TIMES)
def test_placed_times_increase_and_stay_with_the_speech(chunk, times):
    stamps = [time * chunk.duration for time in times]
    segments = [place(chunk, Segment("x", a, b)) for a, b in zip(stamps[::2], stamps[1::2], strict=False)]
    words = tuple(Word("x", a, b) for a, b in pairwise(stamps))
    whole = place(chunk, Segment("x", stamps[0], stamps[-1], words=words))
    for run in (segments, whole.words):
        assert all(a.start <= a.end <= b.end + 1e-9 for a, b in pairwise(run))
        assert all(a.end <= b.start + 1e-9 for a, b in pairwise(run))
        for one in run:
            assert any(p.speech_start - ROUNDING <= one.start <= p.start + p.duration + ROUNDING for p in chunk.pieces)
    for word in whole.words:
        assert any(
            p.start - ROUNDING <= word.start <= word.end <= p.start + p.duration + ROUNDING for p in chunk.pieces
        )
    assert (whole.start, whole.end) == (whole.words[0].start, whole.words[-1].end)


@settings(deadline=None, max_examples=150)
@given(chunk_pieces(), st.floats(0, 1), st.floats(0, 1))
def test_a_part_of_a_chunk_knows_its_place(chunk, one, other):
    start, end = (round(time * chunk.duration, 2) for time in sorted((one, other)))
    assume(end - start > 0.02)
    marked = np.arange(len(chunk.samples), dtype=np.float32)  # below 2 ** 24 every one is exact
    part = cut(Chunk(marked, chunk.pieces, index=3, channel=1, prompt="x"), start, end)
    assert (part.index, part.channel, part.prompt) == (3, 1, "x")
    assert len(part.samples) == round(end * RATE) - round(start * RATE) or end > chunk.duration
    assert sum(round(piece.duration * RATE) for piece in part.pieces) == len(part.samples)
    for piece in part.pieces:
        origin = next(p for p in chunk.pieces if p.start <= piece.start + 1e-6 < p.start + p.duration)
        assert piece.duration > 0
        assert piece.start <= piece.speech_start <= piece.speech_end <= piece.start + piece.duration + 1e-9
        sample = part.samples[round(piece.chunk_start * RATE)]
        assert sample == round((origin.chunk_start + piece.start - origin.start) * RATE)
    spoken = sum(max(0.0, min(b, end) - max(a, start)) for a, b in speech(chunk))
    assert sum(b - a for a, b in speech(part)) == pytest.approx(spoken, abs=0.001)


def test_a_cut_where_pieces_meet_takes_nothing_of_the_other():
    meeting = 0.1 + 0.2  # a rounding above 0.3
    pieces = (Piece(0.0, 10.0, meeting, 10.0, 10.3), Piece(meeting, 100.0, 2.0, 100.0, 102.0))
    part = cut(chunk_of(*pieces), 0.3, 1.0)
    assert part.start == pytest.approx(100.0)
    assert len(part.pieces) == 1


@settings(deadline=None, max_examples=50)
@given(chunk_pieces())
def test_halves_are_the_whole(chunk):
    assume(chunk.duration >= 0.5)
    whole = Chunk(NOISE[: len(chunk.samples)], chunk.pieces)
    one, two = halves(whole)
    assert np.array_equal(np.concatenate((one.samples, two.samples)), whole.samples)
    assert whole.duration / 3 - 0.1 <= one.duration <= whole.duration * 2 / 3 + 0.2
    assert one.start == whole.start
    assert two.end == pytest.approx(whole.end)
    assert one.end <= two.start + 1e-9


def test_halves_meet_where_it_is_quietest():
    samples = NOISE[: 9 * RATE].copy()
    samples[round(5.2 * RATE) : round(5.4 * RATE)] *= 0.01
    samples[1 * RATE : 2 * RATE] = 0  # not in the middle third
    one, _ = halves(Chunk(samples, (Piece(0.0, 0.0, 9.0, 0.0, 9.0),)))
    assert 5.2 <= one.duration <= 5.4
