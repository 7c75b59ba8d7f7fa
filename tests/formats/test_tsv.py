"""Tab-separated segments."""

from hypothesis import given, settings
from hypothesis import strategies as st

from speech.data import Segment
from speech.transcript import ModelUse, Transcript


def test_bytes(talk, duet, empty):
    assert talk.render("tsv") == (
        'start\tend\ttext\n500\t2000\tSo, here we are.\n3000\t7040\tIt is 5 < 6 & "fine", isn\'t it?\n'
    )
    assert duet.render("tsv").splitlines()[2] == "2000\t4000\t[Channel 2] Fine, thanks."
    assert empty.render("tsv") == "start\tend\ttext\n"


def test_no_millisecond_of_the_first_hundred_thousand_is_lost():
    segments = tuple(Segment("a", ms / 1000, (ms + 1) / 1000) for ms in range(100_000))
    written = Transcript(segments, "en", {}, 100.0, 100.0, "a", ModelUse("m", "e")).render("tsv")
    assert written.splitlines()[1:] == [f"{ms}\t{ms + 1}\ta" for ms in range(100_000)]


@settings(max_examples=50)
@given(st.from_type(Transcript))
def test_every_line_has_three_columns(transcript):
    rows = [line.split("\t") for line in transcript.render("tsv").splitlines()]
    assert [len(row) for row in rows] == [3] * (len(transcript.segments) + 1)
