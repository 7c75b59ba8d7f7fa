"""The options as keywords: the same as the fields, checked before any work."""

from __future__ import annotations

from dataclasses import fields

import pytest

from speech.data import SynthesizeOptions, TranscribeOptions
from speech.errors import UnsupportedError
from speech.options import Options, with_options


def test_the_keywords_are_the_fields():
    keywords = {name: hint.__forward_arg__ for name, hint in Options.__annotations__.items()}
    wanted = {field.name: field.type for field in fields(TranscribeOptions)}
    wanted["hotwords"] = "str | Iterable[str]"  # where a plain text will do too
    assert list(keywords.items()) == list(wanted.items())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"langauge": "en"}, "did you mean 'language'"),
        ({"word": True}, "did you mean 'words'"),
        ({"beam": 3}, "there is no option 'beam'"),
        ({"language": "klingonese"}, "no language is called 'klingonese'"),
        ({"language": ""}, "no language is called ''"),
        ({"task": "summarise"}, "task is 'summarise'"),
        ({"channels": "left"}, "channels is 'left'"),
        ({"beam_size": 0}, "beam_size is 0; it must be at least 1"),
        ({"beam_size": "5"}, "wrong kind"),
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"no_repeat_ngram": -1}, "no_repeat_ngram"),
        ({"vad_threshold": 0.0}, "vad_threshold is 0.0"),
        ({"vad_threshold": 1.0}, "vad_threshold is 1.0"),
        ({"min_silence": -1}, "min_silence"),
        ({"min_silence": float("inf")}, "min_silence"),
        ({"speech_pad": float("inf")}, "speech_pad"),
        ({"max_chunk": 0.5}, "max_chunk is 0.5; it must be at least 1 second"),
        ({"max_chunk": float("nan")}, "max_chunk"),
        ({"start": -1.0}, "start is -1.0"),
        ({"start": float("nan")}, "start"),
        ({"start": 5.0, "end": 5.0}, "after the start"),
        ({"end": float("nan")}, "end"),
        ({"prompt": 5}, "prompt is 5, of the wrong kind"),
        ({"track": "0"}, "wrong kind"),
        ({"logprob_threshold": "-1"}, "wrong kind"),
        ({"beam_size": 2.5}, "wrong kind"),
        ({"words": "no"}, "wrong kind"),
        ({"hotwords": 5}, "wrong kind"),
        ({"language": 5}, "wrong kind"),
    ],
)
def test_what_means_nothing_is_refused(options, message):
    with pytest.raises(UnsupportedError, match=message):
        with_options(TranscribeOptions(), options)


@pytest.mark.parametrize(
    ("given", "taken"),
    [("one, two,,", ("one", "two")), (["one", " two "], ("one", "two")), ("", ()), (None, ()), (iter(["a"]), ("a",))],
)
def test_hotwords_in_any_form(given, taken):
    assert with_options(TranscribeOptions(), {"hotwords": given}).hotwords == taken


def test_what_is_given_goes_over_what_is_there():
    base = TranscribeOptions(words=True, beam_size=2, start=3.0)
    asked = with_options(base, {"beam_size": 7, "language": "German"})
    assert asked == TranscribeOptions(words=True, beam_size=7, start=3.0, language="de")
    assert with_options(asked, {"language": None}).language is None
    assert with_options(base, {}) == base
    with pytest.raises(UnsupportedError, match="after the start"):
        with_options(base, {"end": 2.0})


@pytest.mark.parametrize(
    ("option", "value"),
    [("speed", 0.1), ("pitch", 5.0), ("noise", -1.0), ("sentence_pause", -0.1), ("sample_rate", 100),
     ("channels", "5.1"), ("loudness", -100.0), ("true_peak", 1.0), ("volume", 90.0), ("noise_w", 9.0),
     ("speed", float("nan"))],
)  # fmt: skip
def test_a_voice_is_not_asked_for_nonsense(option, value):
    with pytest.raises(UnsupportedError, match=option):
        with_options(SynthesizeOptions(), {option: value})


def test_a_speaker_may_be_a_number():
    assert with_options(SynthesizeOptions(), {"speaker": 3, "language": "de-at"}) == SynthesizeOptions(
        speaker="3", language="de-AT"
    )
