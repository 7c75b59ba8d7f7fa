"""The ``verbose_json`` of OpenAI's transcription API: for programs that read that.

Its files end in ``.verbose.json``, so that they and our own JSON can lie side by side. Where the API has a number
and the model gave none, 0 stands.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zlib import compress

from speech.data import TranscribeOptions
from speech.formats.cues.clock import milliseconds
from speech.languages import NAMES

if TYPE_CHECKING:
    from speech.data import Segment
    from speech.formats.cues import CueRules
    from speech.transcript import Transcript

EXTENSION = ".verbose.json"
CUES = False


def render(transcript: Transcript, rules: CueRules) -> str:  # noqa: ARG001
    """The API's answer, words at the top level where there are any."""
    return json.dumps(answer(transcript), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def answer(transcript: Transcript) -> dict[str, Any]:
    """The fields of the API; the language is that of the text, by its English name as the API writes it."""
    options = transcript.options
    if not isinstance(options, TranscribeOptions):  # of what was made from text: the API knows transcripts only
        options = TranscribeOptions()
    language = "en" if options.task == "translate" else transcript.language or ""
    fields: dict[str, Any] = {
        "task": options.task,
        "language": NAMES.get(language, language),
        "duration": _time(transcript.duration),
        "text": transcript.text,
        "segments": [
            _segment(number, segment, options.temperature) for number, segment in enumerate(transcript.segments)
        ],
    }
    if transcript.words:
        fields["words"] = [
            {"word": word.text, "start": _time(word.start), "end": _time(word.end)} for word in transcript.words
        ]
    return fields


def _segment(number: int, segment: Segment, temperature: float) -> dict[str, Any]:
    return {
        "id": number,
        "seek": milliseconds(segment.start) // 10,  # the API counts Whisper's frames of 10 ms
        "start": _time(segment.start),
        "end": _time(segment.end),
        "text": segment.text,
        "tokens": list(segment.tokens),
        "temperature": temperature,
        "avg_logprob": _number(segment.logprob),
        "compression_ratio": _number(compression_ratio(segment.text)),
        "no_speech_prob": _number(segment.no_speech),
    }


def compression_ratio(text: str) -> float:
    """Bytes of the text over bytes when compressed: high where a model repeats itself (Whisper's measure)."""
    plain = text.encode("utf-8", "replace")
    return len(plain) / len(compress(plain))


def _time(seconds: float) -> float:
    return milliseconds(seconds) / 1000


def _number(value: float | None) -> float:
    # Written as JSON: neither "nan" nor an infinity, which a log-probability of nothing would be.
    return round(value, 6) if value is not None and abs(value) < float("inf") else 0.0
