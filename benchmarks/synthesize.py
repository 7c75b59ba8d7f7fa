"""What is measured of voices, beside piper-tts on the same voice file and text, both on every core that is there.

A part of compare.py, which runs each measure in a process of its own: the voice has the true size and random weights
(see untrained_piper.py).

load      the engine's own loading, imports apart; what the first load of all keeps on disk is there already
cold      the same where nothing is kept yet
first     the first audio of a sentence of about ten seconds, from a voice that has spoken before
process   a whole process from its start to its first byte of audio, for the same sentence
long      three minutes of text, as seconds of work for a second of audio
book      ten times as much, which should take no more memory
minute    a minute of sound, from a voice that has spoken before: on a GPU, see gpu.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import measuring
from measuring import Run

SENTENCE = (
    "In the early morning the light came slowly over the quiet hills, while the people of the small town below were "
    "still asleep in their beds and dreamt of better times to come for everyone who had ever lived in that valley."
)
WARM = "This is only said so that everything has been used before."
PARAGRAPH = (
    "The river had been rising since the middle of the week, and nobody in the village slept. "
    "Some carried sand, others carried what they owned up the hill, and a few sat by the window to watch. "
    "At noon the rain stopped. The mayor rang the bell, though there was nobody left to hear it, and went home. "
    "Later they would say that it had been a good year for apples, for weddings, and for telling stories."
)
LONG = "\n\n".join([PARAGRAPH] * 12)
MINUTE = "\n\n".join([PARAGRAPH] * 3)
BOOK = "\n\n".join([PARAGRAPH] * 120)


def ours(voice: Path, **options: Any) -> Callable[[str], Iterator[Any]]:
    import speech

    synthesizer = speech.Synthesizer(voice, **{"device": "cpu", **options})
    return lambda text: (piece.samples for piece in synthesizer.stream(text) if len(piece.samples))


def piper(voice: Path, *, cuda: bool = False) -> Callable[[str], Iterator[Any]]:
    from piper import PiperVoice

    loaded = PiperVoice.load(voice, use_cuda=cuda)
    return lambda text: (chunk.audio_float_array for chunk in loaded.synthesize(text))


SIDES: dict[str, Callable[[Path], Callable[[str], Iterator[Any]]]] = {
    "ours": ours,
    "alone": partial(ours, threads=1),
    "ours-gpu": partial(ours, device="cuda"),
    "piper": piper,
    "piper-gpu": partial(piper, cuda=True),
}


def load(side: str, voice: Path) -> dict[str, float]:
    """Seconds to load the voice, the packages being imported."""
    import onnxruntime  # noqa: F401
    from piper import PiperVoice

    from speech import engines
    from speech.data import Device

    engine = engines.find("piper")
    spec = engine.inspect(voice)
    assert spec is not None
    began, cpu = time.perf_counter(), time.process_time()
    kept = PiperVoice.load(voice) if side == "piper" else engine.load(spec, voice, Device(name="cpu"))
    took = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    assert kept
    return took


def first(side: str, voice: Path) -> dict[str, float]:
    speak = SIDES[side](voice)
    for _ in speak(WARM):
        pass
    began = time.perf_counter()
    pieces = speak(SENTENCE)
    frames = len(next(pieces))
    took = time.perf_counter() - began
    seconds = (frames + sum(map(len, pieces))) / _rate(voice)
    return {"wall": took, "audio": seconds}


def long(side: str, voice: Path, text: str = LONG) -> dict[str, float]:
    speak = SIDES[side](voice)
    for _ in speak(WARM):
        pass
    began, cpu = time.perf_counter(), time.process_time()
    seconds = sum(map(len, speak(text))) / _rate(voice)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"wall": wall / seconds, "cpu": cpu / seconds, "audio": seconds}


def book(side: str, voice: Path) -> dict[str, float]:
    return long(side, voice, BOOK)


def minute(side: str, voice: Path) -> dict[str, float]:
    """Seconds for a minute of sound."""
    speak = SIDES[side](voice)
    for _ in speak(f"{WARM} {SENTENCE}"):
        pass
    began, cpu = time.perf_counter(), time.process_time()
    minutes = sum(map(len, speak(MINUTE))) / _rate(voice) / 60
    return {"wall": (time.perf_counter() - began) / minutes, "cpu": (time.process_time() - cpu) / minutes}


def process(side: str, voice: Path) -> dict[str, float]:
    """One command line and the other, from the start of the process to the first byte that comes out of it."""
    mine = [sys.executable, "-m", "speech", "synthesize", "-q", "-f", "pcm", "--voice", str(voice), "--", SENTENCE]
    theirs = [sys.executable, "-m", "piper", "-m", str(voice), "--output-raw", "--", SENTENCE]
    began = time.perf_counter()
    with subprocess.Popen(theirs if side == "piper" else mine, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.read(1)
        took = time.perf_counter() - began
        running.stdout.read()
    return {"wall": took}


MEASURES = {
    "load": load,
    "cold": load,
    "first": first,
    "process": process,
    "long": long,
    "book": book,
    "minute": minute,
}


def _rate(voice: Path) -> int:
    return int(json.loads(voice.with_name(f"{voice.name}.json").read_text("utf-8"))["audio"]["sample_rate"])


def run(measure: str, side: str, voice: Path, cache: str) -> Run:
    """One measure in a process of its own; ``cache`` is where ours keeps what it made of voices."""
    with TemporaryDirectory() as fresh:
        environment = {"XDG_CACHE_HOME": fresh if measure == "cold" else cache}
        return measuring.run([sys.executable, __file__, measure, side, voice], tells=True, environment=environment)


GOALS: dict[str, tuple[str, float | None]] = {
    "load": ("loading a voice, from the second time on", 1 / 0.75),
    "cold": ("loading it the first time of all", 1 / 0.75),
    "first": ("first audio of a 10 s sentence, loaded voice", 1 / 0.4),
    "process": ("a command to its first byte of audio", 1 / 0.8),
    "long": ("long text, for a second of audio", 1.05),
}
"""What each measure is, and how many times faster than piper we mean to be."""


if __name__ == "__main__":
    _, measure, side, voice = sys.argv
    print(json.dumps(MEASURES[measure](side, Path(voice))))
