"""WebVTT, read back by two other libraries."""

import html
import io
import re

import pysubs2
import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.formats.cues import CueRules, cues
from speech.formats.cues.clock import hours
from speech.transcript import Transcript


def test_bytes(talk):
    assert talk.render("vtt") == (
        "WEBVTT\n\n"
        "00:00:00.500 --> 00:00:02.000\nSo, here we are.\n\n"
        '00:00:03.000 --> 00:00:07.040\nIt is 5 &lt; 6 &amp; "fine", isn\'t it?\n'
    )


def test_voices_are_tags(duet):
    assert duet.render("vtt") == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:03.000\n<v Channel 1>Good morning, how are you?\n\n"
        "00:00:02.000 --> 00:00:04.000\n<v Channel 2>Fine, thanks.\n\n"
        "00:00:03.500 --> 00:00:05.000\n<v Channel 1>Glad to hear that.\n"
    )


def test_nothing_said_is_a_header(empty):
    assert empty.render("vtt") == "WEBVTT\n"
    assert webvtt.from_string(empty.render("vtt")).captions == []


def test_highlighted_words(talk):
    assert "\nSo, <u>here</u> we are.\n" in talk.render("vtt", CueRules(highlight_words=True))


@pytest.mark.filterwarnings("ignore:Possible missed subtitle")  # pysubs2 of a text in which a time stands
@settings(max_examples=50)
@given(st.from_type(Transcript))
def test_others_read_it_as_it_was_meant(transcript):
    made = cues(transcript.segments, CueRules(), end=transcript.end)
    written = transcript.render("vtt")
    captions = webvtt.from_buffer(io.StringIO(written)).captions
    assert [(caption.start, caption.end) for caption in captions] == [
        (hours(cue.start), hours(cue.end)) for cue in made
    ]
    for caption, cue in zip(captions, made, strict=True):
        text = re.sub(r"^<v [^>]*>", "", caption.raw_text)
        assert not set(text) & set("<>")
        assert [html.unescape(line.replace("&lrm", "")) for line in text.split("\n")] == list(cue.lines) or "&" in text
    assert len(pysubs2.SSAFile.from_string(written, format_="vtt")) == len(made)


def test_what_is_said_last_in_a_part_has_its_time_to_be_read(part):
    assert "00:00:07.500 --> 00:00:09.000" in part.render("vtt")
