"""Profiles and casts from TOML, and who speaks in the end."""

import pytest

from speech.data import SynthesizeOptions
from speech.errors import UnsupportedError
from speech.tts.plan import Manner
from speech.tts.voices import Cast, Profile, named, profiles, read, split

FILE = """
[profiles.narrator]
model = "en_US-libritts-high"
speaker = "p225"
language = "English"
speed = 0.9
pitch = -1
lexicon = "names.toml"
loudness = -16
pauses = { paragraph = 0.8, heading = 1 }

[profiles.Villain]
voice = "narrator"
speaker = 12
gain = 2
pauses = { paragraph = 0.2 }

[cast]
Anna = "narrator#p226"
Bert = { voice = "villain", speed = 1.1, gain = -3, pan = -0.4, pause = 0.3 }
Stranger = "de_DE-thorsten-high"
Echo = { pan = 0.5, speed = 0.5, pitch = 1 }
"Old Man" = { voice = "Bert", model = "en_GB-alan-low" }
"""


def test_a_profile_holds_what_its_table_says():
    assert read(FILE, "cast.toml").profiles["narrator"] == Profile(
        name="narrator", model="en_US-libritts-high", speaker="p225", language="en", speed=0.9, pitch=-1,
        lexicon="names.toml", loudness=-16, pauses={"paragraph": 0.8, "heading": 1},
    )  # fmt: skip


def test_a_profile_builds_on_another():
    villain = read(FILE, "cast.toml").profiles["Villain"]
    assert (villain.model, villain.speaker, villain.speed, villain.volume) == ("en_US-libritts-high", "12", 0.9, 2)
    assert villain.pauses == {"paragraph": 0.2, "heading": 1}


def test_a_member_of_the_cast_builds_on_a_profile_or_another_member():
    cast = read(FILE, "cast.toml").cast
    assert (cast["Anna"].model, cast["Anna"].speaker, cast["Anna"].speed) == ("en_US-libritts-high", "p226", 0.9)
    assert (cast["Bert"].speaker, cast["Bert"].speed, cast["Bert"].volume) == ("12", 1.1, -3)
    assert (cast["Bert"].pan, cast["Bert"].pause) == (-0.4, 0.3)
    assert (cast["Old Man"].model, cast["Old Man"].speaker, cast["Old Man"].pan) == ("en_GB-alan-low", None, -0.4)
    assert cast["Stranger"] == Profile(name="Stranger", model="de_DE-thorsten-high")


def test_a_cast_may_stand_by_itself():
    bare = read('Anna = { voice = "x", pan = 1 }\nBert = "y#3"\n[Clara]\nmodel = "z"\n', "cast.toml")
    assert bare.profiles == {}
    assert [(name, member.model, member.speaker) for name, member in bare.cast.items()] == [
        ("Anna", "x", None),
        ("Bert", "y", "3"),
        ("Clara", "z", None),
    ]


def test_a_profile_builds_on_what_is_known_already():
    known = profiles({"alloy": {"model": "m", "speed": 1.2}}, "models.toml")
    found = read('[profiles.alloy]\nvoice = "alloy"\npitch = 1\n[cast]\nAnna = "alloy"\n', "my.toml", known)
    assert (found.profiles["alloy"].model, found.profiles["alloy"].speed, found.profiles["alloy"].pitch) == (
        "m",
        1.2,
        1,
    )
    assert found.cast["Anna"].pitch == 1
    nearer = "[profiles.alloy]\nmodel = 'own'\n[profiles.b]\nvoice = 'ALLOY'\n[profiles.c]\nvoice = 'b'"
    assert read(nearer, "my.toml", known).profiles["c"].model == "own"
    assert read("[profiles.c]\nvoice = 'Alloy#2'", "my.toml", known).profiles["c"].speed == 1.2


def test_a_member_may_be_called_as_its_profile_or_its_model():
    assert read('[cast]\nanna = "anna"', "x").cast["anna"].model == "anna"
    both = read('[profiles.anna]\nmodel = "m"\n[cast]\nanna = { voice = "anna", pan = 1 }', "x")
    assert (both.cast["anna"].model, both.cast["anna"].pan) == ("m", 1)


def test_voices_of_openai_can_be_profiles():
    names = "alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse".split()  # noqa: SIM905
    table = {name: {"model": "m", "speaker": number, "fallback": "espeak"} for number, name in enumerate(names)}
    found = profiles(table, "models.toml")
    assert list(found) == names
    assert (found["ash"].speaker, found["ash"].fallback) == ("1", "espeak")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[profiles.x]\nmodle = 'm'", "v.toml: profiles.x.modle: no such key; did you mean 'model'?"),
        ("[profiles.x]\nzzz = 1", "profiles.x.zzz: no such key; there are model, "),
        ("[profiles.x]\nspeed = 'fast'", "profiles.x.speed: is 'fast' and should be a number"),
        ("[profiles.x]\nspeed = 0", "profiles.x.speed: is 0; give 0.2 to 5"),
        ("[profiles.x]\nspeed = nan", "profiles.x.speed: is nan"),
        ("[profiles.x]\npitch = 5", "profiles.x.pitch: is 5; give -4 to 4 semitones"),
        ("[profiles.x]\nvolume = inf", "profiles.x.volume: is inf"),
        ("[profiles.x]\nvolume = true", "profiles.x.volume: is True"),
        ("[profiles.x]\nvolume = 1\ngain = 1", "profiles.x.gain: is the same as volume"),
        ("[profiles.x]\nmodel = ''", "profiles.x.model: is '' and should be a text"),
        ("[profiles.x]\nspeaker = -1", "profiles.x.speaker: is -1 and should be a text in quotes or a number"),
        ("[profiles.x]\nspeaker = true", "profiles.x.speaker: is True"),
        ("[profiles.x]\nlanguage = 'germann'", "profiles.x.language: no language is called 'germann'"),
        ("[profiles.x]\npauses = 1", "profiles.x.pauses: is 1 and should be a table"),
        ("[profiles.x]\npauses = { paragaph = 1 }", "profiles.x.pauses.paragaph: no such pause; did you mean"),
        ("[profiles.x]\npauses = { item = -1 }", "profiles.x.pauses.item: is -1"),
        ("[profiles.x]\nvoice = 'm#a'\nspeaker = 'b'", "profiles.x.speaker: is 'b', and the voice says 'a'"),
        ("[profiles]\nx = 1", "profiles.x: is 1; give the name of a voice, or a table"),
        ("[profiles.'a#b']\nmodel = 'm'", "profiles.'a#b': is no name"),
        ("[profiles.'']\nmodel = 'm'", "profiles.'': is no name"),
        ("profiles = 1", "profiles: is 1 and should be a table"),
        ("[profile.x]\nmodel = 'm'", "profile: no such table; did you mean [profiles]?"),
        ("[speakers.x]\nmodel = 'm'", "speakers: no such table; profiles go under"),
        ("Anna = 'x'\n[cast]\nAnna = 'y'", "Anna: is in the cast twice"),
        ("[cast]\n'Dr: Who' = 'x'", "'Dr: Who': a colon ends a name"),
        ("[cast]\nAnna = { pan = 2 }", "cast.Anna.pan: is 2; give -1 to 1"),
        ("[cast]\nAnna = []", "cast.Anna: is []"),
        ("[cast", "not valid TOML"),
        ("[profiles.a]\nvoice = 'a'", "profiles.a.voice: builds on itself (a -> a)"),
        ("[profiles.a]\nvoice='b'\n[profiles.b]\nvoice='c'\n[profiles.c]\nvoice='B'", "builds on itself (b -> c -> b)"),
        ("[cast]\na = 'b'\nb = 'a'", "cast.a.voice: builds on itself (a -> b -> a)"),
    ],
)
def test_mistakes_name_the_place_and_the_way_out(text, hint):
    with pytest.raises(UnsupportedError, match=r"^v\.toml: ") as caught:
        read(text, "v.toml")
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("narrator", ("narrator", None)),
        ("narrator#p225", ("narrator", "p225")),
        (" en_US-x # 3 ", ("en_US-x", "3")),
        ("#p225", ("#p225", None)),
        ("narrator#", ("narrator#", None)),
        ("./c#/voice", ("./c#/voice", None)),
        ("./c#/voice#2", ("./c#/voice", "2")),
    ],
)
def test_a_name_may_carry_a_speaker(name, parts):
    assert split(name) == parts


def test_names_are_found_as_written_first():
    anna, other = Profile(name="Anna"), Profile(name="ANNA")
    cast = {"ANNA": other, "Anna": anna}
    assert named("Anna", cast) is anna
    assert named("anna", cast) is other
    assert named("Hannah", cast) is None


def settled(manner, voice=None, **options):
    voices = read(FILE, "cast.toml")
    return Cast(voices.profiles, voices.cast, SynthesizeOptions(**options), voice).settle(manner)


@pytest.mark.parametrize(
    ("manner", "voice", "options", "expected"),
    [
        (Manner(), None, {}, Manner()),
        (Manner(), "de_DE-thorsten-high", {}, Manner(voice="de_DE-thorsten-high")),
        (
            Manner(rate=2, pitch=1, volume=3, pan=-1, language="fr"), "x#7",
            {"speed": 1.5, "pitch": 1, "volume": -1},
            Manner("x", "7", "fr", 3, 2, 2, -1),
        ),
        (Manner(), "narrator", {}, Manner("en_US-libritts-high", "p225", "en", 0.9, -1)),
        (Manner(), "NARRATOR", {"speaker": "p9"}, Manner("en_US-libritts-high", "p9", "en", 0.9, -1)),
        (Manner(), "narrator#p9", {"speed": 2}, Manner("en_US-libritts-high", "p9", "en", 1.8, -1)),
        (Manner(), None, {"speaker": "3", "language": "de"}, Manner(None, "3", "de")),
        # The speaker and the language of the document's voice are no other's.
        (Manner("other"), "x", {"speaker": "3", "language": "de"}, Manner("other")),
        (Manner("Stranger#4"), "x", {}, Manner("de_DE-thorsten-high", "4")),
        (Manner("stranger", speaker="5"), "x", {}, Manner("de_DE-thorsten-high", "5")),
        (
            Manner("Bert", rate=2, pan=-0.9), "x", {"speed": 0.5},
            Manner("en_US-libritts-high", "12", "en", 1.1, -1, -3, -1),
        ),
        # Without a voice of its own: the document's, in another way.
        (
            Manner("Echo"), "narrator", {"speaker": "p9"},
            Manner("en_US-libritts-high", "p9", "en", 0.45, 0, 0, 0.5),
        ),
        (Manner("Echo"), None, {}, Manner(None, None, None, 0.5, 1, 0, 0.5)),
    ],
)  # fmt: skip
def test_settling_leaves_a_model_and_the_sum_of_what_was_asked(manner, voice, options, expected):
    assert settled(manner, voice, **options) == expected


def test_one_speaker_is_given():
    assert settled(Manner(), "narrator#p9", speaker="p9").speaker == "p9"
    with pytest.raises(UnsupportedError, match="'narrator#p9' names a speaker, and the speaker is 'p8'"):
        settled(Manner(), "narrator#p9", speaker="p8")


def test_two_names_that_differ_in_case_only_are_one_too_many():
    with pytest.raises(UnsupportedError, match=r"cast\.anna: is 'Anna' again"):
        read('[cast]\nAnna = "a"\nanna = "b"\n', "cast.toml")


def test_names_are_the_same_however_they_are_typed():
    cast = read('[cast]\n"Zo\u00eb O\'Neil" = "a"\n', "cast.toml").cast
    for name in ("ZOE\u0308  O\u2019NEIL", "zo\u00eb\u00a0o'neil"):
        assert named(name, cast) is not None
    assert named("Zoe O'Neil", cast) is None
