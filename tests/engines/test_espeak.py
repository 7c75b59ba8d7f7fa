# ruff: noqa: RUF001 - phonetic letters resemble others
"""eSpeak NG: what it says, in which language and manner, when each word begins, and that it repeats itself."""

from __future__ import annotations

import gc
import itertools
import locale
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from voice_samples import load, sentence

from speech import catalog
from speech.data import Phrase, SynthesizeOptions
from speech.engines import _espeak, _espeak_ipa, _espeak_text, espeak
from speech.errors import EngineError, UnsupportedError

pytest.importorskip("espeakng_loader")

OPTIONS = SynthesizeOptions()
RATE = 22_050
FOX = {
    "en": "The quick brown fox jumps over the lazy dog near the river bank.",
    "de": "Der schnelle braune Fuchs springt über den faulen Hund am Ufer.",
}


@pytest.fixture(scope="module")
def voice():
    return load("espeak")


def speak(voice, *phrases, **fields):
    pieces = list(voice.speak(sentence(*phrases, **fields), OPTIONS))
    words = [word for piece in pieces for word in piece.words]
    return np.concatenate([piece.samples for piece in pieces]), words, [e for piece in pieces for e in piece.events]


def same(voice, one, other):
    return np.array_equal(speak(voice, *one)[0], speak(voice, *other)[0])


def level(samples, start, end):
    return float(np.sqrt(np.mean(np.square(samples[round(start * RATE) : round(end * RATE)]))))


def semitones(samples):
    """The median pitch of what is voiced, in semitones over 1 Hz, by normalised autocorrelation."""
    size, lags = 1536, np.arange(RATE // 450, RATE // 55)
    found = []
    for at in range(0, len(samples) - 2 * size, 441):
        frame = samples[at : at + size].astype("f8")
        if frame @ frame < size * 0.03**2:
            continue
        shifted = np.lib.stride_tricks.sliding_window_view(samples[at : at + size + lags[-1]].astype("f8"), size)[lags]
        likeness = shifted @ frame / np.sqrt(np.einsum("ij,ij->i", shifted, shifted) * (frame @ frame))
        if likeness.max() > 0.85:
            # The first peak that is about as good as the best: the best may be two periods.
            at = int(np.argmax(likeness > 0.97 * likeness.max()))
            while at + 1 < len(lags) and likeness[at + 1] > likeness[at]:
                at += 1
            found.append(RATE / lags[at])
    assert len(found) > 20
    return 12 * np.log2(np.median(found))


# What it is: languages, manners, the catalogue.


def test_the_catalogue_s_entry_is_what_the_library_has():
    spec = catalog.load().find("espeak-ng")
    assert set(spec.languages) == set(espeak.languages())
    assert len({language.partition("-")[0] for language in spec.languages}) > 100
    assert set(spec.speakers) <= set(espeak.speakers())
    assert (spec.engine, spec.task, spec.embedded) == ("espeak", "synthesize", True)
    assert spec.features == {"words", "phonemes", "pitch"}
    assert spec.sample_rate == RATE
    assert spec.licence == "GPL-3.0-or-later"


@pytest.mark.parametrize(
    ("language", "identifier"),
    [
        ("en", "gmw/en-US"),
        ("en-US", "gmw/en-US"),
        ("en_us", "gmw/en-US"),
        ("en-GB", "gmw/en"),
        ("en-AU", "gmw/en"),
        ("en-CA", "gmw/en-US"),
        ("de", "gmw/de"),
        ("de-AT", "gmw/de"),
        ("pt", "roa/pt"),
        ("pt-BR", "roa/pt-BR"),
        ("es", "roa/es"),
        ("es-ES", "roa/es"),
        ("es-AR", "roa/es-419"),
        ("fr-CH", "roa/fr-CH"),
        ("fr-CA", "roa/fr"),
        ("zh", "sit/cmn"),
        ("zh-TW", "sit/cmn"),
        ("zh-HK", "sit/yue"),
        ("yue", "sit/yue"),
        ("cmn", "sit/cmn"),
        ("no", "gmq/nb"),
        ("nb", "gmq/nb"),
        ("chr", "iro/chr"),
        ("tlh", "art/piqd"),
        ("sr-Latn-RS", "zls/sr"),
    ],
)
def test_a_language_goes_by_its_code_with_or_without_a_region(language, identifier):
    assert espeak.identifier(language) == identifier


@pytest.mark.parametrize("language", ["xx", "tl", "", "fo", "english", "gmw/de", "../de"])
def test_an_unknown_language_is_refused_with_those_there_are(voice, language):
    with pytest.raises(UnsupportedError, match=r"does not speak .* it knows af, .*zh"):
        espeak.identifier(language)


def test_a_sentence_in_a_language_that_is_not_there_is_refused(voice):
    with pytest.raises(UnsupportedError, match="'tl'"):
        speak(voice, "Kumusta", language="tl")


@pytest.mark.slow
def test_every_language_and_every_manner_speaks_and_prints_nothing(voice, capfd):
    text = "Bonjour, Hallo 12 3.5 мир 世界 สวัสดี नमस्ते 😀 it's a (b) [c] & #f."
    fields = [{"language": language} for language in espeak.languages()]
    fields += [{"speaker": speaker} for speaker in espeak.speakers()]
    for one in fields:
        samples, words, events = speak(voice, text, **one)
        times = [time for word in words for time in (word.start, word.end)]
        assert times == sorted(times), one
        assert samples.any(), one
        assert events == [], one
    assert capfd.readouterr() == ("", "")


def test_languages_sound_different(voice):
    spoken = [speak(voice, "taxi", language=language)[0] for language in ("en", "en-GB", "de", "fr")]
    assert len({samples.tobytes() for samples in spoken}) == 4


def test_there_are_men_women_and_whispers(voice):
    assert {"m1", "m8", "f1", "f5", "croak", "whisper", "Mr serious"} <= set(espeak.speakers())
    man, woman = (semitones(speak(voice, FOX["en"], speaker=speaker)[0]) for speaker in (None, "f2"))
    assert woman - man > 8


# Words and their times.


def test_every_word_is_timed_even_where_two_are_run_together(voice):
    text = "Hello, wörld: it’s the case of the U.S. — a well-known 3.14 test."
    samples, words, _ = speak(voice, text)
    assert [word.text for word in words] == text.split()
    # "of the" is one word to the library; the dash is none.
    assert [word.text for word in words if word.interpolated] == ["the", "—"]
    of, the = words[5], words[6]
    assert 0.05 < of.end - of.start < the.end - the.start
    assert level(samples, words[0].start, words[0].end) > 0.03


def test_words_begin_and_end_where_the_sound_does(voice):
    samples, words, _ = speak(voice, "Stop, tomatoes, potatoes, stop.")
    for word, after in itertools.pairwise(words):
        assert level(samples, word.end + 0.02, after.start) < 0.002  # a comma is silence, and belongs to no word
        assert after.start - word.end > 0.1
    for word in words:
        assert level(samples, word.start, word.start + 0.03) > 0.001
        assert level(samples, word.end - 0.06, word.end) > 0.001


@pytest.mark.parametrize("rate", [0.3, 1.0, 2.5, 2.56, 2.58, 4.0])
def test_times_hold_at_any_rate(voice, rate):
    samples, words, _ = speak(voice, "Stop, tomatoes, potatoes, stop.", rate=rate)
    loud = np.abs(samples) > 0.02
    pause = round((0.06 if rate <= 1 else 0.01) * RATE)  # at a comma
    starts = [at / RATE for at in np.flatnonzero(loud) if not loud[max(0, at - pause) : at].any()]
    for word in words:
        assert min(abs(word.start - start) for start in starts) < 0.03


def test_words_of_a_language_without_spaces_are_one(voice):
    samples, words, _ = speak(voice, "我们去北京。你好吗?", language="zh")
    assert [word.text for word in words] == ["我们去北京。你好吗?"]
    assert words[0].end > 0.9 * len(samples) / RATE


# Rate, pitch.


@pytest.mark.parametrize("rate", [0.2, 0.5, 1.5, 2.0, 2.6, 5.0])
@pytest.mark.parametrize("language", FOX)
def test_the_rate_is_what_was_asked(voice, rate, language):
    usual, asked = (len(speak(voice, FOX[language], language=language, rate=one)[0]) for one in (1.0, rate))
    assert usual / asked == pytest.approx(rate, rel=0.08)


@pytest.mark.parametrize(
    ("language", "speaker", "pitch"),
    [
        ("en", None, -4.0),
        ("en", None, 2.0),
        ("en", "f2", -4.0),
        ("en", "f2", 4.0),
        ("de", None, -1.5),
        ("de", None, 4.0),
    ],
)
def test_the_pitch_is_what_was_asked(voice, language, speaker, pitch):
    usual, asked = (
        semitones(speak(voice, FOX[language], language=language, speaker=speaker, pitch=one)[0]) for one in (0.0, pitch)
    )
    assert asked - usual == pytest.approx(pitch, abs=0.5)


# The same again.


@pytest.mark.parametrize("speaker", [None, "f2", "croak", "whisper", "klatt2", "robosoft"])
def test_it_repeats_itself_whatever_was_said_before(voice, speaker):
    first, words, _ = speak(voice, FOX["en"], speaker=speaker)
    speak(voice, FOX["de"], language="de", speaker="f5", pitch=2.0, rate=3.0, seed=9)
    again, same_words, _ = speak(voice, FOX["en"], speaker=speaker)
    assert np.array_equal(first, again)
    assert words == same_words


def test_the_seed_decides_the_noise_of_breath(voice):
    readings = [speak(voice, "hello", speaker="whisper", seed=seed)[0] for seed in (0, 1, 2**40)]
    assert len({samples.tobytes() for samples in readings}) == 3


def test_threads_take_turns_by_themselves(voice):
    alone = {text: speak(voice, text)[0] for text in ("one two three", "four five", "six")}
    found = []

    def work(text):
        found.extend((text, speak(voice, text)[0]) for _ in range(4))

    threads = [threading.Thread(target=work, args=(text,)) for text in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert all(np.array_equal(samples, alone[text]) for text, samples in found)


def test_piper_s_own_copy_of_the_library_is_not_disturbed(voice):
    phonemizer = pytest.importorskip("piper.phonemize_espeak").EspeakPhonemizer()
    sounds, samples = phonemizer.phonemize("en-us", FOX["en"]), speak(voice, FOX["en"])[0]
    speak(voice, FOX["de"], language="de")
    assert phonemizer.phonemize("en-us", FOX["en"]) == sounds
    phonemizer.phonemize("de", FOX["de"])
    assert np.array_equal(speak(voice, FOX["en"])[0], samples)


def test_the_process_keeps_its_locale(voice):
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C")
        in_c = speak(voice, FOX["de"], language="de")[0]
        assert locale.setlocale(locale.LC_CTYPE) == "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    assert np.array_equal(speak(voice, FOX["de"], language="de")[0], in_c)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_child_speaks_even_if_another_thread_was_speaking(voice):
    alone = speak(voice, "hello")[0]
    with _espeak._library():  # as if by another thread of the parent
        child = os.fork()
        if not child:
            os._exit(0 if np.array_equal(speak(voice, "hello")[0], alone) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert np.array_equal(speak(voice, "hello")[0], alone)


@pytest.mark.skipif(sys.platform == "win32", reason="there is one image of a library there")
def test_another_user_of_the_library_is_not_disturbed(voice):
    import ctypes

    import espeakng_loader

    alone = speak(voice, "hello")[0]
    other = ctypes.CDLL(espeakng_loader.get_library_path())
    try:
        assert other.espeak_Initialize(1, 0, espeakng_loader.get_data_path().encode(), 0x8000) == RATE
        assert other.espeak_SetVoiceByName(b"de") == 0
        assert np.array_equal(speak(voice, "hello")[0], alone)
        speak(voice, FOX["de"], language="de")
        assert np.array_equal(speak(voice, "hello")[0], alone)
        other.espeak_TextToPhonemes.restype = ctypes.c_char_p
        text = ctypes.c_char_p(b"hallo")
        assert other.espeak_TextToPhonemes(ctypes.byref(text), 1, 2).decode() == "hˈaloː"
    finally:
        other.espeak_Terminate()
        _espeak.unload(other._handle)


# Text that is not meant for the synthesizer's own commands.


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("[[h@l'oU]] there", "((h@l'oU)) there"),
        ("a\nb\r\nc", "a b  c"),
        ("one\x01 50P two", "one  50P two"),
        ("one\x00two", "one two"),
    ],
)
def test_commands_are_text(voice, text, plain):
    assert same(voice, (text,), (plain,))


def test_markup_is_read_aloud(voice):
    assert len(speak(voice, "x <break time='9s'/> y")[0]) > len(speak(voice, "x break time 9 y")[0]) - RATE
    assert not same(voice, ("x &amp; y",), ("x & y",))


def test_brackets_beside_phonemes_are_text(voice):
    said = (Phrase("hello", "hello", "həˈloʊ"), " [[ there ]]")
    assert same(voice, said, (said[0], " (( there ))"))


@pytest.mark.parametrize("text", ["\x00\x01", "\ud800", "\ue000", "\uf001\uf035"])
def test_what_cannot_be_spoken_is_told(voice, text):
    samples, _, events = speak(voice, f"one {text} two")
    assert [event.kind for event in events] == ["dropped"]
    assert f"U+{ord(text[0]):04X}" in events[0].message
    assert len(samples) > 0.3 * RATE


@pytest.mark.parametrize("text", ["", "  ", "...", "\u200b"])
def test_silence_is_told(voice, text):
    samples, _, events = speak(voice, text)
    assert not samples.any()
    assert [event.kind for event in events] == ["dropped"]


def test_emoji_are_named(voice):
    samples, words, events = speak(voice, "😀")
    assert samples.any()
    assert [word.text for word in words] == ["😀"]
    assert not events


# Very long sentences, and very many.


@pytest.mark.skipif(sys.platform != "linux", reason="where the library keeps what it forgets is known of this one")
def test_memory_does_not_grow_with_the_sentences(voice):
    def kilobytes():
        import resource

        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024

    def book(sentences):
        for number in range(sentences):
            # Words of another language bring its dictionary, 164 kB that the library itself never frees.
            speak(voice, f"Kapitel {number}: This is the weather, ελλάδα.", language="de")
            speak(voice, "ab")

    book(10)
    before = kilobytes()
    book(80)
    assert kilobytes() - before < 4000


def test_a_very_long_sentence_comes_in_pieces(voice):
    text = ", ".join(f"item number {number}" for number in range(500))
    pieces = list(voice.speak(sentence(text), OPTIONS))
    assert len(pieces) > 10
    assert max(len(piece.samples) for piece in pieces) < 90 * RATE
    words = [word for piece in pieces for word in piece.words]
    assert [word.text for word in words] == text.split()
    assert all(one.start < two.start for one, two in itertools.pairwise(words))
    assert max(two.start - one.end for one, two in itertools.pairwise(words)) < 1


def test_a_hundred_thousand_characters_are_made_one_piece_at_a_time(voice):
    pieces = voice.speak(sentence("word " * 20_000), OPTIONS)
    first = next(pieces)
    pieces.close()
    assert 10 * RATE < len(first.samples) < 60 * RATE


@pytest.mark.parametrize("text", ["a" * 3000, "北" * 1500, "[" * 1200, "«»" * 700])
def test_a_word_without_end_is_no_harm(voice, text):
    samples, words, _ = speak(voice, text)
    assert [word.text for word in words] == [text]
    assert 0 <= words[0].start <= words[0].end <= len(samples) / RATE


@given(st.lists(st.tuples(st.text("ab .,[]\n一", max_size=400), st.sampled_from([None, "a", "a|b c", "a b c"]))))
def test_the_script_is_the_sentence_cut_in_pieces(phrases):
    said = sentence(*(Phrase(text, text, sounds) for text, sounds in phrases))
    whole, _ = _espeak_text.script(said, lambda sounds: sounds, "x")
    parts = list(whole.parts())
    assert "".join(part.text for part in parts) == whole.text
    assert len(whole.owners) == len(whole.text)
    assert list(whole.owners) == sorted(whole.owners)
    assert all(-1 <= owner < len(said.spoken.split()) for owner in whole.owners)
    assert all(part.text.count("[[") == part.text.count("]]") for part in parts if part.phonemes)
    assert all(part.text for part in parts)
    assert max((len(part.text) for part in parts), default=0) <= _espeak_text.LONGEST


# Pronunciations.


@pytest.mark.parametrize(
    ("language", "ipa"),
    [
        ("en", "təmˈeɪɾoʊ"),
        ("en", "tʃˈɜːtʃ"),
        ("en", "ˌɪntənˈæʃənəl"),
        ("en-GB", "təmˈɑːtəʊ"),
        ("de", "ʃtʁˈaːsə"),
        ("de", "kˈøːnɪç"),
        ("de", "hˈʊnt"),
        ("fr", "bɔ̃ʒˈuʁ"),
        ("es", "pˈero"),
        ("it", "ˈaʎʎo"),
        ("ru", "pʲˈatʲ"),
    ],
)
def test_sounds_come_back_as_they_were_written(language, ipa):
    voice = espeak.identifier(language)
    spelled = _espeak_ipa.mnemonics(ipa, voice)
    assert _espeak.sounds(voice, (spelled,))[spelled].replace("ɹɹ", "ɹ") == ipa


@pytest.mark.parametrize(
    ("language", "ipa", "alike"),
    [
        ("en", "/təˈmeɪ.toʊ/", "təmˈeɪtoʊ"),  # delimiters, syllables, stress before the syllable
        ("en", "t͡ʃɪn", "tʃɪn"),
        ("en", "gɛt", "ɡɛt"),
        ("en", "rɛd", "ɹɛd"),
        ("en", "t̚ɪn", "tɪn"),
        ("en", "lɒt", "lɔt"),
        ("fr", "ʁu", "ru"),
    ],
)
def test_transcriptions_of_another_manner_are_understood(language, ipa, alike):
    voice = espeak.identifier(language)
    one, other = (_espeak_ipa.mnemonics(text, voice) for text in (ipa, alike))
    assert one is not None
    assert _espeak.sounds(voice, (one,))[one] == _espeak.sounds(voice, (other,))[other]


@pytest.mark.parametrize("ipa", ["§", "ni˨˩˦", "日本", "", "  ", "123"])
def test_what_is_no_sound_of_the_voice_is_not_guessed(ipa):
    assert _espeak_ipa.mnemonics(ipa, "gmw/en-US") is None


def test_a_pronunciation_is_heard(voice):
    spelled = speak(voice, "I say ", Phrase("tomato", "tomato", "təˈmɑːtoʊ"), ".")[0]
    as_it_is = speak(voice, "I say tomato.")[0]
    assert not np.array_equal(spelled, as_it_is)
    same_sounds = speak(voice, "I say ", Phrase("tomato", "tomato", "təˈmeɪɾoʊ"), ".")[0]
    assert len(same_sounds) == pytest.approx(len(as_it_is), rel=0.02)


def test_words_of_a_pronunciation_have_their_times(voice):
    _, words, _ = speak(voice, "say ", Phrase("X Y", "ex why", "ˈɛks ˈwaɪ"), "; un", Phrase("a", "a", "ˈeɪ"), "ble now")
    assert [word.text for word in words] == ["say", "ex", "why;", "unable", "now"]
    assert not any(word.interpolated for word in words)


def test_a_pronunciation_it_lacks_is_told_and_the_words_are_said(voice):
    plain = speak(voice, "hello there")[0]
    samples, _, (event,) = speak(voice, Phrase("hello", "hello", "§§"), " there")
    assert event.kind == "ignored"
    assert "§§" in event.message
    assert "'hello'" in event.message
    assert np.array_equal(samples, plain)


# Broken installations.


@pytest.mark.parametrize("speaker", ["zz", "0", "../../lang/gmw/en"])
def test_a_speaker_that_only_the_catalogue_has_is_refused(voice, speaker):
    said = replace(voice._spec, speakers=("zz", "../../lang/gmw/en"))
    with pytest.raises(UnsupportedError, match="no speaker"):
        list(espeak.ESpeak(said).speak(sentence("hello", speaker=speaker), OPTIONS))


def test_data_that_is_not_whole_is_an_error_with_the_way_on(monkeypatch, tmp_path):
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
    for cached in (_espeak.range_share, _espeak_ipa._inventory):
        reading = cached.__wrapped__  # what was read before is remembered
        with pytest.raises(EngineError, match="reinstall"):
            reading(*["gmw/en"] * (cached is _espeak.range_share))


def test_data_that_is_not_there_is_an_error_with_the_way_on(monkeypatch, tmp_path):
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(EngineError, match="pip install --force-reinstall espeakng-loader"):
        _espeak.utter("hello", "gmw/de", _espeak.Manner())


def test_a_library_that_does_not_load_is_an_error_with_the_way_on(monkeypatch, tmp_path):
    import espeakng_loader

    (tmp_path / "lib.so").write_bytes(b"no library")
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(tmp_path / "lib.so"))
    with pytest.raises(EngineError, match="pip install --force-reinstall espeakng-loader"):
        _espeak.utter("hello", "gmw/de", _espeak.Manner())


def test_an_error_leaves_the_library_usable(voice):
    with pytest.raises(EngineError, match="'no/such'"):
        _espeak.utter("hello", "no/such", _espeak.Manner())
    assert speak(voice, "hello")[0].any()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("folder", ["deep/" * 60, "schön " * 30, "日本"])
def test_the_data_may_lie_deep_and_under_any_name(voice, monkeypatch, tmp_path, folder):
    import espeakng_loader

    usual = speak(voice, "hello")[0]
    place = tmp_path / folder
    place.mkdir(parents=True)
    (place / "espeak-ng-data").symlink_to(Path(espeakng_loader.get_data_path()))
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(place / "espeak-ng-data"))
    assert np.array_equal(speak(voice, "hello")[0], usual)
