"""Loudness as the standard's other meters have it, and the gain that follows from it."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest

from speech.audio import blocks
from speech.audio.loudness import Loudness, gain_for, measure

RECORDING = Path(__file__).parents[1] / "data/en/librispeech_2033-164914-0002.flac"


def tone(seconds, rate, pitch=997.0, level=1.0, phase=0.0):
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * pitch * time + phase)).astype(np.float32)


def speechlike(rate, seconds=12.0):
    """Syllables, pauses and a loud stretch: what the two gates are for."""
    time = np.arange(round(seconds * rate)) / rate
    carrier = np.random.default_rng(7).standard_normal(len(time)) * 0.05
    voiced = sum(np.sin(2 * np.pi * 130 * partial * time) / partial for partial in range(1, 25))
    envelope = np.clip(np.sin(2 * np.pi * 3.1 * time), 0, None) * (np.sin(2 * np.pi * 0.2 * time) > -0.5)
    return ((0.1 * voiced + carrier) * envelope * np.where(time > 8, 1.0, 0.25)).astype(np.float32)


def cut(samples, size):
    return [samples[at : at + size] for at in range(0, len(samples), size)]


def test_the_reference_tone_is_as_loud_as_the_standard_says():
    """A sine of 997 Hz at full scale in one channel is -3.01 LUFS (BS.1770-5, annex 1)."""
    assert measure([tone(5, 48_000)], 48_000, 1).integrated == pytest.approx(-3.01, abs=0.05)
    stereo = np.repeat(tone(5, 48_000, level=0.1)[:, None], 2, axis=1)
    assert measure([stereo], 48_000, 2).integrated == pytest.approx(-20.0, abs=0.05)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_speech_is_as_loud_as_pyloudnorm_says(rate):
    meters = pytest.importorskip("pyloudnorm")
    samples = np.concatenate(list(blocks(RECORDING, rate=rate)))[:, 0]
    expected = meters.Meter(rate).integrated_loudness(samples.astype(np.float64))
    assert measure(cut(samples, 1_234), rate, 1).integrated == pytest.approx(expected, abs=0.05)


def test_the_peak_between_the_samples_is_found():
    rate = 48_000
    samples = tone(1, rate, pitch=rate / 4, level=0.5, phase=np.pi / 4)  # every sample at 0.707 of the peak
    samples[:2_000] *= np.linspace(0, 1, 2_000, dtype=np.float32)
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-9.03, abs=0.01)
    assert measure([samples], rate, 1).true_peak == pytest.approx(-6.02, abs=0.15)


def test_a_quiet_peak_is_exact_too():
    samples = tone(2, 24_000, level=0.0007)
    assert measure([samples], 24_000, 1).true_peak == pytest.approx(20 * np.log10(0.0007), abs=0.05)


def test_the_peak_at_the_very_end_counts():
    samples = np.zeros(24_000, np.float32)
    samples[-1] = 0.5
    assert measure(cut(samples, 999), 24_000, 1).true_peak >= -6.03


def test_one_block_of_the_gate_is_enough():
    assert measure([tone(0.4, 16_000, level=0.1)], 16_000, 1).integrated == pytest.approx(-23, abs=0.2)


def test_the_range_lies_between_quiet_and_loud():
    samples = np.concatenate([tone(20, 16_000, level=0.01), tone(20, 16_000, level=0.1)])
    assert measure([samples], 16_000, 1).range == pytest.approx(20, abs=0.5)


def test_it_is_the_same_however_it_is_cut():
    samples = speechlike(22_050, 6)
    whole = measure([samples], 22_050, 1)
    pieces = measure(cut(samples[:, None], 777), 22_050, 1)
    assert pieces.integrated == pytest.approx(whole.integrated, abs=0.002)
    assert pieces.true_peak == whole.true_peak


@pytest.mark.parametrize("samples", [np.zeros(48_000, np.float32), tone(0.3, 16_000), np.zeros(0, np.float32)])
def test_silence_and_a_syllable_have_no_loudness_and_ask_for_no_gain(samples):
    measured = measure([samples], 16_000, 1)
    assert measured.integrated == -inf
    assert gain_for(measured, -16, -1) == 0


@pytest.mark.parametrize(
    ("integrated", "peak", "target", "ceiling", "expected"),
    [
        (-23.0, -12.0, -16.0, -1.0, 7.0),
        (-23.0, -5.0, -16.0, -1.0, 7.0),  # the limiter holds the peaks down
        (-40.0, -5.0, -16.0, -1.0, 12.0),  # as far as it may
        (-10.0, -0.5, -16.0, -1.0, -6.0),
        (-16.0, 0.5, -16.0, -1.0, 0.0),  # already as loud, if over the ceiling
        (-inf, -inf, -16.0, -1.0, 0.0),
    ],
)
def test_one_gain_for_the_whole(integrated, peak, target, ceiling, expected):
    assert gain_for(Loudness(integrated, peak, 0.0), target, ceiling) == pytest.approx(expected)


def test_the_gain_brings_the_whole_to_the_target():
    samples = speechlike(24_000)
    gain = gain_for(measure([samples], 24_000, 1), -24, -1)
    louder = measure([samples * np.float32(10 ** (gain / 20))], 24_000, 1)
    assert louder.integrated == pytest.approx(-24, abs=0.05)
    assert louder.true_peak <= -1
