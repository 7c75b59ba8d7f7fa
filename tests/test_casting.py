"""Who speaks: names, lists of names, languages and profiles against the voices there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from speech import languages
from speech.cabinet import Cabinet
from speech.casting import NATIVE_PITCH, Casting, known_voices, lexica, options_of, text_of
from speech.data import PITCH_LIMIT, SynthesizeOptions
from speech.errors import UnsupportedError
from speech.options import FASTEST, SLOWEST
from speech.synthesizer import Synthesizer
from speech.tts.plan import PLAIN, Manner
from speech.tts.voices import Cast, Profile, Voices

MODELS = Path(__file__).parent / "models"
TWO = str(MODELS / "piper-vits-micro")


@pytest.fixture(scope="module")
def cabinet():
    return Cabinet(offline=True)


def casting(cabinet, *cast, voice="espeak-ng", **options):
    told = []
    profiles = {profile.name: profile for profile in cast}
    return Casting(Cast({}, profiles, SynthesizeOptions(**options), voice), cabinet, told.append), told


@pytest.mark.parametrize(
    ("asked", "voice", "speaker"),
    [
        (None, "espeak-ng", None),
        (TWO, "piper-vits-micro", None),
        (f"{TWO}#s1", "piper-vits-micro", "s1"),
        ("Anna", "piper-vits-micro", "s0"),
        ("ANNA#1", "piper-vits-micro", "1"),
        (f"Joe Jane {TWO}#1 espeak-ng", "piper-vits-micro", "1"),
        ("Jane Anna Joe", "piper-vits-micro", "s0"),
        ("Old Man", "piper-vits-micro", "s1"),
    ],
)
def test_the_first_known_of_several_names_speaks(cabinet, asked, voice, speaker):
    cast = (Profile(name="Anna", model=TWO, speaker="s0"), Profile(name="Old Man", model=TWO, speaker="s1"))
    found, told = casting(cabinet, *cast)
    manner = found.settle(Manner(asked))
    assert (manner.voice, manner.speaker) == (voice, speaker)
    assert told == []


def test_an_unknown_voice_is_told_once_and_spoken_by_the_documents(cabinet):
    found, told = casting(cabinet, voice=f"{TWO}#s1")
    for _ in range(2):
        manner = found.settle(Manner("en-US-Nobody Neural", speaker="x", rate=1.2))
        assert (manner.voice, manner.speaker, manner.rate, manner.role) == ("piper-vits-micro", "s1", 1.2, None)
    assert [(event.kind, event.details["asked"]) for event in told] == [("swapped", "en-US-Nobody Neural")]


def test_an_unknown_speaker_of_a_known_voice_is_told_and_its_first_speaks(cabinet):
    found, told = casting(cabinet)
    assert found.settle(Manner(f"{TWO}#s7")).speaker is None
    assert [event.kind for event in told] == ["swapped"]
    assert "'s7'" in told[0].message


@pytest.mark.parametrize("voice", [None, "espeak-ng"])
def test_a_language_that_no_voice_speaks_is_told_and_read_as_the_documents(cabinet, voice):
    found, told = casting(cabinet, voice=voice)
    assert found.settle(Manner(language="zz")) == found.settle(PLAIN)
    assert [event.kind for event in told] == ["language"]


@pytest.mark.parametrize(
    ("voice", "inherited", "spoken", "told"),
    [
        (TWO, "en-GB", "en-GB", []),
        (TWO, "en", "en", []),
        (TWO, "de-DE", "en", ["language"]),
        ("espeak-ng", "de-DE", "de-DE", []),
        ("espeak-ng", None, "en", []),
    ],
)
def test_a_named_voice_speaks_its_own_language_where_it_does_not_know_the_documents(
    cabinet, voice, inherited, spoken, told
):
    found, events = casting(cabinet)
    assert found.settle(Manner(voice, language=inherited)).language == spoken
    assert [event.kind for event in events] == told


@pytest.mark.parametrize(
    "language", ["zh-CN", "zh-TW", "nb-NO", "no", "cmn", "yue", "pt-BR", "sr-Latn", "en-GB-scotland", "he-IL"]
)
def test_languages_that_go_by_several_codes_are_known(cabinet, language):
    found, told = casting(cabinet)
    found.settle(Manner(language=languages.tag(language)))
    assert told == []


@pytest.mark.parametrize(
    ("voice", "asked", "rate", "pitch", "told"),
    [
        ("espeak-ng", Manner(rate=2, pitch=9), 2, 9, 0),
        ("espeak-ng", Manner(rate=0.01, pitch=24), SLOWEST, NATIVE_PITCH, 2),
        (TWO, Manner(rate=50, pitch=-9), FASTEST, -PITCH_LIMIT, 2),
    ],
)
def test_what_a_voice_cannot_do_is_bounded_and_told(cabinet, voice, asked, rate, pitch, told):
    found, events = casting(cabinet, voice=voice)
    manner = found.settle(asked)
    assert (manner.rate, manner.pitch) == (rate, pitch)
    assert [event.kind for event in events] == ["flagged"] * told


def test_the_loudness_of_somebody_in_the_document_is_told(cabinet):
    found, told = casting(cabinet, Profile(name="Anna", loudness=-20.0), Profile(name="Bert"), voice="espeak-ng")
    found.settle(Manner("Bert"))
    found.settle(PLAIN)
    assert told == []
    found.settle(Manner("Anna"))
    assert [event.kind for event in told] == ["ignored"]
    own, told = casting(cabinet, Profile(name="Anna", model="espeak-ng", loudness=-20.0), voice="Anna")
    own.settle(Manner("Anna"))
    own.settle(PLAIN)
    assert told == []


@pytest.mark.parametrize("profile", [Profile(name="A", model="nobody"), Profile(name="A", model=TWO, speaker="s9")])
def test_a_script_is_refused_where_somebody_has_no_voice(cabinet, profile):
    found, _ = casting(cabinet, profile, Profile(name="B", model=TWO, speaker="s1"))
    found.require(["B", "B#0"])
    with pytest.raises(UnsupportedError, match=r"'nobody'|'s9'"):
        found.require(["B", "A"])


def test_everybody_without_a_voice_is_named_at_once(cabinet):
    found, _ = casting(cabinet, Profile(name="C", model="nobody"))
    with pytest.raises(UnsupportedError, match="'A', 'B', 'C' with 'nobody' speak, and"):
        found.require(["A", "espeak-ng", "B", "C"])


def test_options_come_from_the_documents_profile():
    profile = Profile(name="a", pauses={"sentence": 1.0, "item": 0.5}, loudness=-18.0)
    assert options_of(profile) == {"sentence_pause": 1.0, "item_pause": 0.5, "loudness": -18.0}
    assert options_of(Profile(name="a")) == {}


@pytest.fixture
def files(tmp_path):
    """A cast whose members have a lexicon, pauses and a model beside it."""
    (tmp_path / "micro").symlink_to(TWO)
    (tmp_path / "words.toml").write_text('nginx = "engine x"\n')
    (tmp_path / "cast.toml").write_text(
        '[profiles.narrator]\nmodel = "./micro"\nlexicon = "words.toml"\npauses = { sentence = 1.5, paragraph = 2 }\n'
        '[cast]\nAnna = { voice = "narrator", lexicon = "words.toml" }\nBert = "espeak-ng"\n'
    )
    return tmp_path


def test_files_of_a_profile_lie_beside_the_one_it_stands_in(files):
    found = known_voices(files / "cast.toml")
    assert found.profiles["narrator"].model == str(files / "micro")
    assert found.cast["Anna"].lexicon == str(files / "words.toml")
    assert found.cast["Bert"].model == "espeak-ng"


def test_lexicon_and_pauses_of_a_profile_are_those_of_whoever_speaks_by_its_name(files):
    script = files / "talk.script"
    script.write_text("ANNA: My nginx. Yours.\n\nBert: No nginx. None.\n\nAnna#1: The nginx.\n")
    with Synthesizer("espeak-ng", voices=files / "cast.toml") as tts:
        assert [line.rpartition("] ")[2] for line in tts.show(script)] == [
            "My engine x.", "[pause 1.5 s]", "Yours.", "[pause 2 s]",
            "No nginx.", "[pause 0.25 s]", "None.", "[pause 0.6 s]", "The engine x.",
        ]  # fmt: skip


def test_the_documents_lexicon_is_for_all_and_the_last_of_a_word_wins(tmp_path):
    for name, said in (("a.csv", "one"), ("b.csv", "two")):
        (tmp_path / name).write_text(f"word,say\nx,{said}\n")
    document = Profile(name="d", lexicon=str(tmp_path / "a.csv"))
    found = lexica([tmp_path / "b.csv"], document, Voices())
    assert [hit.phrase.spoken for hit in found.hits("x", "en", "anybody")] == ["two"]
    (tmp_path / "c.txt").write_text("x")
    with pytest.raises(UnsupportedError, match="neither"):
        lexica([tmp_path / "c.txt"], document, Voices())


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff")
    for name in ("a.toml", "b.toml"):
        with pytest.raises(UnsupportedError, match=name):
            text_of(tmp_path / name)
