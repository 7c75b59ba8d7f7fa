"""The embedded engine on real recordings; what every engine must do is in test_contract.py."""

from __future__ import annotations

import sys
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from speech.audio import blocks
from speech.data import Chunk, Device, ModelSpec, Piece, TranscribeOptions
from speech.engines import find
from speech.errors import EngineError, MissingDependencyError

pytest.importorskip("pocketsphinx", reason="no wheel for this Python")

DATA = Path(__file__).parents[1] / "data"
RATE = 16_000
SPEC = ModelSpec(name="en", task="transcribe", engine="pocketsphinx", languages=("en",), embedded=True)
CPU = Device(name="cpu")
OPTIONS = TranscribeOptions(words=True)
WAIT = "en/librispeech_1089-134691-0000.flac"  # he could wait no longer
JFK = "en/jfk.mp3"
LJ = "en/ljspeech_LJ001-0001.flac"

engine = find("pocketsphinx")


@cache
def audio(name, rate=RATE):
    return np.concatenate(list(blocks(DATA / name, rate=rate)))[:, 0]


def chunk(samples):
    seconds = len(samples) / RATE
    return Chunk(np.asarray(samples, np.float32), (Piece(0, 0, seconds, 0, seconds),))


@pytest.fixture(scope="module")
def model():
    return engine.load(SPEC, None, CPU)


def hear(model, samples, options=OPTIONS):
    (heard,) = model.recognize([chunk(samples)], options)
    return heard


def text(heard):
    return " ".join(segment.text for segment in heard.segments)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (WAIT, "he could wait no longer"),
        (JFK, "your country can do for you"),
        (LJ, "in the only sense with which we are at present"),
        ("en/librispeech_2414-128291-0006.flac", "he would not be rid"),
    ],
)
def test_a_recording_becomes_its_words(model, name, said):
    assert said in text(hear(model, audio(name)))


@pytest.mark.slow
def test_words_lie_in_order_inside_the_chunk_with_probabilities(model):
    samples = audio(JFK)
    words = [word for segment in hear(model, samples).segments for word in segment.words]
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= len(samples) / RATE
    assert all(0 <= word.probability <= 1 for word in words)
    assert len({word.probability for word in words}) > 5


def test_words_come_where_they_are_said(model):
    lead = 2.0
    samples = np.concatenate([np.zeros(int(lead * RATE), np.float32), audio(WAIT)])
    alone, later = (hear(model, part).segments[0].words for part in (audio(WAIT), samples))
    assert [word.text for word in later] == [word.text for word in alone]
    assert [word.start - lead for word in later] == pytest.approx([word.start for word in alone], abs=0.05)


def test_without_words_the_segments_have_times_and_text_only(model):
    samples = audio(WAIT)
    plain, full = hear(model, samples, TranscribeOptions()), hear(model, samples)
    assert [(s.text, s.start, s.end, s.words) for s in plain.segments] == [
        (s.text, s.start, s.end, ()) for s in full.segments
    ]


@pytest.mark.parametrize(("pause", "parts"), [(1.5, 2), (0.1, 1)])
def test_a_long_pause_parts_segments_and_a_short_one_does_not(model, pause, parts):
    spoken = audio(WAIT)[int(0.45 * RATE) : int(1.8 * RATE)]
    segments = hear(model, np.concatenate([spoken, np.zeros(int(pause * RATE), np.float32), spoken])).segments
    assert len(segments) == parts
    assert all(before.end <= after.start for before, after in pairwise(segments))


@pytest.mark.slow
def test_each_piece_of_a_chunk_is_heard_with_its_own_means(model):
    """As where two speakers, or two microphones, share a chunk."""
    parts = [audio(name) for name in (LJ, "en/librispeech_1089-134686-0000.flac")]
    both, first = np.concatenate(parts), len(parts[0]) / RATE
    second = len(parts[1]) / RATE
    pieces = (Piece(0, 0, first, 0, first), Piece(first, 20, second, 20, 20 + second))
    (heard,) = model.recognize([Chunk(both, pieces)], OPTIONS)
    assert text(heard) == " ".join(text(hear(model, part)) for part in parts)
    assert heard.segments[-1].end == pytest.approx(first + hear(model, parts[1]).segments[-1].end, abs=0.001)


@pytest.mark.slow
def test_confidence_is_the_mean_word_probability(model):
    for segment in hear(model, audio(JFK)).segments:
        assert segment.confidence == pytest.approx(np.mean([word.probability for word in segment.words]))


def test_a_chunk_reads_the_same_alone_and_after_another(model):
    first, second = audio(LJ), audio(WAIT)
    alone = hear(model, second)
    assert model.recognize([chunk(first), chunk(second)], OPTIONS)[1] == alone


@pytest.mark.parametrize("gain", [0.001, 3.0])
def test_level_makes_no_difference(model, gain):
    assert text(hear(model, audio(WAIT) * np.float32(gain))) == text(hear(model, audio(WAIT)))


@pytest.mark.parametrize("frames", [0, 1, 409, 410, 411, 8000, 30 * RATE])
def test_digital_silence_says_nothing(model, frames):
    assert hear(model, np.zeros(frames)).segments == ()


@pytest.mark.slow
def test_noise_says_next_to_nothing(model):
    noise = np.random.default_rng(0).normal(0, 0.01, 10 * RATE)
    assert len(text(hear(model, noise)).split()) <= 1


@pytest.mark.slow
def test_a_telephone_band_keeps_most_of_the_words(model):
    narrow = np.fft.rfft(audio(LJ))
    narrow[int(len(narrow) * 3500 / 8000) :] *= 1e-4
    said = set(text(hear(model, np.fft.irfft(narrow))).split())
    wide = set(text(hear(model, audio(LJ))).split())
    assert len(said & wide) >= len(wide) / 2


def test_features_are_those_of_the_decoder(tmp_path):
    """What the decoder itself writes for the same samples, its mean taken off."""
    from pocketsphinx import Decoder

    from speech.engines.pocketsphinx import LEVEL, FrontEnd

    samples = audio(WAIT)
    steps = (samples / np.sqrt(np.mean(np.square(samples, dtype="f8"))) * LEVEL).round()
    decoder = Decoder(loglevel="FATAL", mfclogdir=str(tmp_path))
    decoder.start_utt()
    decoder.process_raw(steps.astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    (written,) = tmp_path.iterdir()
    theirs = np.frombuffer(written.read_bytes()[4:], ">f4").reshape(-1, 13)
    ours = FrontEnd.of(decoder.config).cepstra(steps / 32768)
    assert ours == pytest.approx(theirs - theirs.mean(axis=0), abs=0.01)


def test_a_directory_is_refused(tmp_path):
    assert engine.inspect(tmp_path) is None
    with pytest.raises(EngineError, match=r"only the model of its package"):
        engine.load(SPEC, tmp_path, CPU)


def test_a_closed_model_says_so():
    model = engine.load(SPEC, None, CPU)
    model.close()
    model.close()
    with pytest.raises(EngineError, match=r"was closed"):
        hear(model, audio(WAIT))


def test_it_knows_one_language(model):
    assert model.detect([chunk(audio(WAIT))]) == [{"en": 1.0}]
    assert hear(model, audio(WAIT)).segments[0].language == "en"


def test_nothing_is_printed(capfd):
    hear(engine.load(SPEC, None, CPU), audio(WAIT))
    assert capfd.readouterr() == ("", "")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    assert engine.probe() == []
    with pytest.raises(MissingDependencyError, match=r"pip install pocketsphinx"):
        engine.load(SPEC, None, CPU)
