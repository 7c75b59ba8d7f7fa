"""Text on lines."""
# ruff: noqa: RUF001 - letters of many scripts, some of which look like others

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.formats.cues.layout import (
    CHARACTER,
    CLAUSE,
    CONJUNCTION,
    LEADER,
    SENTENCE,
    SPACE,
    TORN,
    clean,
    clusters,
    ends_sentence,
    glue,
    join,
    penalty,
    punctuated,
    shorten,
    units,
    width,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a  b ", "a b"),
        ("a\r\n\n\tb\x00c\x1bd\x85e\u2028f", "a b c d e f"),
        ("\ufeffa", "a"),
        ("a\ud800b", "a\ufffdb"),
        ("Quoi\xa0?\u202f!", "Quoi\xa0?\u202f!"),
        ("\xa0 \u3000", ""),
        ("\u3000你好\u3000世界", "你好 世界"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_clean(text, cleaned):
    assert clean(text) == cleaned


@given(st.text(st.characters()))
def test_clean_text_is_clean_and_stays_so(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == cleaned.strip()
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("abc", 3),
        ("", 0),
        ("é", 1),
        ("e\u0301", 1),
        ("中文", 4),
        ("ｱ", 1),
        ("한국", 4),
        ("\u1112\u1161\u11ab", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇩🇪🇫🇷", 4),
        ("กำ", 1),
        ("किताब", 3),
        ("\u200b", 0),
    ],
)
def test_width(text, columns):
    assert width(text) == columns


@given(st.text())
def test_clusters_are_the_whole_text(text):
    assert "".join(clusters(text)) == text


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        (["a", "b"], "a b"),
        (["你好", "世界"], "你好世界"),
        (["สวัสดี", "ครับ"], "สวัสดีครับ"),
        (["안녕", "세계"], "안녕 세계"),
        (["你好。", "OK"], "你好。OK"),
        ([" a ", "", " ", "b"], "a b"),
        ([], ""),
    ],
)
def test_join(texts, joined):
    assert join(texts) == joined


def test_nothing_is_glued_to_nothing():
    assert glue("", "a") == glue("a", "") == ""


@pytest.mark.parametrize(
    ("word", "limit", "parts"),
    [
        ("Donaudampfschiff", 42, ["Donaudampfschiff"]),
        ("Donaudampfschiff", 5, ["Donau", "dampf", "schif", "f"]),
        ("Straßenbahn", 42, ["Straßenbahn"]),
        ("我们，好（吗）。", 42, ["我", "们，", "好", "（吗）。"]),
        ("キャッチャー", 42, ["キャッ", "チャー"]),
        ("中文abc字", 42, ["中", "文", "abc", "字"]),
        ("เก่ง", 42, ["เก่", "ง"]),
        ("한국어", 42, ["한국어"]),
        ("한국어", 4, ["한국", "어"]),
        ("👩‍👩‍👧‍👦👍🏽", 42, ["👩‍👩‍👧‍👦", "👍🏽"]),
        ("", 4, []),
    ],
)
def test_units(word, limit, parts):
    assert [part for part in units(word, limit) if part] == parts


@given(st.text(min_size=1), st.integers(2, 20))
def test_units_are_the_whole_word_and_fit(word, limit):
    parts = units(word, limit)
    assert "".join(parts) == word
    assert all(parts)
    assert all(width(part) <= limit for part in parts)


@pytest.mark.parametrize(
    ("left", "right", "ends"),
    [
        ("done.", "Then", True),
        ('done."', "Then", True),
        ("done?", "then", False),
        ("Mr.", "Smith", False),
        ("J.", "Smith", False),
        ("e.g.", "This", False),
        ("3.", "Then", True),
        ("。", "我", True),
        ("done", "Then", False),
        ("wait…", "What", True),
        ("है।", "वह", True),
    ],
)
def test_ends_sentence(left, right, ends):
    assert ends_sentence(left, right) is ends


@pytest.mark.parametrize(
    ("left", "right", "space", "bad"),
    [
        ("done.", "Then", True, SENTENCE),
        ("well,", "then", True, CLAUSE),
        ("black", "and", True, CONJUNCTION),
        ("black", "cat", True, SPACE),
        ("the", "cat", True, LEADER),
        ("我", "们", False, CHARACTER),
        ("Dampf", "schiff", False, TORN),
    ],
)
def test_penalty(left, right, space, bad):
    assert penalty(left, right, space) == bad


def test_penalties_are_in_order():
    assert SENTENCE < CLAUSE < CONJUNCTION < SPACE < CHARACTER < LEADER < TORN


def test_punctuated():
    assert punctuated("So it is. yes")
    assert not punctuated("so it is, yes")


@pytest.mark.parametrize(("limit", "short"), [(6, "Annabe"), (20, "Annabelle"), (0, ""), (-3, "")])
def test_shorten(limit, short):
    assert shorten("Annabelle", limit) == short
