"""What the elements of SSML mean."""

# ruff: noqa: RUF001 - phonetic symbols look like letters

import re
from dataclasses import replace
from math import log2
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.errors import UnsupportedError
from speech.tts.plan import PLAIN, Clip, End, Manner, Mark, Pause, Text
from speech.tts.prosody import SILENT
from speech.tts.ssml import items

SENTENCE, PARAGRAPH = End("sentence"), End("paragraph")


def read(inside):
    told = []
    return list(items(f"<speak>{inside}</speak>", told.append)), [event.message for event in told]


def spoken(inside):
    """The items where nothing may be told."""
    found, told = read(inside)
    assert told == []
    return found


def written(found):
    return "".join(item.text if isinstance(item, Text) else "|" for item in found)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("\n  Hello\n\t there. \n", "Hello there."),
        ("to<sub alias='x'>y</sub>!", "toy!"),
        ("to <sub alias='x'> y </sub> z", "to y z"),
        ("<w>a</w><w>b</w> <token>c</token>", "ab c"),
        ("a <emphasis>b</emphasis>, c", "a b, c"),
        ("a<emphasis> b </emphasis>c", "a b c"),
        ("a <!-- not --> b&#x20;<![CDATA[c & d]]>", "a b c & d"),
        ("a<lang xml:lang='fr'>b</lang>", "ab"),
        ("a\u00a0b\u3000c", "a b c"),
        ("<p>a</p>b", "a|b"),
        ("a<p>b</p>", "a|b|"),
        ("<p>\n<s>a</s>\n<s>b</s>\n</p>\n<p>c</p>\n", "a|b|c|"),
        ("<p></p><s/> <p>a</p>", "a|"),
        ("a <break/> b", "a| b"),
        ("a<br/>b", "a b"),
    ],
)
def test_spaces_are_those_of_the_text(inside, expected):
    assert written(read(inside)[0]) == expected


def test_paragraphs_and_sentences_end():
    assert spoken("a <p><s>b</s> <s>c</s></p> <sentence>d</sentence> <paragraph>e</paragraph>f") == [
        Text("a"), PARAGRAPH, Text("b"), SENTENCE, Text("c"), PARAGRAPH,
        Text("d"), PARAGRAPH, Text("e"), PARAGRAPH, Text("f"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "seconds"),
    [
        ("<break/>", 0.75), ("<break strength='x-weak'/>", 0.25), ("<break strength='x-strong'/>", 1.25),
        ("<break time='500ms'/>", 0.5), ("<break time='1.5s' strength='weak'/>", 1.5), ("<break time='10s'/>", 10),
        ("<mstts:silence type='Leading' value='200ms'/>", 0.2),
    ],
)  # fmt: skip
def test_breaks(tag, seconds):
    assert spoken(f"a {tag} b") == [Text("a"), Pause(seconds), Text(" b")]


def test_no_break_takes_away_a_pause_where_there_would_be_one():
    nothing = "<break strength='none'/>"
    assert spoken(f"a. {nothing}b") == [Text("a."), Pause(0), Text(" b")]
    assert spoken(f"<p>a</p>{nothing}b") == [Text("a"), PARAGRAPH, Pause(0), Text("b")]
    assert spoken(f"a {nothing}b") == [Text("a"), Text(" b")]
    assert spoken("a. <break time='0s'/>b") == [Text("a."), Pause(0), Text(" b")]


@pytest.mark.parametrize(
    ("attributes", "manner"),
    [
        ("rate='slow'", Manner(rate=0.64)),
        ("rate='150%' pitch='+2st' volume='-6dB'", Manner(rate=1.5, pitch=2, volume=-6)),
        ("pitch='high'", Manner(pitch=12 * log2(1.2))),
        ("volume='silent'", Manner(volume=SILENT)),
        ("", PLAIN),
    ],
)
def test_prosody(attributes, manner):
    assert spoken(f"<prosody {attributes}>a</prosody> b") == [Text("a", manner), Text(" b")]


def test_prosody_inside_prosody_multiplies_and_adds():
    inside = "<prosody rate='50%' pitch='+1st' volume='+2dB'>a <prosody rate='+20%' pitch='-3st' volume='-6dB'>b"
    assert spoken(f"{inside}<prosody rate='medium'>c</prosody></prosody></prosody>") == [
        Text("a", Manner(rate=0.5, pitch=1, volume=2)),
        Text(" b", Manner(rate=0.6, pitch=-2, volume=-4)),
        Text("c", Manner(rate=1, pitch=-2, volume=-4)),
    ]


@pytest.mark.parametrize(
    ("inside", "told", "manner"),
    [
        ("<prosody rate='0'>a</prosody>", "<prosody> rate is '0', which cannot be followed", PLAIN),
        ("<prosody rate='nan' volume='+1dB'>a</prosody>", "rate is 'nan'", Manner(volume=1)),
        ("<prosody pitch='180Hz'>a</prosody>", "pitch is '180Hz', which cannot be followed", PLAIN),
        ("<prosody rate='900%'>a</prosody>", "comes to 9 here: 5 is kept of it", Manner(rate=5)),
        ("<prosody rate='10%'>a</prosody>", "comes to 0.1 here: 0.2 is kept", Manner(rate=0.2)),
        ("<prosody rate='100'>a</prosody>", "rate is '100', which cannot be followed", PLAIN),
        ("<prosody speed='2'>a</prosody>", "<prosody> speed: there is nothing of that name", PLAIN),
        ("<break size='large'/>a", "<break> size: there is nothing", PLAIN),
        ("<prosody pitch='+99st'>a</prosody>", "24 is kept", Manner(pitch=24)),
        ("<prosody volume='+99dB'>a</prosody>", "20 is kept", Manner(volume=20)),
        ("<prosody contour='(0%,+20Hz)' range='high' duration='2s'>a</prosody>", "contour, range, duration", PLAIN),
        ("<emphasis level='wild'>a</emphasis>", "level is 'wild'", PLAIN),
        ("<break time='3000000s'/>a", "600 s are kept", PLAIN),
        ("<break time='5'/>a", "time is '5': it is left out", PLAIN),
        ("<break time='-1s'/>a", "time is '-1s': it is left out", PLAIN),
        ("<break strength='huge'/>a", "strength is 'huge': it is taken as 'medium'", PLAIN),
        ("<sub>a</sub>", "<sub> has no alias", PLAIN),
        ("<phoneme ph='x' alphabet='x-arpabet'>a</phoneme>", "alphabet is 'x-arpabet'", PLAIN),
        ("<phoneme alphabet='x-sampa' ph='a#'>a</phoneme>", "'#' in 'a#'", PLAIN),
        ("<phoneme>a</phoneme>", "<phoneme> has no ph", PLAIN),
        ("<say-as interpret-as='interjection'>a</say-as>", "interpret-as is 'interjection', which is not known", PLAIN),
        ("<say-as>a</say-as>", "interpret-as is ''", PLAIN),
        ("<mark/>a", "<mark> has no name", PLAIN),
        ("<audio>a</audio>", "<audio> has no src", PLAIN),
        ("<voice gender='female' age='30'>a</voice>", "<voice> gender, age: name a voice", PLAIN),
        ("<lang xml:lang='?'>a</lang>", "no language is called '?'", PLAIN),
        ("<lexicon uri='names.pls'/>a", "'names.pls' is not loaded", PLAIN),
        ("<lookup ref='x'>a</lookup>", "<lookup> ref", PLAIN),
        ("<blink>a</blink>", "<blink> is no element of SSML: its text is spoken", PLAIN),
        ("<mstts:express-as style='sad'>a</mstts:express-as>", "<mstts:express-as> is an extension", PLAIN),
        ("<amazon:effect name='whispered'>a</amazon:effect>", "<amazon:effect> is an extension", PLAIN),
        ("<mstts:silence type='Tailing' value='1s'/>a", "type 'Tailing', value '1s': it is left out", PLAIN),
    ],
)
def test_what_cannot_be_done_is_told_and_its_text_is_spoken(inside, told, manner):
    found, messages = read("\n" + inside)
    assert [item for item in found if isinstance(item, Text)] == [Text("a", manner)]
    assert len(messages) == 1
    assert messages[0].startswith("SSML, line 2: ")
    assert told in messages[0]


def test_a_break_is_bounded():
    assert read("a <break time='3000000s'/> b")[0][1] == Pause(600)


def test_what_is_alike_is_told_once():
    assert len(read("<x:y>a</x:y><x:y>b</x:y>" + "<prosody pitch='9Hz'>c</prosody>" * 3)[1]) == 2


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ("interpret-as='date' format='dmy'", "date:dmy"), ("interpret-as='date' format='yyyymmdd'", "date:ymd"),
        ("interpret-as='date' format='MM/DD/YYYY'", "date:mdy"), ("interpret-as='vxml:date'", "date"),
        ("interpret-as='spell-out'", "characters"), ("interpret-as='Characters'", "characters"),
        ("interpret-as='number' format='ordinal'", "ordinal"), ("interpret-as='number'", "cardinal"),
        ("interpret-as='number' format='telephone'", "telephone"),
        ("interpret-as='telephone' format='1'", "telephone:1"),
        ("interpret-as='time' format='hms12'", "time:hms12"), ("interpret-as='currency' language='en-US'", "currency"),
        ("interpret-as='verbatim'", "verbatim"), ("interpret-as='unit'", "unit"),
        ("interpret-as='fraction'", "fraction"),
        ("interpret-as='number_digit'", "digits"),
    ],
)  # fmt: skip
def test_say_as(attributes, kind):
    assert spoken(f"It is <say-as {attributes}> 1-2 </say-as>.") == [
        Text("It is"), Text(" "), Text("1-2", say_as=kind), Text(" ."),
    ]  # fmt: skip


def test_sub_and_phoneme_are_said_as_one():
    assert spoken("<sub alias='World  Wide Web'>W<w>W</w>W</sub> <phoneme ph='təmɑːtoʊ'>tomato</phoneme>") == [
        Text("WWW", spoken="World Wide Web"), Text(" "), Text("tomato", phonemes="təmɑːtoʊ"),
    ]  # fmt: skip
    assert spoken("<phoneme alphabet='x-sampa' ph='t@&quot;mA:t@U'>tomato</phoneme>") == [
        Text("tomato", phonemes="təˈmɑːtəʊ")
    ]
    assert spoken("<phoneme alphabet='ipa' ph='a'/>") == [Text("", phonemes="a")]
    assert spoken("<sub alias='x'>a<phoneme ph='y'>b</phoneme>c</sub>") == [Text("abc", spoken="x")]


def test_voices_and_languages():
    inside = "a <voice name='Anna#2'>b <lang xml:lang='de-de'>c</lang></voice> <p xml:lang='French'>d</p> e"
    told = []
    assert list(items(f"<speak xml:lang='en-US'>{inside}</speak>", told.append)) == [
        Text("a", us := Manner(language="en-US")),
        Text(" b", anna := replace(us, voice="Anna#2")),
        Text(" c", replace(anna, language="de-DE")),
        PARAGRAPH,
        Text("d", Manner(language="fr")),
        PARAGRAPH,
        Text("e", us),
    ]
    assert told == []
    assert spoken("<voice language='fr-FR'>a</voice>") == [Text("a", Manner(language="fr-FR"))]
    assert spoken("<voice name='x' gender='female' languages='pt:pt-BR en'>a</voice>") == [
        Text("a", Manner("x", None, "pt"))
    ]
    assert spoken("<p xml:lang='de'><s xml:lang=''>a</s></p>") == [Text("a"), PARAGRAPH]


def test_a_recording_has_what_stands_in_for_it():
    inside = "a <audio src='x.wav' soundLevel='-3dB'><desc>a cat</desc>meow <break/><s>mew</s></audio> b"
    meow = (Text("meow"), Pause(0.75), SENTENCE, Text("mew"), SENTENCE)
    assert spoken(inside) == [Text("a"), Clip("x.wav", meow, Manner(volume=-3)), Text(" b")]
    assert spoken("<audio src='x.wav'/>") == [Clip("x.wav")]
    assert spoken("<sub alias='y'>a<audio src='x.wav'>b</audio>c</sub>") == [
        Clip("x.wav", (Text("b"),)), Text("ac", spoken="y"),
    ]  # fmt: skip


def test_marks_stand_between_words():
    assert spoken("a <mark name='m'/> b<bookmark mark='n'/>") == [Text("a"), Mark("m"), Text(" b"), Mark("n")]


def test_what_is_about_the_document_is_not_spoken():
    assert spoken("<meta name='x'/><metadata><x:y>no</x:y></metadata>a<desc>no <b>no</b></desc>") == [Text("a")]


def test_long_texts_go_out_in_parts_that_join():
    words = "word " * 5_000
    found = spoken(words + "<say-as interpret-as='digits'>" + "1 " * 3_000 + "2</say-as>")
    assert written(found) == words + "1 " * 3_000 + "2"
    assert max(len(item.text) for item in found if not item.say_as) < 10_000
    assert len([item for item in found if item.say_as]) == 1
    assert written(spoken("x" * 200_000)) == "x" * 200_000


def test_what_is_said_as_one_is_bounded():
    with pytest.raises(UnsupportedError, match="line 1: more than 65536 characters to be read as one"):
        spoken("<sub alias='x'>" + "a " * 50_000 + "</sub>")
    with pytest.raises(UnsupportedError, match="line 1: 2001 pieces stand in for 'x'"):
        spoken("<audio src='x'>" + "a<break/>" * 1_000 + "a</audio>")


# Documents in the manner of services.

AZURE = """<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis"
    xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="en-US">
  <voice name="en-US-Somebody">
    <mstts:express-as style="cheerful" styledegree="2">Good morning!</mstts:express-as>
    <prosody rate="+30.00%" pitch="+10%">Quick.</prosody>
    <bookmark mark="here"/> My number is <say-as interpret-as="telephone">555 0100</say-as>.
  </voice>
</speak>"""

GOOGLE = """<speak>Step 1, take a <break time="200ms"/> breath.
<par><media xml:id="one"><speak>Both.</speak></media><media><audio src="https://example.org/a.ogg"/></media></par>
<say-as interpret-as="date" format="yyyymmdd" detail="1">1960-09-10</say-as></speak>"""

POLLY = """<speak>
<amazon:domain name="news">From <prosody amazon:max-duration="2s">the paper</prosody>.</amazon:domain>
<amazon:effect name="whispered">Quiet.</amazon:effect> <w role="amazon:VB">read</w></speak>"""


@pytest.mark.parametrize(
    ("document", "words", "events"),
    [
        (AZURE, "Good morning! Quick.| My number is 555 0100.", 1),
        (GOOGLE, "Step 1, take a| breath.|Both.||1960-09-10", 3),
        (POLLY, "From the paper. Quiet. read", 3),
    ],
)
def test_documents_of_services_go_through(document, words, events):
    told = []
    assert written(items(document, told.append)) == words
    assert len(told) == events


INLINE = ("emphasis", "prosody rate='slow'", "voice name='x'", "lang xml:lang='de'", "w", "x:unknown", "b")
BLOCK = ("p", "s", "sub alias='z'", "phoneme ph='z'", "say-as interpret-as='digits'", "audio src='x'")
LEAF = st.one_of(
    st.text("abc é\n\t.!", max_size=8),
    st.sampled_from(["<break/>", "<mark name='m'/>", "<desc>123</desc>", "<!-- 456 -->"]),
)
NODES = st.recursive(
    LEAF.map(lambda leaf: leaf if leaf.startswith("<") else escape(leaf)),
    lambda inner: st.tuples(st.sampled_from(INLINE + BLOCK), st.lists(inner, max_size=4)).map(
        lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0].split()[0]}>"
    ),
    max_leaves=12,
)


def letters(found):
    for item in found:
        yield from item.text if isinstance(item, Text) else letters(item.otherwise) if isinstance(item, Clip) else ""


@given(st.lists(NODES, max_size=5).map("".join))
def test_no_letter_is_lost(inside):
    found, _ = read(inside)
    said = "".join(letters(found))
    for letter in "abcé":
        assert said.count(letter) == re.sub("<[^>]*>", "", inside).count(letter)
    assert not set("123456") & set(said)


def test_names_in_another_case_are_known():
    assert spoken("<Prosody RATE='fast'>a</Prosody><BREAK Time='1s'/>b") == [
        Text("a", Manner(rate=1.55)), Pause(1), Text("b"),
    ]  # fmt: skip
    assert "Rate: there is nothing" in read("<prosody rate='fast' Rate='slow'>a</prosody>")[1][0]


def test_a_document_in_a_document_is_apart():
    assert (
        written(read("<media><speak>One</speak></media><media><speak>Two</speak></media>three")[0]) == "One|Two|three"
    )


def test_a_change_in_hertz_is_followed_and_told():
    found, told = read("<prosody pitch='+160Hz'>a</prosody> <prosody pitch='+10Hz'>b</prosody>")
    assert found[0].manner.pitch == pytest.approx(12)
    assert [message.partition(": ")[2] for message in told] == [
        "<prosody> pitch '+160Hz' is taken as a change from 160 Hz"
    ]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<voice name='a'>One.</voice><voice name='b'>Two.</voice>three", "One. Two. three"),
        ("He:<voice name='a'>One</voice>two", "He: One two"),
        ("“<voice name='a'>One</voice>”, (<voice name='a'>two</voice>).", "“One”, (two)."),
        ("<voice gender='male'>One</voice>two", "Onetwo"),
    ],
)
def test_no_word_goes_on_where_somebody_else_speaks(inside, expected):
    assert written(read(inside)[0]) == expected
