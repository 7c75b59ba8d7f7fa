"""Our own JSON, against its published schema."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import speech.formats
from speech.data import Event, Segment, TranscribeOptions, Word
from speech.transcript import ModelUse, Transcript, load

SCHEMA = json.loads((Path(speech.formats.__file__).parent / "transcript.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
DEFINED = {"word": Word, "segment": Segment, "event": Event, "model": ModelUse}


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_names_every_field_that_is_written():
    fields = {field.name for field in dataclasses.fields(Transcript)}
    assert set(SCHEMA["properties"]) == set(SCHEMA["required"]) == fields | {"schema", "text"}
    for name, kind in DEFINED.items():
        fields = {field.name for field in dataclasses.fields(kind)}
        assert set(SCHEMA["$defs"][name]["properties"]) == set(SCHEMA["$defs"][name]["required"]) == fields, name
    options = {field.name for field in dataclasses.fields(TranscribeOptions)}
    assert set(SCHEMA["$defs"]["options"]["properties"]) <= options


def test_what_is_written_is_valid_and_says_everything(talk, duet, empty):
    for transcript in (talk, duet, empty):
        VALIDATOR.validate(json.loads(transcript.render("json")))
    plain = json.loads(talk.render("json"))
    assert next(iter(plain)) == "schema"
    assert list(plain)[-2:] == ["text", "segments"]
    assert plain["schema"] == "speech-transcript/1"
    assert plain["version"] == "1.2.3"
    assert (plain["model"]["name"], plain["model"]["revision"]) == ("tiny", "d90ca5fe")
    assert plain["options"]["beam_size"] == 5
    assert plain["languages"] == {"en": 0.987654, "de": 0.01}
    assert (plain["duration"], plain["speech"]) == (8.0, 5.54)
    assert plain["segments"][0]["confidence"] == 0.8475
    assert plain["segments"][0]["words"][1] == {
        "text": "here", "start": 0.75, "end": 1.001, "probability": 0.8, "interpolated": False,
    }  # fmt: skip
    assert plain["record"] == [
        {"kind": "flagged", "message": "few words a second", "start": 3.0, "end": 7.04, "details": {"rate": 1.5}}
    ]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [("schema", "speech-transcript/2"), ("duration", -1), ("segments", [{"text": "a"}]), ("languages", {"en": 2})],
)
def test_the_schema_refuses_what_is_wrong(talk, place, wrong):
    assert list(VALIDATOR.iter_errors(talk.to_dict() | {place: wrong}))


def test_text_stands_as_it_is_written(duet):
    changed = dataclasses.replace(duet, source="größer 中文.wav")
    assert '"größer 中文.wav"' in changed.render("json")


@settings(max_examples=50)
@given(st.from_type(Transcript))
def test_any_transcript_is_valid_and_comes_back_the_same(transcript):
    written = transcript.render("json")
    VALIDATOR.validate(json.loads(written))


@settings(max_examples=25)
@given(st.from_type(Transcript))
def test_what_was_written_is_read_and_written_the_same(tmp_path_factory, transcript):
    path = tmp_path_factory.mktemp("json") / "a.json"
    transcript.save(path)
    assert load(path).render("json") == transcript.render("json")
