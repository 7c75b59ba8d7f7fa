"""Several sentences at once, out in their order, on one clock."""

import gc
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Event, ModelSpec, Phrase, Sentence, Speech, SynthesizeOptions, Word
from speech.errors import AudioError, EngineError, StoppedError
from speech.tts.pipeline import Performance, Stage
from speech.tts.plan import Chapter, Clip, Mark, Pause, Utterance
from speech.tts.utter import Loaded, Shape

RATE = 8000
SHAPE = Shape(RATE)


class Hum:
    """A voice that holds one level for each word: 0.1 s of it, in stretches of a word."""

    parallel = 4

    def __init__(self, rate: int = RATE) -> None:
        self.rate = rate
        self.spoken: list[str] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.gate: threading.Event | None = None

    def speak(self, sentence, options):
        with self.lock:
            self.spoken.append(sentence.spoken)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield from self._words(sentence)
        finally:
            with self.lock:
                self.at_once -= 1

    def _words(self, sentence):
        if sentence.spoken == "break":
            raise EngineError("the voice broke; try again")
        step = round(self.rate * 0.1 / sentence.rate)
        for number, word in enumerate(sentence.spoken.split()):
            if word == "wait" and self.gate:
                assert self.gate.wait(10)
            level = np.full(step, len(word) / 100, np.float32)
            times = (number * step / self.rate, (number + 1) * step / self.rate)
            yield Speech(level, self.rate, (Word(word, *times),), (Event("dropped", word),) if word == "?" else ())

    def close(self):
        pass


def stage(voice, shape=SHAPE, features=("words",), **changes):
    spec = ModelSpec(name="hum", task="synthesize", engine="hum", sample_rate=voice.rate, features=frozenset(features))
    loaded = Loaded(voice, spec, "hum 1")
    events = []
    made = Stage(SynthesizeOptions(), shape, lambda *_: loaded, events.append, **{"workers": 3, **changes})
    return made, events


def say(text, *marks, **manner):
    return Utterance(Sentence((Phrase(text, text),), language="en", **manner), marks=marks)


def perform(steps, made):
    sounds = list(Performance(steps, made))
    samples = np.concatenate([made.shape.nothing, *[sound.samples for sound in sounds]])
    return samples, sounds


def test_sentences_come_in_the_order_of_the_text_with_their_pauses():
    made, events = stage(Hum())
    samples, sounds = perform([say("a bb"), Pause(0.25), say("ccc ?")], made)
    assert len(samples) == round(RATE * (0.2 + 0.25 + 0.2))
    assert np.all(samples[1600 : 1600 + 2000] == 0)
    first, second = [sound.segment for sound in sounds if sound.segment]
    assert (first.text, first.start, first.end) == ("a bb", 0.0, 0.2)
    assert [(word.text, round(word.start, 4), round(word.end, 4)) for word in second.words] == [
        ("ccc", 0.45, 0.55), ("?", 0.55, 0.65)
    ]  # fmt: skip
    assert [(event.message, event.start, event.end) for event in events] == [
        ("?", pytest.approx(0.45), pytest.approx(0.65))
    ]


@given(st.lists(st.text("ab ", min_size=1, max_size=12).filter(str.strip), max_size=12), st.integers(1, 4))
def test_how_many_work_at_once_changes_nothing(texts, workers):
    steps = [say(text) for text in texts]
    alone, together = stage(Hum(), workers=1)[0], stage(Hum(), workers=workers)[0]
    assert np.array_equal(perform(steps, alone)[0], perform(steps, together)[0])


def test_what_is_there_is_heard_while_the_text_is_still_coming():
    made, _ = stage(Hum())
    more = threading.Event()

    def steps():
        yield say("now")
        assert more.wait(10)
        yield say("later")

    performance = Performance(steps(), made)
    heard = len(next(performance).samples)
    assert heard > 0
    more.set()
    assert heard + sum(len(sound.samples) for sound in performance) == 1600


def test_a_voice_is_never_asked_for_more_at_once_than_it_allows():
    voice = Hum()
    voice.parallel = 1
    perform([say("a b c")] * 20, stage(voice)[0])
    assert voice.most_at_once == 1


def test_nothing_runs_far_ahead_of_who_listens():
    voice = Hum()
    performance = Performance((say(f"n{number}") for number in range(1000)), stage(voice)[0])
    next(performance)
    performance.close()
    assert len(voice.spoken) < 40


def test_later_sentences_wait_until_the_first_can_be_heard():
    voice = Hum()
    voice.gate = threading.Event()
    performance = Performance([say("wait", early=True), say("b"), say("c")], stage(voice)[0])
    threading.Timer(0.05, voice.gate.set).start()
    next(performance)
    assert voice.spoken[0] == "wait"
    assert [sound.segment.text for sound in performance if sound.segment] == ["wait", "b", "c"]


@pytest.mark.parametrize("steps", [[say("break")], [say("a"), say("break"), say("b")]])
def test_a_sentence_that_fails_ends_the_document(steps):
    with pytest.raises(EngineError, match="broke"):
        perform(steps, stage(Hum())[0])


def test_a_text_that_fails_ends_the_document_after_what_came():
    def steps():
        yield say("a")
        raise AudioError("no more text; ask again")

    performance = Performance(steps(), stage(Hum())[0])
    assert next(performance).samples.any()
    with pytest.raises(AudioError, match="no more"):
        list(performance)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, AssertionError])
def test_whatever_a_text_or_a_voice_raises_is_raised_where_it_is_waited_for(error):
    def steps():
        yield say("a")
        raise error

    class Failing(Hum):
        def speak(self, sentence, options):
            raise error

    with pytest.raises(error):
        list(Performance(steps(), stage(Hum())[0]))
    with pytest.raises(error):
        list(Performance([say("a")], stage(Failing())[0]))


def closed_by_another(performance, when):
    """Iterate, and have another thread close it: what came of it, within ten seconds."""
    outcome: list[object] = []

    def listen():
        try:
            outcome.append(sum(len(sound.samples) for sound in performance))
        except StoppedError as error:
            outcome.append(error)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert when.wait(10)
    performance.close()
    listener.join(10)
    assert outcome, "it waits for ever"
    return outcome[0]


def test_closing_wakes_who_waits_for_the_text():
    asked, more = threading.Event(), threading.Event()

    def steps():
        yield say("a")
        asked.set()
        more.wait(10)

    assert isinstance(closed_by_another(Performance(steps(), stage(Hum())[0]), asked), StoppedError)
    more.set()


@pytest.mark.parametrize("workers", [1, 3])
def test_closing_wakes_who_waits_for_a_sentence_that_was_not_begun(workers):
    voice, begun = Hum(), threading.Event()
    voice.gate = threading.Event()
    voice.parallel = 1

    def steps():
        yield say("wait")
        for _ in range(100):
            yield say("b")
            begun.set()

    threading.Timer(0.2, voice.gate.set).start()
    outcome = closed_by_another(Performance(steps(), stage(voice, workers=workers)[0]), begun)
    assert isinstance(outcome, StoppedError)
    assert len(voice.spoken) < 50  # of a hundred: how many, the machine decides


def test_a_performance_that_nobody_holds_ends_by_itself():
    voice, before = Hum(), threading.active_count()
    performance = Performance((say(f"n{number}") for number in range(10_000)), stage(voice)[0])
    next(performance)
    del performance
    gc.collect()
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert threading.active_count() <= before
    assert len(voice.spoken) < 40


def test_marks_and_chapters_have_their_time():
    steps = [Chapter("One"), say("a b c", ("in", 1), ("end", 3)), Pause(0.1), Mark("behind"), Chapter("Two")]
    _, sounds = perform(steps, stage(Hum())[0])
    assert {name: round(at, 3) for sound in sounds for name, at in sound.marks} == {
        "in": 0.1, "end": 0.3, "behind": 0.4
    }  # fmt: skip
    assert [sound.chapter for sound in sounds if sound.chapter] == [("One", 0.0), ("Two", pytest.approx(0.4))]


def test_a_recording_stands_where_the_document_names_it():
    def clips(source, rate):
        yield np.full(rate // 10, 0.5, np.float32)

    samples, _ = perform([say("a"), Clip("bell.wav"), say("b")], stage(Hum(), clips=clips)[0])
    assert np.all(samples[800:1600] == 0.5)


def test_a_place_in_stereo_keeps_the_length():
    left = Utterance(Sentence((Phrase("a", "a"),)), pan=-1.0)
    samples, _ = perform([left], stage(Hum(), Shape(RATE, 2))[0])
    assert samples.shape == (800, 2)
    assert samples[400, 0] > 0
    assert abs(samples[400, 1]) < 1e-6


@pytest.mark.parametrize("pitch", [-4.0, 3.0])
def test_a_pitch_that_the_voice_lacks_keeps_length_and_times(pitch):
    samples, sounds = perform([say("a b c d e", pitch=pitch)], stage(Hum())[0])
    assert len(samples) == pytest.approx(0.5 * RATE, abs=RATE * 0.002)
    [segment] = [sound.segment for sound in sounds if sound.segment]
    assert segment.words[-1].end == pytest.approx(0.5, abs=0.002)


def test_a_voice_of_another_rate_is_brought_to_the_documents():
    samples, sounds = perform([say("a b c d e")], stage(Hum(rate=22_050), Shape(24_000))[0])
    assert len(samples) == 12_000
    assert [sound.segment.end for sound in sounds if sound.segment] == [pytest.approx(0.5)]


class Kept(dict):
    def put(self, key, speech):
        self[key] = speech


def test_a_kept_sentence_is_the_same_and_is_not_spoken_again():
    voice, kept = Hum(), Kept()
    steps = [say("one two"), say("three"), say("one two", volume=-6.0)]
    first = perform(steps, stage(voice, keeper=kept)[0])
    spoken = len(voice.spoken)
    again = perform([*steps, say("four")], stage(voice, keeper=kept)[0])
    assert voice.spoken[spoken:] == ["four"]
    assert np.array_equal(again[0][: len(first[0])], first[0])
    assert [sound.segment for sound in again[1] if sound.segment][:3] == [
        sound.segment for sound in first[1] if sound.segment
    ]
