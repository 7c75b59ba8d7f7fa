"""The network in numpy is the one in the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from speech import audio
from speech.errors import MissingDependencyError
from speech.stt import silero
from speech.stt.silero import CONTEXT, UNITS, WINDOW, SpeechDetector

DATA = Path(__file__).parents[1] / "data"
RECORDINGS = ["en/jfk.mp3", "en/apollo11_radio.mp3", "de/fleurs-de-001.ogg"]


@pytest.fixture(autouse=True)
def fresh():
    """What one test made of the file is not for the next."""
    silero._network.cache_clear()
    yield
    silero._network.cache_clear()


def read(path):
    samples = np.concatenate([block[:, 0] for block in audio.blocks(DATA / path)])
    return samples[: len(samples) // WINDOW * WINDOW]


def by_onnx_runtime(samples):
    session = onnxruntime.InferenceSession(str(silero.model_path()), providers=["CPUExecutionProvider"])
    before = np.concatenate((np.zeros(CONTEXT, np.float32), samples))
    windows = np.lib.stride_tricks.sliding_window_view(before, CONTEXT + WINDOW)[::WINDOW]
    state = np.zeros((1, 1, UNITS), np.float32)
    return session.run(None, {"input": np.ascontiguousarray(windows), "h": state, "c": state})[0].reshape(-1)


@pytest.mark.parametrize("path", RECORDINGS)
def test_onnx_runtime_makes_the_same_of_the_file(path):
    samples = read(path)
    ours = SpeechDetector().probabilities(samples)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, by_onnx_runtime(samples), atol=1e-4)


def test_any_samples_give_a_probability():
    random = np.random.default_rng(1)
    for samples in (np.zeros(10 * WINDOW), random.standard_normal(10 * WINDOW) * 1e3, np.full(10 * WINDOW, 1e-30)):
        found = SpeechDetector().probabilities(samples.astype(np.float32))
        assert found.shape == (10,)
        assert ((found >= 0) & (found <= 1)).all()


def test_nothing_is_no_window():
    detector = SpeechDetector()
    assert detector.probabilities(np.zeros(0, np.float32)).shape == (0,)
    samples = read(RECORDINGS[0])[: 20 * WINDOW]
    np.testing.assert_array_equal(detector.probabilities(samples), SpeechDetector().probabilities(samples))


def test_a_missing_file_says_what_to_do(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        SpeechDetector()


def test_another_network_says_what_to_do(monkeypatch, tmp_path):
    model = onnx.load(str(silero.model_path()))
    model.graph.initializer[0].name = "renamed"
    path = tmp_path / "silero_vad_v7.onnx"
    onnx.save(model, str(path))
    monkeypatch.setattr(silero, "model_path", lambda: path)
    with pytest.raises(MissingDependencyError, match=r"'silero_vad_v7.onnx'.*pip install"):
        SpeechDetector()
