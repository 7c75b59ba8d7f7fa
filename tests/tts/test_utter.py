"""One utterance: the voice, the cache before it, and what is done to its sound."""

import threading

import numpy as np
import pytest

from speech.data import Event, ModelSpec, Phrase, Sentence, Speech, SynthesizeOptions, Word
from speech.errors import EngineError
from speech.tts.plan import Utterance
from speech.tts.utter import Loaded, Shape, Telling, joined

RATE = 8_000
MONO = Shape(RATE)
PLAIN = SynthesizeOptions()


class Tone:
    """0.1 s of a tone for each word, a stretch each; it tells what it was asked for."""

    parallel = 2

    def __init__(self) -> None:
        self.asked: list[Sentence] = []
        self.at_once = 0

    def speak(self, sentence, options):
        self.asked.append(sentence)
        self.at_once += 1
        try:
            frames = round(RATE * 0.1 / sentence.rate)
            for number, word in enumerate(sentence.spoken.split()):
                if word == "break":
                    raise EngineError("the voice broke; try again")
                tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(number * frames, (number + 1) * frames) / RATE)
                yield Speech(
                    tone.astype(np.float32),
                    RATE,
                    (Word(word, number * frames / RATE, (number + 1) * frames / RATE),),
                    (Event("dropped", "a sound"),) if word == "?" else (),
                )
        finally:
            self.at_once -= 1

    def close(self):
        pass


class Kept(dict):
    def put(self, key, speech):
        self[key] = speech


def loaded(voice=None, features=("words",), key="tone 1"):
    spec = ModelSpec(name="tone", task="synthesize", engine="tone", sample_rate=RATE, features=frozenset(features))
    return Loaded(voice or Tone(), spec, key)


def sentence(text="one two", **fields):
    return Sentence((Phrase(text, text),), language="en", **fields)


def telling(text="one two", voice=None, *, keeper=None, shape=MONO, options=PLAIN, **changes):
    manner = {name: changes.pop(name) for name in ("pan", "role", "marks") if name in changes}
    made = changes.pop("loaded", None) or loaded(voice)
    return Telling(Utterance(sentence(text, **changes), **manner), made, options, shape, keeper)


def tell(one):
    """All samples, and what was said."""
    parts = [one.shape.nothing]
    run = one.sound()
    while True:
        try:
            parts.append(next(run))
        except StopIteration as end:
            return np.concatenate([*parts, end.value.tail]), end.value


def key_of(**changes):
    kept = Kept()
    tell(telling(keeper=kept, **changes))
    return next(iter(kept))


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "one"},
        {"seed": 1},
        {"speaker": "b"},
        {"rate": 1.5},
        {"pitch": 1.0},
        {"early": True},
        {"options": SynthesizeOptions(noise=0.0)},
        {"options": SynthesizeOptions(noise_w=0.0)},
        {"loaded": loaded(key="tone 2")},
    ],
)
def test_whatever_decides_the_sound_of_a_voice_is_in_the_key(changes):
    assert key_of(**changes) != key_of()


@pytest.mark.parametrize(
    "changes",
    [
        {"volume": -6.0},
        {"pan": 1.0},
        {"role": "Anna"},
        {"marks": (("m", 1),)},
        {"shape": Shape(48_000, 2)},
        {"options": SynthesizeOptions(loudness=-16.0, sentence_pause=3.0, lead_in=1.0)},
    ],
)
def test_what_is_done_behind_the_voice_is_not(changes):
    assert key_of(**changes) == key_of()


def test_a_kept_sentence_is_not_spoken_and_sounds_the_same():
    voice, kept = Tone(), Kept()
    first = tell(telling("one ? three", voice, keeper=kept, shape=Shape(22_050)))
    again = tell(telling("one ? three", voice, keeper=kept, shape=Shape(22_050)))
    assert len(voice.asked) == 1
    assert np.array_equal(first[0], again[0])
    assert first[1].segment == again[1].segment
    assert [event.message for event in again[1].events] == ["a sound"]


def test_what_was_not_finished_is_not_kept():
    voice, kept = Tone(), Kept()
    run = telling("one two three", voice, keeper=kept).sound()
    next(run)
    run.close()
    with pytest.raises(EngineError):
        tell(telling("one break", voice, keeper=kept))
    assert (dict(kept), voice.at_once) == ({}, 0)


def test_who_stops_half_way_gives_its_turn_back():
    voice = Tone()
    voice.parallel = 1
    one = loaded(voice)
    for _ in range(3):
        run = telling("one two three", loaded=one).sound()
        next(run)
        run.close()
    with pytest.raises(EngineError):
        tell(telling("break", loaded=one))
    done = threading.Event()
    worker = threading.Thread(target=lambda: (tell(telling(loaded=one)), done.set()), daemon=True)
    worker.start()
    assert done.wait(10)


def test_samples_are_those_that_24_bits_hold():
    samples, _ = tell(telling())
    inner = samples[100:-100, 0].astype(np.float64) * 2**23
    assert np.array_equal(inner, np.rint(inner))
    assert np.abs(inner).max() > 2**20


def test_the_level_is_the_sentences_own():
    plain, _ = tell(telling())
    softer, _ = tell(telling(volume=-6.0206))
    np.testing.assert_allclose(softer, plain / 2, atol=1e-5)


def test_mono_and_stereo_have_the_same_length():
    assert tell(telling())[0].shape == (1_600, 1)
    samples, _ = tell(telling(shape=Shape(24_000, 2), pan=-1.0))
    assert samples.shape == (4_800, 2)
    assert np.abs(samples[:, 1]).max() < 1e-6


@pytest.mark.parametrize("pitch", [-4.0, 2.5, 9.0])
def test_a_voice_without_a_pitch_speaks_slower_and_is_played_faster(pitch):
    voice = Tone()
    samples, said = tell(telling("a b c d e f g h i j", voice, pitch=pitch, rate=1.25))
    ratio = 2 ** (min(pitch, 4.0) / 12)
    [asked] = voice.asked
    assert (asked.pitch, asked.rate) == (0.0, pytest.approx(1.25 / ratio))
    assert len(samples) == pytest.approx(0.8 * RATE, abs=20)
    assert said.segment.words[-1].end == pytest.approx(0.8, abs=0.003)
    inner = samples[400:-400, 0] * np.hanning(len(samples) - 800)
    heard = np.argmax(np.abs(np.fft.rfft(inner, 1 << 17))) * RATE / (1 << 17)
    assert heard == pytest.approx(300 * ratio, abs=1)


def test_a_voice_with_a_pitch_is_asked_for_it():
    voice = Tone()
    tell(telling(loaded=loaded(voice, features=("pitch",)), pitch=3.0))
    assert (voice.asked[0].pitch, voice.asked[0].rate) == (3.0, 1.0)


@pytest.mark.parametrize(("before", "time"), [(0, 0.0), (1, 0.1), (2, 0.2), (5, 0.2)])
def test_a_mark_is_reached_with_the_word_behind_it(before, time):
    _, said = tell(telling(marks=(("m", before),)))
    assert said.marks == (("m", pytest.approx(time)),)


def test_what_was_said():
    _, said = tell(telling(" one two ", role="Anna"))
    segment = said.segment
    assert (segment.text, segment.start, segment.end) == ("one two", 0.0, pytest.approx(0.2))
    assert (segment.language, segment.speaker) == ("en", "Anna")


def test_a_sentence_without_sound_is_said_all_the_same():
    samples, said = tell(telling("…", Silent()))
    assert samples.shape == (0, 1)
    assert (said.segment.text, said.segment.words, said.segment.end) == ("…", (), 0.0)
    assert joined([], RATE).samples.shape == (0,)


class Silent(Tone):
    def speak(self, sentence, options):
        yield from ()
