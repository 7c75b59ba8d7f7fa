"""Tables of lines to speak."""

import pytest

from speech.errors import UnsupportedError
from speech.tts.tables import Row, rows


def read(text, report=None):
    return list(rows(text.splitlines(keepends=True), "lines.csv", report))


HELLO = [Row("hello", "anna", "Hello, you | and you.", 1), Row("bye", None, 'He said "bye".', 2)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('hello|anna|Hello, you | and you.\nbye||He said "bye".\n', 1),
        ('\n\n hello | anna |  Hello, you | and you.  \r\nbye|  |He said "bye".', 3),
        ('\ufeffID|Voice|Text\nhello|anna|Hello, you | and you.\nbye||He said "bye".\n', 2),
        ('voice|id|text\nanna|hello|Hello, you | and you.\n|bye|He said "bye".\n', 2),
        ('id,voice,text\nhello,anna,"Hello, you | and you."\nbye,,"He said ""bye""."\n', 2),
        ('"text";"id";"voice"\nHello, you | and you.;hello;anna\n"He said ""bye"".";bye;\n', 2),
        ('id\tvoice\ttext\nhello\tanna\tHello, you | and you.\nbye\t\t"He said ""bye""."\n,\n'[:-2], 2),
    ],
)
def test_a_row_is_a_name_a_voice_and_a_text(text, first):
    assert read(text) == [Row(row.id, row.voice, row.text, row.line + first - 1) for row in HELLO]


@pytest.mark.parametrize("sign", "|,;\t")
def test_the_voice_may_be_left_out_of_a_header(sign):
    assert read(f"id{sign}text\n1{sign}One.\n\n2{sign}Two.\n") == [Row("1", None, "One.", 2), Row("2", None, "Two.", 4)]


def test_a_row_counts_from_the_line_that_it_begins_in():
    assert [(row.text, row.line) for row in read('id,text\n1,"One\n\nand a half."\n\n2,Two.\n')] == [
        ("One\n\nand a half.", 2),
        ("Two.", 6),
    ]


def test_rows_come_as_the_lines_do():
    def lines():
        yield "1||One."
        raise AssertionError("too far")

    assert next(rows(lines(), "-")) == Row("1", None, "One.", 1)


def test_a_row_without_text_does_not_stop_the_others():
    empty, full = read("1|anna| \n2|anna|Two.\n")
    assert (empty.id, empty.text, full.problem) == ("1", "", "")
    assert "lines.csv, line 1: '1' has no text" in empty.problem


def test_columns_that_are_not_used_are_told():
    told = []
    assert read("id,notes,text,take\n1,softly,One.,3\n,,,\n", told.append) == [Row("1", None, "One.", 2)]
    assert [event.kind for event in told] == ["ignored"]
    assert "'notes', 'take'" in told[0].message


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("1||One.\njust a line\n", 2, "'just a line' is not id|voice|text"),
        ("1|One.\n", 1, "write id||text"),
        ("1,anna,One.\n", 1, "with a header"),
        ("||One.\n", 1, "no id"),
        ("1||One.\n2||Two.\n1||Three.\n", 3, "that of line 1 too"),
        ("Ab||One.\naB||Two.\n", 2, "that of line 1 too"),
        ("\u00e9||One.\ne\u0301||Two.\n", 2, "that of line 1 too"),
        ("../x||One.\n", 1, "'/' in it"),
        ("a\\b||One.\n", 1, "in it"),
        ("a:b||One.\n", 1, "':' in it"),
        ("a\x00b||One.\n", 1, "in it"),
        ("..||One.\n", 1, "no name for a file"),
        (".||One.\n", 1, "no name for a file"),
        ("end.||One.\n", 1, "no name for a file"),
        ("nul||One.\n", 1, "no name for a file"),
        ("COM1.x||One.\n", 1, "no name for a file"),
        ("x" * 201 + "||One.\n", 1, "too long"),
        ("id,voice\n1,anna\n", 1, "no column 'text'"),
        ("voice;text\nanna;One.\n", 1, "no column 'id'"),
        ("id,text,text\n1,One.,Two.\n", 1, "'text' twice"),
        ("id,text\n1,One, two.\n", 2, "3 columns and the header 2"),
        ('id,text\n1,One.\n2,"Two.\n3,Three.\n', 3, "not CSV"),
        ('id,text\n1,"One" said he\n', 2, "not CSV"),
        ("id|text|voice\n1|a|b|c\n", 2, "4 columns"),
    ],
)
def test_mistakes_are_told_with_their_line(text, line, hint):
    with pytest.raises(UnsupportedError, match=f"^lines.csv, line {line}: ") as caught:
        read(text)
    assert hint in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n \n", "id|voice|text\n"])
def test_an_empty_table_has_no_rows(text):
    assert read(text) == []
