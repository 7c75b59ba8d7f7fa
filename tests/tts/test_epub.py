# ruff: noqa: E501 - pages of books
"""Books as items: EPUB 2 and 3 made here, sound, broken and hostile."""

from __future__ import annotations

import io
import zipfile

import pytest

from speech.errors import UnsupportedError
from speech.tts import epub
from speech.tts.epub import about, items
from speech.tts.plan import Chapter, End, Text

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""

XHTML = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'

NAV = f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
{XHTML}<head><title>Contents</title></head><body>
<nav epub:type="landmarks"><ol><li><a href="cover.xhtml">Cover</a></li></ol></nav>
<nav epub:type="toc"><h1>Contents</h1><ol>
<li><a href="cover.xhtml">Cover</a></li>
<li><a href="text/one.xhtml">Part&nbsp;I</a><ol>
  <li><a href="text/one.xhtml">Chapter <i>1</i></a><ol><li><a href="text/one.xhtml#deep">Too deep</a></li></ol></li>
  <li><a href="text/one.xhtml#two">Chapter 2</a></li></ol></li>
<li><a href="text/three%20and.xhtml">Chapter 3</a></li>
</ol></nav></body></html>"""

NCX = """<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
<navPoint><navLabel><text>Chapter 1</text></navLabel><content src="text/one.xhtml"/></navPoint>
<navPoint><navLabel><text>Chapter 3</text></navLabel><content src="text/three%20and.xhtml"/></navPoint>
</navMap></ncx>"""

ONE = f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">
{XHTML}<head><title>not read</title><style>p {{}}</style></head><body>
<h1>Chapter<br/>One</h1>
<p id="deep">It was&nbsp;dark&mdash;and cold.<a epub:type="noteref" href="#n1">1</a> He<sup><a href="#n2">2</a></sup> left.</p>
<span epub:type="pagebreak" title="12">12</span>
<aside epub:type="footnote" id="n1"><p>A note.</p></aside>
<h2 id="two">Two</h2><p>Second.</p><hr/><blockquote><p>Quoted.</p></blockquote>
</body></html>"""

THREE = f"""{XHTML}<body><section><h1>Three</h1><ul><li>a</li><li><p>b</p></li></ul>
<p>Roses are red<br/>violets are <ruby>青<rp>(</rp><rt>あお</rt><rp>)</rp></ruby></p><p hidden="hidden">no</p></section></body></html>"""


def package(manifest, spine, *, version="3.0", toc="", guide=""):
    return f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="{version}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The  Book</dc:title></metadata>
<manifest>{manifest}</manifest><spine{toc}>{spine}</spine>{guide}</package>"""


def item(name, href, properties="", kind="application/xhtml+xml"):
    return f'<item id="{name}" href="{href}" media-type="{kind}" properties="{properties}"/>'


PAGES = item("one", "text/one.xhtml") + item("three", "text/three%20and.xhtml") + item("cover", "cover.xhtml")
SPINE = '<itemref idref="cover"/><itemref idref="nav"/><itemref idref="one"/><itemref idref="three"/>'
COVER = f'{XHTML}<body epub:type="cover"><img src="c.jpg" alt="The cover"/></body></html>'
TEXT = {"OEBPS/cover.xhtml": COVER, "OEBPS/text/one.xhtml": ONE, "OEBPS/text/three and.xhtml": THREE}
EPUB3 = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": package(PAGES + item("nav", "nav.xhtml", "nav"), SPINE),
    "OEBPS/nav.xhtml": NAV,
    **TEXT,
}
EPUB2 = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": package(
        PAGES + item("ncx", "toc.ncx", kind="application/x-dtbncx+xml"),
        SPINE,
        version="2.0",
        toc=' toc="ncx"',
        guide='<guide><reference type="cover" href="cover.xhtml"/></guide>',
    ),
    "OEBPS/toc.ncx": NCX,
    **TEXT,
}


def made(members, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def single(body, **members):
    """A book of one page."""
    data = body if isinstance(body, bytes) else f"{XHTML}<body>{body}</body></html>".encode()
    opf = package(item("a", "a.xhtml"), '<itemref idref="a"/>')
    return made({"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": opf, "OEBPS/a.xhtml": data, **members})


def read(file):
    events = []
    return list(items(file, events.append)), events


def outline(found):
    """Chapters as titles in a list of their own, and each stretch of text with what it ended as."""
    lines, text = [], ""
    for one in found:
        if isinstance(one, Chapter):
            lines.append([one.title])
        elif isinstance(one, End):
            lines.append((text, one.of))
            text = ""
        else:
            text += one.text
    assert not text
    return lines


FIRST = [
    ("Chapter, One", "heading"),
    ("It was dark—and cold. He left.", "paragraph"),
]
SECOND = [("Two", "heading"), ("Second.", "paragraph"), ("", "paragraph"), ("Quoted.", "paragraph")]
THIRD = [
    ["Chapter 3"],
    ("Three", "heading"),
    ("a", "item"),
    ("b", "item"),
    ("Roses are red", "item"),
    ("violets are 青", "paragraph"),
]


def test_an_epub_3():
    found, events = read(made(EPUB3))
    assert outline(found) == [["Part I, Chapter 1"], *FIRST, ["Chapter 2"], *SECOND, *THIRD]
    assert Text("青", spoken="あお") in found
    assert {event.kind for event in events} == {"dropped"}
    told = {event.details["what"]: event.details["count"] for event in events if event.details}
    assert told == {"covers": 1, "references to footnotes": 2, "footnotes": 1, "hidden passages": 1}
    assert any("table of contents" in event.message for event in events)


def test_an_epub_2():
    found, events = read(made(EPUB2))
    assert outline(found) == [["Chapter 1"], *FIRST, *SECOND, *THIRD]
    assert any("the cover" in event.message for event in events)


def test_the_title():
    assert about(made(EPUB3)) == ("The Book", None)


@pytest.mark.parametrize(
    ("named", "tag"),
    [("de-DE", "de-DE"), (" deu ", "de"), ("xyz", "xyz"), ("und", None), ("in German?", None), ("", None)],
)
def test_the_language_of_a_book(named, tag):
    opf = EPUB3["OEBPS/book.opf"].replace("</metadata>", f"<dc:language>{named}</dc:language></metadata>")
    assert about(made({**EPUB3, "OEBPS/book.opf": opf}))[1] == tag


def test_passages_in_another_language_than_the_books_have_theirs():
    opf = EPUB3["OEBPS/book.opf"].replace("</metadata>", "<dc:language>en-GB</dc:language></metadata>")
    one = (
        '<html xml:lang="en-US" xmlns="http://www.w3.org/1999/xhtml"><body><p>One <i lang="fr">deux <i>trois</i> 4</i> '
        '<b>five</b></p><p xml:lang="de">sechs <span lang="en">seven</span> acht<br/>neun</p><p lang="und">ten</p>'
        '<ol lang="fr"><li>onze</li></ol></body></html>'
    )
    found = read(made({**EPUB3, "OEBPS/book.opf": opf, "OEBPS/text/one.xhtml": one}))[0]
    spoken = [(found.text.strip(), found.manner.language) for found in found if isinstance(found, Text)]
    assert [pair for pair in spoken if pair[0]][:10] == [
        ("One", None), ("deux trois 4", "fr"), ("five", None), ("sechs", "de"), ("seven", None), ("acht", "de"),
        ("neun", "de"), ("ten", None), ("1.", "fr"), ("onze", "fr"),
    ]  # fmt: skip


def test_without_a_table_of_contents_the_headings_are_chapters():
    assert outline(read(single("<h1>One</h1><p>a</p>"))[0]) == [["One"], ("One", "heading"), ("a", "paragraph")]


def test_a_page_that_is_missing_is_told():
    found, events = read(made({name: content for name, content in EPUB3.items() if "one" not in name}))
    assert outline(found) == THIRD
    assert any("missing" in event.message for event in events)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>One<p>two &nbsp;<b>three</p>", ["One", "two three"]),
        ("<p>a & b</p>", ["a & b"]),
        ("<ul><li>one<li>two</ul>", ["one", "two"]),
        ("<p>&unknown; x</p></div></div><p>y", ["&unknown; x", "y"]),
        ("<script>if (a < b)</script><p>x</p>", ["x"]),
        ("<P CLASS=a>x<BR>y</P>", ["x", "y"]),
    ],
)
def test_broken_pages_are_read_as_a_browser_would_and_told(body, expected):
    found, events = read(single(body))
    assert [text for text, _ in outline(found)] == expected
    assert [event.kind for event in events] == ["flagged"]


@pytest.mark.parametrize(
    "data",
    [
        '<?xml version="1.0" encoding="iso-8859-1"?><p>Ähre</p>'.encode("latin-1"),
        '<?xml version="1.0" encoding="utf-16"?><p>Ähre</p>'.encode("utf-16"),
        "\ufeff<p>Ähre</p>".encode(),
        '<?xml version="1.0" encoding="cp1252"?><p>&Auml;hre</p>'.encode("cp1252"),
        '<?xml version="1.0" encoding="shift_jis"?><p>&Auml;hre</p>'.encode("shift_jis"),
    ],
)
def test_encodings(data):
    assert outline(read(single(data))[0]) == [("Ähre", "paragraph")]


def test_entities_of_the_pages_own_open_and_grow_nothing(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    kinds = f'<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "{secret.as_uri()}">'
    found, events = read(single(f"<!DOCTYPE p [{kinds}]><p>x &l11; &file;</p>".encode()))
    said = "".join(one.text for one in found if isinstance(one, Text))
    assert "secret" not in said
    assert len(said) < 1000
    assert [event.kind for event in events] == ["flagged"]


def encrypted(method, target="OEBPS/a.xhtml"):
    return f"""<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="{method}"/>
<enc:CipherData><enc:CipherReference URI="{target}"/></enc:CipherData></enc:EncryptedData></encryption>"""


def test_a_protected_book_is_refused():
    file = single("<p>x</p>", **{"META-INF/encryption.xml": encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc")})
    with pytest.raises(UnsupportedError, match="encrypted"):
        read(file)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("http://www.idpf.org/2008/embedding", "OEBPS/a.xhtml"),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/font.otf"),
    ],
)
def test_obscured_fonts_are_no_protection(method, target):
    found, _ = read(single("<p>x</p>", **{"META-INF/encryption.xml": encrypted(method, target)}))
    assert outline(found) == [("x", "paragraph")]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (lambda: io.BytesIO(b""), "no EPUB"),
        (lambda: io.BytesIO(b"PK\x03\x04 but no ZIP"), "no EPUB"),
        (lambda: io.BytesIO(made(EPUB3).getvalue()[:-30]), "no EPUB"),
        (lambda: made({"word/document.xml": "<x/>"}), "no EPUB"),
        (lambda: made({"META-INF/container.xml": CONTAINER}), "package document"),
        (lambda: made({"META-INF/container.xml": "<broken"}), "damaged"),
        (lambda: made({"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package("", "")}), "no pages"),
        (lambda: made({"META-INF/container.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "damaged"),
    ],
)
def test_what_is_no_book_is_refused(file, message):
    with pytest.raises(UnsupportedError, match=message):
        read(file())


def test_a_flipped_byte_in_a_page_is_an_error_of_ours():
    file = made(EPUB3, zipfile.ZIP_STORED)
    data = bytearray(file.getvalue())
    data[data.index(b"It was&nbsp;dark")] ^= 1
    with pytest.raises(UnsupportedError, match="damaged"):
        read(io.BytesIO(bytes(data)))


def test_a_page_that_grows_beyond_measure_is_refused(monkeypatch):
    monkeypatch.setattr(epub, "LARGEST_PAGE", 100_000)
    with pytest.raises(UnsupportedError, match="larger"):
        read(single("<p>" + " " * 200_000 + "</p>"))


def test_a_book_that_grows_beyond_measure_is_refused(monkeypatch):
    monkeypatch.setattr(epub, "LARGEST_BOOK", 2_000)
    with pytest.raises(UnsupportedError, match="larger"):
        read(single("<p>" + " " * 5_000 + "</p>"))


def test_pages_are_read_one_by_one():
    members = {**EPUB3, "OEBPS/text/three and.xhtml": b"<p>late</p>"}
    found = items(made(members), print)
    assert isinstance(next(found), Chapter)
    found.close()


@pytest.mark.parametrize(
    "unit", ["<div>", "<p>", "<a href='#'>", "<b>", "<br>", "</x>", "<td>", "<sup>", "<nav>", "x<br/>", "<p>x</p>"]
)
def test_hostile_pages_end(unit):
    read(single(unit * 8_000))


def test_what_a_broken_page_leaves_out_is_counted_once():
    _, events = read(single('<p>x<a epub:type="noteref">1</a></p><p>y'))
    assert [event.details["count"] for event in events if event.details] == [1]


def test_marks_are_found_after_other_blocks():
    found, _ = read(
        single('<p>One, <b>two</b>, <b>three</b>.</p><p>Four<sup><a href="#n">4</a></sup> m<sup>2</sup></p>')
    )
    assert [text for text, _ in outline(found)] == ["One, two, three.", "Four m²"]
