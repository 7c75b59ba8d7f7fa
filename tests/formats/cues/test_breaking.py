"""Where cues and lines end."""
# ruff: noqa: RUF001 - letters of many scripts, some of which look like others

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from speech.formats.cues import CueRules
from speech.formats.cues.breaking import Breaker, Unit, running
from speech.formats.cues.layout import units, width


def spoken(text: str, pace: int = 50, limit: int = 42) -> list[Unit]:
    """The text at ``pace`` milliseconds a character."""
    made, now = [], 0
    for word in text.split():
        for index, part in enumerate(units(word, limit)):
            made.append(Unit(part, now, now + pace * len(part), index == 0))
            now += pace * len(part)
    return made


def lines(text: str, **rules: object) -> list[str]:
    return [running(row) for row in Breaker(spoken(text), CueRules(**rules)).rows()]


def cues(text: str, pace: int = 50, **rules: object) -> list[str]:
    return [running(cue) for cue in Breaker(spoken(text, pace), CueRules(**rules)).cues()]


def test_what_fits_on_one_line_stays_on_it():
    assert lines("And so, my fellow Americans, ask not what") == ["And so, my fellow Americans, ask not what"]


def test_lines_are_balanced():
    assert lines("The quick brown fox jumps over some lazy sleeping dog") == [
        "The quick brown fox jumps",
        "over some lazy sleeping dog",
    ]


def test_lines_end_at_commas_and_before_conjunctions():
    assert lines("When the rain had stopped, we went out to play football") == [
        "When the rain had stopped,",
        "we went out to play football",
    ]
    assert lines("The rain had stopped by then and we went out to play") == [
        "The rain had stopped by then",
        "and we went out to play",
    ]


def test_lines_do_not_end_with_an_article():
    assert lines("We all went down to see the new boats in harbour", max_line_width=26) == [
        "We all went down to see",
        "the new boats in harbour",
    ]


def test_text_without_spaces_breaks_too():
    assert lines("我们今天来讨论一下这个问题，看看有没有更好的办法可以解决。") == [
        "我们今天来讨论一下这个问题，",
        "看看有没有更好的办法可以解决。",
    ]


def test_a_label_takes_its_room():
    breaker = Breaker(spoken("one two three four"), CueRules(max_line_width=14), lead=10)
    assert [running(row) for row in breaker.rows()] == ["one", "two three four"]


def test_cues_end_after_commas_rather_than_anywhere():
    assert cues("I went there by bus in the morning, but later I walked", max_lines=1) == [
        "I went there by bus in the morning,",
        "but later I walked",
    ]


def test_cues_are_as_few_as_they_can_be():
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    assert len(cues(text)) == 2
    assert len(cues(text, max_lines=1)) == 3


def test_cues_last_no_longer_than_they_may():
    assert cues("one two three four", pace=500, max_duration=4.0) == ["one two", "three", "four"]
    assert len(cues("one two three", pace=500, max_duration=5.5)) == 1
    assert len(cues("one two three", pace=500, max_duration=5.499)) == 2


def test_cues_have_no_more_words_than_they_may():
    assert cues("one two three four five", max_words=2) in (
        ["one two", "three four", "five"],
        ["one", "two three", "four five"],
        ["one two", "three", "four five"],
    )


@given(
    st.lists(
        st.sampled_from(["a", "the", "und", "Wort,", "Ende.", "中文", "ไทย", "x" * 60, "👍🏽", "한국"]),
        min_size=1,
        max_size=30,
    ),
    st.integers(4, 50),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_everything_fits_and_nothing_is_lost(words, limit, count, lead):
    rules = CueRules(max_line_width=limit, max_lines=count)
    run = spoken(" ".join(words), pace=300, limit=limit - lead)
    parts = Breaker(run, rules, lead).cues()
    assert [unit for part in parts for unit in part] == run
    for part in parts:
        rows = Breaker(part, rules, lead).rows()
        assert [unit for row in rows for unit in row] == list(part)
        assert len(rows) <= count
        assert all(width(running(row)) + lead * (row is rows[0]) <= limit for row in rows)
        assert len(part) == 1 or part[-1].end - part[0].start <= 7000
    assert all(left and right for left, right in pairwise([*parts, parts[0]]))
