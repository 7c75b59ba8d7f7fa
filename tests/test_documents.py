"""What kind of document a source is, how its bytes are read, and what is refused."""

from __future__ import annotations

import io
import os
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech import incoming
from speech.documents import Document, is_document, kind_of, of_text, opened, rows
from speech.errors import UnsupportedError
from speech.tts.plan import Chapter, End, Text

AUDIO = Path(__file__).parent / "data"


def said(source, kind=None):
    """Everything that is spoken of a source, and what was told."""
    events = []
    document = source if isinstance(source, Document) else opened(source, kind)
    found = "".join(item.text for item in document.items(events.append) if isinstance(item, Text))
    return found, events


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.txt", "Hello", "text"),
        ("A.TXT", "<speak>x</speak>", "ssml"),
        ("a.md", "<speak>", "markdown"),
        ("a.markdown", "", "markdown"),
        ("a.ssml", "x", "ssml"),
        ("a.xml", "x", "ssml"),
        ("a.script", "x", "dialogue"),
        ("a.dialogue", "x", "dialogue"),
        ("a.csv", "x", "csv"),
        ("a.tsv", "x", "csv"),
        ("a.epub", b"PK\x03\x04", "epub"),
        ("", b"PK\x03\x04 ...", "epub"),
        ("noname", b"\xef\xbb\xbf \n<speak version='1.1'>", "ssml"),
        ("noname", "<speak>".encode("utf-16"), "ssml"),
        ("noname", '<?xml version="1.0"?>\n<!-- x -->\n<speak>', "ssml"),
        ("noname", "<b>bold</b>", "text"),
        ("noname", b"", "text"),
        ("noname", b"\xc3", "text"),
    ],
)
def test_kinds(name, head, kind):
    assert kind_of(name, head) == kind


def test_the_kind_of_a_file_is_looked_up_where_its_name_does_not_tell(tmp_path):
    (tmp_path / "talk").write_text("<speak>x</speak>")
    assert kind_of(str(tmp_path / "talk")) == "ssml"
    assert kind_of(str(tmp_path / "none")) == "text"
    assert kind_of("-") == "text"


@pytest.mark.parametrize(("name", "is_one"), [("a.txt", True), ("b.EPUB", True), ("pom.xml", False), ("a.mp3", False)])
def test_what_counts_as_a_document_in_a_folder(name, is_one):
    assert is_document(name) is is_one


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "Good *morning*.", "Good morning."),
        ("a.md", "Good `morning`.", "Good morning."),
        ("a.ssml", "<speak>Good <b>morning</b>.</speak>", "Good morning."),
        ("a.csv", "x|anna|Good\ny||morning.\n", "Goodmorning."),
    ],
)
def test_files_are_compiled_as_what_they_are(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_text(content)
    assert said(path)[0].strip() == expected
    document = opened(path)
    assert document.length == len(content)
    assert document.name == str(path)


def test_a_dialogue_is_compiled_with_the_cast(tmp_path):
    path = tmp_path / "a.script"
    path.write_text("Anna: Good morning.\n")
    (text,) = [item for item in opened(path).items(print, {}) if isinstance(item, Text)]
    assert (text.text.strip(), text.manner.voice) == ("Good morning.", "Anna")


def test_a_table_is_read_with_its_voices():
    found = list(opened(b"x|anna|One\ny||Two\n", "csv").items(print))
    assert [(item.text, item.manner.voice) for item in found if isinstance(item, Text)] == [
        ("One", "anna"),
        ("Two", None),
    ]


def test_the_rows_of_a_table(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("x|anna|One\ny||Two\n")
    assert [(row.id, row.voice, row.text) for row in rows(path)] == [("x", "anna", "One"), ("y", None, "Two")]


def test_a_book_has_a_title(tmp_path):
    opf = """<package><metadata><title>The Book</title></metadata><manifest><item id="a" href="a.xhtml"
    media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>"""
    container = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    path = tmp_path / "book"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("META-INF/container.xml", container)
        book.writestr("b.opf", opf)
        book.writestr("a.xhtml", "<html><body><h1>One</h1><p>Good morning.</p></body></html>")
    document = opened(path)
    assert (document.kind, document.title) == ("epub", "The Book")
    expected = [Chapter("One"), Text("One"), End("heading"), Text("Good morning."), End("paragraph")]
    assert list(document.items(print)) == expected
    assert list(opened(Unseekable(path.read_bytes())).items(print)) == expected


class Unseekable(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, content, size=7):
        self._rest = memoryview(content)
        self._size = size

    def readable(self):
        return True

    def readinto(self, buffer):
        given, self._rest = self._rest[: min(self._size, len(buffer))], self._rest[min(self._size, len(buffer)) :]
        buffer[: len(given)] = given
        return len(given)


# Sources.


@pytest.mark.parametrize(
    "source",
    [
        "Good morning.",
        b"Good morning.",
        io.BytesIO(b"Good morning."),
        io.StringIO("Good morning."),
        ["Good", " mor", "ning."],
        iter("Good morning."),
        of_text("Good morning."),
    ],
    ids=lambda source: type(source).__name__,
)
def test_sources(source):
    assert said(source) == ("Good morning.", [])


@pytest.mark.parametrize("dash", ["-", Path("-")])
def test_standard_input(monkeypatch, dash):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Schöner Tag.".encode())))
    assert said(dash)[0] == "Schöner Tag."
    assert not sys.stdin.closed


def test_a_missing_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UnsupportedError, match="no standard input"):
        said("-")


def test_a_pipe_is_read_as_it_arrives():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as file, os.fdopen(writing, "wb", buffering=0) as sender:
        sender.write("Gr\u00fc\u00df Gott. Wie ".encode()[:3])
        found = []
        asked = threading.Thread(target=lambda: found.append(next(iter(opened(file).items(print)))), daemon=True)
        asked.start()
        sender.write("Gr\u00fc\u00df Gott.\nWie ".encode()[3:])
        asked.join(30)  # the pipe is still open: whoever waited for more would still wait
        assert found == [Text("Grüß Gott.")]


def test_only_text_without_a_kind_is_told_apart():
    assert of_text("<speak>x</speak>").kind == "ssml"
    assert opened(["<speak>"]).kind == "text"
    assert opened("# x", "markdown").kind == "markdown"


def test_a_text_that_names_a_file_is_spoken_and_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("book.txt").write_text("content")
    found, events = said("book.txt")
    assert found == "book.txt"
    assert [event.kind for event in events] == ["flagged"]


def test_the_voice_of_a_line():
    (text, _) = of_text("Hello.", voice="anna").items(print)
    assert text.manner.voice == "anna"


# Encodings.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_encodings_in_blocks_of_any_size(encoding, size):
    written = "Grüße 👋 aus Köln. " * 9
    assert said(io.BufferedReader(Unseekable(written.encode(encoding), size)))[0].strip() == written.strip()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200), st.integers(1, 9))
def test_what_is_read_is_what_was_written(written, size):
    stream = incoming.Incoming(io.BufferedReader(Unseekable(written.encode(), size)), "x", refuse=False)
    assert "".join(stream.texts()) == written.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"abc \xe9 def", 4),
        (b"\xef\xbb\xbfabc \xe9 def", 7),
        (b"x" * 100_000 + b"\xff", 100_000),
        (b"abc \xc3", 4),
        ("abc".encode("utf-16") + b"\x00\xdc", 8),
    ],
)
def test_a_bad_byte_is_named_before_anything_is_spoken(tmp_path, content, offset):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(UnsupportedError, match=rf"byte {offset} is .*iconv"):
        opened(path)


# Refusals.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"RIFF\x00\x00\x00\x00WAVE", "speech transcribe"),
        (b"ID3\x04", "speech transcribe"),
        (b"\xff\xfb\x90\x00", "speech transcribe"),
        (b"\x00\x00\x00\x20ftypM4A ", "speech transcribe"),
        (b"%PDF-1.7", "pdftotext"),
        (b"{\\rtf1", "plain text"),
        (b"\n<!DOCTYPE html><html>", "HTML"),
        ("no mark".encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04 not a book", "no EPUB"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, message):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(UnsupportedError, match=message):
        opened(path)
    with pytest.raises(UnsupportedError, match=message):
        said(content)


def test_a_real_recording_is_refused():
    recording = next(path for path in sorted(AUDIO.rglob("*")) if path.suffix in (".wav", ".flac", ".mp3", ".ogg"))
    with pytest.raises(UnsupportedError, match="speech transcribe"):
        opened(recording)


def test_paths_that_lead_nowhere(tmp_path):
    for path, message in ((tmp_path / "none.txt", "no file"), (tmp_path, "folder"), (Path("a\0b"), "opened")):
        with pytest.raises(UnsupportedError, match=message):
            opened(path)


@pytest.mark.parametrize("source", [None, 3])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(UnsupportedError, match="is no text"):
        opened(source)


def test_an_epub_given_as_text_is_refused():
    with pytest.raises(UnsupportedError, match="EPUB"):
        said("x", "epub")


DECLARED = '<?xml version="1.0" encoding="{}"?>\n<speak>Grüße aus Köln, 5 €</speak>'


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("windows-1252", "cp1252"),
        ("ISO-8859-15", "iso8859-15"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
        ("UTF-16", "utf-8"),
        ("klingon", "utf-8"),
        ("us-ascii", "utf-8"),
        ("rot13", "utf-8"),
    ],
)
def test_xml_is_read_in_the_encoding_that_it_declares(tmp_path, declared, encoding):
    path = tmp_path / "talk.ssml"
    path.write_bytes(DECLARED.format(declared).encode(encoding))
    assert said(path)[0] == "Grüße aus Köln, 5 €"
    assert kind_of("talk.txt", path.read_bytes()[: incoming.MARKUP_HEAD]) == "ssml"


def test_a_declaration_counts_in_xml_only(tmp_path):
    path = tmp_path / "talk.txt"
    path.write_bytes("Grüße, <?xml version='1.0' encoding='cp1252'?>".encode("cp1252"))
    with pytest.raises(UnsupportedError, match="is not UTF-8"):
        said(path)
