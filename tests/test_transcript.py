"""Writing, reading and turning into plain values."""

import dataclasses
import errno
import json
import stat
import sys
import types
import typing
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech import data
from speech.data import Segment, TranscribeOptions, Word
from speech.errors import AudioError, OutputError, UnsupportedError
from speech.transcript import ModelUse, Transcript, from_dict, load, to_dict, write

MODEL = ModelUse("tiny", "faster_whisper", device="cuda:0")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
SIMPLE = {
    str: st.text(),
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    type(None): st.none(),
    Path: st.text("abc/", min_size=1).map(Path),
    typing.Any: JSON,
}


def of(hint: object) -> st.SearchStrategy:
    """Any value of a type hint: a second reading of the hints, apart from the one under test."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint, localns={**vars(data), "Path": Path, "Mapping": Mapping})
        return st.builds(hint, **{item.name: of(hints[item.name]) for item in dataclasses.fields(hint)})
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(of, inner))
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin is Mapping:
        return st.dictionaries(st.text(), of(inner[1]), max_size=2)
    if origin is frozenset:
        return st.frozensets(of(inner[0]), max_size=3)
    assert origin is tuple
    return st.lists(of(inner[0]), max_size=2).map(tuple)


TYPES = [
    kind
    for kind in vars(data).values()
    if dataclasses.is_dataclass(kind) and kind.__module__ == data.__name__ and kind not in (data.Chunk, data.Speech)
] + [ModelUse, Transcript]


def transcript(*segments: Segment, **changes: object) -> Transcript:
    plain = Transcript(segments, "en", {"en": 0.9}, 60.0, 50.0, "a.wav", MODEL, version="1")
    return dataclasses.replace(plain, **changes)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_every_type_comes_back_from_json_bit_for_bit(kind):
    @settings(deadline=None, max_examples=50)
    @given(of(kind))
    def comes_back(value):
        assert from_dict(kind, json.loads(json.dumps(to_dict(value)))) == value

    comes_back()


def test_rounded_times_have_milliseconds_and_other_floats_six_decimals():
    word = Word("a", 1.23456789, 2.0000001, 0.123456789)
    plain = to_dict(Segment("a", 1 / 3, 2.0, (word,), logprob=-1 / 3, details={"x": 2 / 3}), rounded=True)
    assert (plain["start"], plain["logprob"], plain["details"]) == (0.333, -0.333333, {"x": 0.666667})
    assert plain["words"] == [{"text": "a", "start": 1.235, "end": 2.0, "probability": 0.123457, "interpolated": False}]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_rounded_values_that_are_not_finite_are_null(value):
    assert to_dict(Segment("a", 0.0, 1.0, logprob=value), rounded=True)["logprob"] is None


def test_numpy_values_and_sets_in_details_become_json():
    import numpy as np

    plain = to_dict(Segment("a", 0.0, 1.0, details={"n": np.float32(0.5), "s": frozenset({"b", "a"}), "t": (1, 2)}))
    assert plain["details"] == {"n": 0.5, "s": ["a", "b"], "t": [1, 2]}
    json.dumps(plain)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"segments": [{"text": "a", "start": "0", "end": 1}]}, r"segments\[0\].start should be float, not '0'"),
        ({"segments": [{"text": "a", "start": 0}]}, r"segments\[0\].end is missing"),
        ({"segments": {}}, "segments should be a list"),
        ({"languages": {"en": True}}, "languages.en should be float"),
        ({"options": {"task": "sing"}}, "options.task should be 'transcribe' or 'translate'"),
        ({"options": {"beam_size": True}}, "options.beam_size should be int"),
        ({"model": []}, "model should be an object"),
        ({"source": None}, "source should be str"),
    ],
)
def test_wrong_values_are_refused_by_their_place(change, message):
    with pytest.raises(UnsupportedError, match=message):
        from_dict(Transcript, to_dict(transcript()) | change)


def test_keys_of_a_later_version_are_passed_over_and_absent_ones_take_their_default():
    plain = to_dict(transcript(Segment("a", 0.0, 1.0)))
    plain["segments"][0] |= {"mood": "glad"}
    del plain["options"], plain["segments"][0]["tokens"]
    assert from_dict(Transcript, plain) == transcript(Segment("a", 0.0, 1.0))


def test_text_joins_with_spaces_where_the_script_has_them():
    assert transcript(Segment("Hello", 0, 1), Segment(" there. ", 1, 2), Segment("", 2, 3)).text == "Hello there."
    assert transcript(Segment("你好", 0, 1), Segment("世界。", 1, 2), language="zh").text == "你好世界。"
    assert transcript(Segment("안녕", 0, 1), Segment("세계", 1, 2), language="ko").text == "안녕 세계"
    # English text of a Chinese recording: what counts is what is written, not what was spoken.
    assert transcript(Segment("Hello", 0, 1), Segment("world", 1, 2), language="zh").text == "Hello world"


def test_text_of_several_channels_has_a_line_for_each_turn():
    pieces = [Segment("One.", 0, 1, channel=0), Segment("Two.", 1, 2, channel=0), Segment("Three.", 2, 3, channel=1)]
    assert transcript(*pieces).text == "[Channel 1] One. Two.\n[Channel 2] Three."
    assert transcript(*pieces[:2]).text == "One. Two."
    assert transcript(Segment("Hi.", 0, 1, speaker="Ann")).text == "[Ann] Hi."


def test_words_are_those_of_all_segments():
    a, b = Word("a", 0, 1), Word("b", 1, 2)
    assert transcript(Segment("a", 0, 1, (a,)), Segment("b", 1, 2, (b,))).words == (a, b)


def test_save_takes_the_format_from_the_name(tmp_path):
    spoken = transcript(Segment("Hello.", 0.0, 1.0))
    for name in ("a.srt", "a.json", "a.verbose.json", "a.TextGrid", "A.VTT"):
        spoken.save(tmp_path / name)
    assert (tmp_path / "a.srt").read_bytes() == b"1\n00:00:00,000 --> 00:00:01,000\nHello.\n"
    assert json.loads((tmp_path / "a.verbose.json").read_text())["task"] == "transcribe"
    assert load(tmp_path / "a.json") == spoken
    assert (tmp_path / "A.VTT").read_text().startswith("WEBVTT\n")
    assert len(list(tmp_path.iterdir())) == 5


def test_save_takes_a_format_by_name_too(tmp_path):
    transcript(Segment("Hello.", 0.0, 1.0)).save(tmp_path / "a.subtitles", "vtt")
    assert (tmp_path / "a.subtitles").read_text().startswith("WEBVTT")


def test_a_name_that_says_no_format_is_refused(tmp_path):
    with pytest.raises(UnsupportedError, match=r"'a\.docx' says no format.*\.srt"):
        transcript().save(tmp_path / "a.docx")
    with pytest.raises(UnsupportedError, match="no format is called 'docx'"):
        transcript().render("docx")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_unless_it_may_be_replaced(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("mine")
    with pytest.raises(OutputError, match=r"a\.txt' is there already"):
        transcript(Segment("Hello.", 0, 1)).save(path, overwrite=False)
    assert path.read_text() == "mine"
    transcript(Segment("Hello.", 0, 1)).save(path)
    assert path.read_text() == "Hello.\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_appears_meanwhile_is_kept_too(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("mine")
    monkeypatch.setattr(Path, "exists", lambda self: False)
    with pytest.raises(OutputError, match="is there already"):
        write(path, "ours", overwrite=False)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_written_where_none_may_be_replaced(tmp_path):
    write(tmp_path / "a.txt", "ours", overwrite=False)
    assert (tmp_path / "a.txt").read_text() == "ours"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("place", ["nowhere/a.txt", "file/a.txt", "folder"])
def test_what_cannot_be_written_says_so_and_leaves_nothing(tmp_path, place):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        write(tmp_path / place, "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_full_disk_says_how_to_go_on(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"free some space, then run again with --resume"):
        write(tmp_path / "a.txt", "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="rights are of another kind there")
def test_files_get_the_rights_that_others_get(tmp_path):
    (tmp_path / "plain").write_text("")
    write(tmp_path / "ours", "text")
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_name_that_is_no_unicode_breaks_no_file(tmp_path):
    transcript(source="caf\udce9.wav").save(tmp_path / "a.json")
    assert load(tmp_path / "a.json").source == "caf\ufffd.wav"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not whole JSON"),
        (b'{"schema": "speech-transcript/1", "segm', "not whole JSON"),
        (b"1\n00:00:00,000 --> 00:00:01,000\nHello.\n", "not whole JSON"),
        (b"\xff\xfe\x00", "not whole JSON"),
        (b"[" * 100_000, "not whole JSON"),
        (b"[]", "not a transcript of ours"),
        (b'{"text": "Hello", "segments": []}', "not a transcript of ours"),
        (b'{"schema": "speech-transcript/2"}', "version 2, and this package knows 1; install a newer"),
        (b'{"schema": "speech-transcript/x"}', "not a transcript of ours"),
        (b'{"schema": "speech-transcript/1"}', "segments is missing"),
    ],
)
def test_load_refuses_what_is_not_ours(tmp_path, content, message):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(UnsupportedError, match=message) as caught:
        load(path)
    assert "a.json" in str(caught.value)


def test_load_says_when_a_file_cannot_be_read(tmp_path):
    with pytest.raises(AudioError, match=r"none\.json"):
        load(tmp_path / "none.json")


def test_load_reads_a_file_that_an_editor_has_marked(tmp_path):
    path = tmp_path / "a.json"
    transcript().save(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path) == transcript()


def test_subtitles_made_again_from_the_json_are_the_same(tmp_path):
    words = tuple(Word(f"word{n},", n / 7, (n + 1) / 7 + 1e-9) for n in range(100))
    spoken = transcript(Segment(" ".join(word.text for word in words), 0.0, 100 / 7, words))
    spoken.save(tmp_path / "a.json")
    for name in ("srt", "vtt", "ass", "lrc", "tsv", "textgrid"):
        assert load(tmp_path / "a.json").render(name) == spoken.render(name)


def test_options_are_kept_whole(tmp_path):
    options = TranscribeOptions(language="de", hotwords=("Zürich",), temperature=0.2, end=9.5)
    transcript(options=options).save(tmp_path / "a.json")
    assert load(tmp_path / "a.json").options == options


def test_a_part_ends_in_the_recording_where_its_times_do():
    made = Transcript((), "en", {}, 6.0, 0.0, "a.wav", MODEL, TranscribeOptions(start=3.0, end=9.0))
    assert made.end == 9.0


def test_without_a_standard_input_there_is_an_error(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(AudioError, match="no standard input here; give a file"):
        load("-")
