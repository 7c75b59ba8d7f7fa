# ruff: noqa: RUF001, RUF003 - phonetic letters resemble others
"""Piper voices: beside piper-tts itself, in pieces and whole, word by word, and with a cache that may be anything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from voice_samples import MODELS, sentence

from speech import machine
from speech.data import Device, ModelFile, Phrase, SynthesizeOptions
from speech.engines import _piper_graphs, _piper_session, _piper_words, _vits, piper
from speech.errors import EngineError, MissingDependencyError, UnsupportedError

pytest.importorskip("piper")

CPU = Device(name="cpu", compute_types=("float32",), threads=2)
STILL = SynthesizeOptions(noise=0, noise_w=0)
LIVELY = SynthesizeOptions()
VOICES = ("piper-micro", "piper-micro-multi", "piper-vits-micro")
TEXT = "Please open the door, and tell me about some of the things."
LONG = " ".join(["and the early morning light came slowly over the quiet hills"] * 4)


def path_of(name):
    return MODELS / name / f"{name}.onnx"


def load(name, device=CPU):
    return piper.load(piper.inspect(path_of(name)), path_of(name), device)


@pytest.fixture(scope="module", params=VOICES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One cache for the tests that do not look at it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def voices(cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        loaded = {one: load(one) for one in VOICES}
    yield loaded
    for voice in loaded.values():
        voice.close()


@pytest.fixture(scope="module")
def micro(voices):
    return voices["piper-micro"]


@pytest.fixture(scope="module")
def vits(voices):
    return voices["piper-vits-micro"]


@pytest.fixture(scope="module")
def peers():
    """The same voices in piper-tts."""
    from piper import PiperVoice

    return {one: PiperVoice.load(path_of(one)) for one in VOICES}


def speak(voice, *phrases, options=STILL, **fields):
    return list(voice.speak(sentence(*phrases, **fields), options))


def sound(pieces):
    return np.concatenate([piece.samples for piece in pieces])


def words(pieces):
    return [word for piece in pieces for word in piece.words]


def events(pieces):
    return [event for piece in pieces for event in piece.events]


def peer_sound(peer, text, **settings):
    from piper import SynthesisConfig

    settings = {"noise_scale": 0, "noise_w_scale": 0, "normalize_audio": False} | settings
    return np.concatenate([chunk.audio_float_array for chunk in peer.synthesize(text, SynthesisConfig(**settings))])


def phonemes(voice, *phrases):
    known = voice._voice.config.phoneme_id_map
    said = _piper_words.symbols(sentence(*phrases).phrases, voice._voice.phonemize, known)
    return "".join(said.phonemes), said.dropped


# What it says, beside piper-tts.


@pytest.mark.parametrize("speaker", [0, 1])
@pytest.mark.parametrize("speed", [0.7, 1, 1.6])
def test_without_noise_it_is_what_piper_says(voices, peers, name, speed, speaker):
    if speaker and name == "piper-micro":
        return
    ours = sound(speak(voices[name], TEXT, rate=speed, speaker=str(speaker)))
    theirs = peer_sound(peers[name], TEXT, length_scale=1 / speed, speaker_id=speaker)
    assert len(ours) == len(theirs)
    assert np.abs(ours - theirs).max() <= 1e-5


def test_the_tests_would_notice_another_sound(voices, peers, name):
    assert np.abs(peer_sound(peers[name], TEXT)).max() > 0.05


def test_durations_are_those_of_the_voice(micro):
    frames = json.loads((MODELS / "piper-micro" / "piper-micro.onnx.json").read_text("utf-8"))["piper_micro"]["frames"]
    for speed in (0.5, 1.0, 1.3):
        scale = np.float32(1 / speed)
        said, _ = phonemes(micro, TEXT)
        # The beginning and the end of a sentence are symbols too.
        expected = sum(int(np.ceil(np.float32(frames.get(symbol, 0)) * scale)) for symbol in f"^{said}$")
        assert len(sound(speak(micro, TEXT, rate=speed))) == 160 * expected


def test_speakers_differ_and_go_by_name_or_number(voices):
    voice = voices["piper-micro-multi"]
    low, high = (sound(speak(voice, TEXT, speaker=name)) for name in ("low", "high"))
    assert not np.array_equal(low, high)
    assert np.array_equal(high, sound(speak(voice, TEXT, speaker="1")))
    assert np.array_equal(low, sound(speak(voice, TEXT)))


@pytest.mark.parametrize(("asked", "named"), [("hight", "high"), ("2", "low, high"), ("-1", "low"), ("", "low")])
def test_an_unknown_speaker_is_answered_with_the_nearest(voices, asked, named):
    with pytest.raises(UnsupportedError, match=named):
        speak(voices["piper-micro-multi"], TEXT, speaker=asked)


def test_samples_stay_within_full_scale(vits, monkeypatch):
    loud = vits._graph.speak

    def louder(request):
        durations, pieces = loud(request)
        return durations, (20 * piece for piece in pieces)

    monkeypatch.setattr(vits._graph, "speak", louder)
    samples = sound(speak(vits, TEXT))
    assert np.abs(samples).max() == 1
    assert samples.dtype == np.float32


# Noise and seeds.


def test_a_seed_repeats_and_another_differs(vits):
    one, again, other = (sound(speak(vits, TEXT, options=LIVELY, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert len(one) != len(other) or not np.array_equal(one, other)


def test_both_noises_are_the_sentence_s_own(vits):
    def said(seed, **noise):
        return sound(speak(vits, TEXT, options=SynthesizeOptions(**noise), seed=seed))

    assert len({len(said(seed, noise=0, noise_w=1.5)) for seed in range(4)}) > 1  # the rhythm
    tones = [said(seed, noise=1, noise_w=0) for seed in range(2)]
    assert len(tones[0]) == len(tones[1]) == len(said(5, noise=0, noise_w=0))
    assert np.abs(tones[0] - tones[1]).max() > 1e-3


def test_noise_has_the_spread_that_the_voice_was_trained_on(vits):
    tensors = vits._graph._prepared(_piper_session.Request([1] * 4000, (1, 1, 1), 0, 7, early=False))
    (noise,) = (tensors[one.name] for one in vits._graph._layout.noise if not one.per_frame)
    assert noise.shape == (1, 2, 4000)
    assert abs(noise.mean()) < 0.05
    assert abs(noise.std() - 1) < 0.05


@pytest.mark.parametrize("seed", [0, 2**63 - 1, 2**64 + 5, -1])
def test_any_whole_number_is_a_seed(vits, seed):
    assert len(sound(speak(vits, "stop.", options=LIVELY, seed=seed)))


def test_threads_and_company_change_nothing(voices):
    voice = voices["piper-vits-micro"]
    texts = [TEXT, "stop.", LONG[:100], "hello world."] * 2
    alone = [sound(speak(voice, text, options=LIVELY, seed=3, early=True)) for text in texts[:4]]
    found = {}

    def run(number):
        found[number] = sound(speak(voice, texts[number], options=LIVELY, seed=3, early=True))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[number], alone[number % 4]) for number in found)
    assert len(found) == len(texts)


@pytest.mark.parametrize("early", [False, True])
def test_a_sentence_is_the_same_on_any_number_of_threads_and_beside_others(name, early):
    others = [sentence(text, seed=9, early=not early) for text in ("stop.", TEXT, LONG[:200])]
    said = sentence(LONG, seed=5, early=early)
    alone = None
    for threads in (1, 2, 4):
        with closing(load(name, replace(CPU, threads=threads))) as voice, ThreadPoolExecutor(4) as pool:
            first = sound(list(voice.speak(said, LIVELY)))
            company = [pool.submit(lambda one, voice=voice: list(voice.speak(one, LIVELY)), one) for one in others]
            assert np.array_equal(sound(list(voice.speak(said, LIVELY))), first)
            assert all(future.result() for future in company)
        alone = first if alone is None else alone
        # Early, several threads share the encoder: one may add up in another order, in the last bits.
        assert np.array_equal(first, alone) if not early else np.abs(first - alone).max() <= 1e-6


# Pieces.


def test_pieces_are_the_whole(vits, monkeypatch):
    monkeypatch.setattr(_piper_session, "TAKEN_WHOLE", 60.0)
    whole = sound(speak(vits, LONG, options=LIVELY, seed=1))
    pieces = speak(vits, LONG, options=LIVELY, seed=1, early=True)
    assert len(pieces) > 3
    assert 0.4 < len(pieces[0].samples) / 16_000 < 0.6
    assert np.abs(sound(pieces) - whole).max() <= 1e-5
    assert words(pieces) == words(speak(vits, LONG, options=LIVELY, seed=1))


def test_a_long_sentence_goes_in_pieces_that_are_the_whole(vits, monkeypatch):
    monkeypatch.setattr(_piper_session, "TAKEN_WHOLE", 60.0)
    (whole,) = speak(vits, LONG, options=LIVELY)
    monkeypatch.setattr(_piper_session, "TAKEN_WHOLE", 3.0)
    monkeypatch.setattr(_piper_session, "LONGEST", 2.0)
    pieces = speak(vits, LONG, options=LIVELY)
    assert max(len(piece.samples) for piece in pieces) <= 1.5 * 2.0 * 16_000
    assert len(pieces) > 1
    assert np.abs(sound(pieces) - whole.samples).max() <= 1e-5


def test_less_context_than_computed_would_be_heard(vits, monkeypatch):
    layout = vits._graph._layout
    stages = tuple(replace(stage, context=stage.context and 2) for stage in layout.stages)
    whole = sound(speak(vits, LONG))
    monkeypatch.setattr(vits._graph, "_layout", replace(layout, stages=stages))
    assert np.abs(sound(speak(vits, LONG, early=True)) - whole).max() > 1e-4


@given(frames=st.integers(1, 20_000), early=st.booleans())
def test_pieces_cover_every_frame_once(frames, early):
    bounds = list(_piper_session._schedule(frames, 86.1, early=early))
    assert bounds[0][0] == 0
    assert bounds[-1][1] == frames
    assert all(before[1] == after[0] for before, after in pairwise(bounds))
    assert all(
        0 < end - start <= max(_piper_session.TAKEN_WHOLE, 1.5 * _piper_session.LONGEST) * 86.2 for start, end in bounds
    )


def test_closing_an_iterator_stops_the_work(vits):
    pieces = vits.speak(sentence(LONG, early=True), LIVELY)
    next(pieces)
    pieces.close()
    assert sound(speak(vits, "stop.")).size


def test_closing_a_voice_ends_a_sentence_that_is_under_way_with_an_error_of_ours():
    graph, gate = load("piper-vits-micro")._graph, threading.Event()
    graph._pool = ThreadPoolExecutor(1)
    graph._pool.submit(gate.wait)  # no piece gets its turn
    _, pieces = graph.speak(_piper_session.Request([1, 20, 30, 2] * 40, (0, 1, 0), 0, 1, early=True))
    graph.close()
    gate.set()
    with pytest.raises(EngineError, match="closed"):
        next(pieces)


def test_a_voice_that_is_being_closed_begins_nothing_new():
    graph = load("piper-vits-micro")._graph

    class Ending:
        def shutdown(self, **_):
            with pytest.raises(EngineError, match="closed"):
                graph._submit(print, 0, 1)

    graph._pool = Ending()
    graph.close()
    assert graph._pool is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_speaks_and_ends():
    code = (
        "import os, sys, pathlib, signal\nfrom speech.data import *\nfrom speech.engines import piper\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "voice = piper.load(piper.inspect(path), path, Device(name='cpu', threads=2))\n"
        "text = Sentence((Phrase(sys.argv[2], sys.argv[2]),), early=True)\n"
        "count = lambda: sum(len(one.samples) for one in voice.speak(text, SynthesizeOptions()))\n"
        "first = count()\n"
        "if child := os.fork():\n    sys.exit(os.waitpid(child, 0)[1])\n"
        "signal.alarm(30)\nassert count() == first"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(path_of("piper-vits-micro")), LONG]
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize("durations", [np.nan, np.inf, -5.0, 1e7])
def test_a_voice_whose_durations_are_none_is_refused_before_its_sound_is_made(vits, monkeypatch, durations):
    run = vits._graph._run

    def damaged(number, tensors, other=None):
        run(number, tensors, other)
        tensors[vits._graph._layout.durations][:] = durations

    monkeypatch.setattr(vits._graph, "_run", damaged)
    with pytest.raises(EngineError, match="frames"):
        speak(vits, TEXT, options=LIVELY)


def test_samples_that_are_no_numbers_are_never_given_out(vits, monkeypatch):
    monkeypatch.setattr(vits._graph, "speak", lambda _: (None, (part for part in [np.full(9, np.nan, np.float32)])))
    with pytest.raises(EngineError, match="no numbers"):
        speak(vits, TEXT)


def test_whatever_piper_s_readers_raise_is_an_error_of_ours(micro, monkeypatch):
    def unreadable(self, text):
        raise KeyError(text)

    monkeypatch.setattr(type(micro._voice), "phonemize", unreadable)
    with pytest.raises(EngineError, match="zebra"):
        speak(micro, "zebra")


def test_a_closed_voice_says_so():
    voice = load("piper-micro")
    voice.close()
    with pytest.raises(EngineError, match="closed"):
        speak(voice, TEXT)


def test_it_speaks_on_every_core_whatever_was_said_to_openmp(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    with closing(load("piper-micro", Device(name="cpu"))) as voice:
        assert voice.parallel == machine.cores()


# The graph.


def test_a_vits_graph_is_cut_in_four(vits):
    layout = vits._graph._layout
    assert [stage.context for stage in layout.stages] == [None, None, 32, 12]
    assert layout.hop == 256
    assert [(noise.channels, noise.per_frame) for noise in layout.noise] == [(2, False), (16, True)]
    assert not any("sid" in stage.inputs for stage in layout.stages[1:])


def test_a_graph_without_decoder_is_cut_at_its_durations(micro):
    layout = micro._graph._layout
    assert [stage.context for stage in layout.stages] == [None, None]
    assert layout.hop is None


def conv_model(*, ceils=1, random="RandomNormalLike"):
    """A tiny graph with a voice's inputs: embeds, makes noise, rounds."""
    from onnx import TensorProto, helper, numpy_helper

    table = numpy_helper.from_array(np.linspace(0.1, 0.9, 256 * 2, dtype=np.float32).reshape(256, 2), "table")
    nodes = [
        helper.make_node("Gather", ["table", "input"], ["embedded"]),
        helper.make_node(random, ["embedded"], ["noise"])
        if random
        else helper.make_node("Abs", ["embedded"], ["noise"]),
        helper.make_node("Add", ["embedded", "noise"], ["c0"]),
        *(helper.make_node("Ceil", [f"c{number}"], [f"c{number + 1}"]) for number in range(ceils)),
        helper.make_node("Identity", [f"c{ceils}"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "odd", inputs, outputs, [table])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8).SerializeToString()


@pytest.mark.parametrize(("ceils", "told"), [(0, None), (1, "c1"), (2, None)])
def test_durations_are_known_by_the_one_ceil(ceils, told):
    layout, models = _vits.split(conv_model(ceils=ceils, random=None))
    assert layout.durations == told
    assert len(models) == (2 if told else 1)


def test_noise_of_an_unknown_shape_is_left_in_and_said():
    layout, _ = _vits.split(conv_model())
    assert not layout.repeats
    assert layout.noise == ()


@pytest.mark.parametrize("data", [b"", b"no graph at all", conv_model()[: len(conv_model()) // 2]])
def test_what_is_no_graph_is_refused(data):
    with pytest.raises(ValueError, match="not"):
        _vits.split(data)


def test_a_graph_that_does_not_hold_together_is_refused():
    import onnx

    model = onnx.load_model(path_of("piper-vits-micro"))
    for node in model.graph.node:
        if node.op_type == "Transpose":
            node.op_type = "Nonsense"
    with pytest.raises(ValueError, match="hold together"):
        _vits.split(model.SerializeToString())


@pytest.mark.parametrize(
    ("kind", "kernel", "settings", "expected"),
    [
        ("Conv", 7, {"pads": [3, 3]}, (1, 3)),
        ("Conv", 3, {"pads": [2, 2], "dilations": [2]}, (1, 2)),
        ("Conv", 3, {"pads": [0, 0]}, None),
        ("Conv", 3, {"pads": [1, 1], "strides": [2]}, None),
        ("ConvTranspose", 16, {"pads": [4, 4], "strides": [8]}, (8, Fraction(11, 8))),
        ("ConvTranspose", 16, {"pads": [0, 0], "strides": [8]}, None),
    ],
)
def test_what_a_convolution_sees(kind, kernel, settings, expected):
    from onnx import helper, numpy_helper

    graph = _vits._Graph.__new__(_vits._Graph)
    graph.types, graph.weights = {}, {"w": numpy_helper.from_array(np.zeros((4, 4, kernel), np.float32), "w")}
    assert graph._grown(helper.make_node(kind, ["x", "w"], ["y"], **settings), Fraction(1)) == expected


# Phonemes.


@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        (("This is a test.",), "ðɪs ɪz ɐ tˈɛst."),
        (("Test one. Test two!",), "tˈɛst wˌʌn. tˈɛst tˈuː!"),  # never split, nothing lost
        (("am I the ", Phrase("chair", "chair", "fˈuː"), "?"), "æm aɪ ðə fˈuː?"),
        (("go", Phrase("b", "b", "bˈɑː"), ", and go"), "ɡˈoʊbˈɑː, ænd ɡˈoʊ"),
        ((Phrase("Test, ", "Test, ", "tˈɛst"), "two."), "tˈɛst, tˈuː."),
        ((Phrase("x", "x", "t͡ʃˈɪp.ʧ"),), "tʃˈɪptʃ"),  # ties and marks of syllables are no sounds
        ((Phrase("x", "x", "ɡa gi"),), "ɡa gi"),
        ((Phrase("x", "x", "ɔ̃"),), "ɔ̃"),  # decomposed, as the voice's map is
        (("He said “go.”",), "hiː sˈɛd ɡˈoʊ."),
        (("Well...",), "wˈɛl."),
        (("  two \n\n lines  ",), "tˈuː lˈaɪnz"),
        (("",), ""),
    ],
)
def test_phonemes(micro, phrases, expected):
    said, dropped = phonemes(micro, *phrases)
    assert said == expected
    assert dropped == ()


def test_flags_of_other_languages_are_no_phonemes(micro):
    said, _ = phonemes(micro, "We ate at the Café Größenwahn, naïve.")
    assert "(" not in said
    assert ")" not in said


def test_phonemes_that_the_voice_lacks_are_told_once(micro, caplog):
    pieces = speak(micro, Phrase("x", "x", "aʭʬʭb"), " stop.")
    (event,) = events(pieces)
    assert (event.kind, event.details["phonemes"]) == ("dropped", "ʭ ʬ")
    assert caplog.records == []


@pytest.mark.parametrize("text", ["...", "—", "\u200b", ""])
def test_nothing_to_pronounce_is_told_and_silent(micro, text):
    pieces = speak(micro, text)
    assert [event.kind for event in events(pieces)] == ["dropped"]
    assert not np.any(sound(pieces))
    assert [word.text for word in words(pieces)] == text.split()


def test_another_language_is_read_in_it_and_told(micro):
    (event,) = events(speak(micro, "guten Tag", language="de"))
    assert event.kind == "language"
    assert not np.array_equal(sound(speak(micro, "guten Tag", language="de")), sound(speak(micro, "guten Tag")))


@pytest.mark.parametrize("language", ["en", "en-GB", "en_US", "EN", None])
def test_the_voice_s_own_language_in_any_spelling_is_nothing_to_tell(micro, language):
    assert events(speak(micro, "hello", language=language)) == []


def test_a_language_that_nobody_reads_is_read_as_the_voice_s(micro):
    pieces = speak(micro, "hello", language="xx")
    assert [event.kind for event in events(pieces)] == ["language"]
    assert np.array_equal(sound(pieces), sound(speak(micro, "hello")))


# Words.


def test_words_begin_and_end_where_their_sounds_do(micro):
    frames = json.loads((MODELS / "piper-micro" / "piper-micro.onnx.json").read_text("utf-8"))["piper_micro"]["frames"]
    text = "please open the door. good morning, my fellow americans."
    said, _ = phonemes(micro, text)
    spans, at = [], 0.0
    for group in said.split(" "):
        seconds = [frames.get(symbol, 0) / 100 for symbol in group.rstrip(".,")]
        spans.append((at, at + sum(seconds)))
        at += sum(frames.get(symbol, 0) for symbol in f"{group} ") / 100
    found = words(speak(micro, text))
    assert [word.text for word in found] == text.split()
    assert [(round(word.start, 6), round(word.end, 6)) for word in found] == [
        (round(start, 6), round(end, 6)) for start, end in spans
    ]


def test_no_word_takes_in_the_silence_around_it(micro):
    pieces = speak(micro, "stop, go.")
    stop, go = words(pieces)
    samples = sound(pieces)

    def level(start, end):
        return np.abs(samples[round(start * 16_000) : round(end * 16_000)]).max(initial=0)

    assert level(stop.end + 0.03, go.start - 0.03) < 0.02 < level(stop.start, stop.start + 0.03)
    assert level(go.end + 0.03, len(samples) / 16_000) < 0.02 < level(go.end - 0.06, go.end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I want some of the end", ["aɪ", "wˈɔnt", "sˌʌm", "ʌv", "ðɪʲ", "ˈɛnd"]),  # read as one: ʌvðɪʲ
        ("of the of the", ["ʌv", "ðɪʲ", "ʌv", "ðə"]),
        ("in 1999 we", ["ɪn", "nˈaɪntiːn nˈaɪndi nˈaɪn", "wiː"]),
        ("yes — no", ["jˈɛs", "", "nˈoʊ"]),
        ("do, as a matter", ["dˈuː", "æz", "ɐ", "mˈæɾɚ"]),
    ],
)
def test_words_are_found_again_where_they_were_run_together(micro, text, expected):
    said, _ = phonemes(micro, text)
    spans = _piper_words.spans(sentence(text).phrases, list(said), micro._voice.phonemize)
    found = [said[span.start : span.end] for span in spans]
    assert len(found) == len(expected)
    assert [one for one in found if not one] == [one for one in expected if not one]
    assert [one[:1] for one in found] == [one[:1] for one in expected]
    assert [one[-1:] for one in found if len(one) < 8] == [one[-1:] for one in expected if len(one) < 8]


def test_words_of_given_phonemes_have_their_times(micro):
    pieces = speak(micro, "say ", Phrase("tomato soup", "tomato soup", "təmˈɑːtoʊ sˈuːp"), " now")
    found = words(pieces)
    assert [word.text for word in found] == ["say", "tomato", "soup", "now"]
    assert not any(word.interpolated for word in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(text=st.text(st.sampled_from("of the a I don't 12 — ,.!?'é ñ中🎉\n"), max_size=60))
def test_there_is_one_word_for_each_whatever_the_text(micro, text):
    pieces = speak(micro, text)
    found = words(pieces)
    assert [word.text for word in found] == text.split()
    times = [time for word in found for time in (word.start, word.end)]
    assert times == sorted(times)
    assert all(0 <= time <= len(sound(pieces)) / 16_000 for time in times)


# Files.


@pytest.mark.parametrize("name", VOICES)
def test_inspecting_reads_the_settings(name):
    spec = piper.inspect(path_of(name))
    assert spec == replace(piper.inspect(MODELS / name), path=path_of(name))
    assert (spec.name, spec.engine, spec.task, spec.languages, spec.sample_rate) == (
        name, "piper", "synthesize", ("en",), 16_000,
    )  # fmt: skip
    assert spec.features == {"words", "phonemes", "noise"}


def test_speakers_stand_in_the_order_of_their_numbers(tmp_path):
    shutil.copy(path_of("piper-micro"), tmp_path / "voice.onnx")
    settings = json.loads(Path(f"{path_of('piper-micro')}.json").read_text("utf-8"))
    settings |= {"num_speakers": 3, "speaker_id_map": {"c": 2, "a": 0, "b": 1}}
    (tmp_path / "voice.onnx.json").write_text(json.dumps(settings), "utf-8")
    assert piper.inspect(tmp_path).speakers == ("a", "b", "c")


@pytest.mark.parametrize(
    "settings",
    ["", "[]", "{}", '{"audio": {}, "phoneme_id_map": {}, "espeak": {}}', "\udcff", "[" * 10**5],
    ids=["empty", "list", "nothing", "hollow", "bytes", "deep"],
)
def test_settings_that_are_none_are_not_a_voice(tmp_path, settings):
    shutil.copy(path_of("piper-micro"), tmp_path / "voice.onnx")
    (tmp_path / "voice.onnx.json").write_bytes(settings.encode("utf-8", "surrogateescape"))
    assert piper.inspect(tmp_path) is None
    with pytest.raises(EngineError):
        piper.load(piper.inspect(MODELS / "piper-micro"), tmp_path, CPU)


def test_two_voices_in_a_folder_need_a_name(tmp_path):
    for one in ("piper-micro", "piper-vits-micro"):
        for file in (MODELS / one).glob("*.onnx*"):
            (tmp_path / one).mkdir(exist_ok=True)
            shutil.copy(file, tmp_path / one)
    assert piper.inspect(tmp_path) is None
    spec = replace(piper.inspect(path_of("piper-micro")), path=None, files=(ModelFile("piper-micro/piper-micro.onnx"),))
    assert sound(speak(piper.load(spec, tmp_path, CPU), "stop.")).size


def test_a_gpu_that_is_not_there_is_never_replaced_by_the_cpu():
    if any(device.name.startswith("cuda") for device in piper.probe()):
        pytest.skip("ONNX Runtime here is built for a GPU")
    with pytest.raises(MissingDependencyError, match="onnxruntime-gpu"):
        load("piper-micro", Device(name="cuda:0"))


def other(folder, **settings):
    """The micro voice with other settings."""
    shutil.copy(path_of("piper-micro"), folder / "other.onnx")
    own = json.loads(Path(f"{path_of('piper-micro')}.json").read_text("utf-8"))
    (folder / "other.onnx.json").write_text(json.dumps(own | settings), "utf-8")
    return piper.load(piper.inspect(folder), folder, CPU)


def test_a_voice_that_reads_letters_speaks_letters(tmp_path):
    voice = other(tmp_path, phoneme_type="text")
    pieces = speak(voice, "stop, go")
    assert phonemes(voice, "stop, go") == ("stop, go", ())
    assert [word.text for word in words(pieces)] == ["stop,", "go"]
    assert [event.kind for event in events(speak(voice, "stop", language="de"))] == ["language"]


def test_vowels_that_belong_together_are_one_sound(tmp_path):
    clusters = {"vowel_clusters": [["a", "ɪ"]]}
    own = json.loads(Path(f"{path_of('piper-micro')}.json").read_text("utf-8"))["phoneme_id_map"]
    voice = other(tmp_path, **clusters, phoneme_id_map=own | {"aɪ": [161]})
    config = voice._voice.config
    for phrase in ("my", Phrase("my", "my", "maɪ")):
        phrases = sentence(phrase).phrases
        found = _piper_words.symbols(
            phrases, voice._voice.phonemize, config.phoneme_id_map, frozenset(config.vowel_clusters)
        )
        assert "aɪ" in found.phonemes


def test_chinese_is_read_only_with_what_is_here(tmp_path):
    with pytest.raises(MissingDependencyError, match="g2pW"):
        other(tmp_path, phoneme_type="pinyin")


def test_a_voice_of_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(EngineError, match="settings"):
        other(tmp_path, phoneme_type="runes")


# The cache.


def kept(root):
    return sorted(path for path in (root / "speech" / "graphs").rglob("*") if path.is_file())


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def said(name="piper-micro"):
    return sound(speak(load(name), TEXT, options=LIVELY, seed=1))


def test_a_warm_cache_says_the_same_without_looking_at_the_graph(root, monkeypatch):
    cold = said("piper-vits-micro")
    files = kept(root)
    assert [path.name for path in files] == ["0.onnx", "1.onnx", "2.onnx", "3.onnx", "layout.json"]
    monkeypatch.setattr(_vits, "split", None)
    assert np.array_equal(said("piper-vits-micro"), cold)
    assert kept(root) == files


@pytest.mark.parametrize("damage", ["cut", "bits", "absent", "empty", "layout", "list", "stale"])
def test_a_damaged_cache_is_made_again(root, damage):
    whole = said()
    _, graph, layout = kept(root)
    data = graph.read_bytes()
    if damage in ("cut", "bits", "empty"):
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        graph.write_bytes({"cut": data[:middle], "bits": flipped, "empty": b""}[damage])
    elif damage == "absent":
        graph.unlink()
    else:
        layout.write_text({"layout": "{", "list": "[]", "stale": '{"layout": {"stages": [1]}, "sums": []}'}[damage])
    assert np.array_equal(said(), whole)
    assert graph.read_bytes() == data


def test_a_cache_that_cannot_be_written_is_done_without(root):
    whole = said("piper-vits-micro")
    shutil.rmtree(root)
    root.write_text("a file where the folder should be")
    assert np.array_equal(said("piper-vits-micro"), whole)


@contextmanager
def files_no_longer_than(size):
    """What a full disk is to whoever writes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_costs_time_and_nothing_else(root):
    whole = said("piper-vits-micro")
    shutil.rmtree(root)
    with files_no_longer_than(100_000):
        assert np.array_equal(said("piper-vits-micro"), whole)
    assert kept(root) == []
    assert np.array_equal(said("piper-vits-micro"), whole)
    assert len(kept(root)) == 5


DAY = 24 * 3600


@pytest.mark.parametrize(
    ("name", "days", "stays"),
    [
        ("piper-micro-WHOSE-0123456789abcdef", 0.5, True),  # another machine with this folder may be using it
        ("piper-micro-WHOSE-0123456789abcdef", 2, False),  # of another runtime, processor or file
        ("piper-micro-0123456789abcdef-0123456789abcdef", 2, True),  # another voice of that name
        ("other-0123456789abcdef-0123456789abcdef", 29, True),
        ("other-0123456789abcdef-0123456789abcdef", 31, False),
        (".draft", 0.5, True),
        (".draft", 2, False),
    ],
)
def test_what_nobody_wants_any_more_goes_when_something_new_comes(root, name, days, stays):
    whose = _piper_graphs._key(path_of("piper-micro"), _piper_graphs.CPU).split("-")[-2]
    folder = root / "speech" / "graphs" / name.replace("WHOSE", whose)
    folder.mkdir(parents=True)
    for file in (folder / "0.onnx", folder / "layout.json"):
        file.write_text("{}")
        os.utime(file, (time.time() - days * DAY,) * 2)
    said()
    assert folder.exists() == stays
    assert len(list(folder.parent.iterdir())) == 1 + stays


def test_the_cache_is_bounded_and_what_was_used_last_stays(root, monkeypatch):
    said("piper-micro")
    said("piper-vits-micro")
    for path in kept(root):
        os.utime(path, (time.time() - 3600,) * 2)
    said("piper-micro")  # from what is kept
    monkeypatch.setattr(_piper_graphs, "LIMIT", sum(path.stat().st_size for path in kept(root)))
    said("piper-micro-multi")
    names = {path.parent.name.rpartition("-")[0].rpartition("-")[0] for path in kept(root)}
    assert names == {"piper-micro", "piper-micro-multi"}


def test_another_voice_file_is_another_entry(root, tmp_path):
    for file in (MODELS / "piper-micro").glob("*.onnx*"):
        shutil.copy(file, tmp_path / file.name)
    path = tmp_path / "piper-micro.onnx"
    spec = piper.inspect(path)
    first = _piper_graphs._key(path, _piper_graphs.CPU)
    piper.load(spec, path, CPU)
    shutil.copy(path_of("piper-micro-multi"), path)
    assert _piper_graphs._key(path, _piper_graphs.CPU) != first


@pytest.mark.slow
def test_two_processes_at_once_are_fine(root):
    code = (
        "import sys, pathlib\nfrom speech.data import *\nfrom speech.engines import piper\n"
        "path = pathlib.Path(sys.argv[1])\nvoice = piper.load(piper.inspect(path), path, Device(name='cpu'))\n"
        "text = Sentence((Phrase('stop.', 'stop.'),))\n"
        "print(sum(len(s.samples) for s in voice.speak(text, SynthesizeOptions())))"
    )
    command = [sys.executable, "-c", code, str(path_of("piper-micro"))]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [process.communicate() for process in running]
    assert len({out for out, _ in answers}) == 1
    assert not any(err for _, err in answers), answers
    assert len(kept(root)) == 3


def test_a_file_that_is_no_graph_is_named(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"not a graph")
    shutil.copy(f"{path_of('piper-micro')}.json", tmp_path / "bad.onnx.json")
    with pytest.raises(EngineError, match=r"bad\.onnx"):
        piper.load(piper.inspect(tmp_path), tmp_path, CPU)
