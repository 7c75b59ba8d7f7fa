"""Sentence ends: which there are, and that they do not depend on how the text came."""

# ruff: noqa: RUF001

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.tts import ends

SENTENCES = [
    ("en", "Dr. Smith went.|He left.|Dr. Who came.|Mr. He too."),
    ("en", "J. R. R. Tolkien wrote it.|It is good."),
    ("en", "It is 3.14 or so.|See p. 12 for more.|The U.S. troops left.|They won."),
    ("en", "He lives in the U.S.|He likes it.|It was at 5 p.m. sharp.|At 5 p.m.|He left."),
    ("en", "Yahoo! is a company.|What?!|No!!|Wait… what?|Wait...|What?"),
    ("en", "He said “Stop!” and left.|He said “Stop!”|Then he left."),
    ("en", "“No.” he said.|“Hm?” asked the man.|“Go now. Please.” she said."),
    ("en", "Use e.g. Linux, cf. Smith.|See fig. 3, vol. 2, approx. 5.|It was on Mon. Jan. 5."),
    ("en", "Go to https://a.com/?Q=b!x&C=D.|Then ASP.NET, Foo.Bar and www.Example.Com.|Ok."),
    ("en", "1. First things first.|2. Then the rest."),
    ("en", "Dr.\u00a0House is in.|Wait...|What."),
    ("en", "Hi!|How are you?|😀 Good."),
    ("de", "Das ist z. B. das Haus.|Am 3. Mai kam Dr. med. Müller u. a. Leute.|Ja."),
    ("fr", "M. Dupont et Mme. Martin sont là.|Il dit : « Oui ! » et part."),
    ("ru", "Он жил в г. Москве.|Т. е. там.|А. С. Пушкин.|Рис. 5 тут."),
    ("nl", "Het is 5 MW.|O.a. dit, d.w.z. dat van mevr. de Vries."),
    ("es", "¿Qué?|¡No!|Sí."),
    ("el", "Τι κάνεις;|Καλά."),
    ("hi", "यह है।|वह है॥|ठीक?"),
    ("ar", "كيف حالك؟|أنا بخير."),
    ("hy", "Բարեւ։|Ինչպե՞ս ես։"),
    ("am", "ሰላም።|እንዴት ነህ፧|ደህና"),
    ("km", "សួស្តី។|ជំរាបសួរ"),
    ("xx", "Hello there.|Yes."),
    ("en-GB", "Hello there.|Yes."),
]
UNSPACED = [
    ("en", "Yes!|No?|Wait...|What."),
    ("zh", "你好。|我很好!|你呢?|“好。”|他说。|好……真的吗？！|是的。"),
    ("ja", "こんにちは。|「はい。」と言った。|元気ですか？|はい!"),
]
CASES = [(tag, text.replace("|", " "), text.split("|")) for tag, text in SENTENCES]
CASES += [(tag, text.replace("|", ""), text.split("|")) for tag, text in UNSPACED]


def split(text: str, language: str, *chunks: int) -> list[str]:
    """The sentences of a text that comes in chunks of these sizes, over and over."""
    found, draft, seen, at, turn = [], "", 0, 0, 0
    while at < len(text) or draft:
        complete = at >= len(text)
        if cut := ends.first(draft, language, seen, (), complete=complete) if draft else None:
            found.append(draft[: cut[0]].strip())
            draft, seen = draft[cut[0] :].lstrip(" "), 0
        elif not complete:
            size = chunks[turn % len(chunks)] if chunks else len(text)
            seen, turn = len(draft), turn + 1
            draft, at = (draft + text[at : at + size]).lstrip(" "), at + size
    return [sentence for sentence in found if sentence]


@pytest.mark.parametrize(("language", "text", "expected"), CASES, ids=[case[1][:30] for case in CASES])
def test_sentences_end_where_a_reader_ends_them(language, text, expected):
    assert split(text, language) == expected


@pytest.mark.parametrize(("language", "text"), [case[:2] for case in CASES], ids=[case[1][:30] for case in CASES])
def test_they_are_the_same_letter_by_letter(language, text):
    assert split(text, language, 1) == split(text, language)


WORDS = st.sampled_from(
    [*'abÄß。！「」你好.!?…,"”“() 1', "Dr.", "z. B.", " He", " he", "U.S.", " x.Y/?Z", "ab" * 30, "์"]
)
TEXTS = st.lists(WORDS, max_size=60).map(lambda parts: " ".join("".join(parts).split()))


@given(TEXTS, st.lists(st.integers(1, 90), min_size=1, max_size=5), st.sampled_from(["en", "de", "zh", "th"]))
def test_chunks_change_nothing(text, chunks, language):
    assert split(text, language, *chunks) == split(text, language)


@given(TEXTS)
def test_nothing_is_lost(text):
    assert "".join(split(text, "en")).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("word, and word " * 40, ","),
        ("word and word " * 40, "word"),
        ("和字，" * 300, "，"),
        ("n" * 1000, "n"),
        ("n" + "ก็" * 300, "็"),
        ("nn" + "👩🏽‍🚀" * 200, "🚀"),
    ],
)
def test_a_sentence_without_an_end_is_cut_where_it_hurts_least(text, last):
    length, by_itself = ends.first(text, "en", 0, (), complete=False)
    assert not by_itself
    assert ends.LIMIT // 2 < length <= ends.LIMIT
    assert text[:length].rstrip().endswith(last)


def test_a_sentence_little_longer_than_the_limit_ends_by_itself():
    text = "word " * 80 + "end. Next"
    assert ends.first(text, "en", 0, (), complete=True) == (405, True)
    assert split(text, "en", 1) == split(text, "en") == [text[:404], "Next"]


def test_what_is_whole_is_not_cut():
    text = "One. Two. " + "n" * 1000
    assert ends.first(text, "en", 0, (), complete=False) == (5, True)
    assert ends.first(text, "en", 0, [(0, 8)], complete=False) == (10, True)
    assert ends.first("n" * 1000, "en", 0, [(100, 900)], complete=False) == (100, False)
    assert ends.first("n" * 1000, "en", 0, [(0, 900)], complete=False) == (900, False)


@pytest.mark.parametrize("text", ["Hello.", "Hello. ", "Hello. Wor", "Hello. Dr.", "He said.”"])
def test_an_end_is_not_sure_before_the_next_word_is(text):
    assert ends.first(text, "en", 0, (), complete=False) is None
