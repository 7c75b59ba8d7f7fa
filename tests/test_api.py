"""What the user holds, with the engines themselves: whisper-micro and PocketSphinx."""

from __future__ import annotations

import gc
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from speech_samples import RATE, SENTENCES, WHISPER_MICRO, clip, say

import speech
from speech.audio import Audio
from speech.data import TranscribeOptions
from speech.errors import AudioError, SpeechError, StoppedError, UnknownModelError, UnsupportedError

DATA = Path(__file__).parent / "data"
STEW = DATA / "en" / "librispeech_1089-134686-0000.flac"
STEW_TEXT = (
    "he hoped there would be stew for dinner turnips and carrots and bruised potatoes and fat mutton pieces "
    "to be ladled out in thick peppered flour fattened sauce"
)
GAP = np.zeros(2 * RATE, np.float32)


def sound(text, **how):
    return Audio(say(text, lead=0.5, **how).samples, RATE)


def joined(*texts):
    return Audio(np.concatenate([part for text in texts for part in (say(text).samples, GAP)]), RATE)


def as_json(transcript):
    return json.dumps(transcript.to_dict() | {"source": ""}, sort_keys=True)


@pytest.fixture(scope="module")
def stt():
    with speech.Transcriber(WHISPER_MICRO) as transcriber:
        yield transcriber


@pytest.fixture(scope="module")
def sphinx():
    with speech.Transcriber("pocketsphinx") as transcriber:
        yield transcriber


# --- Text


@pytest.mark.parametrize("text", SENTENCES)
def test_whisper_hears_what_is_said(stt, text):
    transcript = stt.transcribe(sound(text), words=True)
    assert transcript.text == text
    assert [word.text for word in transcript.words] == text.split()
    assert transcript.language == "en"
    assert transcript.languages["en"] > 0.9
    assert transcript.record == ()


def test_several_sentences_with_pauses_keep_their_places(stt):
    transcript = stt.transcribe(joined(*SENTENCES[:4]), max_chunk=12.0, words=True)
    assert transcript.text.split() == " ".join(SENTENCES[:4]).split()
    assert_times_are_sound(transcript, len(joined(*SENTENCES[:4]).samples) / RATE)


def assert_times_are_sound(transcript, duration):
    assert transcript.segments
    for segment in transcript.segments:
        assert 0 <= segment.start <= segment.end <= duration + 0.001
        assert segment.words
        assert (segment.start, segment.end) == (segment.words[0].start, segment.words[-1].end)
        assert all(word.start <= word.end for word in segment.words)
        assert all(a.end <= b.start + 0.02 for a, b in pairwise(segment.words))
    assert all(a.start <= b.start for a, b in pairwise(transcript.segments))


@pytest.mark.parametrize("language", ["de", "es"])
def test_other_languages_are_detected_and_translated(stt, language):
    spoken, english = clip(language)
    source = Audio(spoken.samples, RATE)
    transcript = stt.transcribe(source)
    assert (transcript.text, transcript.language) == (spoken.text, language)
    assert stt.transcribe(source, task="translate").text == english
    assert stt.transcribe(source, language="German" if language == "de" else "es-MX").language == language


def test_each_chunk_may_have_its_own_language(stt):
    german, _ = clip("de")
    both = Audio(np.concatenate((say(SENTENCES[1]).samples, GAP, german.samples, GAP)), RATE)
    transcript = stt.transcribe(both, language="each", max_chunk=4.0)
    assert [segment.language for segment in transcript.segments] == ["en", "de"]
    assert transcript.segments[1].text == german.text


def test_pocketsphinx_hears_a_real_recording(sphinx):
    import jiwer

    transcript = sphinx.transcribe(STEW, words=True)
    assert jiwer.wer(STEW_TEXT, transcript.text) < 0.45
    assert (transcript.language, transcript.source) == ("en", str(STEW))
    assert transcript.model.embedded
    assert transcript.duration == pytest.approx(10.435, abs=0.001)
    assert_times_are_sound(transcript, 10.435)
    assert all(0 <= word.probability <= 1 for word in transcript.words)


def test_channels_apart(sphinx):
    transcript = sphinx.transcribe(DATA / "made" / "two_channels.flac", channels="split", words=True)
    left, right = ([s for s in transcript.segments if s.channel == channel] for channel in (0, 1))
    assert left[0].start < left[-1].end <= 3.0
    assert 3.0 <= right[0].start < right[-1].end <= 6.9
    assert "silly" in " ".join(segment.text for segment in left)
    assert "stillness" in " ".join(segment.text for segment in right)
    assert list(transcript.segments) == sorted(transcript.segments, key=lambda segment: segment.start)


def test_channels_are_transcribed_as_if_alone(stt):
    one, two = say(SENTENCES[1], lead=0.2).samples, say(SENTENCES[4], lead=4.0).samples
    length = max(len(one), len(two)) + RATE
    both = np.stack([np.pad(samples, (0, length - len(samples))) for samples in (one, two)], axis=1)
    transcript = stt.transcribe(Audio(both, RATE), channels="split")
    assert [(s.channel, s.text) for s in transcript.segments] == [(0, SENTENCES[1]), (1, SENTENCES[4])]


def test_a_clip_has_the_times_of_the_whole(stt):
    whole = joined(*SENTENCES[1:5])
    full = stt.transcribe(whole, max_chunk=6.0, words=True)
    third = full.segments[2]
    start, end = third.start - 0.9, third.end + 0.9
    part = stt.transcribe(whole, start=start, end=end, words=True)
    assert part.text == third.text
    assert part.duration == pytest.approx(end - start, abs=0.001)
    for word, same in zip(part.words, third.words, strict=True):
        assert (word.start, word.end) == (pytest.approx(same.start, abs=0.1), pytest.approx(same.end, abs=0.1))


def test_a_clip_of_a_file(sphinx):
    transcript = sphinx.transcribe(STEW, start=5.0, end=8.0, words=True)
    assert transcript.duration == pytest.approx(3.0)
    assert transcript.words
    assert all(5.0 <= word.start <= word.end <= 8.0 for word in transcript.words)
    assert "pieces" in transcript.text


def test_without_speech_detection(stt):
    assert stt.transcribe(sound(SENTENCES[1]), vad=False).text == SENTENCES[1]


# --- Sources


@pytest.mark.parametrize("source", [b"", DATA / "made" / "silence.flac", Audio(np.zeros(0, np.float32), RATE)])
@pytest.mark.parametrize("options", [{}, {"words": True}, {"channels": "split"}])
def test_nothing_said_is_an_empty_transcript(stt, sphinx, source, options):
    for transcriber in (stt, sphinx):
        transcript = transcriber.transcribe(source, **options)
        assert (transcript.text, transcript.segments, transcript.speech) == ("", (), 0.0)
        assert not [event for event in transcript.record if event.kind != "input"]


@pytest.mark.parametrize("length", [1, 159, 16_000])
def test_next_to_nothing_without_detection(stt, length):
    assert stt.transcribe(Audio(np.zeros(length, np.float32), RATE), vad=False).text == ""


def test_every_kind_of_source_gives_the_same(stt, tmp_path):
    import soundfile

    path = tmp_path / "said.wav"
    soundfile.write(path, sound(SENTENCES[1]).samples, RATE, subtype="FLOAT")
    data = path.read_bytes()
    wanted = as_json(stt.transcribe(path, words=True))
    for source in (str(path), data, io.BytesIO(data), sound(SENTENCES[1])):
        assert as_json(stt.transcribe(source, words=True)) == wanted
    with path.open("rb") as file:
        assert as_json(stt.transcribe(file, words=True)) == wanted


@pytest.mark.parametrize("options", [{}, {"words": True, "language": "each", "max_chunk": 8.0}])
def test_twice_is_the_same_to_the_last_bit(stt, options):
    source = joined(*SENTENCES[2:7])
    assert as_json(stt.transcribe(source, **options)) == as_json(stt.transcribe(source, **options))


def test_a_transcript_says_what_made_it(stt):
    transcript = stt.transcribe(sound(SENTENCES[2]), beam_size=2, prompt="world")
    assert transcript.model == stt.model
    assert (transcript.model.name, transcript.model.engine) == ("whisper-micro", "faster_whisper")
    assert transcript.model.device == "cpu"
    assert transcript.model.compute_type
    assert transcript.options == TranscribeOptions(beam_size=2, prompt="world")
    assert transcript.version == speech.__version__


def test_a_bare_array_is_refused(stt):
    with pytest.raises(AudioError, match="rate of a bare array"):
        stt.transcribe(np.zeros(100, np.float32))


# --- Options


def test_a_meaning_that_the_model_lacks_is_refused(sphinx):
    with pytest.raises(UnsupportedError, match="translate"):
        sphinx.transcribe(STEW, task="translate")
    with pytest.raises(SpeechError, match="'de'"):
        sphinx.transcribe(STEW, language="de")


def test_tuning_that_the_model_lacks_is_ignored_on_record(sphinx):
    transcript = sphinx.transcribe(STEW, end=2.0, beam_size=9, prompt="dinner")
    ignored = [event.details for event in transcript.record if event.kind == "ignored"]
    assert ignored == [{"option": "prompt", "value": "dinner"}, {"option": "beam_size", "value": 9}]


def test_options_of_a_call_go_over_those_of_the_transcriber():
    with speech.Transcriber(WHISPER_MICRO, language="german", beam_size=2) as transcriber:
        assert transcriber.options.language == "de"
        assert transcriber.transcribe(sound(SENTENCES[5]), beam_size=3).options == TranscribeOptions(
            language="de", beam_size=3
        )
        assert transcriber.options.beam_size == 2
        assert transcriber.transcribe(sound(SENTENCES[4]), language=None).language == "en"


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"model": "whisper-nano"}, UnknownModelError, "whisper-nano"),
        ({"batch_size": 0}, UnsupportedError, "batch_size is 0"),
        ({"batch_size": -2}, UnsupportedError, "batch_size is -2"),
        ({"beam_sise": 3}, UnsupportedError, "did you mean 'beam_size'"),
        ({"device": "abacus"}, SpeechError, "abacus"),
        ({"compute_type": "int3"}, SpeechError, "int3"),
    ],
)
def test_a_transcriber_that_cannot_be_is_refused(arguments, kind, message):
    with pytest.raises(kind, match=message):
        speech.Transcriber(**{"model": WHISPER_MICRO} | arguments)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_the_size_of_a_batch_changes_no_text(stt, size):
    source = joined(*SENTENCES[1:7])
    wanted = stt.transcribe(source, max_chunk=5.0).text
    with speech.Transcriber(WHISPER_MICRO, batch_size=size) as transcriber:
        assert transcriber.transcribe(source, max_chunk=5.0).text == wanted


# --- Many recordings


def test_many_come_in_order(stt):
    texts = [*SENTENCES[2:8], *SENTENCES[5:1:-1]]
    given = [transcript.text for transcript in stt.transcribe_many(map(sound, texts))]
    assert given == texts


def test_of_many_the_bad_ones_come_as_errors_in_their_place(stt, tmp_path):
    sources = [sound(SENTENCES[2]), tmp_path / "nowhere.wav", b"no recording", sound(SENTENCES[4]), 5]
    given = list(stt.transcribe_many(sources, errors="return"))
    assert [type(one) for one in given] == [speech.Transcript, AudioError, AudioError, speech.Transcript, AudioError]
    assert "nowhere.wav" in str(given[1])
    assert [given[0].text, given[3].text] == [SENTENCES[2], SENTENCES[4]]


def test_of_many_the_first_bad_one_ends_it(stt, tmp_path):
    many = stt.transcribe_many([sound(SENTENCES[2]), tmp_path / "nowhere.wav", sound(SENTENCES[4])])
    assert next(many).text == SENTENCES[2]
    with pytest.raises(AudioError, match="nowhere"):
        next(many)
    assert list(many) == []


def test_sources_are_taken_only_a_few_ahead(stt):
    taken = []

    def sources():
        for text in SENTENCES * 3:
            taken.append(text)
            yield sound(text)

    given = stt.transcribe_many(sources())
    next(given)
    given.close()
    assert len(taken) < len(SENTENCES) * 3


@pytest.mark.parametrize("words", [True, False])
def test_short_recordings_share_windows_where_that_is_asked_for(words):
    """The micro model is not at its best in full windows: what it cannot tell apart is decoded alone, and on record."""
    texts = [*SENTENCES[2:], *SENTENCES[2:]]
    with speech.Transcriber(WHISPER_MICRO, language="en", words=words) as alone:
        expected = [transcript.text for transcript in alone.transcribe_many(map(sound, texts))]
        assert alone.packed.clips == 0
    runs = []
    for _ in range(2):
        with speech.Transcriber(WHISPER_MICRO, language="en", words=words, pack=True) as packing:
            given = list(packing.transcribe_many([sound(text) for text in texts]))
            runs.append([(transcript.segments, transcript.record) for transcript in given])
            counts = packing.packed
    assert runs[0] == runs[1]  # what shares a window never depends on timing
    assert counts.clips == len(texts)
    assert 1 <= counts.windows <= 3
    retried = [t for t in given if any("shared a window" in event.message for event in t.record)]
    assert len(retried) == counts.alone < len(texts)
    right = sum(one.text == text for one, text in zip(given, expected, strict=True))
    assert right >= len(texts) * 0.7
    assert all(segment.end <= t.duration for t in given for segment in t.segments)


def test_without_a_language_nothing_is_shared(tmp_path):
    with speech.Transcriber(WHISPER_MICRO, pack=True) as packing:
        [one, _] = packing.transcribe_many([sound(SENTENCES[2]), sound(SENTENCES[4])])
        assert packing.packed.clips == 0
        assert any("name the language" in event.message for event in one.record)


def test_long_recordings_among_short_ones_do_not_share(stt):
    sources = [sound(SENTENCES[2]), joined(*SENTENCES * 2), b"broken", sound(SENTENCES[4])]
    given = list(stt.transcribe_many(sources, language="en", pack=True, errors="return"))
    assert [given[0].text, given[3].text] == [SENTENCES[2], SENTENCES[4]]
    assert isinstance(given[2], AudioError)
    assert len(given[1].segments) > 5


def test_leaving_early_where_windows_are_shared_hangs_nowhere(stt):
    given = stt.transcribe_many(map(sound, SENTENCES * 8), language="en", pack=True)
    next(given)
    given.close()


def test_closing_many_early_stops_its_threads(stt):
    long = joined(*SENTENCES * 4)
    before = {thread for thread in threading.enumerate() if thread.name.startswith("speech-source")}
    steps = []
    many = stt.transcribe_many([sound(SENTENCES[2])] + [long] * 3, progress=steps.append)
    next(many)
    many.close()
    assert [step.stage for step in steps].count("done") == 1  # the long ones were not gone through
    assert {thread for thread in threading.enumerate() if thread.name.startswith("speech-source")} == before
    assert stt.transcribe(sound(SENTENCES[4])).text == SENTENCES[4]


def test_an_error_in_the_sources_comes_out(stt):
    def sources():
        yield sound(SENTENCES[2])
        raise KeyError("sources")

    with pytest.raises(KeyError, match="sources"):
        list(stt.transcribe_many(sources()))


@pytest.mark.parametrize(
    ("sources", "arguments", "message"),
    [("a.wav", {}, "one source"), (b"RIFF", {}, "one source"), ([], {"errors": "ignore"}, "errors is 'ignore'")],
)
def test_many_refuses_what_makes_no_sense(stt, sources, arguments, message):
    with pytest.raises(UnsupportedError, match=message):
        list(stt.transcribe_many(sources, **arguments))


def test_a_hook_that_fails_ends_many_with_its_error(stt):
    def fails(step):
        raise KeyError("hook")

    with pytest.raises(KeyError, match="hook"):
        list(stt.transcribe_many([sound(SENTENCES[2])] * 6, progress=fails, errors="return"))
    assert stt.transcribe(sound(SENTENCES[4])).text == SENTENCES[4]


def test_progress_of_many_comes_from_one_thread_at_a_time(stt):
    inside, overlaps, steps = threading.Lock(), [], []

    def hook(step):
        if not inside.acquire(blocking=False):
            overlaps.append(step)
            return
        steps.append((step, sum(range(300_000))))  # long enough for another thread to come in
        inside.release()

    list(stt.transcribe_many(map(sound, SENTENCES[2:8]), progress=hook))
    assert not overlaps
    assert [step.stage for step, _ in steps].count("done") == 6


class Memory:
    """A journal that counts."""

    def __init__(self):
        self.passages = {}
        self.known = 0

    def get(self, chunk):
        passage = self.passages.get((chunk.channel, chunk.index))
        self.known += passage is not None
        return passage

    def put(self, passage):
        self.passages[passage.channel, passage.index] = passage


def test_a_journal_makes_a_second_run_the_same(stt):
    journal, source = Memory(), joined(*SENTENCES[2:6])
    first = stt.transcribe(source, max_chunk=5.0, journal=journal)
    assert len(journal.passages) > 2
    del journal.passages[None, 1]
    assert as_json(stt.transcribe(source, max_chunk=5.0, journal=journal)) == as_json(first)
    assert journal.known == len(journal.passages) - 1


def test_each_of_many_has_its_journal(stt):
    journals = {}
    sources = [sound(SENTENCES[2]), sound(SENTENCES[4])]
    list(stt.transcribe_many(sources, journal=lambda source: journals.setdefault(id(source), Memory())))
    texts = [passage.segments[0].text for s in sources for passage in journals[id(s)].passages.values()]
    assert texts == [SENTENCES[2], SENTENCES[4]]


# --- Threads, and the end


def test_threads_may_share_a_transcriber(stt):
    texts = SENTENCES[2:7]

    def one(text):
        return [stt.transcribe(sound(text), words=True).text for _ in range(2)]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, texts)) == [[text] * 2 for text in texts]


def test_after_close_everything_says_so():
    transcriber = speech.Transcriber(WHISPER_MICRO)
    stream = transcriber.stream(sound(SENTENCES[2]))
    assert transcriber.transcribe(sound(SENTENCES[2])).text == SENTENCES[2]
    transcriber.close()
    transcriber.close()
    for call in (
        lambda: transcriber.transcribe(sound(SENTENCES[2])),
        lambda: transcriber.stream(sound(SENTENCES[2])),
        lambda: list(transcriber.transcribe_many([sound(SENTENCES[2])])),
        lambda: transcriber.detect(sound(SENTENCES[2])),
    ):
        with pytest.raises(StoppedError, match="closed"):
            call()
    with pytest.raises(SpeechError):
        list(stream)


def test_closing_while_others_work_stops_them(tmp_path):
    transcriber = speech.Transcriber(WHISPER_MICRO)
    source = joined(*SENTENCES * 6)
    begun = threading.Event()

    def work():
        for _ in transcriber.stream(source, max_chunk=5.0):
            begun.set()

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(work) for _ in range(2)]
        assert begun.wait(60)
        transcriber.close()
        for one in running:
            assert isinstance(one.exception(60), SpeechError | None)


def test_a_transcriber_leaves_no_thread():
    gc.collect()
    before = set(threading.enumerate())
    with speech.Transcriber(WHISPER_MICRO) as transcriber:
        transcriber.transcribe(sound(SENTENCES[2]))
    assert set(threading.enumerate()) == before
