"""Comma-separated segments."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from speech.formats.cues.layout import clean
from speech.transcript import Transcript


def test_bytes(talk, duet, empty):
    head = "start,end,speaker,channel,language,confidence,text\n"
    assert talk.render("csv") == (
        f'{head}0.500,2.000,,,en,0.8475,"So, here we are."\n3.000,7.040,,,en,,"It is 5 < 6 & ""fine"", isn\'t it?"\n'
    )
    assert duet.render("csv").splitlines()[2] == '2.000,4.000,,2,en,,"Fine, thanks."'
    assert empty.render("csv") == head


@settings(max_examples=50)
@given(st.from_type(Transcript))
def test_the_standard_library_reads_it_as_it_was_meant(transcript):
    rows = list(csv.DictReader(io.StringIO(transcript.render("csv")), strict=True))
    assert [row["text"] for row in rows] == [clean(segment.text) for segment in transcript.segments]
    assert all(None not in row for row in rows)
