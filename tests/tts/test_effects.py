"""What is done to a voice's sound: exact lengths, no clicks, levels as stated, and the same however it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.tts import effects


def tone(seconds, rate, pitch=440.0, phase=0.0, level=0.5):
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * pitch * time + phase)).astype(np.float32)


def joined(pieces):
    parts = list(pieces)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def cut(samples, places):
    return np.split(samples, sorted(place % (len(samples) + 1) for place in places))


def level(samples):
    return 20 * np.log10(np.sqrt(np.mean(samples[2_000:-2_000] ** 2)))


@pytest.mark.parametrize("count", [0, 1, 2, 99, 2_205, 22_051, 50_000])
@pytest.mark.parametrize(
    ("old", "new"), [(22_050, 24_000), (22_050, 48_000), (16_000, 44_100), (24_000, 16_000), (22_050 * 1.2599, 22_050)]
)
def test_a_new_rate_takes_as_many_frames_as_the_time(count, old, new):
    samples = tone(count / 16_000, 16_000)[:count]
    assert len(joined(effects.resampled([samples], old, new))) == round(count * new / old)


def test_a_new_rate_moves_nothing_and_keeps_both_ends():
    out = joined(effects.resampled([tone(1, 22_050, phase=1.0)], 22_050, 48_000))
    np.testing.assert_allclose(out[500:-500], tone(1, 48_000, phase=1.0)[500:-500], atol=2e-4)
    assert np.abs(out[:20]).max() > 0.2
    assert np.abs(out[-20:]).max() > 0.2


@given(st.lists(st.integers(0, 30_000), max_size=6))
def test_a_new_rate_is_the_same_however_the_sound_is_cut(places):
    samples = tone(1.3, 22_050, phase=0.5)
    whole = joined(effects.resampled([samples], 22_050, 24_000))
    np.testing.assert_array_equal(joined(effects.resampled(cut(samples, places), 22_050, 24_000)), whole)


def test_the_same_rate_changes_nothing():
    pieces = [tone(0.1, 16_000), tone(0.2, 16_000)]
    assert all(out is piece for out, piece in zip(effects.resampled(pieces, 16_000, 16_000), pieces, strict=True))


def test_a_new_rate_keeps_the_channels():
    stereo = np.stack([tone(0.5, 22_050), -tone(0.5, 22_050)], axis=1)
    out = joined(effects.resampled([stereo], 22_050, 24_000))
    assert out.shape == (12_000, 2)
    np.testing.assert_array_equal(out[:, 0], -out[:, 1])


def test_no_sound_is_no_sound_at_any_rate():
    assert list(effects.resampled([], 16_000, 24_000)) == []
    assert list(effects.resampled([np.zeros(0, np.float32)], 16_000, 24_000)) == []
    assert list(effects.faded([], 24_000)) == []
    assert list(effects.faded([np.zeros(0, np.float32)], 24_000)) == []


@pytest.mark.parametrize("semitones", [-4, -1.5, 0, 2, 4])
def test_a_voice_that_spoke_slower_comes_back_higher_and_as_long(semitones):
    ratio = effects.pitch_ratio(semitones)
    slower = tone(1.0 * ratio, 22_050, pitch=300)  # what the voice gives when asked for length times the ratio
    out = joined(effects.resampled([slower], 22_050 * ratio, 22_050))
    assert len(out) == pytest.approx(22_050, abs=1)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert np.argmax(spectrum) * 22_050 / len(out) == pytest.approx(300 * 2 ** (semitones / 12), abs=1)


@pytest.mark.parametrize("decibels", [-20, -6.02, 0, 3])
def test_a_gain_is_in_decibels(decibels):
    samples = tone(1, 16_000, level=0.1)
    out = effects.gained(samples, decibels)
    assert out.dtype == np.float32
    assert level(out) - level(samples) == pytest.approx(decibels, abs=0.001)


@pytest.mark.parametrize("pan", [-1, -0.7, -0.1, 0, 0.3, 1])
def test_a_place_turns_the_far_side_down_and_never_the_near_one_up(pan):
    samples = tone(0.1, 16_000, level=1.0)
    left, right = effects.panned(samples, pan).T
    near, far = (left, right) if pan < 0 else (right, left)
    np.testing.assert_array_equal(near, samples)
    expected = np.sqrt(2) * np.cos((abs(pan) + 1) * np.pi / 4)
    np.testing.assert_allclose(far, samples * expected, atol=1e-6)


def test_the_middle_is_mono_in_both_and_beyond_the_side_is_the_side():
    samples = tone(0.1, 16_000)
    for shape in (samples, samples[:, None]):
        np.testing.assert_array_equal(effects.panned(shape, 0), np.stack([samples, samples], axis=1))
    np.testing.assert_array_equal(effects.panned(samples, -7), effects.panned(samples, -1))
    assert np.abs(effects.panned(samples, 1)[:, 0]).max() < 1e-7


@pytest.mark.parametrize("seconds", [0, 0.0001, 0.25, 3.7])
def test_silence_is_exactly_that_long(seconds):
    blocks = list(effects.silence(seconds, 22_050, 2))
    assert sum(len(block) for block in blocks) == round(seconds * 22_050)
    assert all(block.shape[1] == 2 and not block.any() and len(block) <= 22_050 for block in blocks)


def steepest(samples):
    """The largest step of the wave between two samples, silence around it included."""
    return np.abs(np.diff(np.concatenate([[0], samples, [0]]))).max()


def test_edges_that_would_click_are_eased_and_the_rest_is_left():
    samples = tone(0.2, 22_050, pitch=200, phase=np.pi / 2)  # begins and ends at its peak
    out = joined(effects.faded([samples], 22_050))
    count = round(effects.FADE * 22_050)
    assert steepest(samples) > 0.4
    assert steepest(out) < 0.05
    np.testing.assert_array_equal(out[count:-count], samples[count:-count])


def test_edges_that_are_silent_by_themselves_are_left():
    samples = np.concatenate([np.zeros(10, np.float32), tone(0.2, 22_050), np.zeros(10, np.float32)])
    np.testing.assert_array_equal(joined(effects.faded([samples], 22_050)), samples)


def test_only_the_edge_that_clicks_is_eased():
    samples = tone(0.1, 16_000, pitch=205)
    out = joined(effects.faded([samples], 16_000))
    np.testing.assert_array_equal(out[:1_000], samples[:1_000])
    assert abs(out[-1]) < 0.01 < abs(samples[-1])


@given(st.integers(1, 3_000), st.lists(st.integers(0, 4_000), max_size=8))
def test_edges_are_the_same_however_the_sound_is_cut(count, places):
    samples = tone(1, 22_050, phase=1.0)[:count]
    whole = joined(effects.faded([samples], 22_050))
    assert len(whole) == count
    np.testing.assert_array_equal(joined(effects.faded(cut(samples, places), 22_050)), whole)


def test_an_edge_is_held_back_no_longer_than_the_fade():
    fade = effects.faded(iter([tone(0.1, 22_050), tone(0.1, 22_050)]), 22_050)
    assert len(next(fade)) == 2_205 - round(effects.FADE * 22_050)
