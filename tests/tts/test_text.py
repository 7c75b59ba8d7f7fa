# ruff: noqa: RUF001, E501 - signs of many scripts, and tables
"""Plain text as items: what ends where, whatever the chunks."""

from __future__ import annotations

import random
import tracemalloc
from itertools import chain, islice, repeat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speech.tts.plan import End, Text
from speech.tts.text import LONGEST_PIECE, LONGEST_TEXT, items


def read(*chunks):
    """All items, and what was reported."""
    events = []
    return list(items(chunks, events.append)), events


def blocks(*chunks):
    """Each stretch of text with what it ended as: ``(text, of)``."""
    found, text = [], ""
    for item in read(*chunks)[0]:
        if isinstance(item, End):
            found.append((text.strip(), item.of))
            text = ""
        else:
            text += item.text
    assert not text
    return found


P, I, H = "paragraph", "item", "heading"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", []),
        (" \n\t\n\r\n", []),
        ("Good morning.", [("Good morning.", P)]),
        ("One line\nand the next.\n\nAnother.", [("One line and the next.", P), ("Another.", P)]),
        ("Windows\r\nlines are.\r\n\r\nTwo.", [("Windows lines are.", P), ("Two.", P)]),
        ("Old Mac\ris.\r\rTwo.", [("Old Mac is.", P), ("Two.", P)]),
        ("One.\u2029Two.\u2028more.", [("One.", P), ("Two. more.", P)]),
        ("  Much \t  space   here.  ", [("Much space here.", P)]),
        # Items.
        ("- eggs\n- milk and\n  honey\n* bread", [("eggs", I), ("milk and honey", I), ("bread", I)]),
        ("Buy:\n• eggs\n• milk\n\nThen go.", [("Buy:", P), ("eggs", I), ("milk", I), ("Then go.", P)]),
        ("1. Mix.\n2) Bake.\n(3) Eat.", [("1. Mix.", I), ("2) Bake.", I), ("(3) Eat.", I)]),
        ("-5 degrees and -3.", [("-5 degrees and -3.", P)]),
        (
            "They came at last to the house, which had the number\n12. Nobody was there.",
            [("They came at last to the house, which had the number 12. Nobody was there.", P)],
        ),
        # Headings.
        ("The House\n\nIt stood.", [("The House", H), ("It stood.", P)]),
        ("The House\n=========\nIt stood.", [("The House", H), ("It stood.", P)]),
        ("The House\n---\nIt stood.", [("The House", H), ("It stood.", P)]),
        ("# The House\nIt stood.", [("The House", H), ("It stood.", P)]),
        ("CHAPTER ONE\nIt stood.", [("CHAPTER ONE", H), ("It stood.", P)]),
        ("WHERE NOW?\nHe did not know.", [("WHERE NOW?", H), ("He did not know.", P)]),
        ("NASA\nwas there.", [("NASA was there.", P)]),
        ("It ended.\n\nNext.", [("It ended.", P), ("Next.", P)]),
        ("Hello", [("Hello", P)]),
        ("and so it went on " * 6 + "\n\nNext.", [(("and so it went on " * 6).strip(), P), ("Next.", P)]),
        # Breaks between scenes.
        ("One.\n\n* * *\n\nTwo.", [("One.", P), ("", P), ("Two.", P)]),
        ("One.\n\n---\n\nTwo.", [("One.", P), ("", P), ("Two.", P)]),
        ("One.\n⁂\nTwo.", [("One.", P), ("", P), ("Two.", P)]),
        # Contents.
        ("Intro ........ 5\nThe end . . . . 12", [("Intro, 5", P), ("The end, 12", P)]),
        ("Preface.....ix\n", [("Preface, ix", P)]),
        # Verse, addresses: short lines are their author's; a sentence that goes on is not cut.
        ("Roses are red\nViolets are blue", [("Roses are red", I), ("Violets are blue", P)]),
        ("The woods are lovely,\nBut I have promises.", [("The woods are lovely, But I have promises.", P)]),
        ("“Where to?”\n“Home.”\n“Now?”", [("“Where to?” “Home.” “Now?”", P)]),
        ("I went there with\nJohn.", [("I went there with John.", P)]),
        # Paragraphs without a blank line.
        ("   It rained\nall day.\n   He slept.", [("It rained all day.", P), ("He slept.", P)]),
        ("　他来了。\n　她走了。", [("他来了。", P), ("她走了。", P)]),
        ("a" + " word" * 30 + ".\n“Yes.”\nShe left.", [("a" + " word" * 30 + ".", P), ("“Yes.”", P), ("She left.", P)]),
        # Words divided at the end of a line.
        ("an exam-\nple of it", [("an example of it", P)]),
        ("a well-\nknown man", [("a well-known man", P)]),
        ("his mother-in-\nlaw came", [("his mother-in-law came", P)]),
        ("the Anglo-\nSaxon king", [("the Anglo-Saxon king", P)]),
        ("in 1914-\n18 they", [("in 1914-18 they", P)]),
        ("Haupt-\nund Nebensatz", [("Haupt- und Nebensatz", P)]),
        ("he stopped -\nand went", [("he stopped – and went", P)]),
        ("a soft\u00adly div\u00ad\nided", [("a softly divided", P)]),
        ("今天天气很好我们一起去公园里面散步吧因为明天要下大雨\n所以今天去。", [("今天天气很好我们一起去公园里面散步吧因为明天要下大雨所以今天去。", P)]),
        # Signs.
        ("Well... then", [("Well… then", P)]),
        ("wait . . . what", [("wait … what", P)]),
        ("he said--and left -- again", [("he said—and left — again", P)]),
        ("use --help - or 5 - 3", [("use --help – or 5 - 3", P)]),
        ("*So*, **so** and _so_ in __init__, 2 * 3", [("So, so and so in __init__, 2 * 3", P)]),
        ("“Quoted” 'words'.", [("“Quoted” 'words'.", P)]),
        ("a ======== b", [("a b", P)]),
        ("\ufeffzero\u200bwidth\u2060 \x00nul \x1b[31mred\x1b[0m", [("zerowidth nul red", P)]),
        ("10\u202f000 and\u00a0so", [("10\u202f000 and so", P)]),
        ("می\u200cخواهم a\u200cb", [("می\u200cخواهم ab", P)]),
        ("👩\u200d🚀 up\n😀", [("👩\u200d🚀 up 😀", P)]),
    ],
)  # fmt: skip
def test_what_ends_where(written, expected):
    assert blocks(written) == expected


def test_a_number_before_an_item_is_neither_an_ordinal_nor_a_sentence():
    assert read("2. Bake.")[0] == [Text("2. ", spoken="2, "), Text("Bake."), End("item")]


def test_a_pronunciation_is_one_item_whatever_stands_in_it():
    found, _ = read("Say [[t ə. m eɪ? t oʊ]] now.\n")
    assert found == [Text("Say "), Text("t ə. m eɪ? t oʊ", phonemes="t ə. m eɪ? t oʊ"), Text(" now."), End("paragraph")]


@pytest.mark.parametrize("written", ["a [[ b", "a [[b\nc]] d", "[[]] a", "a ]] [[" + "b " * LONGEST_PIECE])
def test_brackets_that_hold_no_pronunciation_are_text(written):
    found, _ = read(written)
    assert not [item for item in found if isinstance(item, Text) and item.phonemes]
    assert "".join(blocks(written)[0][0].split()) == "".join(written.split())


def test_what_is_no_text_is_left_out_and_told_once():
    found, events = read("first\nsecond \ud800\ue000 line \ufffd here")
    assert found == [Text("first"), Text(" second line here"), End("paragraph")]
    (event,) = events
    assert event.kind == "dropped"
    assert event.details == {"characters": 3, "line": 2}


def test_what_is_nothing_is_not_told():
    assert read("a\ufeff b\u00ad\u200b\x00 c")[1] == []


@pytest.mark.parametrize(
    ("arrived", "out"),
    [
        ("Hello there.", []),
        ("Hello there. How", ["Hello there. "]),
        ("Hello there. How are", ["Hello there. ", "How "]),
        ("你好。", []),
        ("你好。今", ["你好。今"]),
        ("No end", []),
        ("No end\n", ["No end"]),
        ("Dr. Smith came ", ["Dr. ", "Smith "]),
    ],
)
def test_words_go_out_before_the_text_has_ended(arrived, out):
    class MoreAskedForError(Exception):
        pass

    def tokens():
        yield from arrived
        raise MoreAskedForError

    found = []
    with pytest.raises(MoreAskedForError):
        found.extend(items(tokens(), print))
    assert [item.text for item in found] == out


WRITTEN = st.lists(
    st.one_of(
        st.sampled_from(
            ["\n", "\n\n", "\r\n", "\r", " ", "  ", "\t", "- ", "* ", "1. ", "# ", "---", "* * *", "===", "...", ". . . .",
             ".", "!", "?", "。", "」", "[[", "]]", "[[a b]]", "-", "--", "exam-\nple", "*", "_", "“", "”", "CHAPTER ONE",
             "Dr. ", "7", "ix", "\u00a0", "\u3000", "\u200d", "\u2029", "好", "ß", "word" * 9, "x" * LONGEST_PIECE]
        ),
        st.text(st.characters(exclude_categories=["Cs", "Co", "Cc"]), max_size=6),
        st.sampled_from("It was a dark and stormy night; the rain fell".split()),  # noqa: SIM905
    ),
    max_size=40,
).map("".join)  # fmt: skip


def letters(text):
    return [letter for letter in text if letter.isalpha()]


@given(WRITTEN)
@example("a" * (LONGEST_PIECE - 1) + "。b")
def test_no_letter_is_lost(written):
    found, events = read(written)
    assert letters("".join(item.text for item in found if isinstance(item, Text))) == letters(written)
    assert all(event.details["characters"] for event in events)


@given(WRITTEN, st.randoms(use_true_random=False))
@example("a。\rb.\r\nc", random.Random(0))
def test_the_chunks_make_no_difference(written, luck):
    whole = read(written)
    assert read(*written) == whole
    cuts = sorted(luck.sample(range(len(written) + 1), min(5, len(written) + 1)))
    assert read(*[written[a:b] for a, b in zip([0, *cuts], [*cuts, len(written)], strict=True)]) == whole


@given(WRITTEN)
def test_items_are_small_and_every_text_is_ended(written):
    found, _ = read(written)
    texts = [item for item in found if isinstance(item, Text)]
    assert all(item.text and len(item.text) <= LONGEST_TEXT + 2 * LONGEST_PIECE for item in texts)
    assert not texts or found[-1].__class__ is End
    assert all("\n" not in item.text and "  " not in item.text for item in texts)


LONG = {
    "a book": "The quick brown fox, at 8:00, jumps. Over 12 dogs, he says...\nIt goes on and\n\n",
    "one line": "The quick brown fox, at 8:00, jumps. ",
    "one word": "a",
    "hyphens": "ab-\n",
    "marks": "- ",
    "brackets": "[[ ",
    "dots": ". ",
    "no space between": "你好。",
}


@pytest.mark.parametrize("unit", LONG.values(), ids=LONG)
def test_memory_does_not_grow_with_the_text(unit):
    """One character after the other; what is held is bounded by the pieces, not by the text."""
    written = islice(chain.from_iterable(repeat(unit)), 30_000)
    tracemalloc.start()
    try:
        count = sum(len(item.text) for item in items(written, print) if isinstance(item, Text))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count > 0
    assert peak < 90_000


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["The quick brown fox jumps over lazy dogs. ", "a"], ids=["one line", "one word"])
def test_a_million_characters_in_chunks_of_one(unit):
    written = islice(chain.from_iterable(repeat(unit)), 1_000_000)
    longest = count = 0
    for item in items(written, print):
        if isinstance(item, Text):
            count += len(item.text)
            longest = max(longest, len(item.text))
    assert count == pytest.approx(1_000_000, rel=0.001)
    assert longest <= LONGEST_TEXT + LONGEST_PIECE
