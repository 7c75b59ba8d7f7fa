"""The log-mel spectrogram: faster-whisper's numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_samples import SENTENCES, say

from speech.engines._mel import FRAMES, log_mel

LONG = np.tile(np.concatenate([say(text).samples for text in SENTENCES]), 3)[: 30 * 16_000]


def upstreams(samples, mels):
    from faster_whisper.feature_extractor import FeatureExtractor

    extractor = FeatureExtractor(feature_size=mels)
    frames = extractor(samples)[:, :-1][:, :FRAMES]
    return np.pad(frames, ((0, 0), (0, FRAMES - frames.shape[1]))), extractor.mel_filters


@pytest.mark.parametrize("mels", [80, 128])
@settings(deadline=None, max_examples=15)
@given(length=st.integers(1, len(LONG)), start=st.integers(0, 1000))
def test_the_same_numbers_as_upstream(mels, length, start):
    samples = LONG[start : start + length]
    expected, filters = upstreams(samples, mels)
    assert np.abs(log_mel(samples, filters) - expected).max() < 1e-4


@pytest.mark.parametrize("length", [1, 159, 160, 161, 199, 201, 400, 480_000])
def test_lengths_at_the_edges(length):
    samples = np.resize(LONG, length)
    expected, filters = upstreams(samples, 80)
    got = log_mel(samples, filters)
    assert got.shape == (80, FRAMES)
    assert got.dtype == np.float32
    assert np.abs(got - expected).max() < 1e-4


def test_silence_is_silence():
    expected, filters = upstreams(np.zeros(16_000, np.float32), 80)
    assert np.array_equal(log_mel(np.zeros(16_000, np.float32), filters), expected)
