"""Markdown as items: what is read, how it ends, and what is told instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.tts.markdown import DEEPEST, items
from speech.tts.plan import Chapter, End, Text

P, I, H = "paragraph", "item", "heading"


def read(written):
    events = []
    return list(items(written, events.append)), events


def blocks(written):
    """Each stretch of text with what it ended as; chapters by their title."""
    found, text = [], ""
    for item in read(written)[0]:
        if isinstance(item, End):
            found.append((text, item.of))
            text = ""
        elif isinstance(item, Chapter):
            found.append(item.title)
        else:
            text += item.text
    assert not text
    return found


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", []),
        ("One\nline.\n\nTwo.", [("One line.", P), ("Two.", P)]),
        ("# Book *one*\n\nIt.\n\n## Part", ["Book one", ("Book one", H), ("It.", P), "Part", ("Part", H)]),
        ("## Part\n\nIt.\n\n### More", ["Part", ("Part", H), ("It.", P), ("More", H)]),
        ("Title\n=====\nText", ["Title", ("Title", H), ("Text", P)]),
        ("- a\n- *b*\n  c\n\nText", [("a", I), ("b c", I), ("Text", P)]),
        ("3. a\n4. b\n   - c", [("3. a", I), ("4. b", I), ("c", I)]),
        ("- a\n\n  more\n\n- b", [("a", I), ("more", I), ("b", I)]),
        ("> quoted\n> words", [("quoted words", P)]),
        ("**bold** _it_ ~~old~~ `x = 1`", [("bold it old x = 1", P)]),
        ("[link](http://a.b) and <http://c.d>", [("link and http://c.d", P)]),
        ("[ref]\n\n[ref]: http://a.b 'title'", [("ref", P)]),
        ("a ![a cat](x.png)", [("a a cat", P)]),
        ("| a | b |\n|---|---|\n| 1 | |\n| x. | y |", [("a, b", I), ("1", I), ("x. y", I)]),
        ("Roses are red\\\nviolets  \nblue, \\\nand", [("Roses are red", I), ("violets", I), ("blue, and", P)]),
        ("a <b>bold</b><br>word<!-- no -->", [("a bold", I), ("word", P)]),
        ("<div>\n<p>Some</p> html\n</div>\n\nText", [("Some", P), ("html", P), ("Text", P)]),
        ("<!-- a\n\nb -->\nText", [("Text", P)]),
        ("a\n\n***\n\nb", [("a", P), ("", P), ("b", P)]),
        ("&nbsp;x &amp; y \\*z\\* &mdash; w...", [("x & y z — w…", P)]),
        ("H<sub>2</sub>O, m<sup>2</sup>, 1<sup>st</sup>", [("H2O, m², 1st", P)]),
        ("a[^1] b.\n\n[^1]: Note\n    more.\n\nc", [("a b.", P), ("c", P)]),
        ("---\ntitle: X\n---\nText", [("Text", P)]),
        ("---\n\nText", [("", P), ("Text", P)]),
        ("- [ ] a\n- [x] b\n- [c] d\n\n[x] e", [("a", I), ("b", I), ("[c] d", I), ("[x] e", P)]),
        ("> [!NOTE]\n> Useful.\n\n> [!x y]", [("Note: Useful.", P), ("[!x y]", P)]),
        ("# Book {#a .b}\n\n## Set {1, 2}", ["Book", ("Book", H), "Set {1, 2}", ("Set {1, 2}", H)]),
        ("\ufeffzero\u200bwidth", [("zerowidth", P)]),
    ],
)
def test_what_ends_where(written, expected):
    assert blocks(written) == expected


@pytest.mark.parametrize(
    ("written", "kind", "details"),
    [
        ("a\n\n```py\nprint(1)\n```\n", "dropped", {"line": 3, "characters": 9}),
        ("a\n\n    code\n", "dropped", {"line": 3, "characters": 5}),
        ("---\ntitle: X\n---\n", "dropped", {"line": 1, "characters": 17}),
        ("---\nt: 1\n---\na\n\n    code\n", "dropped", {"line": 6, "characters": 5}),
        ("[^1]: A note.\n", "dropped", {"line": 1, "characters": 13}),
        ("a[^1]", "dropped", {"what": "references to footnotes", "count": 1}),
        ("![a cat](x.png) ![](y.png)", "swapped", {"what": "images", "count": 1}),
        ("![](y.png) ![](z.png) ![image](z.png)", "dropped", {"what": "images without a description", "count": 3}),
        ("- [x] b", "dropped", {"what": "check boxes", "count": 1}),
        ("[" * 60 + "a", "dropped", {"what": "links in links", "count": 1}),
        ("<nav>x</nav>", "dropped", {"what": "tables of contents", "count": 1}),
        ("<nav>x", "dropped", {"what": "elements without an end", "count": 1}),
        ("a \ue000", "dropped", {"characters": 1, "line": 1}),
    ],
)
def test_what_is_not_read_as_it_stands_is_told(written, kind, details):
    found, events = read(written)
    assert (kind, details) in [(event.kind, dict(event.details)) for event in events]
    assert "code" not in "".join(item.text for item in found if isinstance(item, Text))


def test_a_pronunciation_is_one_item():
    assert Text("h ə", phonemes="h ə") in read("Say [[h ə]] now")[0]


def test_what_lies_too_deep_is_told():
    found, events = read("> " * (DEEPEST + 5) + "deep")
    assert any("deeper" in event.message for event in events) or any(isinstance(item, Text) for item in found)
    assert any(isinstance(item, Text) for item in read("> " * (DEEPEST - 5) + "deep")[0])


WORDS = st.text("abc xyzäö", min_size=1, max_size=12)


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "# ", "- ", "1. ", "> ", "| ", "**", "[^", "[[", "    "]), WORDS), max_size=20
    )
)
def test_every_letter_is_read_or_told(lines):
    written = "\n".join(mark + words for mark, words in lines)
    found, events = read(written)
    said = "".join(item.text for item in found if isinstance(item, Text))
    told = any(event.kind == "dropped" for event in events)
    assert told or [letter for letter in said if letter.isalpha()] == [letter for letter in written if letter.isalpha()]


@pytest.mark.parametrize("unit", ["word ", "[", "*a ", "<a>", "- a\n", "<br>", "`", "![", "\n"])
def test_long_and_hostile_text_ends(unit):
    list(items(unit * 1_000, lambda event: None))


@pytest.mark.parametrize("unit", ["![", "[", "[a](", "![a](<", "[a]["])
def test_brackets_without_end_cost_what_their_length_does(unit):
    text = unit * 20_000
    assert sum(item.text.count("[") for item in read(text)[0] if isinstance(item, Text)) == text.count("[")


def test_html_in_another_language_is_spoken_in_it():
    found = read('Say <span lang="de">Guten Tag</span>.')[0]
    assert [(item.text, item.manner.language) for item in found if isinstance(item, Text)] == [
        ("Say ", None), ("Guten Tag", "de"), (".", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "chapters"),
    [
        ("# A\n\ntext\n\n# B\n\n## C\n\ntext", ["A", "B"]),
        ("# The book\n\ntext\n\n## One\n\ntext\n\n## Two\n\ntext", ["The book", "One", "Two"]),
        ("## One\n\ntext\n\n### Deep\n\n## Two\n\ntext", ["One", "Two"]),
        ("text\n\n### Deep\n\ntext", []),
    ],
)
def test_the_highest_headings_begin_chapters(text, chapters):
    assert [item.title for item in items(text, lambda _: None) if isinstance(item, Chapter)] == chapters
