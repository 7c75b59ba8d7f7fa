"""The language of a recording, from several places in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from speech_samples import RATE, SENTENCES, WHISPER_MICRO, clip, say

import speech
from speech.audio import Audio
from speech.detection import PLACES
from speech.errors import UnsupportedError

DATA = Path(__file__).parent / "data"
GAP = np.zeros(2 * RATE, np.float32)


@pytest.fixture(scope="module")
def stt():
    with speech.Transcriber(WHISPER_MICRO) as transcriber:
        yield transcriber


@pytest.mark.parametrize("language", ["de", "es"])
def test_detect(stt, language):
    detection = stt.detect(Audio(clip(language)[0].samples, RATE))
    assert detection.language == language
    assert detection.probability == detection.languages[language] > 0.9
    assert next(iter(detection.languages)) == language
    (place,) = detection.places
    assert 0 <= place.start < place.end


def test_detect_listens_in_several_places_of_a_long_recording(stt):
    german, english = clip("de")[0].samples, say(SENTENCES[1]).samples
    parts = [np.tile(np.concatenate((part, GAP)), 40)[: 60 * RATE] for part in (english, german, german, german)]
    detection = stt.detect(Audio(np.concatenate(parts), RATE))
    assert detection.language == "de"
    assert len(detection.places) == PLACES
    starts = [place.start for place in detection.places]
    assert starts == sorted(starts)
    assert starts[-1] > 180
    assert [max(p.languages, key=p.languages.get) for p in detection.places] == ["en", "en", "de", "de", "de"]
    assert sum(detection.languages.values()) == pytest.approx(1, abs=0.01)


def test_detect_hears_a_short_recording_whole(stt):
    late = np.concatenate((np.zeros(80 * RATE, np.float32), clip("es")[0].samples))
    assert stt.detect(Audio(late, RATE)).language == "es"


def test_detect_keeps_to_the_clip(stt):
    both = Audio(np.concatenate((say(SENTENCES[1]).samples, GAP, clip("de")[0].samples)), RATE)
    start = len(say(SENTENCES[1]).samples) / RATE + 1
    assert stt.detect(both, end=start).language == "en"
    detection = stt.detect(both, start=start)
    assert detection.language == "de"
    assert detection.places[0].start >= start


@pytest.mark.parametrize("source", [b"", DATA / "made" / "silence.flac"])
def test_where_nobody_speaks_there_is_no_language(stt, source):
    assert stt.detect(source) == speech.Detection(None, 0.0, {}, ())


def test_a_model_of_one_language_detects_none():
    with (
        speech.Transcriber("pocketsphinx") as sphinx,
        pytest.raises(UnsupportedError, match="does not tell languages apart"),
    ):
        sphinx.detect(DATA / "made" / "silence.flac")
