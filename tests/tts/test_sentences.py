"""From items to steps: sentences, pauses, manners, marks; the same however the text came."""

# ruff: noqa: RUF001

import tracemalloc
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Phrase, SynthesizeOptions
from speech.tts.lexicon import Entry, Lexicon
from speech.tts.plan import PLAIN, Chapter, Clip, End, Manner, Mark, Pause, Text, Utterance
from speech.tts.sentences import Reading, show, steps

OPTIONS = SynthesizeOptions(normalize=False, sentence_pause=0.2, item_pause=0.4, paragraph_pause=0.6, heading_pause=0.9)
SLOW = Manner(rate=0.5)


def settle(manner):
    return replace(manner, language=manner.language or "en")


READING = Reading(settle, options=OPTIONS)


def run(*items, reading=READING):
    """The steps, and the events told meanwhile."""
    told = []
    return list(steps(map(item, items), reading, told.append)), told


def item(value):
    return Text(value) if isinstance(value, str) else value


def brief(*items, reading=READING):
    """Steps in short: sentences as text, pauses as seconds, the rest as it is."""
    return [short(step) for step in run(*items, reading=reading)[0]]


def short(step):
    if isinstance(step, Utterance):
        return step.sentence.spoken
    return step.seconds if isinstance(step, Pause) else step


P = End("paragraph")


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], []),
        ([" \n"], []),
        (["Hello."], ["Hello."]),
        (["Hello.  You\nthere. "], ["Hello.", 0.2, "You there."]),
        (["a", *" " * 1000, "b"], ["a b"]),
        (["Hel", "lo. ", "", "Yo", "u"], ["Hello.", 0.2, "You"]),
        (["One", P, "Two"], ["One", 0.6, "Two"]),
        (
            ["One", End("heading"), P, "Two", End("item"), "3", End("sentence"), "4"],
            ["One", 0.9, "Two", 0.4, "3", 0.2, "4"],
        ),
        ([P, "One", P, P], ["One"]),
        (["One.", P, "— ***", P, "Two"], ["One.", 0.6, "Two"]),
        # A pause that is told takes the place of the one that would stand there.
        (["One, ", Pause(1), "two."], ["One,", 1, "two."]),
        (["One. ", Pause(0.1), "Two."], ["One.", 0.1, "Two."]),
        (["One.", P, Pause(0.1), "Two"], ["One.", 0.1, "Two"]),
        (["One.", Pause(0.1), P, "Two"], ["One.", 0.1, "Two"]),
        (["One.", P, Pause(0), "Two"], ["One.", "Two"]),
        (["One", Pause(1), Pause(2), "two"], ["One", 3, "two"]),
        ([Pause(1), "One", Pause(2)], [1, "One", 2]),
        ([Pause(1)], [1]),
        (["One", Pause(0.1), "Two. Three"], ["One", 0.1, "Two.", 0.2, "Three"]),
        # A change of manner is no end.
        (["One ", Text("two", SLOW), " three. Four"], ["One", "two", "three.", 0.2, "Four"]),
        (["One ", Text("two", SLOW), "."], ["One", "two."]),
        (["One (", Text("two", SLOW), ") and “", Text("three", SLOW), "”"], ["One", "(two)", "and", "“three”"]),
        (["(", Text("two", SLOW), ") dogs’", Text(" three", SLOW)], ["(two)", "dogs’", "three"]),
        (["One. ", Text("Two.", SLOW)], ["One.", 0.2, "Two."]),
        (["Dr. ", Text("Smith.", SLOW)], ["Dr.", "Smith."]),
        # Marks, chapters and clips.
        ([Mark("a"), "One.", Mark("b")], [Mark("a"), "One.", Mark("b")]),
        (["One. ", Mark("a"), "Two"], ["One.", 0.2, Mark("a"), "Two"]),
        (["One.", P, Mark("a"), Pause(1), "Two"], ["One.", Mark("a"), 1, "Two"]),
        (["One.", P, Pause(1), Mark("a"), "Two"], ["One.", 1, Mark("a"), "Two"]),
        ([Mark("a"), "***", Mark("b")], [Mark("a"), Mark("b")]),
        (["* ", Mark("a"), "*"], [Mark("a")]),
        (["One", Chapter("I"), "Two", Chapter("II")], ["One", 0.2, Chapter("I"), "Two", Chapter("II")]),
        (
            ["One", Clip("a", manner=SLOW), "two", P],
            ["One", 0.2, Clip("a", manner=Manner(rate=0.5, language="en")), "two"],
        ),
        ([Clip("a"), P, "One"], [Clip("a", manner=Manner(language="en")), 0.6, "One"]),
        # What the author says is to be said is whole.
        (["A ", Text("W3C. Ok", spoken="World. Wide"), " b"], ["A World. Wide b"]),
        (["A ", Text(" x ", spoken="y"), "b"], ["A y b"]),
        (["A ", Text("x", phonemes="ɪ"), "."], ["A x."]),
        ([Text("", phonemes="ɪ")], ["ɪ"]),
        ([Text("", spoken="well"), " then"], ["well then"]),
        (["in ", Text("Par", spoken="pa"), "is"], ["in pais"]),
    ],
)
def test_what_is_said_and_where_pauses_stand(items, expected):
    assert brief(*items) == expected


def test_an_utterance_has_the_manner_that_was_settled():
    manner = Manner("anna", "p1", "de", 1.5, 2.0, -3.0, 0.5)
    (step,), _ = run(Text("Hallo", manner))
    sentence = step.sentence
    assert (step.voice, step.pan) == ("anna", 0.5)
    assert (sentence.speaker, sentence.language, sentence.rate, sentence.pitch, sentence.volume) == manner_of(manner)


def manner_of(manner):
    return manner.speaker, manner.language, manner.rate, manner.pitch, manner.volume


def test_the_languages_own_ends_are_looked_for():
    assert brief(Text("Es ist z. B. Das Haus.", Manner(language="de"))) == ["Es ist z. B. Das Haus."]


def test_only_the_first_is_early():
    said, _ = run("***. One. Two. ", Text("Three", SLOW))
    assert [step.sentence.early for step in said if isinstance(step, Utterance)] == [True, False, False]


def seeds(*items, **options):
    reading = replace(READING, options=replace(OPTIONS, **options))
    return {
        step.sentence.spoken: step.sentence.seed
        for step in run(*items, reading=reading)[0]
        if isinstance(step, Utterance)
    }


def test_a_seed_comes_from_what_is_said_and_not_from_where():
    alone = seeds("Two.")["Two."]
    assert seeds("One. Two. Three.")["Two."] == alone
    assert 0 <= alone < 2**63
    others = [
        seeds("Two.", seed=1)["Two."],
        seeds("Two!")["Two!"],
        seeds(Text("Two.", SLOW))["Two."],
        seeds(Text("Two.", Manner(pitch=1)))["Two."],
        seeds(Text("Two.", Manner(speaker="a")))["Two."],
        seeds(Text("Two.", Manner(language="de")))["Two."],
        seeds(Text("Two.", phonemes="tu"))["Two."],
    ]
    assert len({alone, *others}) == 8
    assert seeds(Text("Two.", Manner(volume=-3, pan=1)))["Two."] == alone


@pytest.mark.parametrize(
    ("items", "marks"),
    [
        (["Hello ", Mark("m"), "you"], [("m", 1)]),
        (["Hello", Mark("m"), " you"], [("m", 1)]),
        (["Hel", Mark("m"), "lo you"], [("m", 0)]),
        (["(", Mark("m"), "Hello you"], [("m", 0)]),
        (["Hello ", Mark("m"), Mark("n"), "you ", Mark("o"), "there"], [("m", 1), ("n", 1), ("o", 2)]),
        (["Hello you", Mark("m"), ". Bye"], [("m", 1)]),
        (["Hello you.", Mark("m"), " Bye"], [("m", 2)]),
        (["a ", Text("x", spoken="one two"), Mark("m"), " b"], [("m", 3)]),
        (["a ", Text("x", spoken="one two"), " ", Mark("m"), "b"], [("m", 3)]),
        (["see nginx", Mark("m"), " now"], [("m", 3)]),
        (["see ng", Mark("m"), "inx ", Mark("n"), "now"], [("m", 1), ("n", 3)]),
    ],
)
def test_marks_inside_a_sentence_know_the_words_before_them(items, marks):
    reading = replace(READING, lexicon=Lexicon([Entry("nginx", "engine x")]))
    assert list(run(*items, reading=reading)[0][0].marks) == marks


def test_the_lexicon_is_asked_about_plain_text_only():
    reading = replace(READING, lexicon=Lexicon([Entry("nginx", "engine x"), Entry("foo", ipa="fuː")]))
    (step,), _ = run("Use ng", "inx and foo, ", Text("nginx", spoken="en"), ".", reading=reading)
    assert step.sentence.phrases == (
        Phrase("Use ", "Use "),
        Phrase("nginx", "engine x"),
        Phrase(" and ", " and "),
        Phrase("foo", "foo", "fuː"),
        Phrase(", ", ", "),
        Phrase("nginx", "en"),
        Phrase(".", "."),
    )


def test_numbers_are_written_out_sentence_by_sentence():
    reading = replace(READING, options=SynthesizeOptions())
    said, told = run("It is ", "4", "2. Is it? ", Text("7", say_as="cardinal"), reading=reading)
    assert [short(step) for step in said] == ["It is forty-two.", 0.25, "Is it?", 0.25, "seven"]
    assert not told


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "First", "one, First"),
        ("de", "Schritt", "eins, Schritt"),
        ("de", "Kapitel", "erstes Kapitel"),
        ("cs", "století", "1. století"),
    ],
)
def test_the_number_of_an_item_is_an_ordinal_where_its_noun_says_so(language, text, said):
    reading = Reading(lambda manner: replace(manner, language=language), options=SynthesizeOptions())
    steps_, told = run(Text("1. ", spoken="1, "), text, reading=reading)
    assert [short(step) for step in steps_] == [said]
    assert not told


def test_what_cannot_be_said_as_asked_is_told_and_said_as_it_stands():
    said, told = run("A ", Text("bc", say_as="nonsense"))
    assert [short(step) for step in said] == ["A bc"]
    assert [(event.kind, event.details["say_as"]) for event in told] == [("ignored", "nonsense")]


@pytest.mark.parametrize("text", ["—", "***", "“…”", " . . . ", "?!"])
def test_punctuation_alone_is_passed_over(text):
    assert run(text) == ([], [])


@pytest.mark.parametrize("text", ["\u0301", "\ue000", "foo"])
def test_what_is_dropped_is_told(text):
    said, told = run(Text(text, spoken=""))
    assert said == []
    assert [(event.kind, event.details["text"]) for event in told] == [("dropped", text)]


@pytest.mark.parametrize("text", ["😀", "$", "©", "7", "Ж", "好", "\ud83d"])
def test_symbols_and_letters_go_to_the_voice(text):
    assert len(run(text)[0]) == 1


def test_spaces_are_single_and_hints_for_the_typesetter_go():
    (step,), _ = run("\ufeff A\u00a0 b\u00ad", "c\t\nd\u202f1 ", Text("x", spoken=" y\u00a0 z "), " e ")
    assert step.sentence.spoken == "A bc d 1 y z e"
    assert step.sentence.written == "A bc d 1 x e"


def test_letters_are_composed():
    (step,), _ = run("cafe", "\u0301")
    assert step.sentence.spoken == "café"


def test_a_sentence_goes_out_when_its_end_is_sure():
    read = []

    def tokens():
        for token in ["Hel", "lo. ", "How", " are", " you and", " all", " of", " them", "?", " Hm. It is", " so"]:
            read.append(token)
            yield Text(token)

    said = steps(tokens(), READING, lambda _: None)
    assert short(next(said)) == "Hello."
    assert read[-1] == " are"
    assert [short(next(said)) for _ in range(4)] == [0.2, "How are you and all of them?", 0.2, "Hm."]
    assert read[-1] == " Hm. It is"


def test_a_sentence_without_an_end_is_cut_without_a_pause():
    said = brief("and on it goes " * 100 + "to the end. Yes.")
    assert said[-3:-1] == [said[-3], 0.2]
    assert all(isinstance(step, str) and len(step) <= 440 for step in said[:-2])
    assert " ".join(said[:-2]) == "and on it goes " * 100 + "to the end."


@pytest.mark.parametrize(
    "text", ["One. " * 4_000, "n" * 100_000, "好" * 100_000, " " * 100_000, "a, " * 10_000, "!" * 100_000]
)
def test_a_long_text_is_never_held_whole(text):
    tracemalloc.start()
    try:
        for _ in steps([Text(text)], READING, lambda _: None):
            pass
        assert tracemalloc.get_traced_memory()[1] < 300_000
    finally:
        tracemalloc.stop()


def test_what_would_be_spoken_is_shown():
    anna = Manner("anna", "p1", rate=1.5, volume=-3)
    told = run("One ", Text("two", phonemes="tu"), ".", P, Text("Hm.", anna), Mark("m"), Chapter("I"), Clip("a.wav"))[0]
    assert list(show(told)) == [
        "[en] One [[tu]].",
        "[pause 0.6 s]",
        "[anna, speaker p1, en, rate 1.5, volume -3] Hm.",
        "[pause 0.2 s]",
        "[mark m]",
        "[chapter I]",
        "[clip a.wav]",
    ]


MANNERS = st.sampled_from([PLAIN, PLAIN, SLOW, Manner(language="zh")])
WORDS = st.sampled_from(
    [*"ab1 .,!?。”“(é\u0301\u00a0\u00ad-$", " ", "Dr. ", "Yes. ", "z. B. ", "你好。", "ng", "inx ", "ab " * 50]
)
PLAINS = st.builds(Text, st.lists(WORDS, max_size=12).map("".join), MANNERS)
TOLD = st.builds(Text, st.sampled_from(["", " x ", "U.S. "]), MANNERS, st.sampled_from(["y", " one. Two", ""]))
OTHERS = st.one_of(
    st.builds(End, st.sampled_from(["sentence", "item", "paragraph", "heading"])),
    st.just(Pause(0.5)),
    st.just(Pause(0)),
    st.just(Mark("m")),
)
ITEMS = st.lists(st.one_of(PLAINS, PLAINS, TOLD, OTHERS), max_size=12)
LEXICON_READING = replace(READING, lexicon=Lexicon([Entry("nginx", "engine x")]))


@given(ITEMS, st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_how_the_text_was_cut_into_items_changes_nothing(items, sizes):
    cut = []
    for value in items:
        if not isinstance(value, Text) or value.spoken is not None:
            cut.append(value)
            continue
        at = 0
        while at < len(value.text):
            size = sizes[len(cut) % len(sizes)]
            cut.append(replace(value, text=value.text[at : at + size]))
            at += size
    assert run(*cut, reading=LEXICON_READING) == run(*items, reading=LEXICON_READING)


@given(ITEMS)
def test_steps_keep_their_promises(items):
    said, _ = run(*items)
    sentences = [step.sentence for step in said if isinstance(step, Utterance)]
    for sentence in sentences:
        for text in (sentence.spoken, sentence.written):
            assert text == " ".join(text.split())
        assert sentence.language
    assert not any(isinstance(step, Pause) and isinstance(after, Pause) for step, after in pairwise(said))
    assert sum(isinstance(value, Mark) for value in items) == sum(
        1 if isinstance(step, Mark) else len(step.marks) for step in said if isinstance(step, Mark | Utterance)
    )
    for step in said:
        if isinstance(step, Utterance):
            assert all(0 <= before <= len(step.sentence.spoken.split()) for _, before in step.marks)
