"""The values of SSML."""

from math import inf, isfinite, log2, log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.tts import prosody
from speech.tts.plan import Manner


def octave(ratio):
    return pytest.approx(12 * log2(ratio))


def gain(ratio):
    return pytest.approx(20 * log10(ratio))


@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        ("slow", 2, 0.64), ("x-slow", 1, 0.5), ("medium", 2, 1), ("default", 2, 1), (" FAST ", 1, 1.55),
        ("x-fast", 1, 2),
        ("120%", 1, 1.2), ("50%", 2, 1), ("+20%", 1, 1.2), ("-10%", 2, 1.8), ("1.2", 2, 2.4), (".5", 1, 0.5),
        ("+30.00%", 1, 1.3), ("80 %", 1, 0.8),
    ],
)  # fmt: skip
def test_rates(value, now, expected):
    assert prosody.rate(value).times(now) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        ("high", 3, octave(1.2)), ("x-low", 0, octave(0.55)), ("medium", 3, 0), ("+2st", 1, 3), ("-1.5ST", 0, -1.5),
        ("2st", 0, 2), ("+10%", 0, octave(1.1)), ("-50%", 1, -11), ("200%", 0, 12), ("50%", 0, -12),
        ("10%", 0, octave(1.1)), ("+1 semitone", 0, 1),
    ],
)  # fmt: skip
def test_pitches(value, now, expected):
    assert prosody.pitch(value).plus(now) == expected


@pytest.mark.parametrize(
    ("value", "now", "expected"),
    [
        ("loud", -6, 3), ("x-soft", 0, -12), ("silent", 0, prosody.SILENT), ("default", 5, 0), ("+6dB", 1, 7),
        ("-3.5 db", 0, -3.5), ("6dB", 0, 6), ("100", -6, 0), ("50", 3, gain(0.5)), ("0", 0, prosody.SILENT),
        ("+10", 0, gain(1.1)), ("-50%", 0, gain(0.5)), ("-100%", 0, prosody.SILENT), ("50%", 0, gain(0.5)),
    ],
)  # fmt: skip
def test_volumes(value, now, expected):
    assert prosody.volume(value).plus(now) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("500ms", 0.5), ("1.5s", 1.5), ("+.5S", 0.5), ("0s", 0), ("2 s", 2), ("1000h", None), ("-1s", None), ("3", None)],
)
def test_times(value, expected):
    assert prosody.time(value) == expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        *((prosody.rate, value) for value in ("100", "1%")),
        *((prosody.rate, value) for value in ("0", "0%", "-100%", "-200%", "nan", "inf", "", "quick", "5st", "1e999")),
        *((prosody.pitch, value) for value in ("180Hz", "-160Hz", "+2", "-100%", "nanst", "higher", "")),
        *((prosody.volume, value) for value in ("101", "-101%", "+5st", "nan", "louder", "1e999dB", "")),
        *((prosody.time, value) for value in ("nans", "infs", "s", "", "1e999s", "9" * 400 + "s")),
    ],
)  # fmt: skip
def test_what_means_nothing_is_none(read, value):
    assert read(value) is None


VALUES = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[+-]?[0-9.]{1,8}(e[+-]?[0-9]{1,3})?(%|st|dB|Hz|s|ms)?", fullmatch=True),
    st.sampled_from(["slow", "x-low", "silent", "medium"]),
)


@given(VALUES)
def test_every_value_is_a_number_or_none(value):
    for read in (prosody.rate, prosody.pitch, prosody.volume):
        change = read(value)
        assert change is None or isfinite(change.by)
    assert prosody.rate(value) is None or prosody.rate(value).by > 0
    assert 0 <= (prosody.time(value) or 0) < inf


@given(st.floats(5.1, 400), st.floats(5.1, 400))
def test_percentages_follow_each_other_by_multiplication(first, second):
    now = prosody.rate(f"{second:f}%").times(prosody.rate(f"{first:f}%").times(1))
    assert now == pytest.approx(first * second / 10_000, rel=1e-3)


def test_emphasis():
    strong, reduced = (prosody.emphasized(Manner(), level) for level in ("strong", "reduced"))
    assert strong.volume > 0 > reduced.volume
    assert strong.rate < 1 < reduced.rate
    assert prosody.emphasized(Manner(rate=2), "none") == Manner(rate=2)
    assert prosody.emphasized(Manner(), "very") is None


def test_breaks_grow_with_their_strength():
    assert list(prosody.BREAKS.values()) == sorted(prosody.BREAKS.values())


def test_a_change_in_hertz_is_one_of_the_usual_pitch():
    for value, semitones in (("+160Hz", 12), ("-80hz", -12), ("+0Hz", 0)):
        change = prosody.pitch(value)
        assert change is not None
        assert change.by == pytest.approx(semitones)


def test_no_time_needs_no_unit():
    assert prosody.time("0") == 0
    assert prosody.time("2") is None
