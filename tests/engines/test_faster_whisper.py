"""What the Whisper engine hears, beside faster-whisper itself; what every engine must do is in test_contract.py."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_samples import JFK, RATE, SENTENCES, WHISPER_MICRO, clip, say

from speech.data import Chunk, Device, Piece, TranscribeOptions, Word
from speech.engines import _cuda, _whisper, faster_whisper
from speech.errors import EngineError, MissingDependencyError

INT8 = Device(name="cpu", compute_types=("int8",), threads=1)
SPEC = faster_whisper.inspect(WHISPER_MICRO)
WORDS = TranscribeOptions(words=True)
DOOR = "please open the door."
PAIR = "good morning, my fellow americans.", "thank you for your help today."


def chunk(samples, **fields):
    seconds = len(samples) / RATE
    return Chunk(np.asarray(samples, np.float32), (Piece(0, 0, seconds, 0, seconds),), **fields)


@pytest.fixture(scope="module")
def model():
    model = faster_whisper.load(SPEC, WHISPER_MICRO, INT8)
    yield model
    model.close()


@pytest.fixture(scope="module")
def upstream():
    from faster_whisper import WhisperModel

    return WhisperModel(str(WHISPER_MICRO), compute_type="int8", cpu_threads=1, local_files_only=True)


def hear(model, samples, options=WORDS, **fields):
    (heard,) = model.recognize([chunk(samples, **fields)], options)
    return heard


def text(heard):
    return " ".join(segment.text for segment in heard.segments)


def words(heard):
    return [word for segment in heard.segments for word in segment.words]


# What is heard


@pytest.mark.parametrize("sentence", SENTENCES)
def test_hears_a_sentence_word_for_word_and_when(model, sentence):
    spoken = say(sentence, lead=0.4)
    heard = hear(model, spoken.samples)
    assert text(heard) == sentence
    assert [word.text for word in words(heard)] == sentence.split()
    for word, (start, end) in zip(words(heard), spoken.spans, strict=True):
        assert word.start == pytest.approx(start, abs=0.1)
        assert word.end == pytest.approx(end, abs=0.1)
        assert word.probability > 0.5
        assert not word.interpolated


@pytest.mark.parametrize("language", ["de", "es"])
def test_tells_the_language_and_translates_it(model, language):
    spoken, english = clip(language)
    heard = hear(model, spoken.samples)
    assert max(heard.languages, key=heard.languages.get) == language
    assert heard.languages[language] > 0.9
    assert text(heard) == spoken.text
    assert {segment.language for segment in heard.segments} == {language}
    translated = hear(model, spoken.samples, replace(WORDS, task="translate"))
    assert text(translated) == english
    assert [word.text for word in words(translated)] == english.split()


def test_one_batch_of_several_languages_and_prompts(model):
    german, _ = clip("de")
    chunks = [
        chunk(german.samples),
        chunk(say(DOOR).samples, prompt="hello world."),
        chunk(say(DOOR).samples, language="en", prompt="good morning."),
        chunk(clip("es")[0].samples, prompt=""),
    ]
    heard = model.recognize(chunks, replace(WORDS, prompt="hello world, good evening."))
    assert [text(one) for one in heard] == [german.text, DOOR, DOOR, clip("es")[0].text]
    assert all(words(one) for one in heard)


def test_the_chunk_s_language_wins_and_what_was_detected_is_told_all_the_same(model):
    heard = hear(model, clip("de")[0].samples, language="es")
    assert {segment.language for segment in heard.segments} == {"es"}
    assert max(heard.languages, key=heard.languages.get) == "de"


def test_a_named_language_is_not_detected(model):
    heard = hear(model, say(DOOR).samples, TranscribeOptions(language="en"))
    assert heard.languages == {}
    assert text(heard) == DOOR


def test_a_language_it_has_not_is_refused(model):
    with pytest.raises(EngineError, match="xx"):
        hear(model, say(DOOR).samples, language="xx")


@pytest.mark.parametrize("noise", [0.003, 0.05])
def test_noise_is_no_speech(model, noise):
    samples = np.random.default_rng(0).standard_normal(5 * RATE) * noise
    heard = hear(model, samples)
    assert heard.segments == ()
    assert heard.no_speech > 0.9


@pytest.mark.parametrize("lead", [0.0, 0.3, 0.8])
def test_a_segment_starts_with_its_speech_however_long_the_silence_before(model, lead):
    spoken = say(PAIR[0], lead=lead)
    for options in (WORDS, replace(WORDS, words=False)):
        (segment,) = hear(model, spoken.samples, options).segments
        assert segment.start == pytest.approx(spoken.spans[0][0], abs=0.06)
        assert segment.end == pytest.approx(spoken.spans[-1][1], abs=0.06)


def test_a_pause_between_sentences_belongs_to_no_word(model):
    first, second = say(PAIR[0]), say(PAIR[1], lead=1.5)
    heard = hear(model, np.concatenate([first.samples, second.samples]))
    assert text(heard) == " ".join(PAIR)
    spans = [*first.spans, *((start + first.duration, end + first.duration) for start, end in second.spans)]
    for word, (start, end) in zip(words(heard), spans, strict=True):
        assert word.start == pytest.approx(start, abs=0.15)
        assert word.end == pytest.approx(end, abs=0.15)


# Options


def test_hotwords_that_do_not_fit_are_told(model):
    long = "country " * 200
    heard = hear(model, say(DOOR).samples, replace(WORDS, hotwords=("door", long, "americans")))
    (event,) = heard.events
    assert event.kind == "ignored"
    assert long.strip() in event.message
    assert "americans" not in event.message
    assert text(heard) == DOOR
    assert hear(model, say(DOOR).samples, replace(WORDS, hotwords=("door",))).events == ()


def test_a_prompt_of_any_length_is_taken_and_its_head_left_out(model):
    heard = hear(model, say(DOOR).samples, replace(WORDS, prompt="hello world. " * 200))
    assert "open" in text(heard)
    (event,) = heard.events
    assert "tokens" in event.message


def test_a_prompt_changes_what_the_model_is_given(model):
    plain = hear(model, say(DOOR).samples)
    prompted = hear(model, say(DOOR).samples, replace(WORDS, prompt="hello world."))
    hot = hear(model, say(DOOR).samples, replace(WORDS, hotwords=("hello world.",)))
    assert prompted.details["logprob"] != plain.details["logprob"]
    assert hot.details["logprob"] == prompted.details["logprob"]


def test_a_beam_of_one_scores_no_better(model):
    noise = np.random.default_rng(1).standard_normal(len(say(JFK).samples)).astype(np.float32)
    noisy = [say(JFK).samples + noise * level for level in (0.1, 0.2, 0.3, 0.4)]
    scores = [
        [hear(model, samples, TranscribeOptions(beam_size=beam)).details["logprob"] for samples in noisy]
        for beam in (5, 1)
    ]
    assert sum(scores[0]) > sum(scores[1])


def test_a_repeated_ngram_is_blocked(model):
    spoken = say("stop stop stop stop stop.")
    assert text(hear(model, spoken.samples)).count("stop") > 2
    assert text(hear(model, spoken.samples, TranscribeOptions(no_repeat_ngram=1))).count("stop") == 1


def test_a_temperature_samples_and_is_told(model):
    heard = hear(model, say(DOOR).samples, TranscribeOptions(temperature=0.2))
    assert text(heard) == DOOR
    assert heard.details["temperature"] == 0.2


# Beside faster-whisper


def one_to_three_sentences():
    for count in (1, 2, 3):
        for first in range(0, len(SENTENCES) - 2, 4):
            yield np.concatenate([say(sentence, lead=0.4).samples for sentence in SENTENCES[first : first + count]])


@pytest.mark.parametrize("with_words", [False, True])
def test_the_same_words_as_faster_whisper_in_both_its_modes(model, upstream, with_words):
    from faster_whisper import BatchedInferencePipeline

    clips = list(one_to_three_sentences())
    ours = model.recognize([chunk(samples) for samples in clips], TranscribeOptions(words=with_words, language="en"))
    common = {"language": "en", "word_timestamps": with_words}
    for samples, heard in zip(clips, ours, strict=True):
        sequential = upstream.transcribe(samples, temperature=0, **common)[0]
        whole = [{"start": 0, "end": len(samples) / RATE}]
        batched = BatchedInferencePipeline(upstream).transcribe(
            samples, clip_timestamps=whole, without_timestamps=False, **common
        )[0]
        for theirs in (sequential, batched):
            assert text(heard).split() == "".join(segment.text for segment in theirs).split()


def test_the_same_figures_as_faster_whisper(model, upstream):
    samples = say(PAIR[0]).samples
    (theirs,) = upstream.transcribe(samples, language="en", temperature=0)[0]
    heard = hear(model, samples, TranscribeOptions(language="en"))
    (ours,) = heard.segments
    assert ours.logprob == pytest.approx(theirs.avg_logprob, abs=1e-6)
    assert ours.no_speech == heard.no_speech == pytest.approx(theirs.no_speech_prob, abs=1e-6)
    assert list(ours.tokens) == theirs.tokens
    assert ours.details["compression_ratio"] == pytest.approx(theirs.compression_ratio, abs=0.05)
    assert ours.confidence == pytest.approx(np.exp(ours.logprob))


# Tokens


SPECIALS = _whisper.Specials(end_of_text=100, first_timestamp=200)


def at(seconds):
    return 200 + round(seconds / 0.02)


@pytest.mark.parametrize(
    ("tokens", "expected", "resume"),
    [
        ([], [], None),
        ([at(0)], [], None),
        ([1, 2], [((1, 2), 0, None)], None),
        ([at(0.5), 1, 2], [((1, 2), 0.5, None)], None),
        ([at(0), 1, at(2)], [((1,), 0, 2)], None),
        ([at(0), 1, 150, at(2)], [((1,), 0, 2)], None),
        ([at(0), 1, at(2), at(2), 2, at(3)], [((1,), 0, 2), ((2,), 2, 3)], None),
        ([at(0), 1, at(2), at(2.5), 2], [((1,), 0, 2), ((2,), 2.5, None)], 2.5),
        ([at(0), 1, at(2), at(2.5)], [((1,), 0, 2)], 2.5),
        ([at(0), 1, at(2), at(2), 2, at(3), at(3)], [((1,), 0, 2), ((2,), 2, 3)], 3),
    ],
)
def test_tokens_are_cut_at_their_timestamps(tokens, expected, resume):
    found = list(_whisper.cuts(tokens, SPECIALS))
    assert [(cut.text, cut.start, cut.end) for cut in found] == expected
    assert _whisper.unfinished_from(tokens, found, SPECIALS, 224) == resume


def test_a_window_that_ran_out_of_tokens_is_unfinished():
    tokens = [at(1), *[7] * 223]
    found = list(_whisper.cuts(tokens, SPECIALS))
    assert _whisper.unfinished_from(tokens, found, SPECIALS, 224) == 1


@given(st.lists(st.one_of(st.integers(0, 99), st.integers(200, 1700))))
def test_cutting_loses_no_text_and_no_order(tokens):
    found = list(_whisper.cuts(tokens, SPECIALS))
    assert [token for cut in found for token in cut.text] == [token for token in tokens if token < 100]
    assert all(cut.end is not None for cut in found[:-1])
    joined = [token for cut in found for token in cut.tokens]
    assert [token for token in joined if token < 100] == [token for token in tokens if token < 100]
    assert len(joined) <= len(tokens)


@given(st.lists(st.tuples(st.floats(0, 30), st.one_of(st.none(), st.floats(0, 30)))), st.floats(0.01, 30))
def test_cuts_are_brought_inside_the_audio_or_told(spans, duration):
    given_ = [_whisper.Cut((), (), start, end) for start, end in spans]
    kept, dropped = _whisper.inside(given_, duration)
    times = [time for cut in kept for time in (cut.start, cut.end)]
    assert times == sorted(times)
    assert all(0 <= time <= duration for time in times)
    assert all(cut.start < cut.end for cut in kept)
    assert len(kept) + len(dropped) == len(spans)


def letters(text):
    return [ord(letter) for letter in text]


@pytest.mark.parametrize(
    ("hotwords", "text", "expected", "left_out", "cut"),
    [
        ((), "", "", (), 0),
        ((), "  hello ", " hello", (), 0),
        (("ab", " ", "cd"), "", " ab, cd", (), 0),
        (("ab",), "hello", " ab hello", (), 0),
        (("abcdefghijk", "ab"), "", " ab", ("abcdefghijk",), 0),
        (("abcdefg",), "hello", " abcdefglo", (), 4),
        (("abcdefghi",), "hello", " abcdefghi", (), 6),
    ],
)
def test_the_prompt_has_hotwords_whole_and_the_end_of_the_text(hotwords, text, expected, left_out, cut):
    prompt = _whisper.prompt(letters, hotwords, text, room=10)
    assert prompt.tokens == tuple(letters(expected))
    assert prompt.hotwords_left_out == left_out
    assert prompt.tokens_left_out == cut


# Words


def test_punctuation_goes_to_its_word_without_its_time():
    timed = _whisper.TimedTokens((0, 1, 2, 3, 4, 5, 9), (1.0, 0.5, 0.5, 1.0, 1.0, 1.0))
    parts = [(' "', 1), ("hel", 1), (",", 1), (" wor", 1), (".", 1), ('"', 1)]
    assert _whisper.words(parts, timed, 0) == [Word('"hel,', 1, 2, 0.5), Word('wor."', 3, 4, 1.0)]


times = st.floats(0, 10).map(lambda time: round(time, 2))


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.text("abc.", min_size=1, max_size=9), times, times), min_size=1, max_size=8),
    st.floats(0, 4),
    st.floats(0.02, 5),
    st.lists(st.booleans(), max_size=300),
)
def test_settled_words_increase_between_the_neighbours(raw, start, length, sound):
    found = [Word(text, min(a, b), max(a, b), 0.5) for text, a, b in sorted(raw, key=lambda part: part[1])]
    cut = _whisper.Cut((), (), start, start + length)
    settled = _whisper.settle(
        found, cut, floor=start / 2, ceiling=start + 2 * length, usual=0.3, sound=np.array(sound, bool)
    )
    bounds = [time for word in settled for time in (word.start, word.end)]
    assert [word.text for word in settled] == [word.text for word in found]
    assert bounds == sorted(bounds)
    assert start / 2 - 0.001 <= bounds[0]
    assert bounds[-1] <= start + 2 * length + 0.001
    assert all(a.end <= b.start for a, b in itertools.pairwise(settled))


ALL_SOUND = np.ones(1000, bool)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # The first word may not begin before the model's own timestamp, 1.0.
        ([("a", 0.0, 1.4), ("b", 1.4, 2.0)], [(1.0, 1.4, False), (1.4, 2.0, False)]),
        # A word after a full stop does not last over the pause.
        ([("a.", 1.0, 1.2), ("b", 1.2, 3.0)], [(1.0, 1.2, False), (2.4, 3.0, False)]),
        # One of no length gets the gap it stands in, and otherwise its share of the next.
        (
            [("a", 1.0, 1.2), ("b", 1.2, 1.2), ("c", 1.6, 2.0)],
            [(1.0, 1.2, False), (1.2, 1.28, True), (1.6, 2.0, False)],
        ),
        ([("a", 1.0, 1.2), ("b", 1.2, 1.2), ("c", 1.2, 1.6)], [(1.0, 1.2, False), (1.2, 1.4, True), (1.4, 1.6, True)]),
    ],
)
def test_words_are_settled(found, expected):
    cut = _whisper.Cut((), (), 1.0, 3.0)
    marks = [Word(*mark) for mark in found]
    settled = _whisper.settle(marks, cut, floor=0.0, ceiling=3.0, usual=0.3, sound=ALL_SOUND)
    assert [(word.start, word.end, word.interpolated) for word in settled] == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # Sound is from 1.5 to 2.0 and from 2.3 on: a long silence is taken off a word, a short one left.
        ([("a", 1.0, 2.05)], [(1.5, 2.05, False)]),
        ([("a", 1.45, 2.2), ("b", 2.2, 3.0)], [(1.45, 2.0, False), (2.3, 3.0, False)]),
        # One that lies in silence is where sound is left for it.
        ([("a", 1.0, 1.2), ("b", 2.3, 3.0)], [(1.5, 2.0, True), (2.3, 3.0, False)]),
        # One outside the model's timestamps, and in silence, is brought in to the sound.
        ([("a", 0.2, 0.4), ("b", 2.3, 2.7)], [(1.5, 2.0, True), (2.3, 2.7, False)]),
    ],
)
def test_words_are_settled_where_sound_is(found, expected):
    sound = np.array([1.5 <= frame / 100 < 2 or frame >= 230 for frame in range(300)])
    cut = _whisper.Cut((), (), 1.0, 3.0)
    marks = [Word(*mark) for mark in found]
    settled = _whisper.settle(marks, cut, floor=0.0, ceiling=3.0, usual=1.0, sound=sound)
    assert [(word.start, word.end, word.interpolated) for word in settled] == expected


def test_sound_is_told_from_silence_by_the_loudest():
    tone = np.sin(np.arange(1600) / 5).astype(np.float32)
    samples = np.concatenate([tone * 0.5, tone * 0.001, tone * 0.05, tone[:7] * 0])
    assert _whisper.sounding(samples).tolist() == [True] * 10 + [False] * 10 + [True] * 10
    assert not _whisper.sounding(samples * 0).any()
    assert _whisper.sounding(samples[:7]).tolist() == []


# Loading


def test_a_directory_is_inspected_without_its_weights(tmp_path):
    shutil.copytree(WHISPER_MICRO, tmp_path / "mine", ignore=shutil.ignore_patterns("model.bin"))
    (tmp_path / "mine" / "model.bin").write_bytes(b"")
    spec = faster_whisper.inspect(tmp_path / "mine")
    assert (spec.name, spec.task, spec.engine, spec.path) == (
        "mine", "transcribe", "faster_whisper", tmp_path / "mine",
    )  # fmt: skip
    assert {"translate", "detect", "words", "prompt", "hotwords"} <= spec.features
    assert len(spec.languages) == 100
    assert "80 mel" in spec.description


def test_an_english_model_in_the_old_layout(tmp_path):
    for name in ("model.bin", "config.json"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "vocabulary.txt").write_text(
        "a\n<|endoftext|>\n<|startoftranscript|>\n<|en|>\n<|de|>\n", encoding="utf-8"
    )
    spec = faster_whisper.inspect(tmp_path)
    assert spec.languages == ("en",)
    assert not {"translate", "detect"} & spec.features


@pytest.mark.parametrize("file", ["model.bin", "config.json", "tokenizer.json"])
def test_a_model_that_lacks_a_file_is_refused_by_name(tmp_path, file):
    shutil.copytree(WHISPER_MICRO, tmp_path, ignore=shutil.ignore_patterns(file), dirs_exist_ok=True)
    with pytest.raises(EngineError, match=file):
        faster_whisper.load(SPEC, tmp_path, INT8)


@pytest.mark.parametrize("file", ["model.bin", "config.json", "tokenizer.json"])
def test_a_damaged_file_is_refused(tmp_path, file, capfd):
    shutil.copytree(WHISPER_MICRO, tmp_path, dirs_exist_ok=True)
    damaged = tmp_path / file
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    with pytest.raises(EngineError, match="cannot load"):
        faster_whisper.load(SPEC, tmp_path, INT8)
    assert capfd.readouterr() == ("", "")


def test_a_compute_type_that_does_not_work_here_is_refused(capfd):
    with pytest.raises(EngineError, match="nonsense"):
        faster_whisper.load(SPEC, WHISPER_MICRO, Device(name="cpu", compute_types=("nonsense",)))
    assert capfd.readouterr() == ("", "")


def test_a_model_that_is_not_there_says_how_to_get_it():
    with pytest.raises(EngineError, match="models pull"):
        faster_whisper.load(replace(SPEC, path=None), None, INT8)


def test_every_compute_type_of_the_cpu_hears_the_same():
    cpu = faster_whisper.probe()[0]
    assert cpu.compute_types[0].startswith("int8")
    for compute_type in cpu.compute_types:
        model = faster_whisper.load(SPEC, WHISPER_MICRO, replace(cpu, compute_types=(compute_type,)))
        assert text(hear(model, say(DOOR).samples)) == DOOR
        model.close()


# Devices


def test_a_library_that_is_missing_is_found_out_before_it_aborts_anything(monkeypatch):
    assert _cuda.missing(["libno-such-library.so.7"]) == ["libno-such-library.so.7"]
    assert _cuda.missing([]) == []
    monkeypatch.setattr(_cuda, "missing", lambda libraries: libraries)
    with pytest.raises(MissingDependencyError, match=r"cublas.*pip install"):
        faster_whisper.load(SPEC, WHISPER_MICRO, Device(name="cuda:0", compute_types=("float16",)))


def test_a_gpu_without_its_libraries_is_told_of_but_not_used(monkeypatch):
    import ctranslate2

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 2)
    monkeypatch.setattr(_cuda, "missing", lambda libraries: libraries[:1])
    _, first, second = faster_whisper.probe()
    assert (first.name, second.name, first.compute_types) == ("cuda:0", "cuda:1", ())
    assert "cublas" in first.note
    assert "\n" not in first.note


def test_a_machine_without_the_driver_has_no_free_gpu_memory():
    assert _cuda.free_bytes(99) is None


# Batches


def test_what_is_out_of_memory_says_so(model):
    with pytest.raises(EngineError, match="out of memory") as caught, model._failures():
        raise RuntimeError("CUDA failed with error out of memory")
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_batch_that_memory_does_not_hold_is_halved():
    sizes = []

    def work(items):
        sizes.append(len(items))
        if len(items) > 2:
            raise EngineError("model 'x' failed (out of memory); take a smaller batch")
        return [-item for item in items]

    assert faster_whisper.in_halves(list(range(7)), work) == [0, -1, -2, -3, -4, -5, -6]
    assert max(sizes) == 7


@pytest.mark.parametrize("message", ["it failed (out of memory); take a smaller model", "it failed (bad)"])
def test_what_halving_does_not_mend_is_raised(message):
    def work(items):
        raise EngineError(message)

    with pytest.raises(EngineError, match="failed"):
        faster_whisper.in_halves([1, 2, 3], work)


@given(st.lists(st.integers(0, 5)))
def test_groups_are_put_back_in_order(items):
    def work(group):
        assert len(set(group)) == 1
        return [item * 10 for item in group]

    assert faster_whisper.in_groups(items, lambda item: item, work) == [item * 10 for item in items]
