"""LRC."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from speech.data import Segment
from speech.formats.cues import CueRules, cues
from speech.transcript import ModelUse, Transcript


def saying(text: str, start: float = 0.0, end: float = 2.0) -> Transcript:
    return Transcript((Segment(text, start, end),), "en", {}, end, 1.0, "a", ModelUse("m", "e"))


def test_bytes(talk, duet, empty):
    assert talk.render("lrc") == (
        "[length:00:08]\n[00:00.50]So, here we are.\n[00:02.00]\n"
        '[00:03.00]It is 5 < 6 & "fine", isn\'t it?\n[00:07.04]\n'
    )
    assert duet.render("lrc").splitlines()[2] == "[00:02.00][Channel 2] Fine, thanks."
    assert empty.render("lrc") == "[length:00:00]\n"


def test_highlighted_words_have_times(talk):
    line = talk.render("lrc", CueRules(highlight_words=True)).splitlines()[1]
    assert line == "[00:00.50]<00:00.50>So, <00:00.75>here <00:01.00>we <00:01.20>are."


def test_text_that_looks_like_a_tag_is_none():
    assert saying("[00:09.00] a [ti:b] <00:01.00> [Music]").render("lrc").splitlines()[1] == (
        "[00:00.00](00:09.00] a (ti:b] (00:01.00> [Music]"
    )


def test_the_gap_between_cues_is_no_empty_line():
    segments = (Segment("One thing.", 0, 2), Segment("Two things.", 2, 4), Segment("Three things.", 4.5, 6))
    said = Transcript(segments, "en", {}, 6, 1.0, "a", ModelUse("m", "e")).render("lrc")
    assert [line for line in said.splitlines() if line.endswith("]")] == [
        "[length:00:06]",
        "[00:04.00]",
        "[00:06.00]",
    ]


def test_minutes_beyond_99():
    assert saying("Late.", 6000.5, 6002).render("lrc").splitlines()[1] == "[100:00.50]Late."


@settings(max_examples=50)
@given(st.from_type(Transcript))
def test_every_line_is_one_time_and_a_text_in_rising_order(transcript):
    lines = transcript.render("lrc").splitlines()[1:]
    found = [re.fullmatch(r"\[(\d{2,}):([0-5]\d)\.(\d\d)\](?!\[\w+:)(.*)", line) for line in lines]
    assert all(found)
    times = [int(m[1]) * 60_000 + int(m[2]) * 1000 + int(m[3]) * 10 for m in found]
    assert times == sorted(times)
    made = cues(transcript.segments, CueRules(), end=transcript.end, inline=True, step=10)
    assert [time for time, m in zip(times, found, strict=True) if m[4]] == [cue.start for cue in made]


def test_a_part_of_a_recording_ends_where_it_ends_in_the_recording(part):
    lines = part.render("lrc").splitlines()
    assert lines[0] == "[length:00:09]"
    assert lines[-1] == "[00:09.00]"
