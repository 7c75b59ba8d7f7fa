"""What every engine that hears must do, whatever it runs on. A new one needs a row in ``ROWS``, and nothing else here.

A row gives the model to test with: a directory that is in the repository (or None where the package brings the data),
and its spec, where ``inspect`` does not tell it. What an engine hears is tested in the engine's own file.
"""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import voice_samples
from speech_samples import RATE, WHISPER_MICRO, say

from speech import engines
from speech.data import Chunk, Device, Heard, ModelSpec, Piece, TranscribeOptions
from speech.errors import EngineError, MissingDependencyError

# Another test may have put further engines into the look-up; these are the ones of this package, without those that
# speak: what holds for them is in test_voice_contract.py.
OWN = [
    name
    for name in engines.names()
    if (Path(engines.__file__).parent / f"{name}.py").exists() and name not in voice_samples.ENGINES
]


@dataclass(frozen=True)
class Row:
    files: Path | None
    spec: ModelSpec | None = None


ROWS = {
    "faster_whisper": Row(WHISPER_MICRO),
    "pocketsphinx": Row(
        None,
        ModelSpec(name="pocketsphinx", task="transcribe", engine="pocketsphinx", languages=("en",), embedded=True),
    ),
}

OPTIONS = TranscribeOptions(words=True)
SPEECH = say("please open the door. stop.", lead=0.3)


def chunk(samples, **fields):
    seconds = len(samples) / RATE
    return Chunk(np.asarray(samples, np.float32), (Piece(0, 0, seconds, 0, seconds),), **fields)


def zeros(seconds):
    return chunk(np.zeros(round(seconds * RATE), np.float32))


def spec_of(name):
    row = ROWS[name]
    return row.spec or engines.find(name).inspect(row.files)


def devices(name):
    return [device for device in engines.find(name).probe() if device.compute_types]


def load(name):
    if not engines.find(name).probe():
        pytest.skip(f"the package of {name} is not installed")
    return engines.find(name).load(spec_of(name), ROWS[name].files, replace(devices(name)[0], threads=1))


@pytest.fixture(scope="module", params=OWN)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    model = load(name)
    yield model
    model.close()


def test_every_engine_has_a_row():
    assert set(OWN) == set(ROWS)


def test_a_part_of_an_engine_is_not_an_engine():
    assert not [name for name in engines.names() if name.startswith("_")]


def test_says_what_it_requires_and_where_it_runs(name):
    engine = engines.find(name)
    assert isinstance(engine.REQUIRES, str)
    assert all(device.name for device in engine.probe())


@pytest.mark.parametrize("seconds", [0, 1 / RATE, 0.01, 1, 30])
def test_silence_is_heard_as_nothing(model, seconds):
    (heard,) = model.recognize([zeros(seconds)], OPTIONS)
    assert isinstance(heard, Heard)
    assert heard.segments == ()


def test_one_heard_for_each_chunk_in_order(model):
    heard = model.recognize([zeros(1), chunk(SPEECH.samples), zeros(0)], OPTIONS)
    assert [bool(one.segments) for one in heard] == [False, True, False]


def test_no_chunks_are_no_work(model):
    assert model.recognize([], OPTIONS) == []
    assert model.detect([]) == []


@pytest.mark.parametrize("words", [True, False])
@pytest.mark.parametrize("seconds", [2.0, 1.0, None])
def test_times_increase_inside_the_audio(model, words, seconds):
    samples = SPEECH.samples if seconds is None else SPEECH.samples[: round(seconds * RATE)]
    (heard,) = model.recognize([chunk(samples)], replace(OPTIONS, words=words))
    segments = heard.segments
    times = [time for segment in segments for time in (segment.start, segment.end)]
    assert segments
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= len(samples) / RATE + 1e-6
    for segment in segments:
        inner = [time for word in segment.words for time in (word.start, word.end)]
        assert bool(inner) is words
        assert inner == sorted(inner)
        assert not inner or (segment.start <= inner[0] and inner[-1] <= segment.end)


def test_text_has_no_surrounding_space_and_words_are_its_words(model):
    (heard,) = model.recognize([chunk(SPEECH.samples)], OPTIONS)
    for segment in heard.segments:
        assert segment.text == segment.text.strip() != ""
        assert segment.text == " ".join(word.text for word in segment.words)
        assert segment.confidence is not None
        assert 0 <= segment.confidence <= 1
        assert all(word.probability is None or 0 <= word.probability <= 1 for word in segment.words)
        assert segment.language in spec_languages(model)


def spec_languages(model):
    return [code for likely in model.detect([zeros(1)]) for code in likely]


def test_two_calls_are_alike_and_company_changes_nothing(model):
    speech = chunk(SPEECH.samples)
    (alone,) = model.recognize([speech], OPTIONS)
    (again,) = model.recognize([speech], OPTIONS)
    *_, among = model.recognize([zeros(2), chunk(say("stop.").samples), chunk(SPEECH.samples[:16000]), speech], OPTIONS)
    assert alone == again == among


def test_a_full_window_is_taken(model):
    full = np.concatenate([SPEECH.samples, np.zeros(30 * RATE - len(SPEECH.samples), np.float32)])
    (heard,) = model.recognize([chunk(full)], OPTIONS)
    assert heard.segments
    assert heard.segments[-1].end <= 30


def test_languages_come_with_their_probability(model):
    likely, silent = model.detect([chunk(SPEECH.samples), zeros(1)])
    assert max(likely, key=likely.get) == "en"
    for one in (likely, silent):
        assert sum(one.values()) == pytest.approx(1, abs=0.01)


def test_prints_nothing(name, capfd):
    model = load(name)
    model.recognize([chunk(SPEECH.samples), zeros(0.1)], OPTIONS)
    model.close()
    assert capfd.readouterr() == ("", "")


def test_details_are_plain_data(model):
    (heard,) = model.recognize([chunk(SPEECH.samples)], OPTIONS)
    assert pickle.loads(pickle.dumps(heard)) == heard
    for details in (heard.details, *(segment.details for segment in heard.segments), heard.languages):
        json.dumps(dict(details), allow_nan=False)
    times = [time for segment in heard.segments for time in (segment.start, segment.end)]
    assert {type(time) for time in times} == {float}


def test_what_loads_a_model_pickles(name):
    parts = (spec_of(name), ROWS[name].files, Device(name="cpu"))
    assert pickle.loads(pickle.dumps(parts)) == parts


def test_closing_twice_is_closing_once(name):
    model = load(name)
    model.close()
    model.close()
    with pytest.raises(EngineError, match="closed"):
        model.recognize([chunk(SPEECH.samples)], OPTIONS)


@pytest.mark.parametrize("content", [{}, {"model.bin": b"no model", "config.json": b"{}"}, {"notes.txt": b"hello"}])
def test_a_foreign_directory_is_not_taken_and_does_not_load(name, tmp_path, content):
    for file, data in content.items():
        (tmp_path / file).write_bytes(data)
    engine = engines.find(name)
    assert engine.inspect(tmp_path) is None
    with pytest.raises(EngineError, match=re.escape(str(tmp_path))):
        engine.load(spec_of(name), tmp_path, Device(name="cpu"))


def test_what_is_no_directory_is_not_taken(name, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert engines.find(name).inspect(tmp_path / "file") is None
    assert engines.find(name).inspect(tmp_path / "absent") is None


def test_a_missing_package_is_named(name, monkeypatch):
    module = engines.find(name)
    if not hasattr(module, "find_spec"):
        pytest.skip("the engine looks for its package in another way: test it in its own file")
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        module.load(spec_of(name), ROWS[name].files, Device(name="cpu"))
