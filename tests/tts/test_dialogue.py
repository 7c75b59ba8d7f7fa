"""Dialogue scripts."""

# ruff: noqa: RUF001 - signs of East Asian scripts and of phonetics are meant

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.errors import UnsupportedError
from speech.tts.dialogue import items, names
from speech.tts.plan import End, Manner, Pause, Text
from speech.tts.voices import Profile

CAST = {name: Profile(name=name, model="m") for name in ("Anna", "Bert", "Dr. Who", "Old Man", "narrator", "李雷")}
SENTENCE, PARAGRAPH = End("sentence"), End("paragraph")


def read(script, cast=CAST):
    told = []
    return list(items(script.splitlines(), cast, told.append)), [event.message for event in told]


def spoken(script, cast=CAST):
    """Who says what, a pair for each stretch between two ends or pauses."""
    found = []
    for item in read(script, cast)[0]:
        if not isinstance(item, Text):
            found.append(None)
        elif found and found[-1] is not None:
            found[-1] = (item.manner.voice, found[-1][1] + item.text)
        else:
            found.append((item.manner.voice, item.text))
    return [(pair[0], pair[1].strip()) for pair in found if pair]


def test_a_script_is_turns_with_pauses_between():
    script = "\n# A comment.\nAnna: Good morning.\nIt is late.\n// Another.\nBert: Yes.\n\nIs it?\n\nAnna: Yes.\n"
    assert read(script) == (
        [
            Text("Good morning. It is late.", Manner(voice="Anna")), SENTENCE,
            Text("Yes.", Manner(voice="Bert")), PARAGRAPH,
            Text("Is it?", Manner(voice="Bert")), PARAGRAPH,
            Text("Yes.", Manner(voice="Anna")), PARAGRAPH,
        ],
        [],
    )  # fmt: skip


def test_a_member_of_the_cast_may_pause_after_each_turn():
    cast = {"A": Profile(name="A", pause=0.3), "B": Profile(name="B", pause=0)}
    script = "A: One.\n\nTwo.\nB: Three.\nA#2: Four.\n"
    assert [item for item in read(script, cast)[0] if not isinstance(item, Text)] == [
        PARAGRAPH, SENTENCE, Pause(0.3), SENTENCE, Pause(0), PARAGRAPH, Pause(0.3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "name", "text"),
    [
        ("Anna: Hello.", "Anna", "Hello."),
        ("ANNA:Hello.", "Anna", "Hello."),
        ("  anna :  Hello.", "Anna", "Hello."),
        ("**Anna:** Hello.", "Anna", "Hello."),
        ("**Anna**: Hello.", "Anna", "Hello."),
        ("- Anna: Hello.", "Anna", "Hello."),
        ("Dr. Who: Hello.", "Dr. Who", "Hello."),
        ("OLD  MAN: Hello.", "Old Man", "Hello."),
        ("Narrator: Hello.", "narrator", "Hello."),
        ("李雷：你好。", "李雷", "你好。"),
        ("Anna#p225: Hello.", "Anna#p225", "Hello."),
        ("Anna (whispering): Hello.", "Anna", "Hello."),
        ("Anna [off]: Hello.", "Anna", "Hello."),
        ("[00:12] Anna: Hello.", "Anna", "Hello."),
        ("Anna:\nHello.", "Anna", "Hello."),
        ("Anna: He said: yes.", "Anna", "He said: yes."),
        ("Hello.", None, "Hello."),
        ("He said: yes.", None, "He said: yes."),
        ("10:30 is the time.", None, "10:30 is the time."),
        ("At 10: nothing.", None, "At 10: nothing."),
        ("https://example.org is it.", None, "https://example.org is it."),
        ("Note: mind the gap.", None, "Note: mind the gap."),
        ("Chapter 2: the gap.", None, "Chapter 2: the gap."),
        ("She had one wish: sleep.", None, "She had one wish: sleep."),
        ("“Stop”: that is all.", None, "“Stop”: that is all."),
        (r"Remarkable\: it works.", None, "Remarkable: it works."),
        ("Hello.\n    Remarkably: indented.", None, "Hello. Remarkably: indented."),
        (":-) hello", None, ":-) hello"),
    ],
)
def test_a_line_is_a_members_or_goes_on(line, name, text):
    assert [(who, said.strip()) for who, said in spoken(line)] == [(name, text)]


def test_names_are_matched_as_written_first():
    cast = {"ANN": Profile(name="ANN"), "Ann": Profile(name="Ann")}
    assert [who for who, _ in spoken("Ann: a\nANN: b\nann: c", cast)] == ["Ann", "ANN", "ANN"]


@pytest.mark.parametrize(
    ("script", "hints"),
    [
        ("Anna: Hi.\nBrt: Ho.", ["'Brt' in line 2", "did you mean 'Bert'?"]),
        ("Anna: Hi.\n\nana: Ho.", ["'ana' in line 3", "did you mean 'Anna'?"]),
        ("Zoë: Hi.\nAnna: Ho.\nMr. X: Hm.\nZoë: Hi.", ["'Zoë' in line 1, 'Mr. X' in line 3", "Anna, Bert, "]),
        ("Anna: Hi.\nLudwig van Beethoven: Ho.", ["'Ludwig van Beethoven' in line 2"]),
        ("Anna: Hi.\n王: 你好", ["'王' in line 2"]),
        ("Anna: Hi.\nanna, bert: Ho.", ["'anna, bert' in line 2"]),
        ("Anna: Hi.\nCharlie (angrily): Ho.", ["'Charlie' in line 2"]),
    ],
)
def test_an_unknown_name_is_told_before_a_word_is_spoken(script, hints):
    with pytest.raises(UnsupportedError) as caught:
        items(script.splitlines(), CAST, print)
    assert all(hint in str(caught.value) for hint in hints)
    with pytest.raises(UnsupportedError):
        names(script, CAST)


def test_names_are_told_with_their_lines():
    script = "Hello.\nanna: Hi.\nBert: Ho.\nAnna: Hm."
    assert names(script, CAST) == [("Anna", 2), ("Bert", 3)]
    assert names("alloy: Hi.\n\nen_US-x-high#3: Ho.\nalloy: He said: no.\nWell: yes.") == [
        ("alloy", 1),
        ("en_US-x-high#3", 3),
    ]
    assert names("# nothing\n\n") == []


def test_without_a_cast_names_are_those_of_voices():
    script = "Just so:\nAnna: Hi.\nfurther: so it goes.\nnova: Ho.\n  nova: in.\nnova: again\nAnna:Hm."
    assert spoken(script, None) == [
        (None, "Just so:"),
        ("Anna", "Hi. further: so it goes."),
        ("nova", "Ho."),
        ("nova", "in."),
        ("nova", "again"),
        ("Anna", "Hm."),
    ]
    assert spoken(script, {}) == spoken(script, None)
    assert spoken("alloy: Hi.\nnova: Ho.", None) == [("alloy", "Hi."), ("nova", "Ho.")]


def test_names_of_voices_may_be_given():
    script = "Well,\nold nova: Ho.\nalloy#2: Hi.\nbesides: no."
    assert names(script, None, ["Old Nova", "alloy"]) == [("old nova", 2), ("alloy#2", 3)]
    assert names(script) == [("alloy#2", 3)]
    assert names("Anna: Hi.\nbesides: no.") == [("Anna", 1)]


@pytest.mark.parametrize(
    ("direction", "seconds"),
    [
        ("[pause]", 1), ("[Pause.]", 1), ("(a beat)", 0.5), ("[beat]", 0.5), ("[long pause]", 2),
        ("[short pause]", 0.5),
        ("[pause 2s]", 2), ("[pause: 1.5 seconds]", 1.5), ("[pause 500ms]", 0.5), ("[pause 0,5 s]", 0.5),
        ("[PAUSE 3]", 3), ("[pause for 2 secs]", 2), ("[2s pause]", 2), ("[2-second pause]", 2), ("(silence 4s)", 4),
        ("[pause 1 minute]", 60), ("[wait .5s]", 0.5), ("【pause】", 1),
    ],
)  # fmt: skip
def test_directions_may_be_pauses(direction, seconds):
    who = Manner(voice="Anna")
    assert read(f"Anna: One. {direction} Two.") == (
        [Text("One. ", who), Pause(pytest.approx(seconds)), Text(" Two.", who), PARAGRAPH],
        [],
    )


def test_a_pause_is_bounded():
    found, told = read("Anna: [pause 3 minutes] One.")
    assert found[0] == Pause(60)
    assert told == ["line 1: a pause of 180 s is cut to 60 s"]


@pytest.mark.parametrize(
    ("said", "left", "skipped"),
    [
        ("[laughs] Hello.", "Hello.", ["laughs"]),
        ("(quietly) Hello.", "Hello.", ["quietly"]),
        ("Hello (laughs), you.", "Hello, you.", ["laughs"]),
        ("I said (quietly) no.", "I said no.", ["quietly"]),
        ("Hello. (He sits.) Well?", "Hello. Well?", ["He sits."]),
        ("[door] (off) Hello. [music: fades]", "Hello.", ["door", "off", "music: fades"]),
        ("A [long\ndoor] creaks.", "A creaks.", ["long door"]),
        ("Hello（笑声）。", "Hello（笑声）。", []),
        ("I went (as always) home.", "I went (as always) home.", []),
        ("(555) 1234 is (a) number.", "(555) 1234 is (a) number.", []),
        ("See [this](https://example.org).", "See [this](https://example.org).", []),
        ("One [open.", "One [open.", []),
        ("It's f(x) or :-)", "It's f(x) or :-)", []),
    ],
)
def test_other_directions_are_left_out_and_told(said, left, skipped):
    found, told = read(f"Bert: {said}")
    text = "".join(item.text for item in found if isinstance(item, Text))
    assert " ".join(text.split()) == left
    assert told == [f"line 1: the direction {direction!r} is left out" for direction in skipped]


def test_a_direction_before_the_colon_is_told():
    assert read("Anna: Hi.\nBert (whispering): Ho.")[1] == ["line 2: the direction 'whispering' is left out"]
    assert read("Anna [pause 2s]: Hi.") == ([Pause(2), Text("Hi.", Manner(voice="Anna")), PARAGRAPH], [])


def test_pronunciations_are_no_directions():
    assert Text("həˈloʊ", Manner(voice="Anna"), phonemes="həˈloʊ") in read("Anna: Well [[həˈloʊ]] you.")[0]


def test_what_only_looks_like_a_name_is_told():
    assert read("Anna: Hi.\nNote: this.")[1] == ["line 2: 'Note' is read as text, not as the name of a speaker"]
    assert "no line of the script names a speaker" in read("Hi.\nHo.")[1][0]
    assert read("Hi.", None)[1] == []


def test_an_empty_script_says_nothing():
    assert read("") == ([], [])
    assert read("# only\n\n//comments\n") == ([], [])


LINES = st.lists(
    st.sampled_from(["Anna: ", "Bert: ", "", "word", " more words. ", "[pause]", "(x)", ":", "\n", "\n\n"])
)


@given(LINES)
def test_nothing_but_directions_and_labels_is_lost(parts):
    script = "".join(parts)
    found, _ = read(script)
    said = "".join(item.text for item in found if isinstance(item, Text))
    assert said.count("word") == script.count("word")


def test_hostile_lines_take_no_time():
    for sign in ("(", "[", "【", "* ", " ", "_", "[x] ", "(x) ", ":", "a "):
        read("Anna: x\n" + sign * 20_000)


def test_names_in_capitals_over_their_lines_speak_as_in_a_film():
    script = "FADE IN.\n\nANNA (O.S.)\n(softly)\nHello.\n\nLOUD WORDS\n\nOLD MAN\nWhat?\nHUH?\n"
    assert spoken(script) == [
        (None, "FADE IN."), ("Anna", "Hello."), ("Anna", "LOUD WORDS"), ("Old Man", "What? HUH?"),
    ]  # fmt: skip
    with pytest.raises(UnsupportedError, match="'BOB' in line 4"):
        read("ANNA\nHello.\n\nBOB\nHi.\n")
    assert spoken("Anna: Hi.\n\nBOB\nand more\n") == [("Anna", "Hi."), ("Anna", "BOB and more")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("00:01:05 Anna: Hi.", [("Anna", "Hi.")]),
        ("1:05 - Anna: Hi.", [("Anna", "Hi.")]),
        ("> Anna: Hi.", [("Anna", "Hi.")]),
        ("8:00 Zoe: Hi.", [(None, "8:00 Zoe: Hi.")]),
        ("8:00 " * 300 + "Anna: x", [(None, "8:00 " * 300 + "Anna: x")]),
    ],
)
def test_a_time_or_a_sign_may_stand_before_a_name_that_is_known(line, expected):
    assert spoken(line) == expected


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("[2s]", 2), ("[1.5 seconds]", 1.5), ("[250 ms]", 0.25), ("[2]", None), ("[0:10]", None), ("(2 seconds)", None)],
)
def test_a_time_in_square_brackets_is_a_pause(said, seconds):
    found = read(f"Anna: One {said} two.")[0]
    assert [item.seconds for item in found if isinstance(item, Pause)] == ([] if seconds is None else [seconds])


def test_a_direction_is_told_once():
    told = read("Anna: (laughs) One. [00:01] Two. [00:02]\n" * 3)[1]
    assert told == ["line 1: the direction 'laughs' is left out", "line 1: the direction '00:01' is left out"]
