"""Peaks under a ceiling, and nothing else changed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.audio.limiter import limited
from speech.audio.loudness import measure

RATE = 22_050


def through(samples, ceiling=-1.0, cut=10_000):
    blocks = [samples[at : at + cut] for at in range(0, len(samples), cut)]
    made = list(limited(blocks, RATE, samples.shape[1], ceiling))
    return np.concatenate(made) if made else samples[:0]


def noise(seed=0, seconds=1.0, channels=1, level=0.3):
    return (np.random.default_rng(seed).standard_normal((round(RATE * seconds), channels)) * level).astype(np.float32)


@pytest.mark.parametrize("frequency", [110, 1000, 5512.5, 7000, 9000])
@pytest.mark.parametrize("ceiling", [-1.0, -6.0])
def test_no_true_peak_is_above_the_ceiling(frequency, ceiling):
    time = np.arange(RATE) / RATE
    wave = (2 * np.sin(2 * np.pi * frequency * time + 0.7) * np.hanning(RATE)).astype(np.float32)[:, None]
    assert measure([through(wave, ceiling)], RATE, 1).true_peak <= ceiling + 0.05


@given(st.integers(0, 1000), st.floats(0.1, 4.0), st.integers(1, 2))
def test_of_any_noise_too(seed, level, channels):
    loud = noise(seed, 0.3, channels, level)
    assert np.abs(through(loud)).max() <= 10 ** (-1 / 20)


def test_what_is_low_is_left_as_it_is():
    quiet = noise(level=0.05)
    assert np.array_equal(through(quiet), quiet)


def test_far_from_a_peak_nothing_changes():
    wave = noise(level=0.05)
    wave[RATE // 2] = 3.0
    changed = np.flatnonzero(through(wave)[:, 0] != wave[:, 0])
    assert RATE // 2 in changed
    assert np.ptp(changed) <= 0.09 * RATE


@pytest.mark.parametrize("cut", [1000, 333, 22_050])
def test_cutting_changes_nothing(cut):
    wave = noise(level=0.5)
    assert np.allclose(through(wave, cut=cut), through(wave), atol=1e-6)


def test_channels_keep_their_balance():
    wave = noise(channels=2, level=0.2)
    wave[5000:5100, 0] *= 20
    made = through(wave)
    ratio = made / wave
    assert np.allclose(ratio[:, 0], ratio[:, 1], rtol=1e-5)


@pytest.mark.parametrize("frames", [0, 1, 100])
def test_short_sound_keeps_its_length(frames):
    assert len(through(noise()[:frames] * 10)) == frames
