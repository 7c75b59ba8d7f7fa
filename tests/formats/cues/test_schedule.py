"""Times shared and kept apart."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Segment, Word
from speech.formats.cues.schedule import character_times, in_order


def test_without_words_a_segment_is_shared_over_its_characters():
    assert character_times(Segment("abcd", 1.0, 2.0), "abcd") == ([1000, 1250, 1500, 1750], [1250, 1500, 1750, 2000])


def test_words_give_their_own_times_and_what_lies_between_is_shared():
    segment = Segment("ab, c d", 0.0, 10.0, (Word("ab", 1.0, 2.0), Word("d", 8.0, 9.0)))
    begins, ends = character_times(segment, "ab,cd")
    assert begins == [1000, 1500, 2000, 5000, 8000]
    assert ends == [1500, 2000, 5000, 8000, 9000]


def test_words_that_are_not_in_the_text_are_passed_over():
    segment = Segment("ab", 0.0, 1.0, (Word("zz", 0.1, 0.2), Word("b", 0.6, 1.0), Word(" ", 0.9, 1.0)))
    assert character_times(segment, "ab") == ([0, 600], [600, 1000])


def test_a_word_is_not_looked_for_far_away():
    text = "x" * 100 + "a"
    segment = Segment(text, 0.0, 1.0, (Word("a", 0.5, 0.6),))
    assert character_times(segment, text)[1][-1] == 1000


@given(
    st.text("ab", max_size=20),
    st.floats(0, 100),
    st.floats(0, 100),
    st.lists(st.builds(Word, st.text("ab", max_size=3), st.floats(0, 100), st.floats(0, 100)), max_size=5).map(tuple),
)
def test_times_never_fall_and_stay_inside_the_segment(text, start, end, words):
    begins, ends = character_times(Segment(text, start, end, words), text)
    flat = [time for pair in zip(begins, ends, strict=True) for time in pair]
    assert flat == sorted(flat)
    assert all(round(start * 1000) - 1 <= time <= max(start, end) * 1000 + 1 for time in flat)


@pytest.mark.parametrize(
    ("spans", "placed"),
    [
        ([], []),
        ([(0, 10), (20, 30)], [(0, 10), (20, 30)]),
        ([(0, 25), (20, 30)], [(0, 20), (20, 30)]),
        ([(5, 5), (5, 5), (5, 5)], [(5, 6), (6, 7), (7, 8)]),
        ([(50, 60), (99, 99), (99, 99), (99, 120)], [(50, 60), (97, 98), (98, 99), (99, 100)]),
        ([(30, 20)], [(30, 31)]),
    ],
)
def test_in_order(spans, placed):
    assert in_order(spans, 100) == placed


def test_a_stretch_lasts_as_wanted_where_there_is_room():
    assert in_order([(0, 10), (60, 65), (70, 80)], 90, wanted=[50, 50, 50]) == [(0, 50), (60, 70), (70, 90)]


def test_no_stretch_lasts_longer_than_it_may():
    assert in_order([(0, 50), (60, 65)], 100, wanted=[5, 60], longest=30) == [(0, 30), (60, 90)]


def test_a_gap_is_taken_from_the_earlier_stretch():
    assert in_order([(0, 17), (20, 30)], 30, gap=5) == [(0, 15), (20, 30)]
    assert in_order([(0, 20), (20, 30)], 30, gap=5) == [(0, 15), (20, 30)]
    assert in_order([(0, 14), (20, 30)], 30, gap=5) == [(0, 14), (20, 30)]


def test_a_stretch_keeps_the_least_that_it_may_whatever_the_gap():
    assert in_order([(0, 20), (20, 30)], 30, gap=15, least=8) == [(0, 8), (20, 30)]
    assert in_order([(0, 6), (6, 30)], 30, gap=5, least=8) == [(0, 6), (6, 30)]
    assert in_order([(0, 4), (6, 30)], 30, gap=5, least=8) == [(0, 4), (6, 30)]


SPANS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=12)


@given(SPANS, st.integers(0, 250), st.integers(0, 40), st.integers(12, 60), st.integers(0, 10), st.integers(1, 12))
def test_in_any_state_stretches_come_out_apart_and_in_order(spans, limit, wanted, longest, gap, least):
    spans = sorted(spans)
    placed = in_order(spans, limit, wanted=[wanted] * len(spans), longest=longest, gap=gap, least=least)
    assert len(placed) == len(spans)
    assert all(0 <= start < end <= start + longest for start, end in placed)
    for (start, end), (following, _) in itertools.pairwise(placed):
        assert following >= end
        assert following - end >= gap or end - start <= least
    if limit >= len(spans):
        assert all(end <= limit for _, end in placed)
