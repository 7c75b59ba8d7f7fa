"""SubRip, read back by two other libraries."""

import pysubs2
import pytest
import srt
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.data import Segment
from speech.formats.cues import CueRules, cues
from speech.transcript import ModelUse, Transcript


def saying(*segments: Segment, duration: float = 500_000.0) -> Transcript:
    return Transcript(segments, "en", {}, duration, 1.0, "a", ModelUse("m", "e"))


def test_bytes(talk):
    assert talk.render("srt") == (
        "1\n00:00:00,500 --> 00:00:02,000\nSo, here we are.\n\n"
        '2\n00:00:03,000 --> 00:00:07,040\nIt is 5 < 6 & "fine", isn\'t it?\n'
    )


def test_two_channels(duet):
    assert duet.render("srt") == (
        "1\n00:00:00,000 --> 00:00:03,000\n[Channel 1] Good morning, how are you?\n\n"
        "2\n00:00:02,000 --> 00:00:04,000\n[Channel 2] Fine, thanks.\n\n"
        "3\n00:00:03,500 --> 00:00:05,000\n[Channel 1] Glad to hear that.\n"
    )


def test_nothing_said_is_an_empty_file(empty):
    assert empty.render("srt") == ""


def test_highlighted_words(talk):
    blocks = talk.render("srt", CueRules(highlight_words=True)).split("\n\n")
    assert blocks[:2] == [
        "1\n00:00:00,500 --> 00:00:00,750\n<u>So,</u> here we are.",
        "2\n00:00:00,750 --> 00:00:01,001\nSo, <u>here</u> we are.",
    ]


@pytest.mark.parametrize("text", ["a --> b", "a ----> b"])
def test_no_arrow_stands_in_a_text(text):
    assert saying(Segment(text, 0, 1)).render("srt").count("-->") == 1


def test_hours_beyond_99():
    written = saying(Segment("Late.", 360_000.001, 360_002.0)).render("srt")
    assert written.splitlines()[1] == "100:00:00,001 --> 100:00:02,000"
    assert next(srt.parse(written)).start.total_seconds() == 360_000.001


def test_two_lines(talk):
    written = talk.render("srt", CueRules(max_line_width=20))
    assert [line for line in written.splitlines() if len(line) > 20 and "-->" not in line] == []


@settings(max_examples=50)
@given(st.from_type(Transcript), st.booleans())
def test_others_read_it_as_it_was_meant(transcript, sentences):
    rules = CueRules(sentences=sentences)
    made = cues(transcript.segments, rules, end=transcript.end, inline=True)
    written = transcript.render("srt", rules)
    subtitles = list(srt.parse(written))
    assert [subtitle.index for subtitle in subtitles] == list(range(1, len(made) + 1))
    assert [round(subtitle.start.total_seconds() * 1000) for subtitle in subtitles] == [cue.start for cue in made]
    assert [round(subtitle.end.total_seconds() * 1000) for subtitle in subtitles] == [cue.end for cue in made]
    for subtitle, cue in zip(subtitles, made, strict=True):
        assert len(subtitle.content.split("\n")) == len(cue.lines)
        assert subtitle.content.endswith(cue.lines[-1]) or "->" in subtitle.content
    if "00:00:02,000 b" not in written:  # any line with two times is a cue to that library
        assert len(pysubs2.SSAFile.from_string(written, format_="srt")) == len(made)


def test_what_is_said_last_in_a_part_has_its_time_to_be_read(part):
    assert "00:00:07,500 --> 00:00:09,000" in part.render("srt")
