"""What holds for any text in any language."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.tts.normalize import normalize

LANGUAGES = [
    "en",
    "en-GB",
    "de",
    "de-CH",
    "fr",
    "es",
    "it",
    "pt-BR",
    "nl",
    "sv",
    "ru",
    "pl",
    "fi",
    "ja",
    "fa",
    "xx",
    "",
]
MARKS = "0123456789.,:;/-–+±~@#$€£%°½²IVXLDMAZahkmpsxe ()'\"’\n\u00a0\u202f\ufffc٣"


def said(text, language="en"):
    return "".join(phrase.spoken for phrase in normalize(text, language))


@given(st.text(MARKS, max_size=40) | st.text(max_size=40), st.sampled_from(LANGUAGES))
@settings(max_examples=300, deadline=None)
def test_nothing_raises_and_what_was_written_stands(text, language):
    phrases = normalize(text, language)
    assert "".join(phrase.written for phrase in phrases) == text
    assert all(phrase.written for phrase in phrases)


NUMBER = (
    st.integers(0, 10**17).map(str)
    | st.decimals(0, 10**9, places=2).map(str)
    | st.integers(0, 10**9).map("{:,}".format)
)
THING = st.one_of(
    NUMBER,
    NUMBER.map("${}".format),
    NUMBER.map("{} kg".format),
    NUMBER.map("{}%".format),
    st.integers(1, 999).map("{}th".format),
    st.times().map("{:%H:%M}".format),
    st.dates().map("{:%Y-%m-%d}".format),
    st.dates().map("{:%m/%d/%Y}".format),
    st.tuples(st.integers(0, 99), st.integers(1, 99)).map("{0[0]}/{0[1]}".format),
    st.tuples(st.integers(0, 99), st.integers(0, 99)).map("{0[0]}-{0[1]}".format),
    st.ip_addresses(v=4).map(str),
    st.sampled_from(["Dr. Smith", "No. 7", "Henry VIII", "a@b1.org", "MP3", "007", "the 1990s", "5x", "3½", "1e5"]),
)


@given(st.lists(THING, min_size=1, max_size=4).map(" and ".join))
@settings(max_examples=300, deadline=None)
def test_no_digit_is_left_and_words_are_left_alone(text):
    spoken = said(text)
    assert not any(sign.isdigit() for sign in spoken)
    assert "  " not in spoken
    assert said(spoken) == spoken


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "text",
    [
        '1"',
        "1°1'",
        "x⁸",
        "1-1/1 ",
        "1/1 kg ",
        "a1-",
        "1. ",
        "1",
        "1.",
        "1,",
        "1 ",
        "1-",
        "1/",
        "1:",
        "A.",
        "a.",
        "a@",
        "½",
        "+1 ",
        "http://",
        "-",
        ".",
    ],
)
def test_time_grows_with_the_text_and_not_faster(text, language):
    normalize(text, language)
    times = []
    for count in (1_000, 8_000):
        begin = time.process_time()
        normalize(text * count, language)
        times.append(time.process_time() - begin)
    assert times[1] < 30 * times[0] + 0.5  # eight times the text; the square would be 64 times


def test_an_empty_text_has_no_phrases():
    assert normalize("", "en") == ()


def test_what_is_not_changed_is_one_phrase():
    (phrase,) = normalize("Nothing to see here.", "en")
    assert phrase.written == phrase.spoken


def test_what_is_changed_is_a_phrase_of_its_own():
    assert [phrase.written for phrase in normalize("It is 5 km, or 6.", "en")] == ["It is ", "5 km", ", or ", "6", "."]


def test_an_abbreviation_at_the_end_keeps_the_full_stop_of_the_sentence():
    assert said("He left at 5 p.m.") == "He left at five p m."
    assert said("“Cats, dogs, etc.”") == "“Cats, dogs, et cetera.”"
    assert said("At 5 p.m. he left.") == "At five p m he left."
