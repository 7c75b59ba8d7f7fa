"""SSML as XML: what is refused and where it says the mistake is."""

import tracemalloc

import pytest

from speech.errors import UnsupportedError
from speech.tts.plan import Text
from speech.tts.ssml import DEPTH, LONGEST, items


def text(document):
    return "".join(item.text for item in items(document, print) if isinstance(item, Text))


def mistake(document):
    with pytest.raises(UnsupportedError) as caught:
        items(document, print)
    return str(caught.value)


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE speak [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>\n<speak>&b;</speak>'
FILE = '<!DOCTYPE speak [<!ENTITY a SYSTEM "file:///etc/passwd">]><speak>&a;</speak>'
PUBLIC = '<!DOCTYPE speak PUBLIC "-//W3C//DTD SYNTHESIS 1.0//EN" "http://example.org/x.dtd"><speak>a</speak>'


@pytest.mark.parametrize(
    ("document", "place", "hint"),
    [
        ("", "line 1, column 1", "an SSML document is <speak"),
        ("Hello.", "line 1, column 1", "an SSML document is <speak"),
        ("<html>Hello.</html>", "line 1, column 1", "begins with <html>; an SSML document is <speak"),
        ("\n\n  <p>Hello.</p>", "line 3, column 3", "begins with <p>"),
        ('<x:speak xmlns:x="other">a</x:speak>', "line 1, column 1", "begins with <x:speak>"),
        ("<speak>\n<p>a</s></p></speak>", "line 2, column 7", "</s> closes what was never begun; take it out"),
        ("<speak>\n<p><s>a</p></speak>", "line 2, column 10", "</p> closes <s> of line 2; write </s> before it"),
        ("<speak>\n<p>a\n", "line 3, column 1", "ends inside <p> of line 2; write </p>"),
        ("\n<?xml version='1.0'?><speak>a", "line 2, column 30", "ends inside <speak> of line 2;"),
        ("<speak>a</speak", "", "ends inside <speak>"),
        ("<speak>é&nbsp;</speak>", "line 1, column 9", "no entity &nbsp; in SSML; write the character itself"),
        ("<speak>AT&T</speak>", "line 1, column 12", "write &amp; for &"),
        ("<speak>\n1 < 2</speak>", "line 2, column 4", "&lt; for <"),
        ("<speak>\n<p a=b/></speak>", "line 2, column 6", "put quotes around"),
        ("<speak a=b/>", "line 1, column 10", "put quotes around"),
        ("<speak><p a='1' a='2'/></speak>", "line 1, column 17", "duplicate attribute"),
        ("<speak>a</speak>\n<speak>b</speak>", "line 2, column 1", "put all of it into one <speak>"),
        ("<speak>\x07</speak>", "line 1, column 8", "not well-formed"),
        ("<speak>&#0;</speak>", "line 1, column 8", "invalid character number"),
        ("<speak>\ud800</speak>", "line 1, column 8", "not well-formed"),
        ("\n\n <?xml version='1.0'?>\n<speak>a</b></speak>", "line 4, column 11", "</b> closes"),
        ("\n<?xml version='1.0'?>\n<speak>a</speak2>", "line 3, column 11", "</speak2> closes"),
        ("<speak>\n<p a='" + "x" * 300_000, "line 2, column 1", "262,144 bytes; is its end missing?"),
        ("<speak>\n<!--" + "x" * 300_000, "line 2, column 1", "262,144 bytes; is its end missing?"),
        (BOMB, "line 2, ", "take <!DOCTYPE ...> out"),
        (FILE, "line 1, ", "take <!DOCTYPE ...> out"),
        (PUBLIC, "line 1, ", "take <!DOCTYPE ...> out"),
        ("<speak>\n" + "<p>" * 10_000, f"line 2, column {3 * (DEPTH - 1) + 1}", "nest them less"),
    ],
)  # fmt: skip
def test_mistakes_name_their_place_and_the_way_out(document, place, hint):
    message = mistake(document)
    assert message.startswith(f"SSML, {place}")
    assert hint in message


def test_a_mistake_at_the_end_is_told_before_the_first_word():
    assert "line 20001" in mistake("<speak>\n" + "<s>Hello.</s>\n" * 19_999 + "</p></speak>")


def test_depth_is_bounded_where_no_text_goes():
    inside = DEPTH - 1
    assert text("<speak>" + "<p>" * inside + "a" + "</p>" * inside + "</speak>") == "a"


def test_fifty_megabytes_are_refused_at_once():
    message = mistake("<speak>" + "a " * (LONGEST // 2 + 10_000_000) + "</speak>")
    assert "32,000,000 are read; split it" in message


def test_what_is_held_does_not_grow_with_the_document():
    document = "<speak>" + "<p>Hello there.</p> and more &amp; more, " * 4_000 + "</speak>"
    read = items(document, print)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count > 12_000
    assert held < 300_000  # all of the items together take three megabytes


@pytest.mark.parametrize(
    "document",
    [
        "<speak>ä</speak>",
        "\ufeff<speak>ä</speak>",
        '\n <?xml version="1.0" encoding="UTF-16"?><speak>ä</speak>',
        '<?xml version="1.0" encoding="ISO-8859-1"?><speak>ä</speak>',
        "<speak><!-- a comment --><?xml-stylesheet ?>&#xe4;</speak>",
        "<speak><![CDATA[ä]]></speak>",
        '<s:speak xmlns:s="http://www.w3.org/2001/10/synthesis"><s:p>ä</s:p></s:speak>',
        "<SPEAK><P>ä</P></SPEAK>",
    ],
)
def test_ways_to_write_the_same(document):
    assert text(document) == "ä"
