"""Whole milliseconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.formats import ass, lrc
from speech.formats.cues.clock import decimal, hours, milliseconds

FIRST = range(100_000)


def test_no_millisecond_of_the_first_hundred_thousand_is_lost():
    assert [milliseconds(ms / 1000) for ms in FIRST] == list(FIRST)


def test_no_written_time_loses_one():
    assert [hours(milliseconds(ms / 1000)) for ms in FIRST] == [
        f"00:{ms // 60_000:02}:{ms // 1000 % 60:02}.{ms % 1000:03}" for ms in FIRST
    ]
    assert [decimal(milliseconds(ms / 1000)) for ms in FIRST] == [f"{ms // 1000}.{ms % 1000:03}" for ms in FIRST]


@pytest.mark.parametrize("clock", [lrc.clock, ass.clock])
def test_no_hundredth_is_lost(clock):
    written = [clock(milliseconds(hundredth / 100)) for hundredth in range(10_000)]
    assert [text[-5:] for text in written] == [f"{n // 100 % 60:02}.{n % 100:02}" for n in range(10_000)]


@given(st.integers(0, 10**10))
def test_nor_is_one_of_a_long_recording(ms):
    assert milliseconds(ms / 1000) == ms


@given(st.floats(0, 1e6))
def test_a_time_is_within_half_a_millisecond_also_after_the_json(seconds):
    assert abs(milliseconds(seconds) - seconds * 1000) <= 0.5 + 1e-6
    assert milliseconds(round(seconds, 3)) == milliseconds(seconds)


@pytest.mark.parametrize(("seconds", "ms"), [(-1.0, 0), (float("nan"), 0), (float("inf"), 0), (-0.0, 0)])
def test_what_is_no_time_is_the_beginning(seconds, ms):
    assert milliseconds(seconds) == ms


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0, "00:00:00.000"), (3_723_004, "01:02:03.004"), (359_999_999, "99:59:59.999"), (360_000_000, "100:00:00.000")],
)
def test_hours_grow_as_they_must(ms, text):
    assert hours(ms) == text
    assert hours(ms, ",") == text.replace(".", ",")
