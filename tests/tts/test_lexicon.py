"""The lexicon: what it finds, what it says, and what it makes of a broken file."""

# ruff: noqa: RUF001 - phonemes

import random
import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Phrase
from speech.errors import UnsupportedError
from speech.tts.lexicon import EMPTY, Entry, Lexicon, parse

TOML = r"""
nginx = "engine x"
Siobhan = { ipa = "ʃɪˈvɔːn" }
'(\d+)x(\d+)' = { say = '\1 by \2', regex = true }
Polish = "Pohlish"
IT = "eye tee"
can = "kan"
"New York" = "Noo Yok"
york = "jork"
"C++" = "see plus plus"
"東京" = "とうきょう"
"हिन्दी" = "hindi"
sie = { say = "see", case = true }
Google = "googol"

[de]
Google = "Guhgel"

[voices.Max]
nginx = { ipa = "ŋ", language = "de" }
Google = "Max's"
"""
LEXICON = parse(TOML, "words.toml", "toml")


def said(text: str, language: str = "en", voice: str | None = None, lexicon: Lexicon = LEXICON) -> str:
    """The text with what the lexicon says in place of what it knows."""
    parts, at = [], 0
    for hit in lexicon.hits(text, language, voice):
        phrase = hit.phrase
        assert phrase.written == text[hit.start : hit.end]
        parts += [text[at : hit.start], f"[{phrase.phonemes}]" if phrase.phonemes else phrase.spoken]
        at = hit.end
    return "".join([*parts, text[at:]])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nginx, NGINX and nginxes", "engine x, engine x and nginxes"),
        ("Siobhan's SIOBHAN siobhan", "[ʃɪˈvɔːn]'s [ʃɪˈvɔːn] siobhan"),
        ("a 4x5 room", "a 4 by 5 room"),
        ("Polish POLISH polish", "Pohlish POHLISH polish".replace("POHLISH", "Pohlish")),
        ("IT is it", "eye tee is it"),
        ("I can, can't, can’t, l'can and (can)", "I kan, can't, can’t, l'kan and (kan)"),
        ("New York, york, Newyork", "Noo Yok, jork, Newyork"),
        ("C++, C++11", "see plus plus, see plus plus11"),
        ("我在東京都", "我在とうきょう都"),
        ("हिन्दी हिन्दीय", "hindi हिन्दीय"),
        ("sie Sie SIE", "see Sie SIE"),
        ("", ""),
    ],
)
def test_words_are_found_whole(text, expected):
    assert said(text) == expected


def test_language_and_voice_narrow_and_win():
    assert said("Google", "en") == "googol"
    assert said("Google", "de-AT") == "Guhgel"
    assert said("Google", "de", "Max") == "Max's"
    assert said("nginx", "de", "Max") == "[ŋ]"
    assert said("nginx", "en", "Max") == "engine x"


def test_a_language_with_its_region_is_for_that_region():
    lexicon = Lexicon([Entry("schedule", "shedule", language="en-GB")])
    assert said("schedule", "en-GB", lexicon=lexicon) == "shedule"
    assert said("schedule", "en-US", lexicon=lexicon) == "schedule"


def test_capitals_and_the_later_entry_win():
    lexicon = Lexicon([Entry("IT", "eye tee"), Entry("it", "one")]).merged(Lexicon([Entry("it", "two")]))
    assert said("IT it", lexicon=lexicon) == "eye tee two"


def test_an_empty_lexicon_knows_nothing():
    assert not EMPTY
    assert said("nginx", lexicon=EMPTY) == "nginx"


def test_a_table_is_read_line_by_line():
    text = '\ufeffword,replacement\n# names\nSiobhan,/ʃɪˈvɔːn/,en\n\n"New York", Noo Yok\nGoogle,Guhgel,de,Max\n'
    assert parse(text, "words.csv", "csv").entries == (
        Entry("Siobhan", ipa="ʃɪˈvɔːn", language="en"),
        Entry("New York", say="Noo Yok"),
        Entry("Google", say="Guhgel", language="de", voice="Max"),
    )


@pytest.mark.parametrize(
    ("form", "text", "tells"),
    [
        ("toml", "a = 1", ["words, line 1", "'a'"]),
        ("toml", "a = 'b'\nb = \n", ["words", "line 2"]),
        ("toml", "[de]\n'(x' = { say = 'b' }\n[fr]\n'(x' = { say = 'b', regex = true }", ["line 4", "'(x'"]),
        ("toml", "'x' = { say = '\\2', regex = true }", ["line 1", "group"]),
        ("toml", "'x' = { say = '\\g<n>', regex = true }", ["line 1", "n"]),
        ("toml", "'(' = { ipa = 'b', regex = true }", ["line 1", "'('"]),
        ("toml", "[klingonese]\na = 'b'", ["line 1", "klingonese", "[voices.NAME]"]),
        ("toml", "a = { say = 'b', ipa = 'c' }", ["line 1", "either"]),
        ("toml", "a = { sya = 'b' }", ["line 1", "'a'"]),
        ("toml", "a = { say = 'b', case = 1 }", ["line 1", "case is 1"]),
        ("toml", "[voices]\na = 1", ["line 2", "'a'"]),
        ("toml", "' ' = 'b'", ["line 1", "no word"]),
        ("csv", "a,b\nc", ["words, line 2", "'c'"]),
        ("csv", "a,b,xxxx", ["line 1", "xxxx"]),
        ("csv", "a,b,en,v,w", ["line 1"]),
        ("csv", ",b", ["line 1", "no word"]),
    ],
)
def test_a_broken_file_is_told_by_its_line(form, text, tells):
    with pytest.raises(UnsupportedError) as caught:
        parse(text, "words", form)
    assert all(part in str(caught.value) for part in tells), str(caught.value)


def test_ten_thousand_words_are_looked_up_not_tried():
    letters = random.Random(0)
    words = ["".join(letters.choices(string.ascii_lowercase, k=6)) for _ in range(10_000)]
    lexicon = parse("\n".join(f"{word},{word.upper()}" for word in words), "words", "csv")
    assert said(" ".join(words), lexicon=lexicon) == " ".join(words).upper()


@given(
    st.lists(st.text("abAB'+ é", min_size=1, max_size=4).filter(str.strip), max_size=6),
    st.text("abAB'+ é", max_size=30),
)
def test_finds_are_in_order_apart_and_in_the_text(words, text):
    lexicon = Lexicon(Entry(word, "x") for word in words)
    end = 0
    for hit in lexicon.hits(text, "en"):
        assert end <= hit.start < hit.end <= len(text)
        assert hit.phrase == Phrase(text[hit.start : hit.end], "x")
        end = hit.end


@given(st.text("ab\"',/#\n[]=\\ ", max_size=40), st.sampled_from(["toml", "csv"]))
def test_any_file_is_read_or_refused(text, form):
    with suppress(UnsupportedError):  # and no other error
        assert all(entry.word.strip() for entry in parse(text, "words", form).entries)


def test_a_misspelt_key_is_no_section():
    with pytest.raises(UnsupportedError, match=r"words.toml, line 1: .*'foo'.* has say or ipa, not 'sy'"):
        parse('foo = { sy = "x" }', "words.toml", "toml")
