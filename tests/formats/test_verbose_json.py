"""The fields of OpenAI's API."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from speech.formats.verbose_json import compression_ratio
from speech.transcript import Transcript


def test_fields(talk):
    assert json.loads(talk.render("verbose_json")) == {
        "task": "transcribe",
        "language": "english",
        "duration": 8.0,
        "text": 'So, here we are. It is 5 < 6 & "fine", isn\'t it?',
        "segments": [
            {
                "id": 0,
                "seek": 50,
                "start": 0.5,
                "end": 2.0,
                "text": "So, here we are.",
                "tokens": [1, 2],
                "temperature": 0.0,
                "avg_logprob": -0.25,
                "compression_ratio": round(compression_ratio("So, here we are."), 6),
                "no_speech_prob": 0.01,
            },
            {
                "id": 1,
                "seek": 300,
                "start": 3.0,
                "end": 7.04,
                "text": 'It is 5 < 6 & "fine", isn\'t it?',
                "tokens": [],
                "temperature": 0.0,
                "avg_logprob": -0.5,
                "compression_ratio": round(compression_ratio('It is 5 < 6 & "fine", isn\'t it?'), 6),
                "no_speech_prob": 0.0,
            },
        ],
        "words": [
            {"word": "So,", "start": 0.5, "end": 0.75},
            {"word": "here", "start": 0.75, "end": 1.001},
            {"word": "we", "start": 1.001, "end": 1.2},
            {"word": "are.", "start": 1.2, "end": 2.0},
        ],
    }


def test_without_words_there_is_no_such_field(empty):
    assert json.loads(empty.render("verbose_json")) == {
        "task": "transcribe", "language": "", "duration": 0.0, "text": "", "segments": [],
    }  # fmt: skip


def test_repetition_compresses_well():
    assert compression_ratio("so " * 100) > 10
    assert compression_ratio("The quick brown fox jumps.") < 1.1


@settings(max_examples=50)
@given(st.from_type(Transcript))
def test_every_field_has_its_type(transcript):
    answer = json.loads(transcript.render("verbose_json"))
    assert answer["language"] == "english" or transcript.options.task == "transcribe"
    for segment in answer["segments"]:
        assert {name: type(value) for name, value in segment.items()} == {
            "id": int, "seek": int, "start": float, "end": float, "text": str, "tokens": list,
            "temperature": float, "avg_logprob": float, "compression_ratio": float, "no_speech_prob": float,
        }  # fmt: skip


def test_the_duration_of_a_part_is_its_own(part):
    answer = json.loads(part.render("verbose_json"))
    assert (answer["duration"], answer["segments"][0]["start"]) == (6.0, 3.0)
