"""The times of what was said, at the words that were written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.data import Phrase, Sentence, Word
from speech.tts.words import written_words


def sentence(*phrases: str | tuple[str, str]) -> Sentence:
    return Sentence(tuple(Phrase(p, p) if isinstance(p, str) else Phrase(*p) for p in phrases))


def timed(spoken: str) -> list[Word]:
    """Each word a second long, from its place in the sentence."""
    return [Word(text, float(at), at + 0.9) for at, text in enumerate(spoken.split())]


@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        (["Hello there."], [("Hello", 0, 0.9), ("there.", 1, 1.9)]),
        (
            ["It cost ", ("$49.95", "forty-nine dollars and ninety-five cents"), ", he said."],
            [("It", 0, 0.9), ("cost", 1, 1.9), ("$49.95,", 2, 6.9), ("he", 7, 7.9), ("said.", 8, 8.9)],
        ),
        ([("Dr.", "doctor"), " Smith"], [("Dr.", 0, 0.9), ("Smith", 1, 1.9)]),
        ([("10 km/h", "ten kilometres per hour"), "!"], [("10 km/h!", 0, 3.9)]),
        (["(", ("8:00", "eight o'clock"), ")", " now"], [("(8:00)", 0, 1.9), ("now", 2, 2.9)]),
        (["a", (" 2 ", " two "), "b"], [("a", 0, 0.9), ("2", 1, 1.9), ("b", 2, 2.9)]),
        ([("1. ", "one, "), "First"], [("1.", 0, 0.9), ("First", 1, 1.9)]),
        (["Hello ", ("***", ""), " you"], [("Hello ***", 0, 0.9), ("you", 1, 1.9)]),
        ([("***", ""), " Hello"], [("*** Hello", 0, 0.9)]),
        ([("", "well "), "yes"], [("yes", 0, 1.9)]),
        (["a ", ("", "b"), " c"], [("a", 0, 0.9), ("c", 2, 2.9)]),
        (["a—", ("2", "two"), ("3", "three")], [("a—23", 0, 0.9)]),
    ],
)
def test_times_go_to_what_was_written(phrases, expected):
    asked = sentence(*phrases)
    words = written_words(asked, timed(asked.spoken))
    assert [(word.text, word.start, word.end) for word in words] == expected


def test_a_guessed_time_makes_the_whole_a_guess_and_the_worst_word_counts():
    words = [Word("forty", 0, 1, 0.9), Word("two", 1, 2, 0.5, interpolated=True)]
    assert written_words(sentence(("42", "forty two")), words) == (Word("42", 0, 2, 0.5, interpolated=True),)


def test_without_times_there_are_no_words():
    assert written_words(sentence("Hello there."), []) == ()


def test_words_too_many_or_too_few_share_the_time_out():
    words = written_words(sentence("aa bbbb cc"), [Word("a", 1.0, 2.0), Word("b", 2.0, 5.0)])
    assert [(word.text, word.start, word.end) for word in words] == [("aa", 1, 2), ("bbbb", 2, 4), ("cc", 4, 5)]
    assert all(word.interpolated for word in words)


PART = st.text("ab .,$—", max_size=6)
PHRASES = st.lists(st.one_of(PART, st.tuples(PART, PART)), max_size=8)


@given(PHRASES)
def test_the_words_are_what_was_written(phrases):
    asked = sentence(*phrases)
    words = written_words(asked, timed(asked.spoken))
    if asked.spoken.split():
        assert " ".join(word.text for word in words) == " ".join(asked.written.split())
    assert all(before.end <= after.start for before, after in pairwise(words))


@given(PHRASES, st.integers(0, 9))
def test_any_number_of_words_gives_an_answer(phrases, count):
    asked = sentence(*phrases)
    words = written_words(asked, [Word("x", float(at), at + 1.0) for at in range(count)])
    if count and asked.spoken.split():
        assert " ".join(word.text for word in words) == " ".join(asked.written.split())
