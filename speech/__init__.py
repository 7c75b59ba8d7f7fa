"""Recordings to text and text to speech: public open-weight models behind one interface, on the user's own machine.

    import speech
    speech.transcribe("talk.mp3").save("talk.srt")
    speech.synthesize("Good morning.").save("hello.flac")

Nothing heavy is imported before the first use of a name.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.aloud import synthesize
    from speech.api import Transcriber
    from speech.audio import Audio
    from speech.data import Progress, Segment, SynthesizeOptions, TranscribeOptions, Word
    from speech.detection import Detection
    from speech.errors import SpeechError
    from speech.formats.cues import CueRules
    from speech.oneshot import detect, transcribe
    from speech.speaking import Speaking, Spoken
    from speech.stream import Stream
    from speech.synthesizer import Synthesizer
    from speech.transcript import Transcript, load

__version__ = "0.1.0"

# ONNX Runtime (from 1.31 on) tells Microsoft of every start, and keeps a number of the device among the user's caches,
# unless it is told not to before it is imported, by whichever package. Who set the variable to 0 keeps it so.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "Audio",
    "CueRules",
    "Detection",
    "Progress",
    "Segment",
    "Speaking",
    "SpeechError",
    "Spoken",
    "Stream",
    "SynthesizeOptions",
    "Synthesizer",
    "TranscribeOptions",
    "Transcriber",
    "Transcript",
    "Word",
    "detect",
    "load",
    "synthesize",
    "transcribe",
]

_HOMES = {
    "Audio": "audio",
    "CueRules": "formats.cues",
    "Detection": "detection",
    "Progress": "data",
    "Segment": "data",
    "Speaking": "speaking",
    "SpeechError": "errors",
    "Spoken": "speaking",
    "Stream": "stream",
    "SynthesizeOptions": "data",
    "Synthesizer": "synthesizer",
    "TranscribeOptions": "data",
    "Transcriber": "api",
    "Transcript": "transcript",
    "Word": "data",
    "detect": "oneshot",
    "load": "transcript",
    "synthesize": "aloud",
    "transcribe": "oneshot",
}


def __getattr__(name: str) -> object:
    """Import a public name's module on its first use (PEP 562)."""
    if name == "cluster":
        return import_module("speech.cluster")
    if name not in _HOMES:
        raise AttributeError(f"module 'speech' has no attribute {name!r}")
    value = getattr(import_module(f"speech.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
