"""What is compared, each in a process of its own: it loads, transcribes, and tells how long that took.

python benchmarks/sides.py ours MODEL RECORDING BEAM DEVICE
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def ours(model: Path, recording: Path, beam: int, device: str) -> Iterator[Any]:
    import speech

    transcriber = speech.Transcriber(model, beam_size=beam, device=device, compute_type=COMPUTE[device])
    if device != "cpu":
        transcriber.transcribe(speech.Audio(_warm(recording), RATE), language="en")
    yield None
    yield from transcriber.stream(recording, language="en")


def ours_after_one_window(model: Path, recording: Path, beam: int, device: str) -> Iterator[Any]:
    """One full window and nothing else: what memory is measured against."""
    import speech

    transcriber = speech.Transcriber(model, beam_size=beam, device=device, compute_type=COMPUTE[device])
    yield None
    yield from transcriber.stream(recording, language="en", end=30.0, vad=False)


def sequential(model: Path, recording: Path, beam: int, device: str) -> Iterator[Any]:
    from faster_whisper import WhisperModel

    whisper = WhisperModel(str(model), device=device, compute_type=COMPUTE[device], cpu_threads=os.cpu_count() or 0)
    yield None
    # Without the previous text as prompt, which would push the fixed script out of its place.
    options = {"vad_filter": True, "condition_on_previous_text": False}
    yield from whisper.transcribe(str(recording), language="en", beam_size=beam, **options)[0]


def batched(model: Path, recording: Path, beam: int, device: str) -> Iterator[Any]:
    """On a GPU with batches of 16, as its README has it; otherwise with the 8 that it takes by itself."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    threads = os.cpu_count() or 0
    whisper = WhisperModel(str(model), device=device, compute_type=COMPUTE[device], cpu_threads=threads)
    pipeline = BatchedInferencePipeline(whisper)
    options = {"language": "en", "beam_size": beam, "without_timestamps": False}
    if device != "cpu":
        options["batch_size"] = 16
        list(pipeline.transcribe(_warm(recording), **options)[0])
    yield None
    yield from pipeline.transcribe(str(recording), **options)[0]


def openai(model: Path, recording: Path, beam: int, device: str) -> Iterator[Any]:
    """In float32, the only one that it has for a CPU; it is given the samples, as it would start ffmpeg for them."""
    import soundfile
    import whisper

    loaded = whisper.load_model(str(model), device=device)
    yield None
    options = {"condition_on_previous_text": False, "temperature": 0.0, "fp16": False}
    samples, _ = soundfile.read(recording, dtype="float32")
    done = loaded.transcribe(samples, language="en", beam_size=beam if beam > 1 else None, **options)
    # Its vocabulary calls the script's tokens something else: they are counted.
    for segment in done["segments"]:
        yield _Counted(" ".join("word" for token in segment["tokens"] if token < loaded.dims.n_vocab - SPECIAL))


def whispercpp(model: Path, recording: Path, beam: int, device: str) -> Iterator[Any]:  # noqa: ARG001 - it has no other
    """Matrices in 16 bits, as it publishes them."""
    from pywhispercpp.model import Model

    loaded = Model(str(model), n_threads=os.cpu_count(), print_progress=False, print_realtime=False)
    yield None
    yield from loaded.transcribe(str(recording), language="en", n_max_text_ctx=0, temperature_inc=0.0)


def _warm(recording: Path) -> Any:
    """The first minute, which makes a GPU ready: its kernels are compiled and loaded when they are first used."""
    import soundfile

    return soundfile.read(recording, frames=60 * RATE, dtype="float32")[0]


COMPUTE = {"cpu": "int8", "cuda": "float16"}
RATE = 16_000
SPECIAL = 1608
"""Tokens that are no text in Whisper's multilingual vocabulary of 51,865."""


@dataclass(frozen=True)
class _Counted:
    text: str


SIDES: dict[str, Callable[[Path, Path, int, str], Iterator[Any]]] = {
    "ours": ours,
    "window": ours_after_one_window,
    "sequential": sequential,
    "batched": batched,
    "openai": openai,
    "whispercpp": whispercpp,
}


def measure(side: str, model: Path, recording: Path, beam: int, device: str) -> dict[str, float]:
    """One run in this process, from the loaded model on."""
    segments = SIDES[side](model, recording, beam, device)
    next(segments)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began, first, words = time.perf_counter(), 0.0, 0
    for segment in segments:
        first = first or time.perf_counter() - began
        words += len(re.findall(r"\w+", segment.text))
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "first": first, "words": words}


if __name__ == "__main__":
    name, model, recording, beam, device = sys.argv[1:]
    print(json.dumps(measure(name, Path(model), Path(recording), int(beam), device)))
