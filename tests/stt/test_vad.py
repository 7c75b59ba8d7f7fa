"""Where somebody speaks: the same whatever the blocks, nothing lost, nothing doubled, nothing held."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_samples import RATE, say

from speech import audio
from speech.data import TranscribeOptions
from speech.stt.silero import WINDOW, SpeechDetector
from speech.stt.vad import SpanFinder

DATA = Path(__file__).parents[1] / "data"
LONGEST = 30.0
PLAIN = TranscribeOptions()
NO_VAD = TranscribeOptions(vad=False)


def read(path):
    return np.concatenate([block[:, 0] for block in audio.blocks(DATA / path)])


def silence(seconds):
    return np.zeros(round(seconds * RATE), np.float32)


def spans(samples, options=PLAIN, longest=LONGEST, sizes=(32_000,)):
    """The spans of samples that come in blocks of these sizes, over and over."""
    finder = SpanFinder(options, longest)
    found, at, turn = [], 0, 0
    while at < len(samples):
        size = sizes[turn % len(sizes)]
        found += finder.feed(samples[at : at + size])
        at, turn = at + size, turn + 1
    return found + list(finder.finish())


def places(found):
    return [(span.start, span.speech_start, span.speech_end, span.end) for span in found]


def scripted(monkeypatch, probability):
    """Let the detector hear ``probability(window)`` instead of speech."""

    def probabilities(self, samples):
        first = getattr(self, "first", 0)
        self.first = first + len(samples) // WINDOW
        return np.array([probability(window) for window in range(first, self.first)], np.float32)

    monkeypatch.setattr(SpeechDetector, "probabilities", probabilities)


@pytest.fixture(scope="module")
def talk():
    """Two sentences of a real recording, a pause of 3 s, and an end in the middle of a window."""
    speech = read("en/librispeech_1272-128104-0004-8k.wav")
    return np.concatenate((silence(0.7), speech[: 5 * RATE], silence(3), speech[5 * RATE : 9 * RATE], silence(0.11)))


@pytest.fixture(scope="module")
def in_one(talk):
    return spans(talk, sizes=(len(talk),))


@settings(deadline=None, max_examples=12)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=6).filter(lambda sizes: sum(sizes) > 500))
def test_the_blocks_make_no_difference(talk, in_one, sizes):
    found = spans(talk, sizes=sizes)
    assert places(found) == places(in_one)
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(found, in_one, strict=True))


def test_probabilities_are_the_same_bit_by_bit_window_by_window(talk):
    whole = talk[: len(talk) // WINDOW * WINDOW]
    one, many = SpeechDetector(), SpeechDetector()
    together = one.probabilities(whole)
    apart = [many.probabilities(whole[at : at + WINDOW]) for at in range(0, len(whole), WINDOW)]
    assert np.array_equal(together, np.concatenate(apart))
    assert together.max() > 0.9
    assert together.min() < 0.1


@pytest.mark.parametrize(
    "path",
    [
        "en/jfk.mp3",
        "en/librispeech_1089-134686-0000.flac",
        "en/apollo11_radio.mp3",
        "de/fleurs-de-001.ogg",
        "nl/flemishguy_nl_rhasspy_1076_1601732082.wav",
    ],
)
@pytest.mark.parametrize("threshold", [0.5, 0.1])
def test_onset_and_end_are_those_of_the_implementation_that_ships_the_model(path, threshold):
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    samples = read(path)
    wanted = VadOptions(threshold=threshold, min_silence_duration_ms=300, speech_pad_ms=0, min_speech_duration_ms=0)
    theirs = get_speech_timestamps(samples.copy(), wanted)
    ours = spans(samples, TranscribeOptions(vad_threshold=threshold, speech_pad=0.0), longest=3600.0)
    assert len(ours) == len(theirs)
    assert ours
    for span, other in zip(ours, theirs, strict=True):
        assert abs(span.speech_start - other["start"]) <= WINDOW
        assert abs(span.speech_end - other["end"]) <= 2 * WINDOW


def test_a_threshold_below_the_hysteresis_still_lets_speech_end(monkeypatch):
    scripted(monkeypatch, lambda window: 0.9 if 10 <= window < 40 else 0.001)
    (span,) = spans(silence(4), TranscribeOptions(vad_threshold=0.1, speech_pad=0.0))
    assert (span.speech_start, span.speech_end) == (10 * WINDOW, 40 * WINDOW)


@pytest.mark.parametrize(
    ("pause", "pad", "kept"),  # seconds; ``kept``: of the pause, after the first span and before the second
    [
        (3.2, 0.4, (0.4, 0.4)),
        (0.8, 0.4, (0.4, 0.4)),
        (0.64, 0.4, (0.32, 0.32)),
        (0.384, 0.4, (0.192, 0.192)),
        (3.2, 0.0, (0.0, 0.0)),
        (3.2, 1.0, (1.0, 1.0)),
    ],
)
def test_padding_is_half_of_the_pause_at_most(monkeypatch, pause, pad, kept):
    windows = round(pause * RATE / WINDOW)
    scripted(monkeypatch, lambda window: 0.0 if 100 <= window < 100 + windows or window < 50 else 1.0)
    first, second = spans(silence(8), TranscribeOptions(speech_pad=pad))
    assert (first.speech_start, first.speech_end) == (50 * WINDOW, 100 * WINDOW)
    assert second.speech_start == (100 + windows) * WINDOW
    assert first.speech_start - first.start == round(pad * RATE)
    assert first.end - first.speech_end == pytest.approx(kept[0] * RATE, abs=1)
    assert second.speech_start - second.start == pytest.approx(kept[1] * RATE, abs=1)


@pytest.mark.parametrize(("rest", "kept"), [(3.0, 0.4), (0.35, 0.35), (0.1, 0.1), (0.0, 0.0)])
def test_padding_is_full_at_the_end(monkeypatch, rest, kept):
    samples = silence(100 * WINDOW / RATE + rest)
    scripted(monkeypatch, lambda window: 1.0 if 50 <= window < 100 else 0.0)
    (span,) = spans(samples)
    assert (span.end - span.speech_end) / RATE == pytest.approx(kept, abs=1 / RATE)
    assert span.end <= len(samples)


def test_a_pause_shorter_than_asked_for_ends_nothing(monkeypatch):
    scripted(monkeypatch, lambda window: 0.0 if 50 <= window < 59 else 1.0)
    assert len(spans(silence(5), TranscribeOptions(min_silence=0.3))) == 1
    scripted(monkeypatch, lambda window: 0.0 if 50 <= window < 61 else 1.0)
    assert len(spans(silence(5), TranscribeOptions(min_silence=0.3))) == 2


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513, 16_001])
@pytest.mark.parametrize("options", [PLAIN, NO_VAD])
def test_next_to_nothing(samples, options):
    found = spans(np.zeros(samples, np.float32), options)
    assert sum(len(span.samples) for span in found) == (0 if options.vad else samples)


@pytest.mark.parametrize("path", ["made/silence.flac", "made/noise.flac"])
def test_nobody_speaks(path):
    assert spans(read(path)) == []


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 40 * RATE), st.floats(1.0, 30.0), st.integers(1, 50_000))
def test_without_detection_the_spans_are_the_input(length, longest, block):
    samples = np.random.default_rng(length).uniform(-0.1, 0.1, length).astype(np.float32)
    found = spans(samples, NO_VAD, longest, (max(block, length // 50, 1),))
    assert np.array_equal(np.concatenate([s.samples for s in found] or [samples[:0]]), samples)
    assert all(before.end == after.start for before, after in pairwise(found))
    assert all(len(span.samples) <= longest * RATE for span in found)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 120), st.booleans()), max_size=30),
    st.sampled_from([0.0, 0.1, 0.4, 3.0, 20.0]),
    st.sampled_from([1.0, 2.5, 30.0]),
    st.integers(0, WINDOW - 1),
)
def test_spans_are_in_order_cover_all_speech_and_fit(runs, pad, longest, rest):
    likely = [speech for windows, speech in runs for _ in range(windows)]
    samples = np.random.default_rng(0).uniform(-1, 1, len(likely) * WINDOW + rest).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        scripted(patch, lambda window: 0.95 if window < len(likely) and likely[window] else 0.05)
        found = spans(samples, TranscribeOptions(speech_pad=pad), longest)
    covered = np.zeros(len(samples), bool)
    for span in found:
        assert 0 <= span.start <= span.speech_start <= span.speech_end <= span.end <= len(samples)
        assert 0 < len(span.samples) <= longest * RATE
        assert np.array_equal(span.samples, samples[span.start : span.end])
        covered[span.start : span.end] = True
    assert all(before.end <= after.start for before, after in pairwise(found))
    for window, speech in enumerate(likely):
        assert not speech or covered[window * WINDOW : (window + 1) * WINDOW].all()


def hum(seconds):
    """A steady voice without a pause, as the detector hears it."""
    vowel = say("zero one two three four five six seven eight nine.", tail=0.0).samples[8000:9600]
    return np.tile(vowel, round(seconds * RATE / len(vowel)))


@pytest.mark.parametrize("options", [PLAIN, NO_VAD])
def test_what_has_no_pause_is_cut_to_length(options):
    tone = np.sin(2 * np.pi * 440 * np.arange(90 * RATE) / RATE).astype(np.float32)
    for samples in (tone, hum(90)):
        found = spans(samples, options)
        assert all(len(span.samples) <= LONGEST * RATE for span in found)
        if not options.vad:
            assert [span.end for span in found][-1] == len(samples)
            assert all(len(span.samples) >= 19 * RATE for span in found[:-1])


@pytest.mark.parametrize("quiet", [640, 700, 800, 900])
def test_the_cut_falls_into_the_least_speech_like_moment_of_the_last_third(monkeypatch, quiet):
    # Six windows that sound a little less like speech; earlier ones that sound even less do not count.
    scripted(monkeypatch, lambda window: 0.6 if quiet <= window < quiet + 6 else 0.5 if window == 300 else 0.9)
    first, second = spans(silence(48), TranscribeOptions(speech_pad=0.4))
    assert quiet * WINDOW < first.end < (quiet + 6) * WINDOW
    assert first.end == second.start == second.speech_start


def test_a_span_cut_inside_a_pause_opens_no_other(monkeypatch):
    # The limit of 29.2 s (912 windows) is met five windows into the silence that ends all speech.
    scripted(monkeypatch, lambda window: 0.9 if window < 907 else 0.01)
    (span,) = spans(silence(40))
    assert span.speech_end == 907 * WINDOW


def test_a_cut_before_a_pause_does_not_forget_that_the_pause_began(monkeypatch):
    # Cut at the dip; the pause at 905 began before the limit was met, and ends the second span where it began.
    scripted(monkeypatch, lambda window: 0.0001 if 700 <= window < 703 else 0.9 if window < 905 else 0.3)
    first, second = spans(silence(40))
    assert first.end == second.start
    assert second.speech_end == 905 * WINDOW


def test_little_is_held(monkeypatch):
    scripted(monkeypatch, lambda window: 0.9 if window % 5000 < 4000 else 0.0)
    finder = SpanFinder(PLAIN, LONGEST)
    most = 0
    for _ in range(600):
        for span in finder.feed(silence(2)):
            assert len(span.samples) <= LONGEST * RATE
        most = max(most, len(finder._samples), len(finder._probabilities) * WINDOW)
    assert most <= (LONGEST + 3) * RATE


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 200), st.booleans()), max_size=20), st.integers(100, 60_000))
def test_no_span_starts_before_the_frontier(runs, block):
    likely = [speech for windows, speech in runs for _ in range(windows)]
    samples = np.zeros(len(likely) * WINDOW, np.float32)
    with pytest.MonkeyPatch.context() as patch:
        scripted(patch, lambda window: 0.95 if likely[window] else 0.05)
        finder = SpanFinder(PLAIN, 5.0)
        frontier = 0
        for at in range(0, len(samples), block):
            assert all(span.start >= frontier for span in finder.feed(samples[at : at + block]))
            assert finder.frontier >= frontier
            frontier = finder.frontier
        assert all(span.start >= frontier for span in finder.finish())
