"""The look-up of formats."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech import formats
from speech.errors import UnsupportedError
from speech.formats.cues import CueRules
from speech.transcript import Transcript

NAMES = ["ass", "csv", "json", "lrc", "srt", "textgrid", "tsv", "txt", "verbose_json", "vtt"]


def test_names_are_those_of_the_files():
    assert formats.names() == NAMES


def test_every_format_holds_what_it_must_and_no_two_share_an_ending():
    endings = [formats.find(name).EXTENSION for name in NAMES]
    assert all(ending.startswith(".") for ending in endings)
    assert len({ending.lower() for ending in endings}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_format_says_whether_the_rules_for_cues_change_it(name, talk):
    changed = talk.render(name, CueRules(max_words=1)) != talk.render(name)
    assert formats.find(name).CUES is changed


@pytest.mark.parametrize("name", ["srt", "SRT", ".srt", " srt "])
def test_find_is_not_particular(name):
    assert formats.find(name).EXTENSION == ".srt"
    assert formats.find("verbose-json").EXTENSION == ".verbose.json"


@pytest.mark.parametrize("name", ["docx", "cues", "layout", "", "..", "os", "srt.x"])
def test_find_refuses_what_is_no_format(name):
    with pytest.raises(UnsupportedError, match=r"no format is called .*; these are known: ass, csv"):
        formats.find(name)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.srt", "srt"),
        ("out/a.mp3.SRT", "srt"),
        ("a.json", "json"),
        ("a.verbose.json", "verbose_json"),
        ("verbose.json", "json"),
        ("a.textgrid", "textgrid"),
    ],
)
def test_of_file_takes_the_longest_ending(file, name):
    assert formats.of_file(file) == name


@pytest.mark.parametrize("file", ["a", "a.mp3", "", "srt"])
def test_of_file_refuses_other_endings(file):
    with pytest.raises(UnsupportedError, match="says no format"):
        formats.of_file(file)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_format_writes_is_unicode_in_lines(name):
    @settings(max_examples=25)
    @given(st.from_type(Transcript), st.booleans())
    def holds(transcript, highlight):
        text = transcript.render(name, CueRules(highlight_words=highlight))
        text.encode("utf-8")
        if "json" not in name:  # JSON escapes what it must, and keeps the rest as it came
            assert not set(text) & set("\ufeff\r\x00\x0b\x85\u2028")
        assert text == "" or text.endswith("\n")

    holds()
