"""Speech for the tests, made on the spot: any sentence of whisper-micro's English words, with the time of each word.

The voice is ``models/piper-micro``, run by onnxruntime alone; the words' sounds are in ``models/speech/words.json``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODELS = Path(__file__).parent / "models"
WHISPER_MICRO = MODELS / "whisper-micro"
PIPER_MICRO = MODELS / "piper-micro" / "piper-micro.onnx"
RATE = 16_000

# Sentences that whisper-micro hears back exactly, commas and all.
JFK = "and so my fellow americans, ask not what your country can do for you, ask what you can do for your country."
SENTENCES = (
    JFK,
    "the quick brown fox jumps over the lazy dog.",
    "hello world.",
    "zero one two three four five six seven eight nine.",
    "please open the door.",
    "stop.",
    "good morning, my fellow americans.",
    "play the next, save my world.",
    "thank you for your help today.",
    "the small red cat is not your blue dog.",
)


@dataclass(frozen=True)
class Spoken:
    """A text, its sound (float32 mono, 16 kHz), and the seconds where each word starts and ends."""

    text: str
    samples: NDArray[np.float32]
    spans: tuple[tuple[float, float], ...]

    @property
    def duration(self) -> float:
        return len(self.samples) / RATE


def say(text: str, *, lead: float = 0.0, tail: float = 0.3, length_scale: float = 1.0, gain: float = 1.0) -> Spoken:
    """Speak ``text`` with ``lead`` and ``tail`` seconds of silence around; a larger ``length_scale`` is slower."""
    sounds = _sounds(text)
    settings = _settings()
    ids = [settings["ids"][sound][0] for sound in sounds]
    pad = settings["ids"]["_"][0]
    sequence = [settings["ids"]["^"][0], pad, *(i for sound in ids for i in (sound, pad)), settings["ids"]["$"][0]]
    (audio,) = _voice().run(
        None,
        {
            "input": np.array([sequence], np.int64),
            "input_lengths": np.array([len(sequence)], np.int64),
            "scales": np.array([0, length_scale, 0], np.float32),
        },
    )
    silence = [np.zeros(round(seconds * RATE), np.float32) for seconds in (lead, tail)]
    samples = np.concatenate([silence[0], audio.reshape(-1) * np.float32(gain), silence[1]])
    return Spoken(text, samples, tuple(_spans(sounds, settings["frames"], lead, length_scale)))


def clip(language: str) -> tuple[Spoken, str]:
    """A clip in ``de`` or ``es`` (its words have no times), and what it says in English."""
    import soundfile

    about = json.loads((MODELS / "speech" / "clips.json").read_text(encoding="utf-8"))[language]
    samples, rate = soundfile.read(MODELS / "speech" / f"{language}.flac", dtype="float32")
    assert rate == RATE
    return Spoken(about["text"], samples, ()), about["english"]


def _sounds(text: str) -> list[str]:
    words = json.loads((MODELS / "speech" / "words.json").read_text(encoding="utf-8"))
    sounds: list[str] = []
    for token in text.split():
        word = token.rstrip(",.")
        sounds += [*([" "] if sounds else []), *words[word], *token[len(word) :]]
    return sounds


def _spans(sounds: list[str], frames: dict[str, int], at: float, length_scale: float) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    start: float | None = None
    for sound in [*sounds, " "]:
        if sound in " ,.":
            if start is not None:
                spans.append((start, at))
            start = None
        elif start is None:
            start = at
        at += float(np.ceil(np.float32(frames.get(sound, 0)) * np.float32(length_scale))) * 160 / RATE
    return spans


@cache
def _settings() -> dict[str, Any]:
    voice = json.loads(PIPER_MICRO.with_suffix(".onnx.json").read_text(encoding="utf-8"))
    return {"ids": voice["phoneme_id_map"], "frames": voice["piper_micro"]["frames"]}


@cache
def _voice() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(PIPER_MICRO), options, providers=["CPUExecutionProvider"])
