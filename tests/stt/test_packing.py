"""Clips in one window, and which of what was heard is whose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from speech_samples import RATE

from speech.data import Chunk, Event, Heard, Piece, Segment, TranscribeOptions, Word
from speech.stt.packing import GAP, Counts, join, share, split

PLAIN = TranscribeOptions(language="en", pack=True)
FOUR = "these are four words."


def clip(seconds, speech=None):
    """A clip whose speech is all of it, or between two of its own times."""
    low, high = speech or (0.0, seconds)
    samples = np.full(round(seconds * RATE), 0.5, np.float32)
    return Chunk(samples, (Piece(0.0, 0.0, seconds, low, high),), language="en")


def segment(start, end, text=FOUR, words=()):
    return Segment(text, start, end, words=words, language="en", logprob=-0.2)


def texts(found):
    return [heard and [each.text for each in heard.segments] for heard in found]


@given(st.lists(st.floats(0.1, 30.0), max_size=40))
def test_every_clip_is_in_one_window_and_no_window_is_too_long(durations):
    clips = [clip(round(seconds, 2)) for seconds in durations]
    windows = share(clips, 30.0)
    assert sorted(place for window in windows for place in window) == list(range(len(clips)))
    for window in windows:
        assert window == sorted(window)
        assert join([clips[place] for place in window]).chunk.duration <= 30.0 + 1e-6
    # First-fit: no two windows would go into one.
    lengths = sorted(join([clips[place] for place in window]).chunk.duration for window in windows)
    assert len(lengths) < 2 or lengths[0] + lengths[1] + GAP > 30.0 - 1e-6


def test_joined_clips_have_silence_between_them_and_keep_their_samples():
    clips = [clip(2.0), clip(3.0, (0.4, 2.6))]
    window = join(clips)
    assert window.starts == (0.0, 2.0 + GAP)
    for start, each in zip(window.starts, clips, strict=True):
        first = round(start * RATE)
        assert np.array_equal(window.chunk.samples[first : first + len(each.samples)], each.samples)
    assert not window.chunk.samples[2 * RATE : round((2 + GAP) * RATE)].any()
    assert [piece.chunk_start for piece in window.chunk.pieces] == [0.0, 2.0 + GAP]
    assert window.chunk.language == "en"


def test_each_clip_gets_its_own_in_its_own_times():
    clips = [clip(2.0), clip(3.0)]
    word = Word("words.", 4.0, 5.4, 0.9)
    heard = Heard((segment(0.0, 2.1), segment(2.3, 5.4, words=(word,))), no_speech=0.1, details={"logprob": -0.2})
    first, second = split(join(clips), clips, heard, PLAIN)
    assert [(each.start, each.end) for each in first.segments] == [(0.0, 2.0)]  # it ends with the clip
    assert [(each.start, each.end) for each in second.segments] == [(0.0, 2.9)]
    assert second.segments[0].words == (Word("words.", 1.5, 2.9, 0.9),)
    assert first.no_speech == 0.1
    assert first.details["clips"] == 2


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([segment(0.0, 5.5)], [None, None]),  # reaches over both
        ([segment(0.0, 2.0)], [[FOUR], None]),  # nothing of the second
        ([segment(0.0, 2.0), segment(2.5, 4.0)], [[FOUR], None]),  # not all of the second
        ([segment(0.0, 2.6), segment(2.6, 5.5)], [[FOUR], [FOUR]]),  # strays a little
        ([segment(0.0, 2.0), segment(2.05, 2.45), segment(2.5, 5.5)], [None, None]),  # said in silence: by whom?
        ([segment(0.0, 2.0), segment(2.5, 5.5, "a " * 200)], [[FOUR], None]),  # a loop
        ([], [None, None]),
    ],
)
def test_what_cannot_be_told_apart_is_nobodys(segments, expected):
    clips = [clip(2.0), clip(3.0)]
    assert texts(split(join(clips), clips, Heard(tuple(segments)), PLAIN)) == expected


def test_words_divide_a_stretch_that_reaches_over_two_clips():
    words = (Word("Good", 0.2, 0.9), Word("morning,", 1.0, 1.9), Word("open", 2.6, 3.9), Word("it.", 4.0, 5.4))
    clips = [clip(2.0), clip(3.0)]
    whole = segment(0.0, 5.5, "Good morning, open it.", words)
    first, second = split(join(clips), clips, Heard((whole,)), PLAIN)
    assert [each.text for heard in (first, second) for each in heard.segments] == ["Good morning,", "open it."]
    assert second.segments[0].words[0] == Word("open", 0.1, 1.4)
    between = (*words[:2], Word("open", 2.1, 2.4), words[3])  # said in the silence
    assert split(join(clips), clips, Heard((segment(0.0, 5.5, whole.text, between),)), PLAIN) == [None, None]


def test_what_the_engine_did_not_finish_is_not_trusted_and_what_it_left_out_is_told():
    clips = [clip(2.0), clip(3.0)]
    good = (segment(0.0, 2.0), segment(2.5, 5.5))
    assert texts(split(join(clips), clips, Heard(good, details={"unfinished_from": 4.0}), PLAIN)) == [[FOUR], None]
    events = (Event("ignored", "for all"), Event("dropped", "after the end"))
    found = split(join(clips), clips, Heard(good, events=events), PLAIN)
    assert [heard.events for heard in found] == [events[:1], events]
    assert split(join(clips), clips, Heard(good, no_speech=0.9), TranscribeOptions(logprob_threshold=None)) == [
        None,
        None,
    ]


def test_counts_add_up():
    assert Counts(3, 1, 1) + Counts(4, 2, 0) == Counts(7, 3, 1)
