"""One document while it is spoken: its clock, its joins, its end."""

import copy
import gc
import pickle
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import speech
from speech.errors import EngineError, StoppedError, UnsupportedError
from speech.synthesizer import Synthesizer

MODELS = Path(__file__).parent / "models"
PIPER = MODELS / "piper-micro" / "piper-micro.onnx"
TWO = MODELS / "piper-vits-micro" / "piper-vits-micro.onnx"
RATE = 16_000
FIRST, SECOND = "the red fox ran home.", "big dogs sleep."
LONG = f"{FIRST} {SECOND} " * 500


@pytest.fixture(scope="module")
def piper():
    with Synthesizer(PIPER) as tts:
        yield tts


@pytest.fixture(scope="module")
def espeak():
    with Synthesizer("espeak-ng") as tts:
        yield tts


@pytest.fixture(scope="module")
def vits():
    with Synthesizer(TWO) as tts:
        yield tts


def within(seconds, work):
    """What came of it: the result, or what was raised; nobody waits for ever."""
    outcome: list[object] = []

    def run():
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - it is what is tested
            outcome.append(error)

    threading.Thread(target=run, daemon=True).start()
    deadline = time.monotonic() + seconds
    while not outcome and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    assert outcome, "it waits for ever"
    return outcome[0]


def workers():
    return {thread for thread in threading.enumerate() if thread.name.startswith(("speech-voice", "speech-text"))}


@pytest.fixture
def no_threads_left():
    before = workers()
    yield
    gc.collect()
    deadline = time.monotonic() + 10
    while workers() - before and time.monotonic() < deadline:
        threading.Event().wait(0.005)
    assert not workers() - before


# The clock.


@pytest.mark.parametrize("rate", [None, 22_050, 48_000])
@pytest.mark.parametrize("channels", ["mono", "stereo"])
def test_the_whole_is_its_sentences_and_its_pauses_to_the_frame(piper, rate, channels):
    how = {"sample_rate": rate, "channels": channels}
    pauses = {"sentence_pause": 0.123, "lead_in": 0.2501, "lead_out": 0.3337}
    parts = [piper.synthesize(text, **how).samples for text in (FIRST, SECOND)]
    rate = rate or RATE
    silence = [np.zeros((round(pauses[name] * rate), *parts[0].shape[1:])) for name in ("lead_in", "sentence_pause")]
    silence.append(np.zeros((round(pauses["lead_out"] * rate), *parts[0].shape[1:])))
    expected = np.concatenate([silence[0], parts[0], silence[1], parts[1], silence[2]])
    spoken = piper.synthesize(f"{FIRST} {SECOND}", **how, **pauses)
    assert spoken.samples.shape == expected.shape
    assert np.abs(spoken.samples - expected).max() < 1e-5
    assert spoken.transcript.duration == spoken.duration == len(expected) / rate


def test_every_stretch_counts_and_nothing_else(espeak):
    with espeak.stream("<speak>One.<break time='1s'/><mark name='m'/>Two.</speak>", lead_out=0.5) as stream:
        pieces = list(stream)
        assert stream.duration == sum(len(piece.samples) for piece in pieces) / stream.shape.rate
        assert stream.transcript().duration == stream.duration
        one, two = stream.marks
        assert one.end + 1.0 <= stream.named_marks["m"] <= two.start
        assert stream.duration - 0.5 >= two.end


def test_words_are_where_they_are_heard(piper):
    """The micro voice is silent between its words: 30 ms before and behind each there is nothing."""
    spoken = piper.synthesize(f"{FIRST} {SECOND}", lead_in=0.5, sentence_pause=0.4)
    heard = np.abs(spoken.samples) > 0.01
    for word in spoken.marks:
        inside = np.flatnonzero(heard[round(word.start * RATE) : round(word.end * RATE)])
        assert inside[0] < 0.03 * RATE
        assert len(heard[round(word.start * RATE) : round(word.end * RATE)]) - inside[-1] < 0.03 * RATE
    for before, after in pairwise(spoken.marks):
        if after.start - before.end > 0.06:
            assert not heard[round((before.end + 0.03) * RATE) : round((after.start - 0.03) * RATE)].any()


def test_chapters_begin_with_their_heading(espeak):
    text = "# One\n\nFirst words.\n\n# Two\n\nOther words."
    spoken = espeak.synthesize(text, "markdown", lead_in=0.5)
    (one, first), (two, second) = spoken.chapters
    assert (one, two) == ("One", "Two")
    words = {word.text: word.start for word in spoken.marks}
    assert 0 <= first <= words["One"]
    assert words["words."] > first
    assert spoken.transcript.segments[1].end <= second <= words["Two"]


@pytest.mark.parametrize("pitch", [-4.0, 4.0])
def test_a_pitch_is_heard(piper, pitch):
    plain, shifted = (piper.synthesize("dogs dogs dogs dogs.", pitch=each) for each in (0.0, pitch))
    assert fundamental(shifted) / fundamental(plain) == pytest.approx(2 ** (pitch / 12), rel=0.03)


def fundamental(audio):
    """Hz: the median over what is voiced, by autocorrelation."""
    found = []
    for at in range(0, len(audio.samples) - 2048, 512):
        part = audio.samples[at : at + 2048]
        if np.abs(part).max() > 0.05:
            spectrum = np.fft.rfft((part - part.mean()) * np.hanning(2048), 8192)
            lags = np.fft.irfft(np.abs(spectrum) ** 2)
            low, high = audio.rate // 500, audio.rate // 60
            found.append(audio.rate / (low + np.argmax(lags[low:high])))
    return np.median(found)


# Joins and levels.


@pytest.mark.parametrize("voice", ["piper", "espeak", "vits"])
def test_no_join_clicks(request, voice):
    tts = request.getfixturevalue(voice)
    with tts.stream(f"{FIRST} {SECOND} a man, a dog. " * 3, sentence_pause=0.05) as stream:
        stretches = [sound.samples[:, 0] for sound in stream.sounds() if len(sound.samples)]
    inside = max(np.abs(np.diff(stretch)).max(initial=0) for stretch in stretches)
    joins = [abs(after[0] - before[-1]) for before, after in pairwise(stretches)]
    beside_silence = [
        join for join, pair in zip(joins, pairwise(stretches), strict=True) if not all(part.any() for part in pair)
    ]
    assert max(joins) <= inside
    assert max(beside_silence) < 0.01


def test_a_quiet_sentence_stays_quiet(espeak):
    text = "<speak><s>A first sentence.</s><prosody volume='-18dB'><s>A second sentence.</s></prosody></speak>"
    spoken = espeak.synthesize(text)
    first, second = spoken.transcript.segments

    def level(segment):
        part = spoken.samples[round(segment.start * spoken.rate) : round(segment.end * spoken.rate)]
        return 20 * np.log10(np.sqrt(np.mean(part**2)))

    assert level(first) - level(second) == pytest.approx(18, abs=3)


def test_what_a_file_cannot_hold_of_its_level_is_told(espeak):
    assert not espeak.synthesize("One two.").record
    [event] = espeak.synthesize("One two.", volume=20.0).record
    assert event.kind == "flagged"
    assert "above full scale" in event.message
    assert not espeak.synthesize("One two.", volume=20.0, loudness=-20.0).record


# What is given out.


def test_it_shows_itself_in_a_line(piper):
    spoken = piper.synthesize(FIRST, channels="stereo")
    assert repr(spoken) == f"<Spoken {spoken.duration:.2f} s, 16000 Hz, stereo, 5 words>"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda spoken: pickle.loads(pickle.dumps(spoken))])
def test_a_copy_is_the_same(piper, copied):
    spoken = piper.synthesize(FIRST)
    other = copied(spoken)
    assert np.array_equal(other.samples, spoken.samples)
    assert (other.rate, other.marks, other.transcript, other.chapters) == (
        spoken.rate, spoken.marks, spoken.transcript, spoken.chapters
    )  # fmt: skip


def test_what_was_said_is_a_transcript_in_every_format(piper, tmp_path):
    spoken = piper.synthesize(f"{FIRST} {SECOND}")
    made = spoken.transcript
    for ending in ("srt", "vtt", "json", "TextGrid", "txt", "ass"):
        made.save(tmp_path / f"a.{ending}")
        assert "home" in (tmp_path / f"a.{ending}").read_text()
    read = speech.load(tmp_path / "a.json")
    assert (read.text, read.model, read.options, read.record) == (made.text, made.model, made.options, made.record)
    for ours, theirs in zip(made.words, read.words, strict=True):
        assert ours.text == theirs.text
        assert abs(ours.start - theirs.start) <= 0.0005
    read.save(tmp_path / "b.json")
    assert speech.load(tmp_path / "b.json") == read


def test_a_document_without_words_is_the_named_voices_all_the_same(piper):
    spoken = piper.synthesize("")
    assert (spoken.rate, spoken.transcript.model.name, spoken.record) == (RATE, "piper-micro", ())
    with piper.stream("<speak><break time='2s'/></speak>", lead_in=1.0) as stream:
        assert stream.silent
        assert sum(len(piece.samples) for piece in stream) == 2 * RATE


# Its end.


def test_a_stream_that_was_closed_does_not_pass_for_one_that_ended(piper, no_threads_left):
    stream = piper.stream(LONG)
    next(stream)
    stream.close()
    for rest in (lambda: next(stream), stream.spoken, lambda: list(stream.sounds())):
        with pytest.raises(StoppedError, match="closed before its end"):
            rest()
    with piper.stream(SECOND) as ended:
        assert list(ended)
    assert list(ended) == []


def test_before_it_began_it_can_be_closed_too(piper):
    stream = piper.stream(LONG)
    stream.close()
    with pytest.raises(StoppedError):
        next(stream)


@pytest.mark.parametrize("closes", ["stream", "synthesizer"])
@pytest.mark.parametrize("waits", [False, True], ids=["for the voice", "for the text"])
def test_another_thread_may_close_it(no_threads_left, closes, waits):
    reached, more = threading.Event(), threading.Event()

    def texts():
        yield f"{SECOND} {FIRST} the "
        reached.set()
        if waits:
            more.wait(20)
        yield LONG

    with Synthesizer(PIPER) as tts:
        stream = tts.stream(texts())

        def close():
            reached.wait(10)
            (stream if closes == "stream" else tts).close()

        threading.Thread(target=close, daemon=True).start()
        assert isinstance(within(10, lambda: list(stream)), StoppedError)
        more.set()


def test_who_breaks_off_leaves_nothing_behind(piper, no_threads_left):
    for piece in piper.stream(LONG):
        assert len(piece.samples)
        break


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_of_who_listens(piper, no_threads_left, error):
    def listen():
        with piper.stream(LONG) as stream:
            next(stream)
            raise error

    with pytest.raises(error):
        listen()


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, EngineError("gone; try again")])
@pytest.mark.parametrize("first", ["", f"{SECOND} the"], ids=["at once", "later"])
def test_an_error_of_the_text(piper, no_threads_left, error, first):
    def texts():
        yield first
        raise error

    kind = error if isinstance(error, type) else type(error)
    assert isinstance(within(10, lambda: list(piper.stream(texts()))), kind)


def test_an_error_of_a_hook(piper, no_threads_left):
    def hook(step):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        piper.synthesize(LONG, progress=hook)


@pytest.mark.parametrize("texts", [[1, 2], [b"bytes"], [["nested"]]])
def test_texts_are_strings(piper, texts):
    with pytest.raises(UnsupportedError, match="give strings"):
        piper.synthesize(texts)


def test_nothing_among_the_texts_is_nothing(piper):
    spoken = piper.synthesize(["big ", None, "dogs ", "sleep.", None])
    assert np.array_equal(spoken.samples, piper.synthesize(SECOND).samples)
