"""What every engine that speaks must do, whatever it runs on. A new one needs a row in ``voice_samples.ROWS``.

What a voice sounds like is tested in the engine's own file.
"""

from __future__ import annotations

import pickle
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voice_samples import ROWS, load, sentence, spec_of

from speech import engines
from speech.data import Device, Phrase, Speech, SynthesizeOptions
from speech.errors import EngineError, MissingDependencyError, UnsupportedError

OPTIONS = SynthesizeOptions()


@pytest.fixture(scope="module", params=ROWS)
def name(request):
    if not engines.find(ROWS[request.param].engine).probe():
        pytest.skip(f"the package of {request.param} is not installed")
    return request.param


@pytest.fixture(scope="module")
def voice(name):
    voice = load(name)
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def text(name):
    return ROWS[name].text


def speak(voice, said):
    """The sentence whole: samples, words, events."""
    pieces = list(voice.speak(said, OPTIONS))
    assert pieces
    assert all(isinstance(piece, Speech) for piece in pieces)
    samples = np.concatenate([piece.samples for piece in pieces])
    return (
        samples,
        [word for piece in pieces for word in piece.words],
        [event for piece in pieces for event in piece.events],
    )


def has(name, feature):
    if feature not in spec_of(name).features:
        pytest.skip(f"{name} does not have the feature {feature!r}")


def check_words(name, said, samples, words):
    """One for each word of what is said, one after the other, inside the sound."""
    if "words" in spec_of(name).features:
        assert [word.text for word in words] == said.spoken.split()
    times = [time for word in words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert not times or (times[0] >= 0 and times[-1] <= len(samples) / spec_of(name).sample_rate + 1e-6)


def test_samples_are_mono_float32_at_the_spec_s_rate(name, voice, text):
    for piece in voice.speak(sentence(text), OPTIONS):
        assert piece.samples.dtype == np.float32
        assert piece.samples.ndim == 1
        assert piece.rate == spec_of(name).sample_rate
        assert np.abs(piece.samples).max(initial=0) <= 1


def test_something_is_heard_and_nothing_told(voice, text):
    samples, _, events = speak(voice, sentence(text))
    assert np.abs(samples).max() > 0.05
    assert events == []


def test_one_word_for_each_with_times_inside_the_sound(name, voice, text):
    has(name, "words")
    for said in (sentence(text), sentence("open ", "the ", "door", "."), sentence("  open   the\tdoor .\n")):
        samples, words, _ = speak(voice, said)
        check_words(name, said, samples, words)
        assert not all(word.interpolated for word in words)


def test_words_come_with_the_piece_they_begin_in(name, voice, text):
    has(name, "words")
    passed = 0
    for piece in voice.speak(sentence(text, early=True), OPTIONS):
        end = passed + len(piece.samples)
        # The last sample of a stretch and the first of the next are one place.
        assert all(passed <= round(word.start * piece.rate) <= end for word in piece.words)
        passed = end


def test_the_same_again_whatever_was_said_in_between(voice, text):
    said = sentence(text)
    first, words, _ = speak(voice, said)
    speak(voice, sentence("stop.", rate=2.0))
    again, same_words, _ = speak(voice, said)
    assert np.array_equal(first, again)
    assert words == same_words


def test_company_changes_nothing(voice, text):
    said = sentence(text)
    alone, _, _ = speak(voice, said)
    turn = Lock() if voice.parallel == 1 else None

    def say(one):
        if turn is None:
            return speak(voice, one)[0]
        with turn:
            return speak(voice, one)[0]

    others = [sentence(text[: 10 * count + 15], early=count % 2 == 0, seed=count) for count in range(3)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(say, [said, others[0], said, others[1], others[2], said]))
    assert all(np.array_equal(alone, found[index]) for index in (0, 2, 5))


def test_another_voice_of_the_same_kind_says_the_same(name, voice, text):
    other = load(name)
    assert np.array_equal(speak(other, sentence(text))[0], speak(voice, sentence(text))[0])
    other.close()
    speak(voice, sentence("stop."))


def test_early_sound_is_the_same_sound(voice, text):
    whole, words, _ = speak(voice, sentence(text))
    early, early_words, _ = speak(voice, sentence(text, early=True))
    assert np.array_equal(early, speak(voice, sentence(text, early=True))[0])
    np.testing.assert_allclose(early, whole, atol=1e-5)
    assert early_words == words


def test_twice_as_fast_is_about_half_as_long(name, voice, text):
    usual, fast, slow = (len(speak(voice, sentence(text, rate=rate))[0]) for rate in (1.0, 2.0, 0.5))
    assert fast < usual < slow
    if ROWS[name].strict:
        assert usual / fast == pytest.approx(2, rel=0.12)
        assert usual / slow == pytest.approx(0.5, rel=0.12)


@pytest.mark.parametrize("rate", [0.2, 3.0, 5.0])
def test_the_slowest_and_the_fastest_still_have_their_words_in_order(name, voice, text, rate):
    said = sentence(text, rate=rate)
    samples, words, _ = speak(voice, said)
    check_words(name, said, samples, words)
    assert len(samples)


def test_speakers_go_by_name_and_by_number(name, voice, text):
    speakers = spec_of(name).speakers
    if not speakers:
        pytest.skip("one speaker")
    by_name = [speak(voice, sentence(text, speaker=speaker))[0] for speaker in speakers[:2]]
    assert not np.array_equal(*by_name)
    assert np.array_equal(by_name[1], speak(voice, sentence(text, speaker="1"))[0])


@pytest.mark.parametrize("speaker", ["nobody", "-1", "9999"])
def test_an_unknown_speaker_is_refused_by_name(voice, text, speaker):
    with pytest.raises(UnsupportedError, match=re.escape(repr(speaker))):
        list(voice.speak(sentence(text, speaker=speaker), OPTIONS))


def test_phonemes_are_heard_in_place_of_the_text(name, voice):
    has(name, "phonemes")
    ipa = ROWS[name].ipa
    said = sentence("open ", Phrase("the door", "the door", ipa), ".")
    samples, words, events = speak(voice, said)
    assert events == []
    assert not np.array_equal(samples, speak(voice, sentence("open the door."))[0])
    check_words(name, said, samples, words)


def test_phonemes_that_the_voice_lacks_are_told(name, voice):
    has(name, "phonemes")
    said = sentence("open ", Phrase("the door", "the door", "§§"), ".")
    samples, words, events = speak(voice, said)
    assert [event.kind for event in events] in (["ignored"], ["dropped"])
    assert "§" in events[0].message
    check_words(name, said, samples, words)


def test_another_seed_is_another_reading_only_where_there_is_noise(name, voice, text):
    if "noise" not in spec_of(name).features:
        pytest.skip("no noise to seed")
    usual, again, other = (speak(voice, sentence(text, seed=seed))[0] for seed in (7, 7, 8))
    assert np.array_equal(usual, again)
    assert other.shape  # whether it differs is the voice's: some were made without noise


def test_pitch_is_for_voices_that_can(name, voice, text):
    usual, high = (speak(voice, sentence(text, pitch=pitch))[0] for pitch in (0.0, 3.0))
    assert np.array_equal(usual, high) == ("pitch" not in spec_of(name).features)


def test_loudness_is_left_to_the_flow(voice, text):
    assert np.array_equal(speak(voice, sentence(text, volume=-12.0))[0], speak(voice, sentence(text))[0])


ODD = ["", " ", "...", "😀", "\x00", "\ud800", "\u200b", "— …", "\U000e0001", "[[", "]]", "<s>"]


@pytest.mark.parametrize("odd", ODD)
def test_what_cannot_be_said_ends_in_silence_or_an_event(name, voice, odd):
    said = sentence(odd)
    samples, words, events = speak(voice, said)
    check_words(name, said, samples, words)
    assert samples.any() or events
    assert all(event.message for event in events)


@given(st.lists(st.text(max_size=30), max_size=3))
@settings(max_examples=25)
def test_any_text_is_taken(name, voice, texts):
    said = sentence(*texts)
    samples, words, _ = speak(voice, said)
    assert np.isfinite(samples).all()
    check_words(name, said, samples, words)


def test_closing_the_iterator_half_way_is_clean(voice, text):
    whole, _, _ = speak(voice, sentence(text))
    pieces = voice.speak(sentence(text, early=True), OPTIONS)
    next(pieces)
    pieces.close()
    assert np.array_equal(speak(voice, sentence(text))[0], whole)


def test_an_iterator_that_nobody_asks_holds_nobody_up(voice, text):
    waiting = voice.speak(sentence(text, early=True), OPTIONS)
    next(waiting)
    assert len(speak(voice, sentence("stop."))[0])
    waiting.close()


def test_prints_nothing(name, text, capfd):
    voice = load(name)
    for said in (sentence(text), sentence("\x00\ud800 [[x]] 😀"), sentence(Phrase("a", "a", "§"))):
        speak(voice, said)
    voice.close()
    assert capfd.readouterr() == ("", "")


def test_closing_twice_is_closing_once(name, text):
    voice = load(name)
    voice.close()
    voice.close()
    with pytest.raises(EngineError, match="closed"):
        list(voice.speak(sentence(text), OPTIONS))


def test_what_loads_a_voice_pickles(name):
    parts = (spec_of(name), ROWS[name].files, Device(name="cpu"))
    assert pickle.loads(pickle.dumps(parts)) == parts


FOREIGN = [{}, {"voice.onnx": b"no voice", "voice.onnx.json": b"{}"}, {"notes.txt": b"hello"}]


@pytest.mark.parametrize("content", FOREIGN)
def test_a_foreign_directory_is_not_taken_and_does_not_load(name, tmp_path, content):
    for file, data in content.items():
        (tmp_path / file).write_bytes(data)
    engine = engines.find(ROWS[name].engine)
    assert engine.inspect(tmp_path) is None
    with pytest.raises(EngineError, match=re.escape(str(tmp_path))):
        engine.load(spec_of(name), tmp_path, Device(name="cpu"))


def test_what_is_no_directory_is_not_taken(name, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert engines.find(ROWS[name].engine).inspect(tmp_path / "file") is None
    assert engines.find(ROWS[name].engine).inspect(tmp_path / "absent") is None


def test_a_missing_package_is_named(name, monkeypatch):
    module = engines.find(ROWS[name].engine)
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert module.probe() == []
    with pytest.raises(MissingDependencyError, match="pip install"):
        module.load(spec_of(name), ROWS[name].files, Device(name="cpu"))
