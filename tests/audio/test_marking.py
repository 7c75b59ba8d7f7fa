"""Every file says that a machine spoke, where other programs look for it, and says it back."""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

import speech
from speech.audio import Audio
from speech.audio.marking import comment, details, read
from speech.audio.writing import formats, keeps_tags, writing
from speech.errors import AudioError

FACTS = {
    "voice": "de_DE-größe-high",
    "engine": "piper",
    "repo": None,
    "revision": "0123abcd",
    "licence": "CC-BY-4.0",
    "options": {"speed": 1.2},
}
MARKED = [form for form in formats() if keeps_tags(form)]
RECORDING = Path(__file__).parents[1] / "data/en/librispeech_1089-134691-0000.flac"


def marked(form, count=30_000, title="Gute Nacht"):
    file = io.BytesIO()
    with writing(file, form, 24_000, tags={"title": title, "comment": comment(FACTS)}) as writer:
        writer.chapter("Anfang")
        writer.write((0.1 * np.sin(np.arange(count) / 9)).astype(np.float32))
    return file.getvalue()


def test_the_mark_says_what_made_it():
    mark = json.loads(comment(FACTS))
    assert mark["ai_generated"] is True
    assert mark["generator"] == f"speech-pipeline {speech.__version__}"
    assert {name: mark.get(name) for name in FACTS} == FACTS
    assert "repo" not in mark
    assert comment(FACTS).isascii()
    assert comment(FACTS) == comment(dict(FACTS))


def test_the_label_has_the_fields_of_the_standard_in_their_order():
    label = json.loads(comment(FACTS))["AIGC"]
    assert list(label) == [
        "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
    ]  # fmt: skip
    assert label["Label"] == "1"
    assert label["ContentProducer"].startswith("speech-pipeline")
    assert label["ProduceID"] != json.loads(comment({**FACTS, "voice": "another"}))["AIGC"]["ProduceID"]
    assert all(isinstance(value, str) for value in label.values())


@pytest.mark.parametrize("form", MARKED)
def test_every_container_says_it_back(form):
    assert read(marked(form)) == json.loads(comment(FACTS))


@pytest.mark.parametrize("form", MARKED)
def test_ffmpeg_finds_it_in_the_comment(form):
    with av.open(io.BytesIO(marked(form))) as container:
        tags = {**container.metadata, **container.streams.audio[0].metadata}
    tags = {name.lower(): value for name, value in tags.items()}
    assert json.loads(tags["comment"])["AIGC"]["Label"] == "1"


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "opus", "ogg"])
def test_libsndfile_finds_it_in_the_comment(form):
    with soundfile.SoundFile(io.BytesIO(marked(form))) as file:
        assert json.loads(file.comment)["ai_generated"] is True


@pytest.mark.parametrize(
    ("form", "place"),
    [("wav", b"ICMT"), ("mp3", b"COMM"), ("aac", b"COMM"), ("flac", b"COMMENT="), ("opus", b"COMMENT="),
     ("ogg", b"COMMENT="), ("m4a", "©cmt".encode("latin-1")), ("m4b", "©cmt".encode("latin-1"))],
)  # fmt: skip
def test_it_stands_once_and_where_the_container_keeps_comments(form, place):
    data = marked(form)
    assert place in data or place.lower() in data  # names of Vorbis comments have no case
    plain = data.replace(b"\0", b"")  # ID3 writes it in UTF-16
    assert plain.count(b"ContentProducer") == 1
    assert place in plain[: plain.find(b"ai_generated")][-40:].replace(b"comment=", b"COMMENT=")


def test_a_long_mark_survives_too():
    facts = {**FACTS, "options": {f"option{number}": "x" * 50 for number in range(200)}}
    for form in MARKED:
        file = io.BytesIO()
        with writing(file, form, 24_000, tags={"comment": comment(facts)}) as writer:
            writer.write(np.zeros(9_000, np.float32))
        assert read(file.getvalue()) == json.loads(comment(facts)), form


def test_a_recording_has_no_mark():
    assert read(RECORDING) is None


@pytest.mark.parametrize("text", ["", "recorded at home", "[1]", "{}", '{"artist": 1}', "{" * 10_000])
def test_any_other_comment_is_no_mark(text):
    file = io.BytesIO()
    with writing(file, "flac", 16_000, tags={"comment": text} if text else {}) as writer:
        writer.write(np.zeros(100, np.float32))
    assert read(file.getvalue()) is None


@pytest.mark.parametrize(
    ("form", "container", "codec"),
    [("wav", "wav", "pcm_s16le"), ("flac", "flac", "flac"), ("mp3", "mp3", "mp3"), ("opus", "ogg", "opus"),
     ("ogg", "ogg", "vorbis"), ("aac", "aac", "aac"), ("m4b", "mov", "aac")],
)  # fmt: skip
def test_details_of_what_was_written(form, container, codec):
    told = details(marked(form))
    assert container in told.container.split(",")
    assert told.codec.startswith(codec)
    assert told.rate == (48_000 if form == "opus" else 24_000)
    assert told.channels == 1
    assert told.duration == pytest.approx(1.25, abs=0.1 if form == "aac" else 0.01)
    assert told.tags["title"] == "Gute Nacht"
    assert [chapter.title for chapter in told.chapters] == (["Anfang"] if form == "m4b" else [])
    assert told.mark == json.loads(comment(FACTS))


def test_what_is_no_audio_is_told(tmp_path):
    for source in (b"", b"not audio at all" * 50, tmp_path / "none.wav", Audio(np.zeros(5, np.float32), 16_000)):
        with pytest.raises(AudioError):
            details(source)


def test_an_opus_file_is_as_long_as_what_is_heard(tmp_path):
    with writing(tmp_path / "a.opus", "opus", 24_000, 1) as file:
        file.write(np.full(12_345, 0.1, np.float32))
    assert details(tmp_path / "a.opus").duration == pytest.approx(12_345 / 24_000, abs=1e-4)


def test_a_title_that_is_not_in_utf8_can_be_printed(tmp_path):
    path = tmp_path / "old.wav"
    with soundfile.SoundFile(path, "w", 16_000, 1) as file:
        file.title = "caf?"
        file.write(np.zeros(1600))
    path.write_bytes(path.read_bytes().replace(b"caf?", b"caf\xe9"))
    assert details(path).tags["title"] == "caf\ufffd"
