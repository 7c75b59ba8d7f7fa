"""Voices as a class: texts to audio that knows what is said when."""

import io
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_samples import SENTENCES, WHISPER_MICRO

import speech
from speech import documents
from speech.errors import SpeechError, StoppedError, UnknownModelError, UnsupportedError
from speech.synthesizer import Synthesizer
from speech.tts import pipeline

if TYPE_CHECKING:
    from speech.audio import Audio

MODELS = Path(__file__).parent / "models"
PIPER = MODELS / "piper-micro" / "piper-micro.onnx"
TWO = MODELS / "piper-vits-micro" / "piper-vits-micro.onnx"
TEXT = "the red fox ran home. big dogs sleep."


@pytest.fixture(scope="module")
def piper():
    with Synthesizer(PIPER) as tts:
        yield tts


@pytest.fixture(scope="module")
def espeak():
    with Synthesizer("espeak-ng") as tts:
        yield tts


@pytest.fixture(scope="module")
def two():
    with Synthesizer(TWO) as tts:
        yield tts


def written(spoken):
    return " ".join(word.text for word in spoken.marks)


def test_the_words_that_are_spoken_are_heard_again(piper):
    text = f"{SENTENCES[1]} {SENTENCES[4]}"
    spoken = piper.synthesize(text, lead_in=0.3, lead_out=0.3)
    assert speech.transcribe(spoken, WHISPER_MICRO).text == text


def test_marks_say_when_each_word_is(piper):
    spoken = piper.synthesize(TEXT)
    assert written(spoken) == TEXT
    times = [time for word in spoken.marks for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= spoken.duration
    words = {word.text: word for word in spoken.marks}
    for word in spoken.marks:  # the micro voice is silent between its words
        inside = spoken.samples[int(word.start * spoken.rate) : int(word.end * spoken.rate)]
        assert np.abs(inside).max() > 0.01
    pause = spoken.samples[
        int((words["home."].end + 0.03) * spoken.rate) : int((words["big"].start - 0.03) * spoken.rate)
    ]
    assert np.abs(pause).max() < 0.01


def test_a_stream_is_the_whole_in_pieces(piper):
    whole = piper.synthesize(TEXT)
    with piper.stream([TEXT[:7], TEXT[7:20], *TEXT[20:]]) as stream:
        pieces = list(stream)
        assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), whole.samples)
        assert tuple(word for piece in pieces for word in piece.marks) == whole.marks
        assert stream.transcript().segments == whole.transcript.segments


def test_audio_leaves_before_the_text_has_ended(piper):
    asked = threading.Event()

    def tokens():
        yield "big dogs "
        yield "sleep. the "
        assert asked.wait(10)
        yield "red fox."

    with piper.stream(tokens()) as stream:
        assert len(next(stream).samples)
        asked.set()
        assert " ".join(word.text for piece in stream for word in piece.marks) == "big dogs sleep. the red fox."


@pytest.mark.parametrize("changes", [{"seed": 7}, {"speaker": "s1"}, {"speaker": 1}, {"speed": 1.3}, {"noise": 0.1}])
def test_what_is_asked_for_is_heard(two, changes):
    plain, again, other = two.synthesize(TEXT), two.synthesize(TEXT), two.synthesize(TEXT, **changes)
    assert np.array_equal(plain.samples, again.samples)
    assert len(plain.samples) != len(other.samples) or not np.allclose(plain.samples, other.samples)


def test_a_sentence_sounds_the_same_wherever_it_stands(piper):
    alone = piper.synthesize("big dogs sleep.")
    behind = piper.synthesize(f"the red fox ran home. {'big dogs sleep.'}")
    tail = behind.samples[-len(alone.samples) :]
    assert np.abs(tail - alone.samples).max() < 1e-5


def test_twice_the_speed_is_half_the_time(espeak):
    plain, fast = espeak.synthesize("This is a longer sentence, to tell them apart."), None
    fast = espeak.synthesize("This is a longer sentence, to tell them apart.", speed=2.0)
    assert 0.4 < fast.duration / plain.duration < 0.65


@pytest.mark.parametrize("text", ["", "   ", "...", "—"])
def test_nothing_to_say_is_silence_of_no_length(espeak, text):
    spoken = espeak.synthesize(text, lead_in=1.0)
    assert (spoken.duration, spoken.marks, spoken.transcript.segments) == (0.0, (), ())


def test_what_a_voice_cannot_say_is_on_record(piper):
    spoken = piper.synthesize("big dogs [[☃]] sleep.")
    [event] = [event for event in spoken.record if event.kind == "dropped"]
    assert "☃" in event.message
    assert event.start == 0.0


def test_the_shape_of_the_sound(espeak):
    spoken = espeak.synthesize("Hello.", channels="stereo", sample_rate=48_000, lead_in=0.25, lead_out=0.5)
    assert (spoken.rate, spoken.channels) == (48_000, 2)
    assert not spoken.samples[:12_000].any()
    assert not spoken.samples[-24_000:].any()
    assert np.array_equal(spoken.samples[:, 0], spoken.samples[:, 1])


def test_loudness_is_one_gain_for_the_whole(espeak):
    text = "A first sentence that is quite long.\n\nNo. And then another one that is long enough."
    plain = espeak.synthesize(text)
    leveled = espeak.synthesize(text, loudness=-26.0)
    loud = np.abs(plain.samples) > 0.01
    ratio = leveled.samples[loud] / plain.samples[loud]
    assert np.ptp(ratio) < 1e-3
    from speech.audio.loudness import measure

    assert measure([leveled.samples], leveled.rate, 1).integrated == pytest.approx(-26.0, abs=0.2)


def test_show_says_what_would_be_spoken(espeak):
    assert list(espeak.show("It is $5, Dr. Smith.")) == ["[espeak-ng, en] It is five dollars, doctor Smith."]
    assert list(espeak.show("It is $5.", normalize=False)) == ["[espeak-ng, en] It is $5."]


def test_the_language_decides_the_words_and_the_voice(espeak):
    [line] = espeak.show("Es kostet 3 €.", language="de")
    assert line == "[espeak-ng, de] Es kostet drei Euro."


def test_profiles_and_lexica_from_files(tmp_path):
    (tmp_path / "voices.toml").write_text(
        f'[profiles.narrator]\nmodel = "{TWO}"\nspeaker = "s1"\nspeed = 2.0\npauses = {{ sentence = 1.0 }}\n'
    )
    (tmp_path / "words.toml").write_text('nginx = "engine x"\n')
    with Synthesizer("narrator", voices=tmp_path / "voices.toml", lexicon=tmp_path / "words.toml") as tts:
        lines = list(tts.show("I run nginx. It runs."))
    assert lines == ["[piper-vits-micro, speaker s1, en, rate 2] I run engine x.", "[pause 1 s]", "It runs."]


def test_a_script_is_spoken_by_its_cast(tmp_path):
    cast = tmp_path / "cast.toml"
    cast.write_text(f'[cast]\nAnna = "{TWO}#s0"\nBen = {{ voice = "espeak-ng", pan = 1.0 }}\n')
    script = tmp_path / "talk.script"
    script.write_text("Anna: big dogs sleep.\nBen: The red fox.\n")
    with Synthesizer("espeak-ng", voices=cast, channels="stereo") as tts:
        spoken = tts.synthesize(script)
    first, second = spoken.transcript.segments
    assert (first.speaker, second.speaker) == ("Anna", "Ben")
    placed = spoken.samples[int(second.start * spoken.rate) : int(second.end * spoken.rate)]
    assert np.abs(placed[:, 1]).max() > 0.05
    assert np.abs(placed[:, 0]).max() < 1e-4


def test_an_unknown_name_in_a_script_is_refused_before_a_word_is_spoken(tmp_path):
    script = tmp_path / "talk.script"
    script.write_text("Anna: Hello.\nBne: Hi.\n")
    cast = tmp_path / "cast.toml"
    cast.write_text('[cast]\nAnna = "espeak-ng"\nBen = "espeak-ng"\n')
    with Synthesizer("espeak-ng", voices=cast) as tts, pytest.raises(UnsupportedError, match="Bne"):
        next(tts.stream(script))


def test_without_a_cast_the_names_are_voices(tmp_path, espeak):
    script = tmp_path / "talk.script"
    script.write_text("espeak-ng#f2: Hello.\nNobody: Hi.\n")
    with pytest.raises(UnsupportedError, match="Nobody"):
        espeak.synthesize(script)


@pytest.mark.parametrize(("inside", "kind"), [("x-high", ""), ("+20st", "flagged")])
def test_a_pitch_beyond_the_voice_is_bounded_and_told(piper, inside, kind):
    spoken = piper.synthesize(f'<speak><prosody pitch="{inside}">big dogs.</prosody></speak>')
    assert kind in ["", *[event.kind for event in spoken.record]]


def test_a_voice_speaks_its_own_language_whatever_the_document_says(piper):
    with Synthesizer("espeak-ng") as tts:
        text = f'<speak xml:lang="de"><voice name="{PIPER}">big dogs.</voice></speak>'
        spoken = tts.synthesize(text)
    assert [event.kind for event in spoken.record] == ["language"]
    assert spoken.transcript.segments[0].language == "en"


def test_a_voice_that_only_the_document_knows_is_replaced_and_told(espeak):
    spoken = espeak.synthesize('<speak>One <voice name="en-US-JennyNeural">two</voice> three.</speak>')
    assert written(spoken) == "One two three."
    assert [event.kind for event in spoken.record if "JennyNeural" in event.message] == ["swapped"]


def test_a_document_opens_no_recording_unless_it_may(tmp_path, espeak):
    text = '<speak>Before <audio src="bell.wav">ding</audio> after.</speak>'
    assert written(espeak.synthesize(text)) == "Before ding after."

    def clips(source, rate):
        yield np.full(rate, 0.25, np.float32)

    with Synthesizer("espeak-ng", clips=clips) as tts:
        spoken = tts.synthesize(text)
    assert written(spoken) == "Before after."
    assert (spoken.samples == 0.25).sum() == spoken.rate


def test_named_marks_have_their_time(espeak):
    with espeak.stream('<speak>One two <mark name="m"/>three.</speak>') as stream:
        list(stream)
        [third] = [word for word in stream.marks if word.text == "three."]
        assert stream.named_marks == {"m": third.start}


def test_what_made_it_is_written_into_it(piper):
    made = piper.synthesize("big dogs sleep.", seed=3).transcript
    assert (made.model.name, made.model.engine, made.options.seed, made.version) == (
        "piper-micro", "piper", 3, speech.__version__
    )  # fmt: skip
    assert made.language == "en"


def test_a_cached_sentence_is_the_same(two, own_folders):
    fresh = two.synthesize(TEXT)
    for _ in range(2):
        with Synthesizer(TWO, cache=True) as tts:
            kept = tts.synthesize(TEXT)
        assert np.array_equal(kept.samples, fresh.samples)
        assert kept.transcript.segments == fresh.transcript.segments
    assert list(own_folders.rglob("*.sentence"))


def kept(folders):
    return len(list(folders.rglob("*.sentence")))


def test_what_is_corrected_costs_one_sentence(own_folders):
    """The first is spoken in another way, so that it is heard early: a new first costs the one that was it, too."""
    with Synthesizer(TWO, cache=True) as tts:
        for text, expected in [
            ("one fox. two dogs. three cats.", 3),
            ("one fox. two cows. three cats.", 4),
            ("one fox. two cows. three cats. four pigs.", 5),
            ("no cows. one fox. two cows. three cats. four pigs.", 7),
            ("one fox. two dogs. two dogs. one fox.", 7),
        ]:
            tts.synthesize(text)
            assert kept(own_folders) == expected
        tts.synthesize("one fox. two dogs.", volume=-6.0, channels="stereo", sample_rate=48_000, sentence_pause=1.0)
        assert kept(own_folders) == 7
        tts.synthesize("one fox. two dogs.", seed=1)
        assert kept(own_folders) == 9


def test_a_book_that_was_killed_goes_on_where_it_was(two, own_folders):
    sentences = [f"{number} red foxes ran home." for number in range(12)]
    with Synthesizer(TWO, cache=True) as tts, tts.stream(" ".join(sentences)) as stream:
        assert next(piece for piece in stream if piece.marks)  # one is whole
    begun = kept(own_folders)
    with Synthesizer(TWO, cache=True) as tts:
        again = tts.synthesize(" ".join(sentences))
    assert 1 <= begun < kept(own_folders) == 12
    assert np.array_equal(two.synthesize(" ".join(sentences)).samples, again.samples)


@given(st.lists(st.integers(0, 60), max_size=20))
@settings(max_examples=15)
def test_tokens_are_the_same_as_the_whole_however_they_are_cut(piper, places):
    text = f"{TEXT} A man? A dog!\n\nthe red fox"
    cuts = [0, *sorted(places), len(text)]
    spoken = piper.synthesize(text[start:end] for start, end in pairwise(cuts))
    whole = piper.synthesize(text)
    assert np.array_equal(spoken.samples, whole.samples)
    assert spoken.marks == whole.marks


def test_how_many_work_changes_nothing(monkeypatch):
    made = []
    for threads, cores in ((1, 4), (4, 1), (4, 4)):
        monkeypatch.setattr(pipeline, "cores", lambda cores=cores: cores)
        with Synthesizer(TWO, threads=threads) as tts:
            made.append(tts.synthesize(f"{TEXT} {TEXT} a man, a dog, and the red fox.").samples)
    assert all(np.array_equal(made[0], other) for other in made[1:])


SSML = '<speak>big <mark name="m"/>dogs <sub alias="sleep">zzz</sub>.</speak>'


@pytest.mark.parametrize("form", ["text", "bytes", "file", "text file", "path", "pipe"])
def test_a_document_comes_in_any_form(piper, tmp_path, form):
    path = tmp_path / "a.ssml"
    path.write_text(SSML)
    sources = {
        "text": lambda: SSML,
        "bytes": lambda: SSML.encode(),
        "file": lambda: path.open("rb"),
        "text file": lambda: path.open(),
        "path": lambda: path,
        "pipe": lambda: io.BufferedReader(io.BytesIO(SSML.encode("utf-16"))),
    }
    source = sources[form]()
    spoken = piper.synthesize(source)
    if hasattr(source, "close"):
        assert not source.closed
        source.close()
    assert written(spoken) == "big dogs zzz."
    assert np.array_equal(spoken.samples, piper.synthesize(SSML).samples)


def test_two_at_once_do_not_mind_each_other(piper):
    plain = piper.synthesize(TEXT).samples
    with Synthesizer(PIPER) as other, other.stream(TEXT) as stream:
        first = next(stream).samples
        assert np.array_equal(piper.synthesize(TEXT).samples, plain)
        assert np.array_equal(np.concatenate([first, *(piece.samples for piece in stream)]), plain)
    assert np.array_equal(piper.synthesize(TEXT).samples, plain)


def test_from_many_threads_at_once(piper):
    texts = ["big dogs sleep.", "the red fox ran home.", TEXT]
    alone = [piper.synthesize(text).samples for text in texts]
    together: list[Audio | None] = [None] * 3

    def work(number):
        together[number] = piper.synthesize(texts[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(one, other.samples) for one, other in zip(alone, together, strict=True))


def test_closing_ends_what_runs(piper):
    with Synthesizer(PIPER) as tts:
        stream = tts.stream(f"{TEXT} " * 50)
        next(stream)
    with pytest.raises(StoppedError):
        list(stream)
    with pytest.raises(StoppedError):
        tts.synthesize("no")


def test_what_is_closed_loads_nothing_any_more():
    steps = []
    tts = Synthesizer(PIPER, progress=steps.append)
    stream = tts.stream(f"{TEXT} " * 50)
    next(stream)
    tts.close()
    steps.clear()
    for call in (lambda: list(stream), lambda: tts.synthesize("no"), lambda: tts.stream("no")):
        with pytest.raises(StoppedError, match="make a new one"):
            call()
    assert "load" not in [step.stage for step in steps]
    tts.close()


def test_progress_grows_to_the_end(espeak):
    steps = []
    spoken = espeak.synthesize("One sentence. Two sentences. Three.", progress=steps.append)
    work = [step for step in steps if step.stage == "synthesize"]
    assert [step.done for step in work] == sorted(step.done for step in work)
    assert len(work) == 3
    assert (steps[-1].stage, steps[-1].done) == ("done", pytest.approx(spoken.duration))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"voice": "en_US-nobody-high"}, UnknownModelError, "nobody"),
        ({"voice": "tiny"}, SpeechError, "tiny"),
        ({"voice": "espeak-ng", "speed": 9.0}, UnsupportedError, "speed"),
        ({"voice": "espeak-ng", "speeed": 1.0}, UnsupportedError, "speed"),
        ({"voice": "espeak-ng", "lexicon": "no.toml"}, UnsupportedError, "no.toml"),
        ({"voice": "espeak-ng", "voices": "no.toml"}, UnsupportedError, "no.toml"),
        ({"voice": "espeak-ng", "lexicon": "no.txt"}, UnsupportedError, "no.txt"),
        ({"voice": 5}, UnsupportedError, "a name or a path"),
        ({"voice": "espeak-ng", "threads": -1}, UnsupportedError, "threads"),
    ],
)
def test_what_cannot_be_is_refused_at_once(arguments, error, says):
    with pytest.raises(error, match=says):
        Synthesizer(**arguments)


def test_an_unknown_speaker_is_refused_with_those_there_are(two):
    with pytest.raises(UnsupportedError, match="s0"):
        two.synthesize("big dogs.", speaker="p9")


def test_a_book_is_spoken_in_the_language_it_says_where_the_voice_knows_it(tmp_path):
    book = tmp_path / "buch.epub"
    opf = (
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:language>de</dc:language></metadata>'
        '<manifest><item id="a" href="a.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    with ZipFile(book, "w") as archive:
        archive.writestr("META-INF/container.xml", '<c><rootfile full-path="b.opf"/></c>')
        archive.writestr("b.opf", opf)
        archive.writestr("a.xhtml", '<html lang="de"><body><p>Es kostet 3 €.</p></body></html>')
    for voice, options, line in (
        ("auto", {"offline": True}, "[espeak-ng, de] Es kostet drei Euro."),
        ("espeak-ng", {}, "[espeak-ng, de] Es kostet drei Euro."),
        ("espeak-ng", {"language": "en"}, "[espeak-ng, en] Es kostet three euros."),
        (PIPER, {}, "[piper-micro, en] Es kostet three euros."),
    ):
        with Synthesizer(voice, **options) as tts:
            assert list(tts.show(book)) == [line]
    with Synthesizer(PIPER) as tts:
        assert [event.kind for event in tts.synthesize(book).record][:1] == ["language"]


def test_a_document_in_a_language_that_no_voice_speaks_is_spoken_and_told(tmp_path):
    document = replace(documents.of_text("It is $5."), language="zz")
    for voice in ("auto", "espeak-ng"):
        with Synthesizer(voice, offline=True) as tts:
            assert list(tts.show(document)) == ["[espeak-ng, en] It is five dollars."]
            assert [event.kind for event in tts.synthesize(document).record].count("language") == 1


def test_every_piece_of_a_stream_has_sound(piper):
    with piper.stream(TEXT) as stream:
        pieces = list(stream)
    assert all(len(piece.samples) for piece in pieces)
    assert " ".join(word.text for piece in pieces for word in piece.marks) == TEXT


def test_where_the_cast_has_voices_no_other_is_looked_for(tmp_path):
    cast = tmp_path / "cast.toml"
    cast.write_text(f'[cast]\nAnna = "{TWO}#s1"\nBen = "espeak-ng"\n')
    with Synthesizer(voices=cast) as tts:
        assert tts.choice.spec.name == "piper-vits-micro"
        assert list(tts.show("big dogs.")) == ["[piper-vits-micro, speaker s1, en] big dogs."]


def test_audio_knows_when_its_marks_are(espeak):
    spoken = espeak.synthesize('<speak>One two <mark name="m"/>three.</speak>')
    assert spoken.named_marks == {"m": spoken.marks[2].start}
